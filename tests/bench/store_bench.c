/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store alone costs: durable puts by closed-loop clients (a body, a record of 160
 * bytes under a random key), opening an empty and a full store, walking keys.
 *   store_bench DIR [SECONDS] [ROWS]
 */
#include "config.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/task.h"
#include "codec/crc.h"
#include "store/blob.h"
#include "store/store.h"
#include "store/table.h"

enum { RECORD = 160, CLIENTS_MAX = 16, FILL_STEP = 1000 };
static const char *const tables[] = { "key" };

struct bench {
	struct store *store;
	struct span body;
	uint32_t crc32c;
	uint64_t until;
};

struct client {
	const struct bench *bench;
	pthread_t thread;
	uint64_t ops, key;
};

static enum err
put_record(struct txn *t, uint64_t key, const struct blob_ref *ref)
{
	char text[32], record[RECORD] = { 0 };
	int n = snprintf(text, sizeof text, "data/%016" PRIx64, key);

	blob_ref_put(record, ref);
	return key_put(t, 0, 1, span_of(text, (size_t)n), span_of(record, sizeof record));
}

static enum err
put_fn(struct txn *t, void *arg)
{
	struct client *c = arg;
	struct blob_ref ref;
	enum err e = blob_put(t, c->bench->body, c->bench->crc32c, &ref);

	return e == OK ? put_record(t, c->key, &ref) : e;
}

static void *
client_main(void *arg)
{
	struct client *c = arg;

	while (clock_mono_us() < c->bench->until) {
		c->key = rand_fast();
		MUST(store_write_wait(c->bench->store, put_fn, c) == OK);
		c->ops++;
	}
	return NULL;
}

static double
cpu_us(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void
puts_of(struct store *s, size_t size, unsigned clients, unsigned seconds)
{
	char *body = mem_zalloc(size);
	struct bench b = { .store = s, .body = span_of(body, size) };
	struct client c[CLIENTS_MAX] = { 0 };
	uint64_t began = clock_mono_us(), ops = 0;
	struct store_stats before, after;
	double cpu = cpu_us(), wall;

	b.crc32c = crc32c_add(0, body, size);
	b.until = began + seconds * (uint64_t)1000000;
	store_stats(s, &before);
	for (unsigned i = 0; i < clients; i++) {
		c[i].bench = &b;
		thread_start(&c[i].thread, "client", client_main, &c[i]);
	}
	for (unsigned i = 0; i < clients; i++) {
		(void)pthread_join(c[i].thread, NULL);
		ops += c[i].ops;
	}
	wall = (double)(clock_mono_us() - began);
	cpu = cpu_us() - cpu;
	store_stats(s, &after);
	(void)printf("| put %zu | %u | %.0f | %.1f | %.1f |\n", size, clients,
	    (double)ops * 1e6 / wall, cpu / (double)ops,
	    (double)(after.members - before.members) /
		(double)(after.batches - before.batches));
	mem_free(body);
}

static enum err
fill_fn(struct txn *t, void *arg)
{
	static const char body[100];
	enum err e = OK;

	(void)arg;
	for (unsigned i = 0; e == OK && i < FILL_STEP; i++) {
		struct blob_ref ref;

		e = blob_put(t, span_of(body, sizeof body), 0, &ref);
		if (e == OK)
			e = put_record(t, rand_fast(), &ref);
	}
	return e;
}

static enum err
walk_fn(struct txn *t, void *arg)
{
	struct key_cursor c;
	uint64_t *n = arg;
	enum err e = key_begin(t, 0, 1, &c);

	if (e != OK)
		return e;
	for (e = key_seek(&c, SPAN_NONE); e == OK; e = key_next(&c))
		++*n;
	key_end(&c);
	return OK;
}

static struct store *
open_timed(const struct store_conf *conf, const char *what)
{
	uint64_t began = clock_mono_us();
	struct store *s;
	struct fail fail;

	fail_init(&fail, NULL);
	if (store_open(&s, conf, &fail) != OK) {
		(void)fprintf(stderr, "%s\n", fail_text(&fail));
		exit(1);
	}
	(void)printf(
	    "open %s: %.2f ms\n", what, (double)(clock_mono_us() - began) / 1000);
	return s;
}

static void
walk_timed(struct store *s)
{
	struct reader *r = reader_new(s);
	double cpu;
	uint64_t n = 0;

	MUST(store_read(r, walk_fn, &n) == OK);
	n = 0;
	cpu = cpu_us();
	MUST(store_read(r, walk_fn, &n) == OK);
	(void)printf("walk: %.0f ns a key over %" PRIu64 " keys\n",
	    (cpu_us() - cpu) * 1000 / (double)n, n);
	reader_free(&r);
}

int
main(int argc, char **argv)
{
	static const size_t sizes[] = { 1000, 4096, 57344 };
	struct store_conf conf = { .tables = tables, .ntables = 1 };
	unsigned seconds = argc > 2 ? (unsigned)atol(argv[2]) : 2;
	uint64_t rows = argc > 3 ? strtoull(argv[3], NULL, 10) : 1000000;
	struct store *s;

	if (argc < 2)
		return 2;
	conf.dir = argv[1];
	s = open_timed(&conf, "new");
	store_close(&s);
	s = open_timed(&conf, "empty");
	store_close(&s);
	conf.durability = STORE_NONE;
	s = open_timed(&conf, "empty, without sync");
	for (uint64_t i = 0; i < rows; i += FILL_STEP)
		MUST(store_write_wait(s, fill_fn, NULL) == OK);
	walk_timed(s);
	store_close(&s);
	sync();
	conf.durability = STORE_FULL;
	for (unsigned i = 0; i < 3; i++) {
		s = open_timed(&conf, "full");
		store_close(&s);
	}
	s = open_timed(&conf, "full");
	(void)printf("| What | Clients | ops/s | CPU us/op | members a batch |\n"
		     "|---|---|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		for (unsigned clients = 1; clients <= CLIENTS_MAX; clients *= 16)
			puts_of(s, sizes[i], clients, seconds);
	store_close(&s);
	return 0;
}
