/* SPDX-License-Identifier: Apache-2.0 */
/* The control API (control.def): what a test or an operator asks of the server itself. */
#ifndef ADMIN_ADM_H
#define ADMIN_ADM_H

#include "job/jobs.h"
#include "s3/s3.h"

struct replicator;
struct adm {
	struct jobs *jobs;
	struct replicator *replicator;
	struct store *store;
};

/* c is borrowed for as long as the S3 layer serves. */
struct s3_control adm_hook(struct adm *c);

/* "90d", "12h", "30m", "45s", "2w" in ms; a time as ISO 8601 in ms. */
bool adm_span_parse(struct span s, int64_t *ms);

#endif
