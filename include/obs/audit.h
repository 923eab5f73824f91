/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where audit records go: a file, stdout, or a ledger from which somebody takes them to a
 * webhook. A record is one line; what it says is its writer's business. [any]
 */
#ifndef OBS_AUDIT_H
#define OBS_AUDIT_H

#include "base/buf.h"
#include "base/err.h"
#include "obs/ledger.h"

struct audit;

/* To a file that grows; path "-" is stdout. fail names what can't be opened. */
NODISCARD enum err audit_open(struct audit **out, const char *path, struct fail *fail);
/* To a ledger, which is borrowed. */
struct audit *audit_into(struct ledger *ledger);
void audit_close(struct audit **a);

/* line ends with a line break. What can't be written is counted, and the log says so. */
void audit_write(struct audit *a, struct span line);

#endif
