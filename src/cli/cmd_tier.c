/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mini.h"
#include "cli/cmd.h"
#include "cli/control.h"
#include "codec/json.h"

enum { ASK_MS = 120 * 1000 };

/* Options and what they are called in the request. */
static const struct {
	const char *option, *name;
} options[] = { { "--access-key", "access_key" }, { "--secret-key", "secret_key" },
	{ "--session-token", "session_token" }, { "--region", "region" },
	{ "--style", "style" }, { "--class", "class" }, { "--kind", "kind" } };

struct words {
	const char *word[4]; /* those that are no option */
	int n;
	struct buf body;
	bool access, secret;
};

static void
put(struct words *w, const char *name, struct span value)
{
	buf_str(&w->body, w->body.n > 1 ? "," : "");
	json_put(&w->body, span_str(name));
	buf_char(&w->body, ':');
	json_put(&w->body, value);
	w->access |= strcmp(name, "access_key") == 0;
	w->secret |= strcmp(name, "secret_key") == 0;
}

static bool
option(struct words *w, const char *arg, const char *value)
{
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (strcmp(arg, options[i].option) == 0 && value != NULL) {
			put(w, options[i].name, span_str(value));
			return true;
		}
	return false;
}

static bool
split(struct words *w, int argc, char **argv)
{
	buf_char(&w->body, '{');
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--force") == 0) {
			buf_str(&w->body,
			    w->body.n > 1 ? ",\"force\":true" : "\"force\":true");
			continue;
		}
		if (argv[i][0] == '-') {
			if (!option(w, argv[i], i + 1 < argc ? argv[i + 1] : NULL))
				return false;
			i++;
		} else if (w->n < (int)ARRAY_LEN(w->word))
			w->word[w->n++] = argv[i];
		else
			return false;
	}
	return w->n > 0;
}

static void
from_environment(struct words *w)
{
	const char *access = getenv("TRUG_TIER_ACCESS_KEY"),
		   *secret = getenv("TRUG_TIER_SECRET_KEY");

	if (!w->access && access != NULL)
		put(w, "access_key", span_str(access));
	if (!w->secret && secret != NULL)
		put(w, "secret_key", span_str(secret));
}

/* What the words ask for; false: nothing that there is. */
static bool
plan(struct words *w, struct control *c, struct buf *query)
{
	const char *verb = w->word[0];

	if (strcmp(verb, "ls") == 0 && w->n == 1) {
		c->method = "GET";
		return true;
	}
	if ((strcmp(verb, "rm") == 0 || strcmp(verb, "check") == 0) && w->n == 2) {
		control_query(query, "name", w->word[1]);
		c->method = verb[0] == 'r' ? "DELETE" : "POST";
		c->path = verb[0] == 'r' ? c->path : "/_trug/v1/tiers/check";
		return true;
	}
	if (strcmp(verb, "keys") == 0 && w->n == 2)
		c->method = "PUT";
	else if (strcmp(verb, "add") == 0 && w->n == 4) {
		struct span prefix = span_str(w->word[3]),
			    bucket = span_cut(&prefix, '/');

		c->method = "POST";
		put(w, "url", span_str(w->word[2]));
		put(w, "bucket", bucket);
		put(w, "prefix", prefix);
	} else
		return false;
	put(w, "name", span_str(w->word[1]));
	from_environment(w);
	buf_char(&w->body, '}');
	c->body = buf_view(&w->body);
	return true;
}

static int
run(int argc, char **argv)
{
	struct control c = { .path = "/_trug/v1/tiers", .ms = ASK_MS };
	struct words w = { 0 };
	struct buf query = { 0 };
	bool good;
	int rc;

	c.url = control_url(&argc, &argv);
	good = split(&w, argc, argv) && plan(&w, &c, &query);
	rc = control_run(&c, &query, good);
	buf_fini(&w.body);
	return rc;
}

const struct cmd_entry cmd_tier_entry = {
	.name = "tier",
	.usage = "[URL] ls | add NAME STORE-URL BUCKET[/PREFIX] [OPTIONS] | "
		 "keys NAME [OPTIONS] | rm NAME | check NAME",
	.summary = "remote tiers of a server: storage classes whose bytes are at another "
		   "S3 store",
	.more =
	    "  --access-key KEY      and --secret-key SECRET, or in TRUG_TIER_ACCESS_KEY "
	    "and\n"
	    "                        TRUG_TIER_SECRET_KEY, where no other user sees "
	    "them\n"
	    "  --session-token TOKEN --region REGION   --style auto|path|virtual\n"
	    "  --class CLASS         the other store's storage class   --kind s3|minio\n"
	    "  --force               although something is there already\n\n" CMD_ASKS,
	.run = run,
};
