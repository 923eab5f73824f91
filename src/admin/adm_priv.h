/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADM_PRIV_H
#define ADM_PRIV_H

#include "admin/adm.h"

#define ADM(method, path, fn, params, what) \
	enum err fn(struct adm *c, struct s3_call *call);
#include "admin/adm.def"
#undef ADM
#define MINIO(method, path, fn, right, what) \
	enum err fn(struct adm *c, struct s3_call *call);
#include "admin/minio.def"
#undef MINIO

/* E_INVALID_ARGUMENT that names the parameter, its value and what is allowed. */
NODISCARD enum err adm_bad(struct s3_call *call, const char *name, const char *allowed);

/* What MinIO's tools encrypt by: the secret key of who signed. */
static inline struct span
adm_secret(const struct s3_call *call)
{
	return span_of(call->credential->secret.secret, call->credential->secret.n);
}

#endif
