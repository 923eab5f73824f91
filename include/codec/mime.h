/* SPDX-License-Identifier: Apache-2.0 */
/* A fixed dictionary of common content types, so that records hold a number for them.
 * Numbers are stable for ever: rows may only be appended (mime.def). */
#ifndef CODEC_MIME_H
#define CODEC_MIME_H

#include <stdint.h>

#include "base/buf.h"

enum { MIME_NONE = 0 }; /* not in the dictionary */

uint16_t mime_number(struct span type); /* exact text, or MIME_NONE */
struct span mime_text(uint16_t number); /* n = 0 for an unknown number */

#endif
