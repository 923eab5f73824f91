/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which tier (s3/tier.h) answers a request: the bucket's before the host name's before the
 * server's. Chosen once, in step ADDRESS. Host names come from the settings; what buckets
 * are bound to comes from there and from the control API, and the store remembers it.
 */
#ifndef S3_PROFILE_H
#define S3_PROFILE_H

#include "base/err.h"
#include "s3/tier.h"

struct store;
struct profile;

struct profile_conf {
	enum tier tier; /* of the server */
	const char *hosts; /* "aws.localhost=aws,r2.localhost=r2" */
	const char *buckets; /* "logs=minio,media-*=r2" */
	const char *options; /* "r2.link-expired=expired-400": tier_option() */
};

/* fail names the setting and what is allowed. */
NODISCARD enum err profile_new(
    struct profile **out, const struct profile_conf *conf, struct fail *fail);
void profile_free(struct profile **p);
/* What the store remembers of buckets. [before the server starts] */
NODISCARD enum err profile_load(struct profile *p, struct store *store);

/* Names below which hosts have a tier of their own; n = 0 behind the last. */
struct span profile_host_at(const struct profile *p, size_t i);

bool profile_may_bind(struct span name);
/* Bind a bucket's name, or those that begin as "name*", to a tier; TIERS: to none. The
 * store remembers it. E_INVALID_ARGUMENT: no name, or too many. [any but a loop] */
NODISCARD enum err profile_bind(struct profile *p, struct span name, enum tier tier);

/* What the tier of a bucket says at a point (enum tier_point), whatever host a request
 * names; and how often buckets were bound since the start. [any] */
enum tier_value profile_says(struct profile *p, struct span bucket, enum tier_point at);
uint64_t profile_binds(struct profile *p);

/* What strict tiers would have answered otherwise (s3/portability.h), as JSON; anew. [any] */
void profile_report(struct profile *p, struct buf *out);
void profile_report_clear(struct profile *p);
/* A line for the log, or nothing. [any] */
void profile_report_line(struct profile *p, struct buf *out);
/* As just started: no bucket is bound but by the settings, nothing was met. [any but a loop] */
NODISCARD enum err profile_reset(struct profile *p);

/* As JSON: the server's, hosts', buckets'. [any] */
void profile_json(struct profile *p, struct buf *out);

#endif
