/* SPDX-License-Identifier: Apache-2.0 */
/* trug declare and trug seed: what --declare does at start, to a server that runs. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/control.h"
#include "cli/endpoint.h"
#include "seed/seed.h"

enum { ASK_MS = 600 * 1000 };

struct words {
	const char *url, *path, *bucket, *prefix;
	bool seed;
};

static bool
words_read(struct words *w, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (w->seed && strcmp(argv[i], "--bucket") == 0 && i + 1 < argc)
			w->bucket = argv[++i];
		else if (w->seed && strcmp(argv[i], "--prefix") == 0 && i + 1 < argc)
			w->prefix = argv[++i];
		else if (w->url == NULL && strstr(argv[i], "://") != NULL)
			w->url = argv[i];
		else if (argv[i][0] != '-' && w->path == NULL)
			w->path = argv[i];
		else
			return false;
	}
	return w->path != NULL && (!w->seed || w->bucket != NULL);
}

static enum err
make_true(struct seed *s, const struct words *w, struct fail *fail)
{
	struct buf url = { 0 };
	struct client_conf conf = { .ms = ASK_MS };
	struct seed_to to = { .access_key =
				  control_setting("TRUG_ROOT_USER", "trugadmin"),
		.secret_key = control_setting("TRUG_ROOT_PASSWORD", "trugadmin"),
		.region = control_setting("TRUG_REGION", "us-east-1") };
	enum err e;

	endpoint_find(&url, w->url);
	conf.url = buf_cstr(&url);
	e = client_new(&to.client, &conf, fail);
	if (e == OK)
		e = seed_run(s, &to, fail);
	if (e == OK)
		printf("{\"buckets\": %zu, \"objects\": %zu, \"unchanged\": %zu}\n",
		    to.buckets, to.objects, to.same);
	client_free(&to.client);
	buf_fini(&url);
	return e;
}

static int
run_words(const struct words *w)
{
	struct seed *s = seed_new(w->seed ? "seed" : "declare");
	struct fail fail;
	enum err e;

	fail_init(&fail, NULL);
	if (w->seed)
		e = seed_add_tree(
		    s, span_str(w->bucket), span_str(w->prefix), w->path, &fail);
	else
		e = seed_add_path(s, w->path, &fail);
	if (e == OK && seed_accounts(s) != NULL)
		e = fail_msg(&fail, E_CONFIG,
		    "declare: %s: accounts can't be declared to a server that runs; "
		    "allowed: at start, by --declare or --identities",
		    w->path);
	if (e == OK)
		e = make_true(s, w, &fail);
	if (e != OK)
		fprintf(stderr, "trug: %s\n", fail_text(&fail));
	seed_free(&s);
	return e == OK ? 0 : e == E_CONFIG ? 2 : 1;
}

static int
run_declare(int argc, char **argv)
{
	struct words w = { 0 };

	return words_read(&w, argc, argv) ? run_words(&w) : CMD_MISUSED;
}

static int
run_seed(int argc, char **argv)
{
	struct words w = { .seed = true };

	return words_read(&w, argc, argv) ? run_words(&w) : CMD_MISUSED;
}

const struct cmd_entry cmd_seed_declare_entry = {
	.name = "declare",
	.usage = "[URL] PATH",
	.summary =
	    "make true what a file or a folder declares: buckets, settings, objects",
	.more = CMD_ASKS,
	.run = run_declare,
};

const struct cmd_entry cmd_seed_entry = {
	.name = "seed",
	.usage = "[URL] FOLDER|ZIP --bucket NAME [--prefix P]",
	.summary = "what lies in a folder or a zip becomes objects; those that are there "
		   "already stay untouched",
	.more = CMD_ASKS,
	.run = run_seed,
};
