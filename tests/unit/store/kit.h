/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store's tests share: a store in a directory of its own, members that put and
 * drop, and reading a blob whole. Everything fails the test at once.
 */
#ifndef STORE_KIT_H
#define STORE_KIT_H

/* cmocka wants the first four before it, and has a macro named as one of our functions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "codec/crc.h"
#include "store/blob.h"
#include "store/store.h"
#include "store/table.h"
#include "store/verify.h"

#include <cmocka.h>
#undef fail_msg

#include "../../scratch.h"

enum { T_PLAIN, T_KEYS, T_REFS, T_COUNT };
static const char *const kit_tables[] = { "plain", "keys", "refs" };

struct kit {
	char dir[64];
	struct store_conf conf;
	struct store *store;
	struct reader *reader;
};

static inline void
kit_open(struct kit *k)
{
	struct fail fail;
	enum err e;

	fail_init(&fail, NULL);
	e = store_open(&k->store, &k->conf, &fail);
	if (e != OK)
		print_error("store_open: %s\n", fail_text(&fail));
	assert_int_equal(e, OK);
	k->reader = reader_new(k->store);
}

static inline void
kit_close(struct kit *k)
{
	reader_free(&k->reader);
	store_close(&k->store);
}

static inline enum err
kit_nothing(struct txn *t, void *arg)
{
	(void)t;
	(void)arg;
	return OK;
}

static inline int
kit_setup_with(void **state, enum store_durability durability, uint64_t segment_size)
{
	struct kit *k = mem_zalloc(sizeof *k);

	scratch_make(k->dir, sizeof k->dir, "store", NULL);
	k->conf = (struct store_conf){ .dir = k->dir,
		.durability = durability,
		.map_size = (uint64_t)256 << 20,
		.tiny_max = 4072, /* one page: 4 KiB is a segment's here */
		.segment_size = segment_size,
		.tables = kit_tables,
		.ntables = T_COUNT };
	kit_open(k);
	/* The writer finishes a new store on its own time, which some tests stop. */
	assert_int_equal(store_write_wait(k->store, kit_nothing, NULL), OK);
	*state = k;
	return 0;
}

static inline int
kit_setup(void **state)
{
	return kit_setup_with(state, STORE_NONE, 0);
}

static inline int
kit_teardown(void **state)
{
	struct kit *k = *state;

#ifdef ENABLE_FAULTS
	(void)fault_setup("", NULL);
#endif
	kit_close(k);
	scratch_remove(k->dir);
	mem_free(k);
	return 0;
}

/* ---- bytes that are their own check ---- */
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

/* ---- records in table refs: a number refers to one blob ---- */
struct kit_put {
	uint64_t record;
	struct span data;
	struct blob_ref ref; /* result */
	enum err answer; /* what fn returns after the work */
};

static inline enum err
kit_record(struct txn *t, uint64_t record, const struct blob_ref *ref)
{
	char key[8], value[BLOB_REF_SIZE];
	struct blob_ref old;
	struct span v;
	enum err e;

	be64_put(key, record);
	e = table_get(t, T_REFS, span_of(key, 8), &v);
	if (e == OK) {
		assert_true(blob_ref_get(v.p, &old));
		e = blob_drop(t, &old);
	} else if (e == E_NOT_FOUND)
		e = OK;
	if (e == OK && ref == NULL)
		return table_del(t, T_REFS, span_of(key, 8));
	if (e != OK)
		return e;
	blob_ref_put(value, ref);
	return table_put(t, T_REFS, span_of(key, 8), span_of(value, sizeof value));
}

static inline enum err
kit_put_fn(struct txn *t, void *arg)
{
	struct kit_put *p = arg;
	enum err e = blob_put(t, p->data, crc32c_add(0, p->data.p, p->data.n), &p->ref);

	if (e == OK)
		e = kit_record(t, p->record, &p->ref);
	return e == OK ? p->answer : e;
}

static inline struct blob_ref
kit_put(struct kit *k, uint64_t record, size_t n, unsigned seed)
{
	char *data = kit_bytes(n, seed);
	struct kit_put p = { .record = record, .data = span_of(data, n) };

	assert_int_equal(store_write_wait(k->store, kit_put_fn, &p), OK);
	mem_free(data);
	return p.ref;
}

/* How much larger the index's pages are than those of 4 KiB: LMDB takes the machine's, as
 * far as 32 KiB. */
static inline size_t
kit_page_scale(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (page < 32768 ? page : 32768) / 4096;
}

static inline enum err
kit_drop_fn(struct txn *t, void *arg)
{
	return kit_record(t, *(uint64_t *)arg, NULL);
}

static inline void
kit_drop(struct kit *k, uint64_t record)
{
	assert_int_equal(store_write_wait(k->store, kit_drop_fn, &record), OK);
}

