/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>

#include "cli/cmd.h"
#include "server/server.h"

static int
run(int argc, char **argv)
{
	struct conf conf;
	struct fail fail;
	bool help;

	fail_init(&fail, NULL);
	if (conf_load(&conf, argc, argv, &help, &fail) != OK) {
		fprintf(stderr, "trug: %s\n", fail_text(&fail));
		return 2;
	}
	return help ? CMD_MISUSED : server_rotate(&conf);
}

const struct cmd_entry cmd_rotate_entry = {
	.name = "rotate",
	.usage = "[DIR] [--master-key-file FILE]",
	.summary =
	    "give a store that is not in use new keys; no object's bytes are touched",
	.more =
	    "Options as for trug serve; what is broken off goes on when called again.\n",
	.run = run,
};
