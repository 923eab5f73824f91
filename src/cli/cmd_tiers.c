/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/control.h"
#include "codec/json.h"
#include "s3/tier.h"

enum { ASK_MS = 60 * 1000, ARENA = 16 << 20 };

struct asked {
	enum tier set[TIERS];
	unsigned n;
	bool json, report;
	const char *url;
};

/* 0, or the process's exit status. */
static int
asked_parse(int argc, char **argv, struct asked *a)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			a->json = true;
		else if (strcmp(argv[i], "--report") == 0)
			a->report = true;
		else if (strstr(argv[i], "://") != NULL && a->url == NULL)
			a->url = argv[i];
		else if (a->n == TIERS || !tier_find(span_str(argv[i]), &a->set[a->n])) {
			fprintf(stderr,
			    "trug: tiers: '%s' is not allowed here; allowed: open, aws, "
			    "minio, r2, --json, --report [URL]\n",
			    argv[i]);
			return 2;
		} else
			a->n++;
	}
	return (a->report ? a->n == 0 : a->url == NULL) ? 0 : CMD_MISUSED;
}

/* ---- the report, a row a line ---- */

static const char *
text_of(const cJSON *row, const char *name)
{
	const cJSON *v = cJSON_GetObjectItem(row, name);

	return cJSON_IsString(v) ? v->valuestring : "";
}

static void
report_row(struct buf *out, const char *tier, const cJSON *row)
{
	const cJSON *count = cJSON_GetObjectItem(row, "count"),
		    *there = cJSON_GetObjectItem(row, "there");

	buf_printf(out, "%-6s %7.0f  %-26s %-18s %s/%s  ", tier,
	    count != NULL ? count->valuedouble : 0, text_of(row, "operation"),
	    text_of(row, "point"), text_of(row, "bucket"), text_of(row, "key"));
	if (cJSON_IsNumber(there))
		buf_printf(out, "%s: %.0f\n", text_of(row, "what"), there->valuedouble);
	else
		buf_printf(out, "%s: %s\n", text_of(row, "what"), text_of(row, "there"));
}

static void
report_text(struct buf *out, const cJSON *root)
{
	const cJSON *rows, *row;

	for (unsigned t = TIER_AWS; t < TIERS; t++) {
		rows = cJSON_GetObjectItem(root, tier_name((enum tier)t));
		cJSON_ArrayForEach(row, rows)
		{
			report_row(out, tier_name((enum tier)t), row);
		}
	}
	if (out->n == 0)
		buf_str(out,
		    "No request so far would have been answered otherwise by aws, minio "
		    "or r2.\n");
}

static int
report(const struct asked *a)
{
	struct control c = { .url = a->url,
		.method = "GET",
		.path = "/_trug/v1/tier/report",
		.query = "",
		.ms = ASK_MS };
	struct buf body = { 0 }, text = { 0 };
	struct arena arena;
	struct fail fail;
	unsigned status = 0;
	cJSON *root = NULL;
	enum err e;

	arena_init(&arena, ARENA);
	fail_init(&fail, NULL);
	e = control_send(&arena, &c, &status, &body, &fail);
	if (e == OK && status == 200 && !a->json)
		e = json_parse(buf_view(&body), &root, &fail);
	if (e != OK)
		fprintf(stderr, "trug: %s\n", fail_text(&fail));
	else if (status != 200)
		fprintf(stderr, "%s\n", buf_cstr(&body));
	else if (a->json)
		(void)fputs(buf_cstr(&body), stdout);
	else {
		report_text(&text, root);
		(void)fputs(buf_cstr(&text), stdout);
	}
	cJSON_Delete(root);
	buf_fini(&body);
	buf_fini(&text);
	arena_fini(&arena);
	return e == E_CONFIG ? 2 : e != OK || status != 200;
}

static int
run(int argc, char **argv)
{
	struct asked a = { 0 };
	struct buf text = { 0 };
	bool all;
	int rc = asked_parse(argc, argv, &a);

	if (rc != 0)
		return rc;
	if (a.report)
		return report(&a);
	all = a.n == 0;
	for (unsigned i = 0; all && i < TIERS; i++)
		a.set[a.n++] = (enum tier)i;
	if (a.json)
		tier_json(&text, a.set, a.n, all);
	else
		tier_text(&text, a.set, a.n, all);
	(void)fputs(buf_cstr(&text), stdout);
	buf_fini(&text);
	return 0;
}

const struct cmd_entry cmd_tiers_entry = {
	.name = "tiers",
	.usage = "[open|aws|minio|r2 ...] [--json] | --report [URL] [--json]",
	.summary =
	    "print what tells services apart: of all, of one, or where these differ; "
	    "or what a server's requests met of it",
	.more = CMD_ASKS,
	.run = run,
};