struct kit_link {
	uint64_t record;
	struct blob_file *file;
	struct blob_ref ref;
};

static inline enum err
kit_link_fn(struct txn *t, void *arg)
{
	struct kit_link *l = arg;
	enum err e = blob_file_link(t, l->file, &l->ref);

	return e == OK ? kit_record(t, l->record, &l->ref) : e;
}

static inline struct blob_ref
kit_put_file(struct kit *k, uint64_t record, size_t n, unsigned seed)
{
	char *data = kit_bytes(n, seed);
	struct kit_link l = { .record = record };

	assert_int_equal(blob_file_new(k->store, n, &l.file, NULL), OK);
	for (size_t at = 0; at < n; at += 1 << 20)
		assert_int_equal(blob_file_write(l.file, data + at,
				     n - at < 1 << 20 ? n - at : 1 << 20),
		    OK);
	assert_int_equal(blob_file_seal(l.file, crc32c_add(0, data, n)), OK);
	assert_int_equal(store_write_wait(k->store, kit_link_fn, &l), OK);
	blob_file_free(&l.file, true);
	mem_free(data);
	return l.ref;
}

/* ---- reading ---- */
struct kit_get {
	uint64_t record;
	struct blob_ref ref;
	uint64_t at, len; /* len UINT64_MAX: all */
	struct buf out;
	unsigned extents;
};

static inline enum err
kit_get_fn(struct txn *t, void *arg)
{
	struct kit_get *g = arg;
	struct blob_extent x;
	struct blob_pos pos;
	struct span v;
	char key[8];
	enum err e = OK;

	if (g->record != 0) {
		be64_put(key, g->record);
		e = table_get(t, T_REFS, span_of(key, 8), &v);
		if (e != OK)
			return e;
		assert_true(blob_ref_get(v.p, &g->ref));
	}
	blob_pos_init(&pos, &g->ref, g->at, g->len == UINT64_MAX ? g->ref.len : g->len);
	while ((e = blob_next(t, &pos, &x)) == OK) {
		char *room = buf_grow(&g->out, x.len);
		int rc = 0;

		if (x.mem != NULL)
			memcpy(room, x.mem, x.len);
		else
			rc = io_pread(x.fd, room, x.len, x.off);
		blob_extent_close(&x);
		g->extents++;
		if (rc != 0)
			return io_err(rc);
	}
	return e == E_NOT_FOUND ? OK : e;
}

static inline enum err
kit_read(struct kit *k, struct kit_get *g)
{
	struct blob_pin pin;
	enum err e;

	g->out.n = 0;
	g->extents = 0;
	blob_pin(k->store, &pin);
	e = store_read(k->reader, kit_get_fn, g);
	blob_unpin(&pin);
	return e;
}

static inline void
kit_check(struct kit *k, uint64_t record, size_t n, unsigned seed)
{
	struct kit_get g = { .record = record, .len = UINT64_MAX };
	char *data = kit_bytes(n, seed);

	assert_int_equal(kit_read(k, &g), OK);
	assert_int_equal(g.out.n, n);
	if (n > 0)
		assert_memory_equal(g.out.p, data, n);
	buf_fini(&g.out);
	mem_free(data);
}

/* ---- verify ---- */
static inline enum err
kit_walk(struct txn *t,
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

		assert_true(blob_ref_get(c.value.p, &r));
		(void)snprintf(
		    name, sizeof name, "record %u", (unsigned)be64_get(c.key.p));
		if (see(ctx, &r, span_str(name)) != OK)
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static inline void
kit_report(void *arg, const char *line)
{
	if (arg != NULL)
		buf_printf(arg, "%s\n", line);
	else
		(void)fprintf(stderr, "verify: %s\n", line);
}

static inline uint64_t
kit_verify(struct kit *k, bool repair, struct buf *lines)
{
	struct verify_conf conf = {
		.walk = kit_walk, .report = kit_report, .arg = lines, .repair = repair
	};
	struct verify_result out;

	assert_int_equal(store_verify(k->store, &conf, &out, NULL), OK);
	return out.findings;
}

/* ---- files ---- */
static inline uint64_t
kit_blocks(const char *dir, const char *sub, unsigned *files)
{
	char path[1024];
	uint64_t bytes = 0;
	DIR *d;
	const struct dirent *e;

	*files = 0;
	(void)snprintf(path, sizeof path, "%s/%s", dir, sub);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL) {
		struct stat st;

		(void)snprintf(path, sizeof path, "%s/%s/%s", dir, sub, e->d_name);
		if (lstat(path, &st) == 0 && S_ISREG(st.st_mode)) {
			bytes += (uint64_t)st.st_blocks * 512;
			++*files;
		}
	}
	if (d != NULL)
		(void)closedir(d);
	return bytes;
}

#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)

#endif
