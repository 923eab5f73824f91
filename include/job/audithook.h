/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes audit records from a ledger to a webhook: POST, at most a second after they were
 * made, as {"Records":[...]}, which is how CloudTrail delivers them. While nobody answers 2xx
 * it tries again, with growing pauses; what the ledger has no room for meanwhile is lost,
 * counted, and said in the log.
 */
#ifndef JOB_AUDITHOOK_H
#define JOB_AUDITHOOK_H

#include "obs/ledger.h"

struct audithook;

enum { AUDITHOOK_BATCH = 512 << 10, AUDITHOOK_MAX = 32 << 20 }; /* bytes of the ledger */

/* url and ledger are borrowed; starts its thread. */
struct audithook *audithook_new(struct ledger *ledger, const char *url);
/* One more try for what is there, then ends. */
void audithook_free(struct audithook **h);

#endif
