/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The website of a bucket, read from its document (model/doc.h): which page stands for a
 * folder, which for an error, and where a request is sent on to. Pure; serves nothing.
 * Source: docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html
 */
#ifndef MODEL_SITE_H
#define MODEL_SITE_H

#include "base/arena.h"
#include "base/err.h"

struct site_rule {
	struct span prefix; /* of keys it is about; p == NULL: all */
	unsigned error; /* status it is about; 0: before anything is looked up */
	struct span protocol, host; /* n = 0: those of the request */
	struct span replace_prefix, replace_key; /* p == NULL: the key stays */
	unsigned code; /* 3XX */
};

struct site {
	bool redirects_all;
	struct site_rule all; /* where to, when it does */
	struct span index; /* name of the page that stands for a folder */
	struct span error_key; /* n = 0: none */
	struct site_rule *rule;
	size_t nrule;
};

/* inner: content of a stored document. E_CORRUPT when it is none. Spans live in a. */
NODISCARD enum err site_parse(struct arena *a, struct span inner, struct site *out);

/* The first rule for key, before (error 0) or after something answered with error; NULL:
 * none. */
const struct site_rule *site_rule_find(
    const struct site *s, struct span key, unsigned error);

/* Append the URL that r sends a request for key to. scheme and host are the request's;
 * query goes along as it is. Nothing that could end a header line is written. */
void site_location(struct buf *out, const struct site_rule *r, struct span key,
    struct span scheme, struct span host, struct span query);

#endif
