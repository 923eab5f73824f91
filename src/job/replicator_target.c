/* SPDX-License-Identifier: Apache-2.0 */
/* Remote targets: looked at before they are taken, and kept with their secrets sealed. */
#include "config.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"

#include "replicate_priv.h"

enum { PROBE_MS = 10000 };

/* ---- is it as it is said to be? ---- */

static enum err
has_versions(
    struct remote *r, const struct target_want *w, struct arena *a, struct fail *fail)
{
	struct remote_call c = { .method = "GET",
		.bucket = w->bucket,
		.query = SPAN_LIT("versioning="),
		.arena = a };
	struct xml_node *root;
	enum err e = remote_call(r, &c, fail);

	if (e == OK)
		e = xml_parse(a, buf_view(&c.body), &root, NULL);
	if (e == OK && !span_is(xml_text(root, "Status"), "Enabled"))
		e = fail_set(fail, E_REMOTE_NOT_VERSIONED);
	buf_fini(&c.body);
	return e;
}

/* Nobody else answers so to a bucket that is called minio. */
static bool
is_peer(struct remote *r, struct arena *a)
{
	struct remote_call c = { .method = "GET",
		.bucket = SPAN_LIT("minio"),
		.key = SPAN_LIT("health/live"),
		.arena = a };
	enum err e = remote_call(r, &c, NULL);

	buf_fini(&c.body);
	return e == OK;
}

static enum err
look_there(const struct replicator *rep, const struct target_want *w, struct arena *a,
    uint16_t *flags, struct fail *fail)
{
	struct remote_conf c = { .url = w->url,
		.region = w->region,
		.access_key = w->access_key,
		.secret = w->secret,
		.connect_ms = PROBE_MS,
		.stall_ms = PROBE_MS,
		.net = rep->conf.net };
	struct remote_fault fault;
	struct remote *r;
	enum err e;

	if ((w->flags & PLACE_PATH) != 0)
		c.style = REMOTE_PATH;
	if ((w->flags & PLACE_VIRTUAL) != 0)
		c.style = REMOTE_VIRTUAL;
	e = remote_check(&c, fail);
	if (e != OK)
		return e;
	r = remote_new(&c);
	e = remote_probe(r, w->bucket, &fault, fail);
	if (e == E_NO_SUCH_BUCKET)
		e = fail_set(fail, E_REMOTE_NO_BUCKET);
	if (e == OK)
		e = has_versions(r, w, a, fail);
	*flags = w->flags;
	if (e == OK && w->peer_unknown && is_peer(r, a))
		*flags |= PLACE_PEER;
	remote_free(&r);
	return e;
}

/* ---- kept ---- */

struct adding {
	const struct target_want *w;
	struct span arn;
	struct rec_target rec;
	struct fail *fail;
};

static enum err
source_find(struct txn *t, struct span name, struct rec_bucket *b, struct fail *fail)
{
	enum err e = obj_bucket_find(t, name, b, fail);

	if (e == OK && b->versioning != VERSIONING_ENABLED)
		e = fail_set(fail, E_SOURCE_NOT_VERSIONED);
	return e;
}

static enum err
add_write(struct txn *t, void *arg)
{
	struct adding *x = arg;
	struct rec_bucket b;
	struct rec_target old;
	enum err e;

	fail_clear(x->fail);
	e = source_find(t, x->w->source, &b, x->fail);
	if (e != OK)
		return e;
	x->rec.bucket_id = b.id;
	e = obj_target_get(t, x->arn, &old);
	if (e == OK && old.bucket_id == b.id) {
		x->rec.queue = old.queue;
		x->rec.created_ms = old.created_ms;
	} else if (e == OK || x->w->arn.n > 0)
		return fail_set(x->fail, E_NO_REMOTE_TARGET);
	else if (e == E_NOT_FOUND)
		x->rec.queue = store_next_id(t);
	else
		return e;
	return obj_target_put(t, x->arn, &x->rec);
}

static enum err
source_read(struct txn *t, void *arg)
{
	struct adding *x = arg;
	struct rec_bucket b;

	return source_find(t, x->w->source, &b, x->fail);
}

static struct span
arn_new(struct arena *a, const struct target_want *w)
{
	uint8_t raw[ORIGIN_SIZE];
	char id[VERSION_ID_TEXT];

	version_origin_new(raw);
	version_origin_uuid(id, raw);
	return span_str(
	    arena_printf(a, "arn:minio:replication:%.*s:%.*s:%.*s", (int)w->region.n,
		w->region.p, VERSION_ID_TEXT, id, (int)w->bucket.n, w->bucket.p));
}

struct old_secret {
	struct replicator *r;
	struct target_want *w;
	struct arena *a;
};

static enum err
secret_read(struct txn *t, void *arg)
{
	struct old_secret *o = arg;
	struct rec_target old;
	uint8_t *plain;
	size_t n;
	enum err e = obj_target_get(t, o->w->arn, &old);

	if (e != OK || old.secret.n < KEYRING_BOX)
		return e;
	n = old.secret.n - KEYRING_BOX;
	plain = arena_alloc(o->a, n + 1);
	e = keyring_open(
	    o->r->conf.secrets, PLACE_PURPOSE, old.access_key, old.secret, plain);
	o->w->secret = span_of(plain, n);
	return e;
}

enum err
replicator_target_put(struct replicator *r, const struct target_want *want,
    struct arena *a, struct span *arn, struct fail *fail)
{
	struct target_want known = *want, *w = &known;
	struct adding x = { .w = w, .fail = fail };
	struct old_secret old = { r, w, a };
	struct reader *reader = reader_new(r->conf.store);
	struct buf secret = { 0 };
	enum err e = store_read(reader, source_read, &x);

	if (e == OK && w->arn.n > 0 && w->secret.n == 0)
		e = store_read(reader, secret_read, &old);
	reader_free(&reader);
	if (e == E_NOT_FOUND)
		return fail_set(fail, E_NO_REMOTE_TARGET);
	if (e == OK)
		e = look_there(r, w, a, &x.rec.flags, fail);
	if (e != OK)
		return e;
	keyring_seal(r->conf.secrets, PLACE_PURPOSE, w->access_key, w->secret, &secret);
	x.rec.flags |= PLACE_VERIFIED;
	x.rec.source = w->source;
	x.rec.url = w->url;
	x.rec.bucket = w->bucket;
	x.rec.region = w->region;
	x.rec.access_key = w->access_key;
	x.rec.secret = buf_view(&secret);
	x.rec.class = w->class;
	x.rec.rate = w->rate;
	x.rec.check_ms = w->check_ms;
	x.rec.created_ms = clock_real_ms();
	x.arn = w->arn.n > 0 ? w->arn : arn_new(a, w);
	e = store_write_wait(r->conf.store, add_write, &x);
	buf_fini(&secret);
	if (e == OK)
		*arn = x.arn;
	return e;
}

struct removing {
	struct span source, arn;
	struct fail *fail;
};

static enum err
remove_write(struct txn *t, void *arg)
{
	struct removing *x = arg;
	struct rec_bucket b;
	enum err e;

	fail_clear(x->fail);
	e = obj_bucket_find(t, x->source, &b, x->fail);
	return e == OK ? obj_target_delete(t, &b, x->arn, x->fail) : e;
}

enum err
replicator_target_delete(
    struct replicator *r, struct span source, struct span arn, struct fail *fail)
{
	struct removing x = { source, arn, fail };

	return store_write_wait(r->conf.store, remove_write, &x);
}
