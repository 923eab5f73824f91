/* SPDX-License-Identifier: Apache-2.0 */
/* What the settings declare to be there, as requests of the server to itself. */
#include "config.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/log.h"
#include "server_priv.h"

/* Where images that are started like LocalStack have what is to be done once it is up. */
#define READY_FOLDER "/etc/localstack/init/ready.d"

enum err
declared_read(struct seed **out, const struct conf *c, struct fail *fail)
{
	struct seed *s = seed_new("declare");
	struct stat st;
	enum err e = OK;

	if (c->declare[0] != '\0')
		e = seed_add_path(s, c->declare, fail);
	else if (stat(READY_FOLDER, &st) == 0 && S_ISDIR(st.st_mode))
		e = seed_add_path(s, READY_FOLDER, fail);
	if (e == OK && seed_accounts(s) != NULL && c->identities[0] != '\0')
		e = fail_msg(fail, E_CONFIG,
		    "declare: '%s' has accounts, and so has --identities '%s'; allowed: "
		    "in one of them",
		    c->declare, c->identities);
	if (e == OK)
		*out = s;
	else
		seed_free(&s);
	return e;
}

static int
dial(void *ctx)
{
	return http_server_dial(ctx);
}

static enum err
run(struct seed *s, struct http_server *http, const struct conf *c, struct seed_to *to,
    struct fail *fail)
{
	const struct client_conf inside = {
		.url = "http://localhost", .dial = dial, .ctx = http
	};
	enum err e = client_new(&to->client, &inside, fail);

	if (e != OK)
		return e;
	to->access_key = c->root_user;
	to->secret_key = c->root_password;
	to->region = c->region;
	e = seed_run(s, to, fail);
	client_free(&to->client);
	return e == OK ? OK : fail_set(fail, e);
}

enum err
declared_run(
    struct seed *s, struct http_server *http, const struct conf *c, struct fail *fail)
{
	struct seed_to to = { 0 };
	enum err e = seed_any(s) ? run(s, http, c, &to, fail) : OK;

	if (e == OK && to.buckets > 0)
		log_info("declare: %zu buckets; %zu objects, %zu of them as they were",
		    to.buckets, to.objects, to.same);
	return e;
}

enum err
declared_text(struct span text, struct http_server *http, const struct conf *c,
    struct buf *out, struct fail *fail)
{
	struct seed *s = seed_new("declare");
	struct seed_to to = { 0 };
	enum err e = seed_add_json(s, text, "body", NULL, fail);

	if (e == OK && seed_accounts(s) != NULL)
		e = fail_msg(fail, E_CONFIG,
		    "declare: body: accounts: can't be declared to a server that runs; "
		    "allowed: at start, by --declare or --identities");
	if (e == OK)
		e = run(s, http, c, &to, fail);
	if (e == OK)
		buf_printf(out,
		    "{\"buckets\": %zu, \"objects\": %zu, \"unchanged\": %zu}\n",
		    to.buckets, to.objects, to.same);
	seed_free(&s);
	return e;
}
