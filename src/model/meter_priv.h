/* SPDX-License-Identifier: Apache-2.0 */
/* What usage.c and meter.c share. */
#ifndef METER_PRIV_H
#define METER_PRIV_H

#include "model/meter.h"

NODISCARD enum err meter_name_put(struct txn *t, uint64_t bucket, struct span name);

#endif
