/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "s3/tier.h"

static const char usage[] = "trug: usage: trug tiers [open|aws|minio|r2 ...] [--json]\n";

/* The tiers named; none: all. */
static int
set_parse(int argc, char **argv, enum tier *set, unsigned *n, bool *json)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			*json = true;
		else if (*n == TIERS || !tier_find(span_str(argv[i]), &set[*n])) {
			(void)fputs(usage, stderr);
			return 2;
		} else
			(*n)++;
	}
	return 0;
}

static int
run(int argc, char **argv)
{
	enum tier set[TIERS];
	struct buf text = { 0 };
	bool json = false, all;
	unsigned n = 0;
	int rc = set_parse(argc, argv, set, &n, &json);

	if (rc != 0)
		return rc;
	all = n == 0;
	for (unsigned i = 0; all && i < TIERS; i++)
		set[n++] = (enum tier)i;
	if (json)
		tier_json(&text, set, n, all);
	else
		tier_text(&text, set, n, all);
	(void)fputs(buf_cstr(&text), stdout);
	buf_fini(&text);
	return 0;
}

const struct cmd_entry cmd_tiers_entry = {
	.name = "tiers",
	.usage = "[open|aws|minio|r2 ...] [--json]",
	.summary =
	    "print what tells services apart: of all, of one, or where these differ",
	.run = run,
};
