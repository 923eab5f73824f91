/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>

#include "cli/cmd.h"
#include "s3/s3.h"

static int
run(int argc, char **argv)
{
	struct buf text = { 0 };

	(void)argc;
	(void)argv;
	s3_ops_json(&text);
	(void)fputs(buf_cstr(&text), stdout);
	buf_fini(&text);
	return 0;
}

const struct cmd_entry cmd_ops_entry = {
	.name = "ops",
	.usage = "",
	.summary = "print the registry of operations as JSON",
	.run = run,
};
