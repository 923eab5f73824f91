/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of objects share: a store with the model's tables in a directory of its
 * own, an inbox that stands for a loop, bodies that are fed, puts that are waited for, and
 * the check at the end that nothing is counted wrong.
 */
#ifndef OBJECT_OBJKIT_H
#define OBJECT_OBJKIT_H

/* cmocka wants the first four before it, and has a macro named as one of our functions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "model/meter.h"
#include "model/rec.h"
#include "object/put.h"
#include "object/read.h"
#include "store/verify.h"

#include <cmocka.h>
#undef fail_msg

#include "../../scratch.h"

struct objkit {
	char dir[64];
	struct store *store;
	struct reader *reader;
	struct task_pool *pool;
	struct team *team;
	struct inbox *inbox;
	struct arena arena;
	struct fail fail;
	struct rec_bucket bucket; /* "bkt" */
	/* what kit_then() and kit_body_then() were told */
	bool told;
	enum err err;
};

/* Run a function in a read or in a write and hand over what it returns. */
struct kit_call {
	enum err (*fn)(struct txn *t, struct objkit *k, void *arg);
	struct objkit *k;
	void *arg;
};

static inline enum err
kit_call_fn(struct txn *t, void *arg)
{
	struct kit_call *c = arg;

	return c->fn(t, c->k, c->arg);
}

static inline enum err
kit_read(struct objkit *k, enum err (*fn)(struct txn *t, struct objkit *k, void *arg),
    void *arg)
{
	struct kit_call c = { fn, k, arg };

	return store_read(k->reader, kit_call_fn, &c);
}

static inline enum err
kit_write(struct objkit *k, enum err (*fn)(struct txn *t, struct objkit *k, void *arg),
    void *arg)
{
	struct kit_call c = { fn, k, arg };

	fail_clear(&k->fail);
	return store_write_wait(k->store, kit_call_fn, &c);
}

static inline enum err
kit_make_bucket(struct txn *t, struct objkit *k, void *arg)
{
	const struct obj_bucket_new want = { .account = SPAN_LIT(ACCOUNT_ROOT),
		.now_ms = 1000 };
	enum err e = obj_bucket_create(t, span_str(arg), &want, &k->fail);

	return e == OK ? obj_bucket_find(t, span_str(arg), &k->bucket, &k->fail) : e;
}

static inline int
kit_setup(void **state)
{
	struct objkit *k = mem_zalloc(sizeof *k);
	struct store_conf conf = { .durability = STORE_NONE,
		.map_size = (uint64_t)256 << 20,
		.tables = model_tables,
		.ntables = T_COUNT };
	static char name[] = "bkt";

	scratch_make(k->dir, sizeof k->dir, "object", NULL);
	conf.dir = k->dir;
	arena_init(&k->arena, SIZE_MAX);
	fail_init(&k->fail, &k->arena);
	assert_int_equal(store_open(&k->store, &conf, &k->fail), OK);
	k->reader = reader_new(k->store);
	k->pool = task_pool_new(2, "worker");
	k->team = team_new(k->pool);
	k->inbox = inbox_new();
	assert_int_equal(kit_write(k, kit_make_bucket, name), OK);
	*state = k;
	return 0;
}

static inline void
kit_report(void *arg, const char *line)
{
	(void)arg;
	print_error("verify: %s\n", line);
}

/* Every reference, count and length of the whole store. */
static inline void
kit_verify(struct objkit *k)
{
	struct verify_conf conf = { .walk = model_walk, .report = kit_report };
	struct verify_result r = { 0 };

	fail_clear(&k->fail);
	store_sweep_now(k->store);
	assert_int_equal(store_verify(k->store, &conf, &r, &k->fail), OK);
	assert_int_equal(r.findings, 0);
}

static inline int
kit_teardown(void **state)
{
	struct objkit *k = *state;

	task_pool_free(&k->pool);
	team_free(&k->team);
	inbox_run(k->inbox);
	kit_verify(k);
	inbox_free(&k->inbox);
	reader_free(&k->reader);
	store_close(&k->store);
	arena_fini(&k->arena);
	scratch_remove(k->dir);
	mem_free(k);
	return 0;
}

/* Until somebody was told. */
static inline enum err
kit_wait(struct objkit *k)
{
	struct pollfd p = { .fd = inbox_fd(k->inbox), .events = POLLIN };

	while (!k->told) {
		assert_true(poll(&p, 1, 30000) > 0);
		inbox_run(k->inbox);
	}
	k->told = false;
	return k->err;
}

/* ---- bytes ---- */
static inline char *
kit_bytes(size_t n, unsigned seed)
{
	char *p = mem_alloc(n + 1);
	uint32_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525u + 1013904223u;
		p[i] = (char)(x >> 24);
	}
	p[n] = 0;
	return p;
}

static inline void
kit_body_then(void *ctx, enum err e)
{
	struct objkit *k = ctx;

	assert_false(k->told);
	k->told = true;
	k->err = e;
}

static inline void
kit_body_resume(void *ctx)
{
	(void)ctx;
}

static inline struct body_conf
kit_body_conf(struct objkit *k, uint64_t length)
{
	return (struct body_conf){ .store = k->store,
		.pool = k->pool,
		.team = k->team,
		.inbox = k->inbox,
		.length = length,
		.checksum = CHECKSUM_CRC64NVME,
		.fail = &k->fail,
		.ctx = k,
		.resume = kit_body_resume,
		.then = kit_body_then };
}

