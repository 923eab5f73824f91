/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events that nobody's request makes: a restore is done, or its copy is gone. Due by the
 * store's clock; what is due stands in the outbox from the request on.
 */
#ifndef JOB_TIMED_H
#define JOB_TIMED_H

#include "job/jobs.h"

struct timed;

struct timed *timed_new(struct store *store);
void timed_free(struct timed **x);
void timed_job(struct timed *x, struct job *out);

#endif
