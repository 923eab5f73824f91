/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "s3_priv.h"

/* One "bytes=a-b", "a-" or "-n". What is not understood (another unit, several ranges,
 * first behind last) is no range: the whole object is the answer, as AWS does. */
enum range_form
range_parse(struct span v, uint64_t size, uint64_t *off, uint64_t *len)
{
	struct span first, last;
	uint64_t a, b;

	if (!span_starts(v, SPAN_LIT("bytes=")))
		return RANGE_NONE;
	last = span_from(v, 6);
	if (span_find(last, ',', 0) != last.n || span_find(last, '-', 0) == last.n)
		return RANGE_NONE;
	first = span_trim(span_cut(&last, '-'));
	last = span_trim(last);
	if (first.n == 0) {
		if (!span_u64(last, &b))
			return RANGE_NONE;
		if (b == 0 || size == 0)
			return RANGE_BAD;
		*len = b < size ? b : size;
		*off = size - *len;
		return RANGE_OK;
	}
	if (!span_u64(first, &a) || (last.n > 0 && !span_u64(last, &b)))
		return RANGE_NONE;
	if (last.n == 0)
		b = UINT64_MAX;
	if (a > b)
		return RANGE_NONE;
	if (a >= size)
		return RANGE_BAD;
	*off = a;
	*len = b >= size ? size - a : b - a + 1;
	return RANGE_OK;
}

bool
range_reversed(struct span v)
{
	struct span last = span_from(v, 6), first = span_cut(&last, '-');
	uint64_t a, b;

	return span_starts(v, SPAN_LIT("bytes=")) && span_u64(span_trim(first), &a) &&
	    span_u64(span_trim(last), &b) && a > b;
}
