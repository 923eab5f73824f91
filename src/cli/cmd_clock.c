/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/control.h"
#include "codec/uri.h"

/* Long, because the answer comes when all that was due on the way has happened. */
enum { ASK_MS = 3600 * 1000, ARENA = 1 << 20 };

static const char usage[] =
    "trug: usage: trug clock [URL] [show | by 90d | to 2027-01-01T00:00:00Z | freeze | "
    "thaw | real]; keys from TRUG_ROOT_USER and TRUG_ROOT_PASSWORD\n";

static int
ask(struct arena *a, const char *url, const char *method, const char *query)
{
	return control_ask(a,
	    &(struct control){ .url = url,
		.method = method,
		.path = "/_trug/v1/clock",
		.query = query,
		.ms = ASK_MS });
}

/* The parameter that the words stand for; NULL: none. */
static const char *
query_of(struct arena *a, int argc, char **argv)
{
	struct buf b = { 0 };
	const char *q = NULL;

	if (argc == 1 && strcmp(argv[0], "freeze") == 0)
		q = "freeze=true";
	if (argc == 1 && strcmp(argv[0], "thaw") == 0)
		q = "freeze=false";
	if (argc == 1 && strcmp(argv[0], "real") == 0)
		q = "real=true";
	if (argc == 2 && (strcmp(argv[0], "by") == 0 || strcmp(argv[0], "to") == 0)) {
		uri_encode(&b, span_str(argv[1]), false);
		q = arena_printf(a, "%s=%s", argv[0], buf_cstr(&b));
	}
	buf_fini(&b);
	return q;
}

static int
run(int argc, char **argv)
{
	const char *url = NULL, *query;
	struct arena a;
	int rc;

	arena_init(&a, ARENA);
	if (argc > 0 && strstr(argv[0], "://") != NULL) {
		url = argv[0];
		argc--;
		argv++;
	}
	query = query_of(&a, argc, argv);
	if (argc == 0 || (argc == 1 && strcmp(argv[0], "show") == 0))
		rc = ask(&a, url, "GET", "");
	else if (query != NULL)
		rc = ask(&a, url, "POST", query);
	else {
		(void)fputs(usage, stderr);
		rc = 2;
	}
	arena_fini(&a);
	return rc;
}

const struct cmd_entry cmd_clock_entry = {
	.name = "clock",
	.usage = "[URL] [by 90d | to TIME | freeze | thaw | real]",
	.summary =
	    "show or move a server's clock; returns when what was due on the way is done",
	.run = run,
};
