/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/control.h"

/* Long, because the answer comes when all that was due on the way has happened. */
enum { ASK_MS = 3600 * 1000 };

/* The parameter that the words stand for; false: none. */
static bool
query_of(struct buf *query, int argc, char **argv)
{
	static const struct {
		const char *word, *name, *value;
	} rows[] = { { "freeze", "freeze", "true" }, { "thaw", "freeze", "false" },
		{ "real", "real", "true" } };

	for (size_t i = 0; i < ARRAY_LEN(rows) && argc == 1; i++)
		if (strcmp(argv[0], rows[i].word) == 0)
			control_query(query, rows[i].name, rows[i].value);
	if (argc == 2 && (strcmp(argv[0], "by") == 0 || strcmp(argv[0], "to") == 0))
		control_query(query, argv[0], argv[1]);
	return query->n > 0;
}

static int
run(int argc, char **argv)
{
	struct control c = { .method = "GET", .path = "/_trug/v1/clock", .ms = ASK_MS };
	struct buf query = { 0 };
	bool good;

	c.url = control_url(&argc, &argv);
	good = argc == 0 || (argc == 1 && strcmp(argv[0], "show") == 0);
	if (!good && query_of(&query, argc, argv)) {
		c.method = "POST";
		good = true;
	}
	return control_run(&c, &query, good);
}

const struct cmd_entry cmd_clock_entry = {
	.name = "clock",
	.usage = "[URL] [show | by 90d | to 2027-01-01T00:00:00Z | freeze | thaw | real]",
	.summary =
	    "show or move a server's clock; returns when what was due on the way is done",
	.more = CMD_ASKS,
	.run = run,
};
