/* SPDX-License-Identifier: Apache-2.0 */
/* What parses is rendered as the very text it was parsed from. */
#include "config.h"

#include "base/mem.h"
#include "codec/b64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	char *bytes = mem_alloc(size), *text = mem_alloc(B64_LEN(size));
	size_t n;

	if (b64_parse(bytes, size, &n, in)) {
		size_t len = b64_render(text, bytes, n);

		MUST(span_eq(span_of(text, len), in));
		MUST(n == 0 || !b64_parse(bytes, n - 1, &n, in));
	}
	if (b64url_parse(bytes, size, &n, in)) {
		size_t len = b64url_render(text, bytes, n);

		MUST(span_eq(span_of(text, len), in));
	}
	mem_free(bytes);
	mem_free(text);
	return 0;
}
