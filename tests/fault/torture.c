/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "torture.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/task.h"
#include "codec/crc.h"
#include "store/blob.h"
#include "store/table.h"
#include "store/verify.h"

#ifdef ENABLE_FAULTS
enum { T_REFS, T_KEYS };
static const char *const tables[] = { "refs", "keys" };

struct client {
	struct store *store;
	struct reader *reader;
	struct shared *shared;
	pthread_t thread;
	unsigned index, ops;
	uint32_t random;
};

static uint32_t
dice(struct client *c, uint32_t sides)
{
	c->random = c->random * 1664525u + 1013904223u;
	return (c->random >> 10) % sides;
}

static void
fill(char *p, uint32_t seed, size_t n)
{
	uint32_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525u + 1013904223u;
		p[i] = (char)(x >> 24);
	}
}

static void
content_bytes(const struct content *c, struct buf *out)
{
	out->n = 0;
	for (unsigned i = 0; i < c->n; i++)
		fill(buf_grow(out, c->run[i].size), c->run[i].seed, c->run[i].size);
}

/* ---- the record: a plain row and a row under a long key, both with the reference ---- */

static struct span
long_key(char key[1024], uint64_t record)
{
	memset(key, 'k', 1024);
	be64_put(key + 1016, record);
	return span_of(key, record % 2 == 0 ? 1024 : 8);
}

static enum err
record_set(struct txn *t, uint64_t record, struct blob_ref *ref)
{
	char key[8], value[BLOB_REF_SIZE], text[1024];
	struct span lk = long_key(text, record), v;
	struct blob_ref old;
	enum err e;

	be64_put(key, record);
	if (record % 2 != 0)
		memcpy(text, key, 8);
	e = table_get(t, T_REFS, span_of(key, 8), &v);
	if (e == OK)
		e = blob_ref_get(v.p, &old) ? blob_drop(t, &old) : E_CORRUPT;
	else if (e == E_NOT_FOUND)
		e = OK;
	if (e != OK)
		return e;
	if (ref == NULL) {
		(void)!key_del(t, T_KEYS, 1, lk);
		e = table_del(t, T_REFS, span_of(key, 8));
		return e == E_NOT_FOUND ? OK : e;
	}
	blob_ref_put(value, ref);
	e = table_put(t, T_REFS, span_of(key, 8), span_of(value, sizeof value));
	return e == OK ? key_put(t, T_KEYS, 1, lk, span_of(value, sizeof value)) : e;
}

struct write {
	uint64_t record, from;
	struct content content;
	struct span data[RUNS];
	struct blob_file *file;
	enum { PUT, FILE_PUT, LIST, COPY, DELETE } what;
};

static enum err
list_of(struct txn *t, struct write *w, struct blob_ref *ref)
{
	struct blob_piece piece[RUNS];
	enum err e = OK;

	for (unsigned i = 0; e == OK && i < w->content.n; i++) {
		piece[i].tag = i + 1;
		e = blob_put(t, w->data[i], crc32c_add(0, w->data[i].p, w->data[i].n),
		    &piece[i].ref);
	}
	return e == OK ? blob_list_put(t, piece, w->content.n, ref) : e;
}

static enum err
copy_of(struct txn *t, struct write *w, struct blob_ref *ref)
{
	char key[8];
	struct span v;
	enum err e;

	be64_put(key, w->from);
	e = table_get(t, T_REFS, span_of(key, 8), &v);
	if (e == OK && !blob_ref_get(v.p, ref))
		e = E_CORRUPT;
	return e == OK ? blob_hold(t, ref) : e;
}

static enum err
write_fn(struct txn *t, void *arg)
{
	struct write *w = arg;
	struct blob_ref ref;
	enum err e = OK;

	if (w->what == PUT)
		e = blob_put(
		    t, w->data[0], crc32c_add(0, w->data[0].p, w->data[0].n), &ref);
	else if (w->what == FILE_PUT)
		e = blob_file_link(t, w->file, &ref);
	else if (w->what == LIST)
		e = list_of(t, w, &ref);
	else if (w->what == COPY)
		e = copy_of(t, w, &ref);
	return e == OK ? record_set(t, w->record, w->what == DELETE ? NULL : &ref) : e;
}

static enum err read_fn(struct txn *t, void *arg);

struct get {
	uint64_t record;
	struct buf out;
};

