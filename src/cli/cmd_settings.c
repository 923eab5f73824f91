/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>

#include "cli/cmd.h"
#include "server/conf.h"

static int
run(int argc, char **argv)
{
	struct buf text = { 0 };

	(void)argc;
	(void)argv;
	conf_markdown(&text);
	(void)fputs(buf_cstr(&text), stdout);
	buf_fini(&text);
	return 0;
}

const struct cmd_entry cmd_settings_entry = {
	.name = "settings",
	.usage = "",
	.summary = "print every setting of serve as a Markdown table",
	.run = run,
};
