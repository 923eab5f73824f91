/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds and their parameters as people read them. */
#include "config.h"

#include "target/targets.h"

#include <stdio.h>

static void
value(struct buf *out, const struct target_rule *r)
{
	static const char *const names[] = {
		[TARGET_TEXT] = "text",
		[TARGET_SECRET] = "secret",
		[TARGET_URL] = "URL",
		[TARGET_PATH] = "file",
		[TARGET_BOOL] = "on, off",
		[TARGET_NUMBER] = "number",
	};
	struct span words = span_str(r->words);

	if (r->type != TARGET_WORD) {
		buf_str(out, names[r->type]);
		return;
	}
	while (words.n > 0) {
		buf_span(out, span_cut(&words, '|'));
		buf_str(out, words.n > 0 ? ", " : "");
	}
}

/* What has no meaning here, or is always refused, has no row. */
static void
rules(struct buf *out, const char *kind, const struct target_rule *rule)
{
	const char *name = kind;

	for (const struct target_rule *r = rule; r->name != NULL; r++) {
		if (r->type == TARGET_IGNORED || r->about == NULL)
			continue;
		buf_printf(out, "| %s | `%s`%s | ", name, r->name, r->needed ? " *" : "");
		value(out, r);
		buf_printf(out, " | %s |\n", r->about);
		name = "";
	}
}

void
targets_markdown(struct buf *out)
{
	static const struct target_kind *const kinds[] = {
#define KIND(name) &name##_kind,
#include "target/kinds.def"
#undef KIND
	};
	char name[64];

	buf_str(out, "| Kind | Parameter (* needed) | Value | |\n|---|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		(void)snprintf(name, sizeof name, "`%s`", kinds[i]->name);
		rules(out, name, kinds[i]->rules);
	}
	rules(out, "all", targets_common());
}
