/* SPDX-License-Identifier: Apache-2.0 */
/* What rules may say together: between reading one (lifecycle_parse.c) and measuring it
 * (lifecycle_order.c). */
#ifndef LIFECYCLE_PRIV_H
#define LIFECYCLE_PRIV_H

#include "model/lifecycle.h"

/* How deep a class lies: moves only go down. Tiers with names of their own are deepest. */
unsigned life_depth(uint8_t class);

/* The argument that was reported as bad. Returns what was reported. */
enum err life_argument(struct fail *fail, const char *name, struct span value);
enum err life_argument_number(struct fail *fail, const char *name, int64_t value);

/* What errors call the things that a rule is about. */
const char *life_about(
    struct arena *a, const struct xml_node *rule, const struct life_rule *r);
/* One move more, behind those that the rule has. */
NODISCARD enum err life_move_check(const struct life_rule *r, const struct life_move *m,
    const char *action, const char *about, struct fail *fail);
/* Moves go before deletion. */
NODISCARD enum err life_order_check(
    const struct life_rule *r, const char *about, struct fail *fail);
/* All rules have one form, and in the old one don't say two things of one key. */
NODISCARD enum err life_forms_check(
    const struct lifecycle *l, const struct xml_node *root, bool soon, struct fail *fail);

#endif
