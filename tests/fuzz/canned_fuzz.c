/* SPDX-License-Identifier: Apache-2.0 */
/* Policies as MinIO takes them: what is taken is one that IAM takes, and taken again it is the
 * same text. */
#include "config.h"

#include "base/arena.h"
#include "iam/minio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span out, again;
	struct policy *p = NULL;
	struct arena a;

	arena_init(&a, 0);
	if (minio_policy_take(&a, span_of(data, size), &out, NULL) == OK) {
		MUST(policy_parse(&p, out, POLICY_IDENTITY, SPAN_NONE, NULL) == OK);
		policy_free(&p);
		MUST(minio_policy_take(&a, out, &again, NULL) == OK &&
		    span_eq(out, again));
	}
	arena_fini(&a);
	return 0;
}
