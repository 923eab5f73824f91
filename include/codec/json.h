/* SPDX-License-Identifier: Apache-2.0 */
/* JSON by cJSON: parse within limits; JSON out by appending to a buf. */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/err.h"

/* E_INVALID_ARGUMENT with a message that says where; depth is limited. Free with
 * cJSON_Delete(). */
NODISCARD enum err json_parse(struct span in, cJSON **out, struct fail *fail);
/* "text" with quotes and escapes; invalid UTF-8 becomes U+FFFD. */
void json_put(struct buf *b, struct span text);

#endif
