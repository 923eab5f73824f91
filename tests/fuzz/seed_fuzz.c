/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken as declared state becomes requests that cannot break out of their lines. */
#include "config.h"

#include "seed/seed.h"

#include "../../src/seed/seed_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Header lines end where one begins, and each has a name. */
static void
check_lines(struct span lines)
{
	MUST(lines.n == 0 || span_ends(lines, SPAN_LIT("\r\n")));
	while (lines.n > 0) {
		struct span line = span_cut(&lines, '\n');

		MUST(line.n > 1 && line.p[line.n - 1] == '\r');
		line.n--;
		MUST(span_find(line, '\r', 0) == line.n);
		MUST(span_find(line, ':', 0) > 0 && span_find(line, ':', 0) < line.n);
	}
}

static void
check_step(const struct seed_step *step)
{
	MUST(step->bucket.n >= 3 && step->bucket.n <= 63);
	MUST(step->file == NULL && step->zip == NULL); /* no folder was given */
	MUST(step->key.p == NULL || (step->key.n > 0 && step->key.n <= 1024));
	for (size_t i = 0; i < step->query.n; i++)
		MUST(step->query.p[i] > ' ' && step->query.p[i] < 0x7f);
	check_lines(step->lines);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seed *s = seed_new("declare");
	struct fail fail;
	enum err e;

	fail_init(&fail, NULL);
	e = seed_add_json(s, span_of(data, size), "fuzz", NULL, &fail);
	MUST(e == OK || e == E_CONFIG);
	for (unsigned i = 0; i < PASSES; i++)
		for (const struct seed_step *step = s->first[i]; step != NULL;
		     step = step->next)
			check_step(step);
	(void)seed_accounts(s);
	seed_free(&s);
	return 0;
}
