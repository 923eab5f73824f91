/* SPDX-License-Identifier: Apache-2.0 */
/* Between the set of targets (targets.c) and what they are read from (targets_read.c). */
#ifndef TARGETS_PRIV_H
#define TARGETS_PRIV_H

#include "target/targets.h"

enum { TARGET_PARAMS_MAX = 64 };
struct targets_draft {
	const char *kind, *id;
	struct target_param param[TARGET_PARAMS_MAX];
	size_t nparam;
};
struct targets *targets_new(void);
/* Checked and copied; one that is not enabled is checked and left away. */
NODISCARD enum err targets_add(
    struct targets *t, const struct targets_draft *d, struct fail *fail);
NODISCARD enum err targets_no_kind(const char *name, struct fail *fail);
/* Of the kind, or of all; NULL: there is none. */
const struct target_rule *targets_rule(const struct target_kind *kind, struct span name);

NODISCARD enum err targets_read(struct targets *t, struct span json, struct fail *fail);
NODISCARD enum err targets_environment(struct targets *t, char **env, struct fail *fail);

#endif
