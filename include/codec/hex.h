/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal, lower case out, both cases in. */
#ifndef CODEC_HEX_H
#define CODEC_HEX_H

#include "base/buf.h"

/* Writes 2 * n characters, no NUL. */
void hex_render(char *out, const void *p, size_t n);
enum { HEX_PARSE_MAX = 256 };
/* Exactly 2 * n digits, or false; n <= HEX_PARSE_MAX. */
bool hex_parse(void *out, size_t n, struct span in);

#endif
