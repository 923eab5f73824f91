/* SPDX-License-Identifier: Apache-2.0 */
/* Words of RFC 2047, by which a header says what is no ASCII: "=?UTF-8?B?w6k=?=". */
#ifndef CODEC_WORDS_H
#define CODEC_WORDS_H

#include "base/arena.h"

/* Text with its encoded words decoded (charsets UTF-8, US-ASCII, ISO-8859-1; B and Q; of
 * adjacent ones the blanks between go). What is no such word, or would give control
 * characters or no UTF-8, stays as it is. in itself where there is none. [any] */
struct span words_decode(struct arena *a, struct span in);
/* A value that has bytes beyond printable ASCII as encoded words of at most 75 characters
 * with blanks between; in itself where it has none. [any] */
struct span words_encode(struct arena *a, struct span in);

#endif
