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
	struct buf text = { 0 };
	bool help;

	fail_init(&fail, NULL);
	if (conf_load(&conf, argc, argv, &help, &fail) != OK) {
		fprintf(stderr, "trug: %s\n", fail_text(&fail));
		return 2;
	}
	if (help) {
		conf_help(&text);
		(void)fputs(buf_cstr(&text), stdout);
		buf_fini(&text);
		return 0;
	}
	return server_run(&conf);
}

const struct cmd_entry cmd_serve_entry = {
	.name = "serve",
	.usage = "[DIR] [OPTIONS]",
	.summary =
	    "serve the store in DIR (default: data); trug serve --help lists the options",
	.helps = true,
	.run = run,
};
