/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations of targets: what is taken can be found by its ARN, and says what it is. */
#include "config.h"

#include "target/targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct targets *t = NULL;
	struct fail fail;

	fail_init(&fail, NULL);
	if (targets_parse(&t, span_of(data, size), &fail) != OK) {
		MUST(t == NULL && fail.code == E_CONFIG && fail_text(&fail)[0] != '\0');
		return 0;
	}
	for (size_t i = 0; i < targets_count(t); i++) {
		const struct target_conf *c = targets_at(t, i);

		MUST(target_kind_find(span_str(c->kind)) != NULL);
		MUST(targets_find(t, span_str(c->arn)) != NULL);
		(void)targets_form(c);
	}
	targets_free(&t);
	return 0;
}
