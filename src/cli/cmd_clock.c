/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/signer.h"
#include "base/clock.h"
#include "cli/cmd.h"
#include "cli/endpoint.h"
#include "codec/uri.h"
#include "http/probe.h"

/* Long, because the answer comes when all that was due on the way has happened. */
enum { ASK_MS = 3600 * 1000, ARENA = 1 << 20 };

static const char usage[] =
    "trug: usage: trug clock [URL] [show | by 90d | to 2027-01-01T00:00:00Z | freeze | "
    "thaw | real]; keys from TRUG_ROOT_USER and TRUG_ROOT_PASSWORD\n";

static const char *
setting(const char *name, const char *otherwise)
{
	const char *v = getenv(name);

	return v != NULL ? v : otherwise;
}

/* The host of a URL, as a Host header says it. */
static struct span
host_of(struct span url)
{
	size_t at = span_search(url, SPAN_LIT("://"), 0);
	struct span rest = span_from(url, at < url.n ? at + 3 : 0);

	return span_head(rest, span_find(rest, '/', 0));
}

static int
ask(struct arena *a, const char *given, const char *method, const char *query)
{
	struct buf url = { 0 }, lines = { 0 }, body = { 0 };
	struct signer_request sign = { .method = method,
		.path = SPAN_LIT("/_trug/v1/clock"),
		.query = span_str(query),
		.access_key = span_str(setting("TRUG_ROOT_USER", "trugadmin")),
		.secret = span_str(setting("TRUG_ROOT_PASSWORD", "trugadmin")),
		.region = setting("TRUG_REGION", "us-east-1"),
		.service = "s3",
		.now = clock_real() };
	struct probe p = { .method = method, .ms = ASK_MS };
	struct fail fail;
	unsigned status = 0;
	enum err e;

	fail_init(&fail, NULL);
	endpoint_find(&url, given);
	sign.host = arena_span(a, host_of(buf_view(&url)));
	buf_printf(&url, "/_trug/v1/clock%s%s", query[0] != '\0' ? "?" : "", query);
	signer_lines(&lines, a, &sign);
	p.url = buf_cstr(&url);
	p.lines = buf_view(&lines);
	e = probe_ask(&p, &status, &body, &fail);
	if (e != OK)
		fprintf(stderr, "trug: %s\n", fail_text(&fail));
	else
		fprintf(status == 200 ? stdout : stderr, "%s%s", buf_cstr(&body),
		    status == 200 ? "" : "\n");
	buf_fini(&url);
	buf_fini(&lines);
	buf_fini(&body);
	return e == E_CONFIG ? 2 : e != OK || status != 200;
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
