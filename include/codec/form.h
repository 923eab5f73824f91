/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart/form-data (RFC 7578) as browsers post it to S3: fields, then one file, whose
 * bytes are handed on while they come. What stands behind the file is dropped, as S3 does.
 * A push parser in fixed memory that works in place. One thread at a time.
 */
#ifndef CODEC_FORM_H
#define CODEC_FORM_H

#include "base/buf.h"
#include "base/err.h"

enum {
	FORM_BOUNDARY = 70, /* RFC 2046, 5.1.1 */
	FORM_OVERHANG = FORM_BOUNDARY + 4, /* more than was fed may come out at once */
	FORM_FIELDS = 128
};

struct form;

/* The boundary of a Content-Type; p == NULL when it is none of multipart/form-data's. */
struct span form_boundary(struct span content_type);

/* max: bytes before the file, fields and all. ready() is called once, from form_feed(), when
 * the file begins and the fields are known; its failure is the feed's. */
struct form *form_new(struct span boundary, size_t max,
    enum err (*ready)(void *ctx, struct form *f), void *ctx);
void form_free(struct form **f);

/* Take n bytes at p and leave the file's bytes among them, and up to FORM_OVERHANG held back
 * before, at p: *out bytes. E_MALFORMED_POST, E_POST_PRE_DATA. */
NODISCARD enum err form_feed(
    struct form *f, char *p, size_t n, size_t *out, struct fail *fail);
/* The body has ended: E_MALFORMED_POST, or E_INVALID_ARGUMENT when there was no file. */
NODISCARD enum err form_end(const struct form *f, struct fail *fail);

/* From ready() on, while f lives: names in lower case, in order. */
size_t form_fields(const struct form *f, const struct field **out);
struct span form_filename(const struct form *f); /* its last part, or "" */

#endif
