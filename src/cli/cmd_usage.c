/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/control.h"

enum { ASK_MS = 60 * 1000, ARENA = 1 << 20 };

static const char usage[] = "trug: usage: trug usage [URL] [BUCKET]; keys from "
			    "TRUG_ROOT_USER and TRUG_ROOT_PASSWORD\n";

static int
run(int argc, char **argv)
{
	struct control c = { .method = "GET", .path = "/_trug/v1/usage", .ms = ASK_MS };
	struct buf query = { 0 };
	struct arena a;
	int rc = 2;

	if (argc > 0 && strstr(argv[0], "://") != NULL) {
		c.url = argv[0];
		argc--;
		argv++;
	}
	arena_init(&a, ARENA);
	if (argc == 1 && argv[0][0] != '-')
		control_query(&query, "bucket", argv[0]);
	c.query = buf_cstr(&query);
	if (argc == 0 || (argc == 1 && argv[0][0] != '-'))
		rc = control_ask(&a, &c);
	else
		(void)fputs(usage, stderr);
	arena_fini(&a);
	buf_fini(&query);
	return rc;
}

const struct cmd_entry cmd_usage_entry = {
	.name = "usage",
	.usage = "[URL] [BUCKET]",
	.summary = "versions and bytes of each storage class in a server's buckets",
	.run = run,
};
