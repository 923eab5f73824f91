/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/control.h"

enum { ASK_MS = 600 * 1000 };

static int
run(int argc, char **argv)
{
	struct control c = { .method = "POST", .path = "/_trug/v1/reset", .ms = ASK_MS };
	struct buf query = { 0 };
	bool good = true, named = false;

	for (int i = 0; i < argc && good; i++) {
		if (strcmp(argv[i], "--keep") == 0 && i + 1 < argc)
			control_query(&query, "keep", argv[++i]);
		else if (c.url == NULL && strstr(argv[i], "://") != NULL)
			c.url = argv[i];
		else if (argv[i][0] != '-' && !named) {
			control_query(&query, "bucket", argv[i]);
			named = true;
		} else
			good = false;
	}
	return control_run(&c, &query, good);
}

const struct cmd_entry cmd_reset_entry = {
	.name = "reset",
	.usage = "[URL] [BUCKET] [--keep settings,identities]",
	.summary =
	    "empty a server's store, or one bucket, at once: as it was when just started",
	.more = CMD_ASKS,
	.run = run,
};
