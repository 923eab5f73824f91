/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests as the loops counted them go to the store's cost meter: a while after the first
 * of them, before the clock moves, when somebody asks for the bill, and at the end. What a
 * killed server loses are those of its last half minute.
 */
#ifndef JOB_METERING_H
#define JOB_METERING_H

#include "job/jobs.h"
#include "obs/counts.h"

struct metering;

struct metering *metering_new(struct store *store);
void metering_free(struct metering **m);
struct counts_set *metering_counts(struct metering *m);
/* Buckets of an older store begin to be metered. [at the start] */
NODISCARD enum err metering_start(struct metering *m);
/* All that was counted is in the store behind it. [any but writer and loops] */
NODISCARD enum err metering_flush(struct metering *m);
/* The same, behind the last request. */
void metering_stop(struct metering *m);
void metering_job(struct metering *m, struct job *out);

#endif
