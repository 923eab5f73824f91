/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>

#include "cli/cmd.h"

static int
run(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	(void)puts(PACKAGE_STRING);
	return 0;
}

const struct cmd_entry cmd_version_entry = {
	.name = "version",
	.usage = "",
	.summary = "print the version",
	.run = run,
};
