/* SPDX-License-Identifier: Apache-2.0 */
/* The control API (adm.def): what a test or an operator asks of the server itself; and what
 * MinIO's admin clients ask (minio.def). */
#ifndef ADMIN_ADM_H
#define ADMIN_ADM_H

#include "job/dropper.h"
#include "job/jobs.h"
#include "job/notifier.h"
#include "job/tiers.h"
#include "s3/s3.h"

struct metering;
struct replicator;
struct adm {
	struct jobs *jobs;
	struct replicator *replicator;
	struct metering *metering;
	struct store *store;
	const char *address, *dir, *region;
	bool tls;
	uint64_t start_us; /* clock_mono_us() when it was started */
	struct profile *profile;
	struct task_pool *pool,
	    *declaring; /* declaring: one thread, for what takes long */
	struct dropper *dropper;
	struct notifier *notifier; /* set before the server starts */
	bool reset; /* is allowed */
	uint8_t ownership; /* of new buckets: enum obj_ownership */
	void *ctx;
	/* What the settings declare is there again. [worker] */
	enum err (*declare)(void *ctx, struct fail *fail);
	/* What a text declares is there. out: JSON. [worker] */
	enum err (*declare_text)(
	    void *ctx, struct span text, struct buf *out, struct fail *fail);
	struct tiers *tiers;
	const struct iam_conf *iam;
};

/* c is borrowed for as long as the S3 layer serves. */
struct s3_control adm_hook(struct adm *c);

/* "90d", "12h", "30m", "45s", "2w" in ms; a time as ISO 8601 in ms. */
bool adm_span_parse(struct span s, int64_t *ms);

#endif
