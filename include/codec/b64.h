/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648, with padding) and its URL-safe form. */
#ifndef CODEC_B64_H
#define CODEC_B64_H

#include "base/buf.h"

#define B64_LEN(n) (((n) + 2) / 3 * 4)

/* Writes B64_LEN(n) characters, no NUL; returns their number. */
size_t b64_render(char *out, const void *p, size_t n);
/* Strict: padding in place, no white space, unused bits zero. At most cap bytes come out;
 * false when the text is no base64 or too long. */
bool b64_parse(void *out, size_t cap, size_t *n, struct span in);
/* URL-safe alphabet without padding. out needs B64_LEN(n). */
size_t b64url_render(char *out, const void *p, size_t n);
bool b64url_parse(void *out, size_t cap, size_t *n, struct span in);

#endif