/* Feed wire bytes, at most step at a time, then end. What then() was told. */
static inline enum err
kit_feed(struct objkit *k, struct body *b, struct span in, size_t step, enum err why)
{
	while (in.n > 0 && !k->told) {
		size_t cap = 0, n = in.n < step ? in.n : step;
		char *room = body_room(b, &cap);

		if (room == NULL) {
			struct pollfd p = { .fd = inbox_fd(k->inbox), .events = POLLIN };

			assert_true(poll(&p, 1, 30000) > 0);
			inbox_run(k->inbox);
			continue;
		}
		n = n < cap ? n : cap;
		memcpy(room, in.p, n);
		body_data(b, n);
		in = span_from(in, n);
	}
	body_end(b, why);
	return kit_wait(k);
}

static inline struct body *
kit_body(struct objkit *k, struct span data)
{
	struct body_conf c = kit_body_conf(k, data.n);
	struct body *b = body_new(&c);

	fail_clear(&k->fail);
	assert_int_equal(kit_feed(k, b, data, 100000, OK), OK);
	return b;
}

/* ---- writes ---- */
/* The inbox has no place for a pointer to the kit: one test, one kit at a time. */
static struct objkit *kit_now;

static inline void
kit_write_then(struct obj_write *w, enum err e)
{
	(void)w;
	kit_now->told = true;
	kit_now->err = e;
}

static inline struct obj_dest
kit_dest(struct objkit *k, const char *key)
{
	return (struct obj_dest){ .bucket = SPAN_LIT("bkt"),
		.key = span_str(key),
		.bucket_id = k->bucket.id,
		.fail = &k->fail };
}

static inline enum err
kit_put_cond(struct objkit *k, const char *key, struct span data, struct obj_cond cond,
    struct attrs attrs, struct rec_object *out)
{
	struct obj_put p = { .dest = kit_dest(k, key),
		.body = kit_body(k, data),
		.attrs = attrs,
		.now_ms = 5000 };
	struct body *b = p.body;
	enum err e;

	kit_now = k;
	p.dest.cond = cond;
	obj_put_post(&p, k->store, k->inbox, kit_write_then);
	e = kit_wait(k);
	body_free(&b, e == OK);
	if (e == OK && out != NULL)
		*out = p.rec;
	return e;
}

static inline struct rec_object
kit_put(struct objkit *k, const char *key, struct span data)
{
	struct rec_object rec;

	assert_int_equal(
	    kit_put_cond(k, key, data, (struct obj_cond){ 0 }, (struct attrs){ 0 }, &rec),
	    OK);
	return rec;
}

/* ---- reading back ---- */
struct kit_get {
	const char *key;
	struct rec_object rec;
	struct obj_read *read; /* started when given */
};

static inline enum err
kit_get_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct kit_get *g = arg;
	enum err e = obj_find(t, k->bucket.id, span_str(g->key), &g->rec, NULL);

	if (e == OK && g->read != NULL)
		e = obj_read_start(g->read, t, &g->rec.body, 0, g->rec.size);
	return e;
}

static inline enum err
kit_find(struct objkit *k, const char *key, struct rec_object *out)
{
	struct kit_get g = { .key = key };
	enum err e = kit_read(k, kit_get_fn, &g);

	if (e == OK)
		*out = g.rec;
	return e;
}

/* What a started read gives. */
static inline void
kit_read_all(struct obj_read *r, struct buf *out)
{
	const struct blob_extent *x;
	enum err e;

	for (e = obj_read_next(r, &x); e == OK; e = obj_read_next(r, &x)) {
		char *room = buf_grow(out, (size_t)x->len);

		if (x->mem != NULL)
			memcpy(room, x->mem, (size_t)x->len);
		else
			assert_int_equal(
			    io_pread(x->fd, room, (size_t)x->len, x->off), 0);
	}
	assert_int_equal(e, E_NOT_FOUND);
}

/* The object is there and its bytes are these. */
static inline void
kit_same(struct objkit *k, const char *key, struct span want)
{
	struct obj_read r;
	struct kit_get g = { .key = key, .read = &r };
	struct buf got = { 0 };

	obj_read_pin(&r, k->store, k->reader);
	assert_int_equal(kit_read(k, kit_get_fn, &g), OK);
	kit_read_all(&r, &got);
	obj_read_end(&r);
	assert_int_equal(got.n, want.n);
	assert_true(span_eq(buf_view(&got), want));
	buf_fini(&got);
}

/* ---- counters ---- */
struct kit_usage {
	uint8_t class;
	struct usage usage;
};

static inline enum err
kit_usage_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct kit_usage *u = arg;

	return usage_get(t, k->bucket.id, u->class, &u->usage);
}

static inline void
kit_usage(struct objkit *k, uint8_t class, uint64_t objects, uint64_t bytes)
{
	struct kit_usage u = { .class = class };

	assert_int_equal(kit_read(k, kit_usage_fn, &u), OK);
	assert_int_equal(u.usage.objects, objects);
	assert_int_equal(u.usage.bytes, bytes);
}

#endif
