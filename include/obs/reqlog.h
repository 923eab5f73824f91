/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The access log: one line per request, S3's server access log fields as text, or JSON.
 * Never a secret or a full signature. [any]
 */
#ifndef OBS_REQLOG_H
#define OBS_REQLOG_H

#include "base/buf.h"
#include "base/err.h"

struct reqlog;

struct reqlog_entry {
	int64_t time_ms;
	struct span peer, access_key, request_id, operation, bucket, key, method, target,
	    agent, error;
	unsigned status;
	uint64_t sent, received, total_us;
	bool aborted;
};

/* path "-" is stdout. fail names what can't be opened. */
NODISCARD enum err reqlog_open(
    struct reqlog **out, const char *path, bool json, struct fail *fail);
void reqlog_close(struct reqlog **r);
void reqlog_write(struct reqlog *r, const struct reqlog_entry *e);

#endif
