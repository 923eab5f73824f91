/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/control.h"

enum { ASK_MS = 60 * 1000 };

static const struct {
	const char *word, *method, *path;
	int most; /* arguments behind it */
} rows[] = {
	{ "list", "GET", "/_trug/v1/events", 0 },
	{ "dead", "GET", "/_trug/v1/events/dead", 2 },
	{ "retry", "POST", "/_trug/v1/events/retry", 1 },
	{ "drop", "POST", "/_trug/v1/events/drop", 1 },
};

static bool
take(struct control *c, struct buf *query, int argc, char **argv)
{
	const char *word = argc > 0 ? argv[0] : "list";

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(word, rows[i].word) != 0)
			continue;
		c->method = rows[i].method;
		c->path = rows[i].path;
		if (argc > 1)
			control_query(query, "arn", argv[1]);
		if (argc > 2)
			control_query(query, "after", argv[2]);
		return argc - 1 <= rows[i].most && (rows[i].most == 0 || argc > 1);
	}
	return false;
}

static int
run(int argc, char **argv)
{
	struct control c = { .ms = ASK_MS };
	struct buf query = { 0 };
	bool good;

	c.url = control_url(&argc, &argv);
	good = take(&c, &query, argc, argv);
	return control_run(&c, &query, good);
}

const struct cmd_entry cmd_events_entry = {
	.name = "events",
	.usage = "[URL] [list | dead ARN [AFTER] | retry ARN | drop ARN]",
	.summary =
	    "where a server's events go: what waits, dead letters, and what of them",
	.more = CMD_ASKS,
	.run = run,
};