static enum err
get_extents(struct txn *t, const struct blob_ref *ref, struct buf *out)
{
	struct blob_extent x;
	struct blob_pos pos;
	enum err e;

	blob_pos_init(&pos, ref, 0, ref->len);
	while ((e = blob_next(t, &pos, &x)) == OK) {
		char *room = buf_grow(out, x.len);
		int rc = 0;

		if (x.mem != NULL)
			memcpy(room, x.mem, x.len);
		else
			rc = io_pread(x.fd, room, x.len, x.off);
		blob_extent_close(&x);
		if (rc != 0)
			return io_err(rc);
	}
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
read_fn(struct txn *t, void *arg)
{
	struct get *g = arg;
	char key[8], text[1024];
	struct span v, lk = long_key(text, g->record), second;
	struct blob_ref ref;
	enum err e;

	be64_put(key, g->record);
	if (g->record % 2 != 0)
		memcpy(text, key, 8);
	e = table_get(t, T_REFS, span_of(key, 8), &v);
	if (e != OK)
		return e;
	if (key_get(t, T_KEYS, 1, lk, &second) != OK || !span_eq(v, second) ||
	    !blob_ref_get(v.p, &ref))
		return E_CORRUPT;
	return get_extents(t, &ref, &g->out);
}

/* 0: the record is c; 1: it is not; 2: it could not be read. */
static int
differs(struct store *s, struct reader *r, uint64_t record, const struct content *c)
{
	struct get g = { .record = record };
	struct buf want = { 0 };
	struct blob_pin pin;
	enum err e;
	int rc;

	blob_pin(s, &pin);
	e = store_read(r, read_fn, &g);
	blob_unpin(&pin);
	content_bytes(c, &want);
	if (e == E_NOT_FOUND)
		rc = c->n != 0;
	else if (e != OK)
		rc = 2;
	else
		rc = c->n == 0 || !span_eq(buf_view(&g.out), buf_view(&want));
	buf_fini(&g.out);
	buf_fini(&want);
	return rc;
}

/* ---- a client ---- */

static const uint32_t sizes[] = { 1, 200, 4072, 4096, 9000, 16384, 30000, 65536 };

static enum err
file_of(struct client *c, struct write *w)
{
	enum err e =
	    blob_file_new(c->store, dice(c, 2) == 0 ? w->data[0].n : 0, &w->file, NULL);

	if (e == OK)
		e = blob_file_write(w->file, w->data[0].p, w->data[0].n / 2);
	if (e == OK)
		e = blob_file_write(w->file, w->data[0].p + w->data[0].n / 2,
		    w->data[0].n - w->data[0].n / 2);
	return e == OK
	    ? blob_file_seal(w->file, crc32c_add(0, w->data[0].p, w->data[0].n))
	    : e;
}

static void
choose(struct client *c, struct write *w)
{
	uint32_t d = dice(c, 20);

	w->record = dice(c, RECORDS / THREADS) * THREADS + c->index;
	w->from = dice(c, RECORDS / THREADS) * THREADS + c->index;
	w->what = d < 8 ? PUT
	    : d < 11    ? FILE_PUT
	    : d < 13    ? LIST
	    : d < 16    ? COPY
			: DELETE;
	if (w->what == COPY) {
		w->content = c->shared->record[w->from].acked;
		if (w->content.n == 0)
			w->what = PUT;
		else
			return;
	}
	w->content.n = w->what == LIST ? RUNS : w->what == DELETE ? 0 : 1;
	for (unsigned i = 0; i < w->content.n; i++) {
		w->content.run[i].seed = dice(c, 1 << 20);
		w->content.run[i].size = w->what == FILE_PUT
		    ? 70000 + dice(c, 200000)
		    : sizes[dice(c, ARRAY_LEN(sizes))];
	}
}

/* false: the store takes no more. */
static bool
one_write(struct client *c)
{
	struct write w = { 0 };
	struct record *r;
	enum err e = OK;

	choose(c, &w);
	r = &c->shared->record[w.record];
	for (unsigned i = 0; w.what != COPY && i < w.content.n; i++) {
		char *p = mem_alloc(w.content.run[i].size);

		fill(p, w.content.run[i].seed, w.content.run[i].size);
		w.data[i] = span_of(p, w.content.run[i].size);
	}
	if (w.what == FILE_PUT)
		e = file_of(c, &w);
	r->pending = w.content;
	MUST(r->pasts < PAST);
	r->past[r->pasts++] = w.content;
	atomic_store(&r->under_way, true);
	if (e == OK)
		e = store_write_wait(c->store, write_fn, &w);
	blob_file_free(&w.file, e == OK);
	/* After an I/O error nothing is known; after any other nothing has happened. */
	if (e == OK)
		r->acked = w.content;
	if (e != E_IO && e != E_READ_ONLY && e != E_CORRUPT)
		atomic_store(&r->under_way, false);
	for (unsigned i = 0; i < RUNS; i++)
		mem_free((void *)(uintptr_t)w.data[i].p);
	return store_writable(c->store) && e != E_IO;
}

static void *
client_main(void *arg)
{
	struct client *c = arg;

	c->reader = reader_new(c->store);
	for (unsigned i = 0; i < c->ops; i++) {
		if (dice(c, 5) == 0) {
			uint64_t n = dice(c, RECORDS / THREADS) * THREADS + c->index;

			if (differs(
				c->store, c->reader, n, &c->shared->record[n].acked) == 1)
				c->shared->wrong++;
		}
		if (dice(c, 30) == 0)
			store_sweep_now(c->store);
		if (!one_write(c))
			break;
	}
	reader_free(&c->reader);
	return NULL;
}

struct store_conf
torture_conf(const char *dir, uint32_t seed)
{
	return (struct store_conf){ .dir = dir,
		.durability = seed % 3 == 0 ? STORE_FULL
		    : seed % 3 == 1         ? STORE_RELAXED
					    : STORE_NONE,
		.map_size = (uint64_t)64 << 20,
		.tiny_max = (seed & 1) != 0 ? 4072 : 0,
		.small_max = SMALL_MAX,
		.segment_size = 256 << 10,
		.trim_pages = 1,
		.checkpoint_writes = seed % 5 == 0 ? 0 : 1 + seed % 23,
		.tables = tables,
		.ntables = 2 };
}

void
torture_child(const struct store_conf *given, const char *plan, uint32_t seed,
    struct shared *shared)
{
	struct store_conf conf = *given;
	struct client c[THREADS];
	struct store *s;

	log_setup(LOG_ERROR + 1, false);
	if (!fault_setup(plan, NULL))
		_exit(3);
	if (store_open(&s, &conf, NULL) != OK)
		_exit(0);
	for (unsigned i = 0; i < THREADS; i++) {
		c[i] = (struct client){ .store = s,
			.shared = shared,
			.index = i,
			.ops = OPS,
			.random = seed * 7919 + i };
		thread_start(&c[i].thread, "client", client_main, &c[i]);
	}
	for (unsigned i = 0; i < TRIMS; i++)
		store_trim(s);
	for (unsigned i = 0; i < THREADS; i++)
		(void)pthread_join(c[i].thread, NULL);
	store_sweep_now(s);
	store_trim(s);
	store_close(&s);
	_exit(0);
}

/* ---- the judge ---- */

static enum err
walk(struct txn *t,
    enum err (*see)(void *ctx, const struct blob_ref *r, struct span name), void *ctx,
    struct fail *fail)
{
	struct table_cursor c;
	enum err e = table_begin(t, T_REFS, &c);

	(void)fail;
	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK; e = table_next(&c)) {
		struct blob_ref r;
		char name[32];

		(void)snprintf(name, sizeof name, "record %" PRIu64, be64_get(c.key.p));
		if (!blob_ref_get(c.value.p, &r) || see(ctx, &r, span_str(name)) != OK)
			return E_CORRUPT;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static void
report(void *arg, const char *line)
{
	(void)arg;
	(void)printf("# verify: %s\n", line);
}

static unsigned
check(struct store *s, const char *when)
{
	struct verify_conf conf = { .walk = walk, .report = report };
	struct verify_result out;

	if (store_verify(s, &conf, &out, NULL) == OK && out.findings == 0)
		return 0;
	(void)printf("# not clean %s\n", when);
	return 1;
}

/* Is it what it once was? */
static bool
is_past(struct store *s, struct reader *r, uint64_t i, struct record *rec)
{
	static const struct content none;

	for (unsigned p = rec->pasts; p-- > 0;)
		if (differs(s, r, i, &rec->past[p]) == 0) {
			rec->acked = rec->past[p];
			return true;
		}
	rec->acked = none;
	return differs(s, r, i, &none) == 0;
}

static unsigned
judge_records(struct store *s, struct shared *shared, bool may_be_older)
{
	struct reader *r = reader_new(s);
	unsigned bad = 0;

	for (uint64_t i = 0; i < RECORDS; i++) {
		struct record *rec = &shared->record[i];

		if (differs(s, r, i, &rec->acked) != 0) {
			if (atomic_load(&rec->under_way) &&
			    differs(s, r, i, &rec->pending) == 0)
				rec->acked = rec->pending;
			else if (!may_be_older || !is_past(s, r, i, rec)) {
				(void)printf("# record %" PRIu64
					     " is not what was acknowledged\n",
				    i);
				bad++;
			}
		}
		atomic_store(&rec->under_way, false);
		rec->past[0] = rec->acked;
		rec->pasts = 1;
	}
	reader_free(&r);
	return bad;
}

unsigned
torture_judge(const struct store_conf *given, struct shared *shared, bool may_be_older)
{
	struct store_conf conf = *given;
	struct store *s = NULL;
	struct fail fail;
	unsigned bad = 0;

	/* As the crash left it, before anything is recovered. */
	conf.read_only_check = true;
	fail_init(&fail, NULL);
	if (store_open(&s, &conf, &fail) == OK)
		bad += check(s, "before recovery");
	store_close(&s);
	conf.read_only_check = false;
	fail_init(&fail, NULL);
	if (store_open(&s, &conf, &fail) != OK) {
		(void)printf("# cannot be opened again: %s\n", fail_text(&fail));
		return bad + 1;
	}
	bad += judge_records(s, shared, may_be_older);
	bad += check(s, "after recovery");
	store_sweep_now(s);
	bad += check(s, "after sweeping");
	store_close(&s);
	if (shared->wrong > 0)
		(void)printf("# wrong bytes were read while it ran\n");
	bad += shared->wrong;
	shared->wrong = 0;
	return bad;
}
#endif
