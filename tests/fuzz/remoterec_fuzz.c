/* SPDX-License-Identifier: Apache-2.0 */
/* Records of tiers: any bytes are refused, or written again are the same. */
#include "config.h"

#include "model/rec_remote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size), key = span_head(in, ERRAND_KEY);
	struct rec_remote remote;
	struct rec_errand errand;
	struct rec_tier tier;
	struct buf out = { 0 };
	struct arena a;

	arena_init(&a, 64 << 20);
	if (rec_remote_get(&a, in, &remote) == OK) {
		MUST(remote.n > 0 && remote.len > 0);
		rec_remote_put(&out, &remote);
		/* Tags are as wide as lengths and hold less. */
		MUST(out.n == in.n);
	}
	out.n = 0;
	if (rec_errand_get(key, span_from(in, ERRAND_KEY), &errand) == OK) {
		uint8_t again[ERRAND_KEY];

		rec_errand_key(again, (enum errand_kind)errand.kind, errand.number);
		MUST(span_eq(span_of(again, sizeof again), key));
		rec_errand_put(&out, &errand);
		MUST(out.n == in.n - ERRAND_KEY);
	}
	out.n = 0;
	if (rec_tier_get(in, &tier) == OK) {
		rec_tier_put(&out, &tier);
		MUST(span_eq(buf_view(&out), in));
	}
	buf_fini(&out);
	arena_fini(&a);
	return 0;
}
