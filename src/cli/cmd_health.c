/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>

#include "cli/cmd.h"
#include "cli/endpoint.h"
#include "http/probe.h"

enum { HEALTH_MS = 5000 };

static int
run(int argc, char **argv)
{
	struct buf url = { 0 };
	struct fail fail;
	unsigned status = 0;
	enum err e;

	if (argc > 1 || (argc == 1 && argv[0][0] == '-'))
		return CMD_MISUSED;
	fail_init(&fail, NULL);
	endpoint_find(&url, argc == 1 ? argv[0] : NULL);
	buf_str(&url, "/_trug/health");
	e = probe_get(buf_cstr(&url), HEALTH_MS, &status, &fail);
	if (e != OK)
		fprintf(stderr, "trug: %s\n", fail_text(&fail));
	else if (status != 200)
		fprintf(stderr, "trug: %s answers %u: the server takes no writes\n",
		    buf_cstr(&url), status);
	buf_fini(&url);
	return e == E_CONFIG ? 2 : e != OK || status != 200;
}

const struct cmd_entry cmd_health_entry = {
	.name = "health",
	.usage = "[URL]",
	.summary = "ask a running server whether it takes reads and writes: exit 0, or 1",
	.more = CMD_FINDS,
	.run = run,
};
