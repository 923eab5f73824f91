/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the outbox, keys (first byte even) or records: what is read is written the same. */
#include "config.h"

#include "model/outbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char room[OUTBOX_KEY_MAX];
	struct span in = span_of(data + 1, size > 0 ? size - 1 : 0);
	struct watch_rule rule;
	struct outbox_key key;
	struct rec_event r;
	struct buf b = { 0 };
	bool bad;

	if (size < 1)
		return 0;
	if (data[0] % 2 == 0) {
		if (outbox_key_get(in, &key) && key.arn.n <= ARN_MAX &&
		    (key.number != 0 || key.kind == OUTBOX_COUNTS))
			MUST(span_eq(outbox_key_put(room, &key), in));
		while (watch_next(&in, &rule, &bad))
			(void)watch_matches(&rule, UINT64_MAX, SPAN_LIT("key"));
		return 0;
	}
	if (rec_event_get(in, &r) == OK) {
		rec_event_put(&b, &r);
		/* Attempts are kept in fewer bits than there is room for. */
		MUST(b.n == in.n);
	}
	buf_fini(&b);
	return 0;
}
