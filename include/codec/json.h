/* SPDX-License-Identifier: Apache-2.0 */
/* JSON by cJSON: parse within limits; JSON out by appending to a buf, without blanks. */
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
/* "2026-11-21T11:34:53.000Z" with quotes; UTC, milliseconds since 1970. */
void json_put_time(struct buf *b, int64_t ms);

/* Members of an object, one call each. The comma comes by itself, but for the first behind
 * '{' or '[' (or in an empty buf); what opens is closed by the caller. */
void json_name(struct buf *b, const char *name); /* "name": */
void json_begin(struct buf *b, const char *name); /* "name":{ */
void json_span(struct buf *b, const char *name, struct span value);
void json_str(struct buf *b, const char *name, const char *value);
void json_u64(struct buf *b, const char *name, uint64_t value);
void json_bool(struct buf *b, const char *name, bool value);
void json_time(struct buf *b, const char *name, int64_t ms);
void json_second(struct buf *b, const char *name, int64_t ms); /* "...:53Z" */

#endif
