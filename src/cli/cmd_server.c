/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/cmd.h"
#include "server/server.h"

static void
say_notes(const struct conf *conf, const struct conf_minio *m)
{
	struct span rest = buf_view(&m->notes);

	log_setup((enum log_level)conf->log_level, conf->log_format == 1);
	while (rest.n > 0) {
		struct span line = span_cut(&rest, '\n');

		log_warn("%.*s", (int)line.n, line.p);
	}
}

static int
run(int argc, char **argv)
{
	struct conf_minio m;
	struct conf conf;
	struct fail fail;
	bool help;
	int rc = 2;

	fail_init(&fail, NULL);
	if (conf_minio_read(&m, argc, argv, &fail) != OK ||
	    conf_load(&conf, (int)m.argc, m.argv, &help, &fail) != OK)
		fprintf(stderr, "trug: %s\n", fail_text(&fail));
	else if (help) {
		struct buf text = { 0 };

		conf_help(&text);
		(void)fputs(buf_cstr(&text), stdout);
		buf_fini(&text);
		rc = 0;
	} else {
		conf.minio = true;
		say_notes(&conf, &m);
		rc = server_run(&conf);
	}
	conf_minio_free(&m);
	return rc;
}

const struct cmd_entry cmd_server_entry = {
	.name = "server",
	.usage = "[DIR] [MINIO'S OPTIONS]",
	.summary =
	    "the same with MinIO's options, environment names, port and default keys",
	.helps = true,
	.run = run,
};
