/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/control.h"

enum { ASK_MS = 60 * 1000 };

static int
run(int argc, char **argv)
{
	struct control c = { .method = "GET", .path = "/_trug/v1/usage", .ms = ASK_MS };
	struct buf query = { 0 };
	bool named;

	c.url = control_url(&argc, &argv);
	named = argc == 1 && argv[0][0] != '-';
	if (named)
		control_query(&query, "bucket", argv[0]);
	return control_run(&c, &query, argc == 0 || named);
}

const struct cmd_entry cmd_usage_entry = {
	.name = "usage",
	.usage = "[URL] [BUCKET]",
	.summary = "versions and bytes of each storage class in a server's buckets",
	.more = CMD_ASKS,
	.run = run,
};
