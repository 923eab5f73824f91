/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Percent-encoding as S3 uses it (RFC 3986 unreserved characters stay; SigV4's rules), and
 * query strings.
 */
#ifndef CODEC_URI_H
#define CODEC_URI_H

#include "base/arena.h"
#include "base/buf.h"

/* Append s encoded; '/' is kept when slash is true. */
void uri_encode(struct buf *out, struct span s, bool slash);
/* What encoding-type=url asks of listings: as uri_encode, but '/' stays and space is '+'. */
void uri_encode_listing(struct buf *out, struct span s);
/* Decode %XX; plus true makes '+' a space. out needs s.n bytes (may be s's own memory);
 * returns the length, or (size_t)-1 for a broken escape. */
size_t uri_decode(char *out, struct span s, bool plus);

/* Query parameters, decoded (names and values), in wire order. "a" alone has value n = 0
 * and has_value false. */
struct uri_param {
	struct span name, value;
	struct span raw_name, raw_value; /* as on the wire */
	bool has_value;
};
/* At most max parameters; false for a broken escape or too many. Empty ones ("&&") are
 * passed over. [arena memory] */
bool uri_query_parse(
    struct arena *a, struct span query, size_t max, struct uri_param **out, size_t *n);
/* First of that name, or NULL. */
const struct uri_param *uri_query_find(
    const struct uri_param *p, size_t n, const char *name);
/* Is s well-formed UTF-8 (no surrogates, no overlong forms)? */
bool uri_utf8(struct span s);

#endif
