/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTROL_PRIV_H
#define CONTROL_PRIV_H

#include "admin/control.h"

#define CONTROL(method, path, fn, params, what) \
	enum err fn(struct control *c, struct s3_call *call);
#include "admin/control.def"
#undef CONTROL

/* E_INVALID_ARGUMENT that names the parameter, its value and what is allowed. */
NODISCARD enum err control_bad(
    struct s3_call *call, const char *name, const char *allowed);

#endif
