/* SPDX-License-Identifier: Apache-2.0 */
/* What usage.c and meter.c write: numbers of any length, seven bits a byte, low ones first. */
#ifndef METER_PRIV_H
#define METER_PRIV_H

#include "model/meter.h"

enum { NUMBER_MAX = 19 }; /* bytes of one */

size_t meter_numbers_put(uint8_t *out, const meter_sum *v, size_t n);
/* Fewer than n are there: the others are 0. */
NODISCARD enum err meter_numbers_get(struct span in, meter_sum *v, size_t n);

NODISCARD enum err meter_name_put(struct txn *t, uint64_t bucket, struct span name);

#endif
