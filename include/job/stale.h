/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uploads nobody completes: removed when they are old enough by the store's clock, where a
 * service has it so (MinIO's api stale_uploads_expiry), whatever rules of lifecycle say. It
 * remembers nothing: after a crash it looks through the uploads anew.
 */
#ifndef JOB_STALE_H
#define JOB_STALE_H

#include "job/jobs.h"

struct stale;

struct stale_conf {
	struct store *store;
	int64_t after_ms; /* of age */
	/* In that bucket? And how often that has changed. [job thread] */
	bool (*applies)(void *ctx, struct span bucket);
	uint64_t (*changes)(void *ctx);
	void *ctx;
};

struct stale *stale_new(const struct stale_conf *conf);
void stale_free(struct stale **x);
void stale_job(struct stale *x, struct job *out);

#endif
