/* SPDX-License-Identifier: Apache-2.0 */
/* The list of tiers: added to, changed, looked at. */
#include "config.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "codec/hex.h"
#include "codec/uri.h"
#include "codec/xml.h"
#include "model/meter.h"
#include "object/document.h"

#include "tier_priv.h"

/* Where in a key of table document its kind stands. */
enum { ARENA = 4 << 20, DOC_AT = 8 };

/* ---- one change at a time ---- */

static enum err
begin(struct tiers *t, struct fail *fail)
{
	bool busy;

	lock_take(&t->lock);
	busy = t->changing || t->stopped;
	t->changing |= !busy;
	lock_drop(&t->lock);
	return busy ? fail_set(fail, E_OPERATION_ABORTED) : OK;
}

static void
end(struct tiers *t)
{
	lock_take(&t->lock);
	t->changing = false;
	lock_drop(&t->lock);
}

/* Slot of that name, or TIER_NONE. */
static int
slot_of(struct span name)
{
	for (unsigned i = 0; i < TIER_SLOTS; i++) {
		const char *known = remote_tier_name(i);

		if (known != NULL && span_is(name, known))
			return (int)i;
	}
	return TIER_NONE;
}

/* ---- what may be said of one ---- */

/* A to Z, 0 to 9, _ and -: it stands in headers, URLs and documents. */
static enum err
name_check(const struct tier_conf *c, struct fail *fail)
{
	uint8_t class;

	if (c->name.n == 0 || c->name.n > TIER_NAME_MAX)
		return fail_msg(fail, E_TIER_CONFIG,
		    "A tier's name has 1 to %d characters.", TIER_NAME_MAX);
	for (size_t i = 0; i < c->name.n; i++) {
		char ch = c->name.p[i];

		if (ch >= 'a' && ch <= 'z')
			return fail_set(fail, E_TIER_NAME);
		if (!((ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_' ||
			ch == '-'))
			return fail_msg(fail, E_TIER_CONFIG,
			    "A tier's name is made of A-Z, 0-9, _ and -.");
	}
	if (span_is(c->name, "RRS"))
		return fail_set(fail, E_TIER_RESERVED);
	if (!class_find(c->name, &class))
		return OK;
	if (!c->any_name || class == CLASS_STANDARD || class == CLASS_EXPRESS_ONEZONE ||
	    class == CLASS_REDUCED_REDUNDANCY)
		return fail_set(fail, E_TIER_RESERVED);
	return OK;
}

static enum err
conf_check(const struct tier_conf *c, struct fail *fail)
{
	struct remote_conf rc = { .url = c->url,
		.region = c->region,
		.access_key = c->access_key,
		.secret = c->secret,
		.token = c->token };
	struct fail mine;

	if (!span_is(c->kind, "s3") && !span_is(c->kind, "minio"))
		return fail_set(fail, E_TIER_KIND);
	if (c->access_key.n == 0 || c->secret.n == 0)
		return fail_set(fail, E_TIER_NO_KEYS);
	for (size_t i = 0; i < c->secret.n; i++)
		if (c->secret.p[i] == '\n')
			return fail_set(fail, E_TIER_KEYS);
	if (c->bucket.n < 3 || c->bucket.n > 255 || c->prefix.n > 512 ||
	    !uri_utf8(c->prefix) || c->url.n > TIER_TEXT_MAX)
		return fail_set(fail, E_TIER_CONFIG);
	for (size_t i = 0; i < c->class.n; i++)
		if ((uint8_t)c->class.p[i] <= ' ')
			return fail_set(fail, E_TIER_CONFIG);
	fail_init(&mine, NULL);
	return remote_check(&rc, &mine) == OK
	    ? OK
	    : fail_msg(fail, E_TIER_CONFIG, "%s", fail_text(&mine));
}

/* ---- does it work? ---- */

static enum err
told(enum err e, const struct fail *why, struct fail *fail)
{
	switch (e) {
	case OK:
		return OK;
	case E_NO_SUCH_BUCKET:
		return fail_set(fail, E_TIER_BUCKET);
	case E_REMOTE_DENIED:
		return fail_msg(fail, E_TIER_KEYS, "Invalid remote tier credentials: %s",
		    fail_text(why));
	default:
		return fail_msg(fail, E_TIER_CONFIG,
		    "Unable to setup remote tier, check tier configuration: %s",
		    fail_text(why));
	}
}

static enum err
probe_read(void *ctx, void *to, size_t n, size_t *got)
{
	(void)ctx;
	memset(to, 't', n);
	*got = n;
	return OK;
}

static enum err
probe_take(void *ctx, const void *p, size_t n)
{
	(void)p;
	*(size_t *)ctx += n;
	return OK;
}

/* A byte goes there, comes back and is removed: what an object will need. */
static enum err
probe(struct tier *x, struct arena *a, struct fail *fail)
{
	struct span bucket = span_str(x->bucket), key;
	uint8_t raw[8];
	char hex[16];
	size_t n = strlen(x->prefix), got = 0;
	struct remote_sink sink = { probe_take, &got };
	struct remote_put put = { .bucket = bucket,
		.source = { .length = 1, .read = probe_read } };
	struct remote_get get = { .bucket = bucket, .len = 1, .sink = &sink };
	struct remote_fault fault;
	enum err e;

	rand_bytes(raw, sizeof raw);
	hex_render(hex, raw, sizeof raw);
	key = span_str(arena_printf(a, "%s%sprobe-%.16s", x->prefix,
	    n > 0 && x->prefix[n - 1] != '/' ? "/" : "", hex));
	put.key = get.key = key;
	e = remote_put(x->remote, &put, fail);
	if (e != OK)
		return e;
	get.version = arena_span(a, span_str(put.version));
	e = remote_get(x->remote, &get, fail);
	if (e == OK)
		return remote_delete(x->remote, bucket, key, get.version, &fault, fail);
	(void)(remote_delete(x->remote, bucket, key, get.version, &fault, NULL) == OK);
	return e;
}

/* Is anything below the prefix? Then it may be another store's tier. */
static enum err
is_used(struct tier *x, struct arena *a, bool *used, struct fail *fail)
{
	struct buf query = { 0 };
	struct remote_call list = {
		.method = "GET", .bucket = span_str(x->bucket), .arena = a
	};
	struct xml_node *root;
	enum err e;

	buf_str(&query, "list-type=2&max-keys=1&prefix=");
	uri_encode(&query, span_str(x->prefix), false);
	list.query = arena_span(a, buf_view(&query));
	buf_fini(&query);
	e = remote_call(x->remote, &list, fail);
	if (e == OK && xml_parse(a, buf_view(&list.body), &root, NULL) != OK)
		e = fail_msg(
		    fail, E_REMOTE_REFUSED, "the answer to a listing is no document");
	if (e == OK)
		*used = xml_child(root, "Contents") != NULL;
	buf_fini(&list.body);
	return e;
}

static enum err
try_out(struct tier *x, bool force, struct fail *fail)
{
	struct fail mine;
	struct arena a;
	bool used = false;
	enum err e;

	fail_init(&mine, NULL);
	arena_init(&a, ARENA);
	e = is_used(x, &a, &used, &mine);
	if (e == OK && used && !force)
		e = fail_set(fail, E_TIER_IN_USE);
	else if (e == OK)
		e = told(probe(x, &a, &mine), &mine, fail);
	else
		e = told(e, &mine, fail);
	arena_fini(&a);
	return e;
}

/* ---- rows ---- */

struct change {
	unsigned slot;
	struct rec_tier rec;
	bool remove;
	struct fail *fail;
};

static struct span
slot_key(uint8_t *out, unsigned slot)
{
	*out = (uint8_t)slot;
	return span_of(out, 1);
}

static enum err
put_write(struct txn *t, void *arg)
{
	const struct change *c = arg;
	struct buf row = { 0 };
	uint8_t key;
	enum err e;

	rec_tier_put(&row, &c->rec);
	e = table_put(t, T_TIER, slot_key(&key, c->slot), buf_view(&row));
	buf_fini(&row);
	return e;
}

static enum err
row_read(struct txn *t, struct arena *a, unsigned slot, struct rec_tier *out)
{
	uint8_t key;
	struct span row;
	enum err e = table_get(t, T_TIER, slot_key(&key, slot), &row);

	return e == OK ? rec_tier_get(arena_span(a, row), out) : e;
}

struct reading {
	unsigned slot;
	struct arena *a;
	struct rec_tier rec;
};

static enum err
one_read(struct txn *t, void *arg)
{
	struct reading *r = arg;

	return row_read(t, r->a, r->slot, &r->rec);
}

/* ---- the calls ---- */

static int
slot_new(void)
{
	for (unsigned i = 0; i < TIER_SLOTS; i++)
		if (remote_tier_name(i) == NULL)
			return (int)i;
	return TIER_NONE;
}

static enum err
save(struct tiers *t, unsigned slot, const struct tier_conf *c, struct rec_tier *rec,
    struct fail *fail)
{
	struct buf sealed = { 0 };
	struct change change = { .slot = slot };
	struct tier *x = NULL;
	enum err e;

	tier_seal(t, rec->name, c->secret, c->token, &sealed);
	rec->sealed = buf_view(&sealed);
	e = tier_make(t, slot, rec, &x, fail);
	if (e == OK)
		e = try_out(x, c->force, fail);
	change.rec = *rec;
	if (e == OK)
		e = store_write_wait(t->conf.store, put_write, &change);
	if (e == OK)
		tier_publish(t, x, slot);
	else
		tier_free(&x);
	buf_fini(&sealed);
	return e;
}

static enum err
add(struct tiers *t, const struct tier_conf *c, struct fail *fail)
{
	struct rec_tier rec = { .name = c->name,
		.kind = c->kind,
		.url = c->url,
		.bucket = c->bucket,
		.prefix = c->prefix,
		.region = c->region,
		.class = c->class,
		.access_key = c->access_key,
		.style = c->style,
		.made_ms = clock_now_ms() };
	int slot = slot_new();

	if (slot_of(c->name) != TIER_NONE)
		return fail_set(fail, E_TIER_EXISTS);
	if (slot == TIER_NONE)
		return fail_msg(
		    fail, E_TIER_CONFIG, "There are %d tiers already.", TIER_SLOTS);
	return save(t, (unsigned)slot, c, &rec, fail);
}

enum err
tiers_add(struct tiers *t, const struct tier_conf *c, struct fail *fail)
{
	enum err e = name_check(c, fail);

	if (e == OK)
		e = conf_check(c, fail);
	if (e == OK)
		e = begin(t, fail);
	if (e != OK)
		return e;
	e = add(t, c, fail);
	end(t);
	if (e == OK)
		log_info("tier %.*s is at %.*s, bucket %.*s", (int)c->name.n, c->name.p,
		    (int)c->url.n, c->url.p, (int)c->bucket.n, c->bucket.p);
	return e == OK ? OK : fail_set(fail, e);
}

enum err
tiers_edit(struct tiers *t, const struct tier_conf *c, struct fail *fail)
{
	struct reader *r = reader_new(t->conf.store);
	struct tier_conf with = *c;
	struct reading row = { 0 };
	struct arena a;
	int slot;
	enum err e = begin(t, fail);

	arena_init(&a, ARENA);
	row.a = &a;
	slot = slot_of(c->name);
	with.force = true; /* it is its own use that is seen */
	if (e != OK)
		goto out;
	if (slot == TIER_NONE)
		e = fail_set(fail, E_TIER_NOT_FOUND);
	else if (c->access_key.n == 0 || c->secret.n == 0)
		e = fail_set(fail, E_TIER_NO_KEYS);
	else {
		row.slot = (unsigned)slot;
		e = store_read(r, one_read, &row);
		row.rec.access_key = c->access_key;
	}
	if (e == OK)
		e = save(t, (unsigned)slot, &with, &row.rec, fail);
	end(t);
out:
	arena_fini(&a);
	reader_free(&r);
	return e == OK ? OK : fail_set(fail, e);
}

enum err
tiers_check(struct tiers *t, struct span name, struct fail *fail)
{
	int slot = slot_of(name);
	struct tier *x = slot == TIER_NONE ? NULL : tier_take(t, (unsigned)slot);
	enum err e;

	if (x == NULL)
		return fail_set(fail, E_TIER_NOT_FOUND);
	e = try_out(x, true, fail);
	if (e == OK)
		tier_answered(t, x, OK, "");
	tier_let_go(t, x);
	return e;
}

/* ---- looking, and removing ---- */

struct counting {
	struct tiers *t;
	struct arena a;
	bool count;
	struct tier_view view[TIER_SLOTS];
	struct rec_tier rec[TIER_SLOTS];
	bool there[TIER_SLOTS];
};

static enum err
count_rows(struct txn *t, struct counting *c, unsigned table)
{
	struct table_cursor cursor;
	enum err e = table_begin(t, table, &cursor);

	if (e != OK)
		return e;
	for (e = table_seek(&cursor, SPAN_NONE); e == OK; e = table_next(&cursor)) {
		struct span row = cursor.value;
		/* Version, slot: the same place in both (rec_remote.c). */
		unsigned slot = row.n > 1 ? (uint8_t)row.p[1] : TIER_SLOTS;

		if (slot >= TIER_SLOTS) {
			e = E_CORRUPT;
			break;
		}
		if (table == T_ERRAND) {
			c->view[slot].errands++;
			continue;
		}
		c->view[slot].objects++;
		c->view[slot].bytes += row.n >= 11 ? be64_get(row.p + 3) : 0;
	}
	table_end(&cursor);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
count_read(struct txn *t, void *arg)
{
	struct counting *c = arg;
	enum err e = OK;

	for (unsigned i = 0; e == OK && i < TIER_SLOTS; i++) {
		e = row_read(t, &c->a, i, &c->rec[i]);
		c->there[i] = e == OK;
		c->view[i].rec = &c->rec[i];
		e = e == E_NOT_FOUND ? OK : e;
	}
	if (e == OK && c->count)
		e = count_rows(t, c, T_REMOTE);
	return e == OK && c->count ? count_rows(t, c, T_ERRAND) : e;
}

static enum err
count_all(struct tiers *t, bool count, struct counting **out)
{
	struct counting *c = mem_zalloc(sizeof *c);
	struct reader *r = reader_new(t->conf.store);
	enum err e;

	c->t = t;
	c->count = count;
	arena_init(&c->a, ARENA);
	e = store_read(r, count_read, c);
	reader_free(&r);
	lock_take(&t->lock);
	for (unsigned i = 0; i < TIER_SLOTS; i++)
		c->view[i].failing = t->tier[i] != NULL && t->tier[i]->fails > 0;
	lock_drop(&t->lock);
	*out = c;
	return e;
}

static void
count_end(struct counting **c)
{
	arena_fini(&(*c)->a);
	mem_free(*c);
	*c = NULL;
}

enum err
tiers_each(struct tiers *t, bool count, void (*see)(void *ctx, const struct tier_view *v),
    void *ctx)
{
	struct counting *c;
	enum err e = count_all(t, count, &c);
	unsigned last = TIER_SLOTS;

	for (size_t n = 0; e == OK && n < TIER_SLOTS; n++) {
		unsigned next = TIER_SLOTS;

		for (unsigned i = 0; i < TIER_SLOTS; i++)
			if (c->there[i] &&
			    (last == TIER_SLOTS ||
				span_cmp(c->rec[last].name, c->rec[i].name) < 0) &&
			    (next == TIER_SLOTS ||
				span_cmp(c->rec[i].name, c->rec[next].name) < 0))
				next = i;
		if (next == TIER_SLOTS)
			break;
		see(ctx, &c->view[next]);
		last = next;
	}
	count_end(&c);
	return e;
}

static enum err
row_del(struct txn *t, struct change *c)
{
	uint8_t key;

	return table_del(t, T_TIER, slot_key(&key, c->slot));
}

/* Does a rule of some bucket send objects there? */
static enum err
rules_read(struct txn *t, const char *name, bool *named)
{
	struct table_cursor c;
	struct buf text = { 0 };
	enum err e = table_begin(t, T_DOCUMENT, &c);

	*named = false;
	if (e != OK)
		return e;
	buf_printf(&text, "<StorageClass>%s</StorageClass>", name);
	for (e = table_seek(&c, SPAN_NONE); e == OK && !*named; e = table_next(&c))
		*named = c.key.n > DOC_AT && (uint8_t)c.key.p[DOC_AT] == DOC_LIFECYCLE &&
		    span_search(c.value, buf_view(&text), 0) < c.value.n;
	table_end(&c);
	buf_fini(&text);
	return e == E_NOT_FOUND ? OK : e;
}

/* A class of S3's own stays one without its tier; a name of its own means nothing then. */
static enum err
name_unused(struct txn *t, struct change *c)
{
	const char *name = remote_tier_name(c->slot);
	uint8_t class;
	bool named = false, some = false;
	enum err e;

	if (name == NULL || class_find(span_str(name), &class))
		return OK;
	e = rules_read(t, name, &named);
	/* objects without any byte are here */
	if (e == OK)
		e = usage_any(t, (uint8_t)(CLASS_TIER + c->slot), &some);
	if (e == OK && named)
		e = fail_msg(c->fail, E_TIER_NOT_EMPTY,
		    "A lifecycle rule of a bucket names this tier: take that away "
		    "first.");
	if (e == OK && some)
		e = fail_set(c->fail, E_TIER_NOT_EMPTY);
	return e;
}

/* Looked at where nothing can come in between. */
static enum err
remove_write(struct txn *t, void *arg)
{
	struct change *change = arg;
	struct counting *c = mem_zalloc(sizeof *c);
	enum err e;

	fail_clear(change->fail);
	arena_init(&c->a, ARENA);
	c->count = true;
	e = count_read(t, c);
	if (e == OK &&
	    (c->view[change->slot].objects > 0 || c->view[change->slot].errands > 0))
		e = fail_set(change->fail, E_TIER_NOT_EMPTY);
	if (e == OK)
		e = name_unused(t, change);
	if (e == OK)
		e = row_del(t, change);
	count_end(&c);
	return e;
}

enum err
tiers_remove(struct tiers *t, struct span name, struct fail *fail)
{
	struct change c = { .fail = fail };
	enum err e = begin(t, fail);
	int slot;

	if (e != OK)
		return e;
	slot = slot_of(name);
	if (slot == TIER_NONE)
		e = fail_set(fail, E_TIER_NOT_FOUND);
	else {
		c.slot = (unsigned)slot;
		e = store_write_wait(t->conf.store, remove_write, &c);
	}
	if (e == OK)
		tier_publish(t, NULL, c.slot);
	end(t);
	return e == OK ? OK : fail_set(fail, e);
}
