/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gives back what resets left behind: a thread of small writes that rests as long as it
 * worked, so that who uses the store meanwhile hardly notices. What it has to do is in the
 * store, so a restart is nothing special.
 */
#ifndef JOB_DROPPER_H
#define JOB_DROPPER_H

#include "base/err.h"

struct dropper;
struct store;

struct dropper *dropper_new(struct store *store);
/* Is something left of an earlier run? */
NODISCARD enum err dropper_start(struct dropper *d);
void dropper_nudge(struct dropper *d); /* there is something to do [any] */
void dropper_free(struct dropper **d); /* the step that runs is the last one */

#endif
