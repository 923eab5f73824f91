/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/signer.h"
#include "base/clock.h"
#include "cli/cmd.h"
#include "cli/endpoint.h"
#include "codec/uri.h"
#include "http/probe.h"

enum { ARENA = 1 << 20 };

const char *
control_setting(const char *name, const char *otherwise)
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

enum err
control_send(struct arena *a, const struct control *c, unsigned *status, struct buf *out,
    struct fail *fail)
{
	struct buf url = { 0 }, lines = { 0 };
	struct signer_request sign = { .method = c->method,
		.path = span_str(c->path),
		.query = span_str(c->query),
		.access_key = span_str(control_setting("TRUG_ROOT_USER", "trugadmin")),
		.secret = span_str(control_setting("TRUG_ROOT_PASSWORD", "trugadmin")),
		.region = control_setting("TRUG_REGION", "us-east-1"),
		.service = "s3",
		.now = clock_real() };
	struct probe p = { .method = c->method, .body = c->body, .ms = c->ms };
	enum err e;

	endpoint_find(&url, c->url);
	sign.host = arena_span(a, host_of(buf_view(&url)));
	buf_printf(&url, "%s%s%s", c->path, c->query[0] != '\0' ? "?" : "", c->query);
	signer_lines(&lines, a, &sign);
	p.url = buf_cstr(&url);
	p.lines = buf_view(&lines);
	e = probe_ask(&p, status, out, fail);
	buf_fini(&url);
	buf_fini(&lines);
	return e;
}

int
control_run(struct control *c, struct buf *query, bool good)
{
	struct buf body = { 0 };
	struct arena a;
	struct fail fail;
	unsigned status = 0;
	enum err e = OK;

	arena_init(&a, ARENA);
	fail_init(&fail, NULL);
	c->query = buf_cstr(query);
	if (good)
		e = control_send(&a, c, &status, &body, &fail);
	if (e != OK)
		fprintf(stderr, "trug: %s\n", fail_text(&fail));
	else if (good)
		fprintf(status == 200 ? stdout : stderr, "%s%s", buf_cstr(&body),
		    status == 200 ? "" : "\n");
	buf_fini(&body);
	buf_fini(query);
	arena_fini(&a);
	if (!good)
		return CMD_MISUSED;
	return e == E_CONFIG ? 2 : e != OK || status != 200;
}

const char *
control_url(int *argc, char ***argv)
{
	const char *first = *argc > 0 ? **argv : "";

	if (strstr(first, "://") == NULL)
		return NULL;
	--*argc;
	++*argv;
	return first;
}

void
control_query(struct buf *query, const char *name, const char *value)
{
	if (query->n > 0)
		buf_char(query, '&');
	buf_printf(query, "%s=", name);
	uri_encode(query, span_str(value), false);
}
