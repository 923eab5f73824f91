/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADM_PRIV_H
#define ADM_PRIV_H

#include "admin/adm.h"

#define ADM(method, path, fn, params, what) \
	enum err fn(struct adm *c, struct s3_call *call);
#include "admin/adm.def"
#undef ADM

/* MinIO's admin API: everything below tier. */
enum err adm_minio_tier(struct adm *c, struct s3_call *call);

/* E_INVALID_ARGUMENT that names the parameter, its value and what is allowed. */
NODISCARD enum err adm_bad(struct s3_call *call, const char *name, const char *allowed);

#endif
