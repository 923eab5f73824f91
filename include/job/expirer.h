/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Applies lifecycle rules (model/lifecycle.h): once a day, at midnight by the store's clock,
 * it looks through the buckets that have rules, a page at a time, and makes due changes in
 * small writes between which clients' own go on. A day on which nothing can be due is
 * skipped. It remembers nothing: a change made is not due again, so after a crash it starts
 * over and finishes.
 */
#ifndef JOB_EXPIRER_H
#define JOB_EXPIRER_H

#include "job/jobs.h"

struct expirer;

struct expirer *expirer_new(struct store *store, int64_t day_ms);
void expirer_free(struct expirer **x);
void expirer_job(struct expirer *x, struct job *out);

#endif
