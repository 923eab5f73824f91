/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of web identity providers that publish them at a URL: fetched once before the server
 * is ready, then every ten minutes, and when a token was signed by a key that is not there. */
#include "config.h"

#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/task.h"
#include "http/outbound.h"
#include "server_priv.h"

enum { FIRST_MS = 5000, LATER_MS = 15000, KEYS_MAX = 1 << 20, AGAIN_MS = 600 * 1000 };

struct oidc_keys {
	struct iam_oidc *oidc;
	pthread_t thread;
};

static void
fetch(struct iam_oidc *o, size_t i, unsigned timeout_ms)
{
	struct outbound get = { .url = oidc_url(o, i),
		.method = "GET",
		.timeout_ms = timeout_ms,
		.max = KEYS_MAX };
	struct fail fail;
	enum err e;

	fail_init(&fail, NULL);
	e = outbound_send(&get, &fail);
	if (e == OK && get.status != 200)
		e = fail_msg(&fail, E_GONE, "the answer has status %u", get.status);
	if (e == OK)
		e = oidc_set_keys(o, i, buf_view(&get.answer), &fail);
	if (e != OK)
		log_warn("oidc: no keys from %s: %s", get.url, fail_text(&fail));
	buf_fini(&get.answer);
}

static void
fetch_all(struct iam_oidc *o, unsigned timeout_ms)
{
	for (size_t i = 0; oidc_url(o, i) != NULL; i++)
		fetch(o, i, timeout_ms);
}

static void *
keys_run(void *arg)
{
	struct oidc_keys *k = arg;

	while (oidc_wait(k->oidc, AGAIN_MS))
		fetch_all(k->oidc, LATER_MS);
	return NULL;
}

struct oidc_keys *
oidc_keys_start(struct iam_oidc *o)
{
	struct oidc_keys *k;

	if (oidc_url(o, 0) == NULL)
		return NULL;
	fetch_all(o, FIRST_MS);
	k = mem_zalloc(sizeof *k);
	k->oidc = o;
	thread_start(&k->thread, "oidc-keys", keys_run, k);
	return k;
}

void
oidc_keys_stop(struct oidc_keys **keys)
{
	struct oidc_keys *k = *keys;

	if (k == NULL)
		return;
	*keys = NULL;
	oidc_stop(k->oidc);
	(void)pthread_join(k->thread, NULL);
	mem_free(k);
}
