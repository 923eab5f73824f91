/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inventory reports (model/inventory_report.h), each midnight UTC by the store's clock, written to
 * their destination buckets as objects: data files first, the manifest behind them. The
 * store remembers which report is done, so one that a stop cuts short begins anew under the
 * same names.
 */
#ifndef JOB_INVENTORY_H
#define JOB_INVENTORY_H

#include "base/buf.h"
#include "job/jobs.h"

struct inventory_job;

enum { INVENTORY_OWNER_ID = 64 };
struct inventory_conf {
	struct store *store;
	int64_t day_ms; /* how long lifecycle rules take a day for */
	/* The canonical id of the account of that number. [any] */
	void (*owner)(void *ctx, struct span account, char out[INVENTORY_OWNER_ID]);
	void *ctx;
};

struct inventory_job *inventory_new(const struct inventory_conf *conf);
void inventory_job(struct inventory_job *x, struct job *out);
void inventory_free(struct inventory_job **x); /* after jobs_stop() */

#endif
