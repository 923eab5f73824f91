/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delivers server access logs: what a ledger has gathered becomes objects of the target
 * buckets, every interval, whenever a batch is full, and at the end. Best effort, as on
 * AWS: what a crash finds in memory is lost, and so is what its target refuses (counted in
 * the log). Source: docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
 */
#ifndef JOB_LOGSHIP_H
#define JOB_LOGSHIP_H

#include "obs/ledger.h"

struct logship;
struct store;

struct logship_conf {
	struct store *store;
	struct ledger *ledger; /* outlives it */
	const char *account; /* 12 digits: of the source's owner, in partitioned keys */
	uint64_t interval_ms;
};

struct logship *logship_new(const struct logship_conf *conf); /* starts its thread */
void logship_free(struct logship **s); /* delivers what is there, then ends */

#endif
