/* SPDX-License-Identifier: Apache-2.0 */
/* Days of storage class analysis: whatever bytes come, nothing is read beyond them, what is
 * read is read the same once it was written, and a report of it is made. */
#include "config.h"

#include "model/analytics_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct analytics v = { .id = SPAN_LIT("x") };
	struct analytics_past past[2] = { { .day = 20000 }, { .day = 20029 } };
	const struct analytics_history h = { .n = 2, .past = past };
	struct buf one = { 0 }, two = { 0 }, text = { 0 };

	if (analytics_day_get(span_of(data, size), &past[0].what) != OK)
		return 0;
	analytics_day_put(&one, &past[0].what);
	MUST(analytics_day_get(buf_view(&one), &past[1].what) == OK);
	analytics_day_put(&two, &past[1].what);
	MUST(span_eq(buf_view(&one), buf_view(&two)));
	analytics_day_count(&past[1].what, &past[0].what);
	analytics_report_put(&text, &v, &h);
	analytics_day_fini(&past[0].what);
	analytics_day_fini(&past[1].what);
	buf_fini(&one);
	buf_fini(&two);
	buf_fini(&text);
	return 0;
}
