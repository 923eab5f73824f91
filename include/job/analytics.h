/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Storage class analysis (model/analytics_report.h): each midnight UTC by the store's clock
 * every bucket with analytics configurations that export is looked through once, and each of
 * them gets its report anew, with the day that ended. In between, what loops counted
 * (object/heat.h) is kept in the store, a minute after it was counted.
 */
#ifndef JOB_ANALYTICS_H
#define JOB_ANALYTICS_H

#include "job/jobs.h"

struct analytics_job;
struct heat_set;

struct analytics_job *analytics_new(struct store *store, struct heat_set *heat);
void analytics_job(struct analytics_job *x, struct job *out);
/* Keeps what is counted. After jobs_stop(), when nobody counts any more. */
void analytics_free(struct analytics_job **x);

#endif
