/* SPDX-License-Identifier: Apache-2.0 */
/* A key of any bytes is refused or has one form, which is its own. */
#include "config.h"

#include "codec/nfc.h"
#include "codec/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size), once, twice;
	struct arena a;
	struct fail fail;

	arena_init(&a, 0);
	fail_init(&fail, NULL);
	if (nfc_make(&a, in, &once, &fail) == OK) {
		MUST(!uri_utf8(in) || uri_utf8(once));
		MUST(nfc_make(&a, once, &twice, &fail) == OK);
		MUST(span_eq(once, twice));
	}
	arena_fini(&a);
	return 0;
}
