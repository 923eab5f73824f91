/* SPDX-License-Identifier: Apache-2.0 */
/* Records of access points and their ARNs: whatever bytes come, nothing is read beyond them,
 * and a record that is read is written the same. */
#include "config.h"

#include "model/point.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct span all, struct span part)
{
	MUST(part.n == 0 || (part.p >= all.p && part.p + part.n <= all.p + all.n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct rec_point rec;
	struct point_arn arn;
	struct buf b = { 0 };

	if (rec_point_arn(in, &arn)) {
		inside(in, arn.region);
		inside(in, arn.name);
		inside(in, arn.rest);
		MUST(arn.account.n == 12 && arn.name.n > 0);
	}
	if (rec_point_get(in, &rec) == OK) {
		rec_point_put(&b, &rec);
		MUST(span_eq(buf_view(&b), in));
	}
	(void)rec_point_name_ok(in);
	buf_fini(&b);
	return 0;
}
