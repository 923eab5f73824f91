/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of sigv4.h: signs requests that we make ourselves. Source:
 * docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
#ifndef AUTH_SIGNER_H
#define AUTH_SIGNER_H

#include "base/arena.h"
#include "base/buf.h"

struct signer_request {
	const char *method;
	struct span host; /* as the Host header will say it */
	struct span path, query; /* raw, encoded as SigV4 wants them */
	struct span access_key, secret;
	const char *region, *service;
	struct span lines; /* of the head besides; those of S3's own are signed too */
	int64_t now; /* seconds, clock_real() */
	struct span payload; /* SHA-256 of the body in hex; "": UNSIGNED-PAYLOAD */
	const struct field
	    *header; /* to be signed too: lower case, each name once, at most 200 */
	size_t nheader;
};
/* Appends x-amz-date, x-amz-content-sha256 and authorization as lines of a request's head;
 * what is in header is not among them. */
void signer_lines(struct buf *out, struct arena *a, const struct signer_request *r);

#endif
