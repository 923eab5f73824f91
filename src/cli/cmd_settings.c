/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "server/conf.h"
#include "target/targets.h"

static int
run(int argc, char **argv)
{
	struct buf text = { 0 };

	if (argc > 1 || (argc == 1 && strcmp(argv[0], "targets") != 0))
		return CMD_MISUSED;
	if (argc == 1)
		targets_markdown(&text);
	else
		conf_markdown(&text);
	(void)fputs(buf_cstr(&text), stdout);
	buf_fini(&text);
	return 0;
}

const struct cmd_entry cmd_settings_entry = {
	.name = "settings",
	.usage = "[targets]",
	.summary = "print every setting of serve, or of targets, as a Markdown table",
	.run = run,
};
