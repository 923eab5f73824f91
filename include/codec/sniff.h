/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of bytes these are, by how they begin, for objects whose sender did not say.
 * The signatures are those of mimesniff.spec.whatwg.org (matching and identifying).
 */
#ifndef CODEC_SNIFF_H
#define CODEC_SNIFF_H

#include "base/buf.h"

enum { SNIFF_BYTES = 512 }; /* what is looked at, at most */

/* A content type, "application/octet-stream" where nothing is known. */
struct span sniff_type(struct span head);

#endif
