/* SPDX-License-Identifier: Apache-2.0 */
/* trug rotate: new keys for what is encrypted. */
#include "config.h"

#include "server/server.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/log.h"
#include "model/rec.h"
#include "object/rotate.h"
#include "server/master.h"

struct rotation {
	struct store *store;
	struct keyring *keys;
	struct kms *kms;
	uint64_t changed;
};

static enum err
rotate(struct rotation *r, const struct conf *c, struct fail *fail)
{
	struct store_conf sc = { .dir = c->dir,
		.durability = (enum store_durability)c->durability,
		.map_size = c->map_size,
		.tables = model_tables,
		.ntables = T_COUNT };
	struct stat st;
	enum err e;

	if (stat(c->dir, &st) != 0)
		return fail_msg(fail, E_CONFIG,
		    "rotate: '%s' is no directory; allowed: one that holds a store",
		    c->dir);
	e = store_open(&r->store, &sc, fail);
	if (e == OK)
		e = master_load(&r->keys, c->master_key_file, c->dir, fail);
	/* Opening them seals them by the present master key. */
	if (e == OK)
		e = master_kms(&r->kms, c, r->store, r->keys, fail);
	if (e == OK)
		e = kms_rotate(r->kms, r->keys);
	if (e == OK)
		e = obj_rotate(r->store, r->kms, &r->changed);
	if (e == OK)
		e = kms_forget(r->kms, r->keys);
	return e == OK ? OK : fail_set(fail, e);
}

int
server_rotate(const struct conf *c)
{
	struct rotation r = { 0 };
	const char *plan = getenv("TRUG_FAULT");
	struct fail fail;
	enum err e;

	log_setup((enum log_level)c->log_level, c->log_format == 1);
	fail_init(&fail, NULL);
	e = plan != NULL && !fault_setup(plan, &fail) ? fail.code : rotate(&r, c, &fail);
	if (e == OK)
		printf("rotated: %zu keys, %" PRIu64 " data keys wrapped anew\n",
		    kms_count(r.kms), r.changed);
	else
		fprintf(stderr, "trug: %s\n", fail_text(&fail));
	kms_free(&r.kms);
	if (r.store != NULL)
		store_close(&r.store);
	keyring_free(&r.keys);
	return e == OK ? 0 : 2;
}
