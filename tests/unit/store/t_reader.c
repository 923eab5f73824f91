/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots that stay for the next read: never older than what was acknowledged before it,
 * and in nobody's way once they are. */
#include "config.h"

#include "../../../src/store/store_priv.h"

#include "kit.h"

enum { ROUNDS = 2000 };

static enum err
number_put(struct txn *t, void *arg)
{
	char v[8];

	be64_put(v, *(uint64_t *)arg);
	return table_put(t, T_PLAIN, SPAN_LIT("n"), span_of(v, sizeof v));
}

struct seen {
	struct kit *k;
	size_t txn;
	uint64_t n;
};

static enum err
number_get(struct txn *t, void *arg)
{
	struct seen *s = arg;
	struct span v;
	enum err e = table_get(t, T_PLAIN, SPAN_LIT("n"), &v);

	s->txn = mdb_txn_id(t->mdb);
	s->n = e == OK ? be64_get(v.p) : 0;
	return e == E_NOT_FOUND ? OK : e;
}

static struct seen
look(struct reader *r)
{
	struct seen s = { 0 };

	assert_int_equal(store_read(r, number_get, &s), OK);
	return s;
}

static void
store_read_takes_the_snapshot_again(void **state)
{
	struct kit *k = *state;
	uint64_t n = 7;
	struct seen s = look(k->reader);

	assert_int_equal(atomic_load(&k->reader->state), READER_RESTS);
	assert_int_equal(look(k->reader).txn, s.txn);
	assert_int_equal(store_write_wait(k->store, number_put, &n), OK);
	assert_int_equal(atomic_load(&k->reader->state), READER_EMPTY);
	assert_int_equal(look(k->reader).n, 7);
	/* A batch that changes nothing leaves all as it is. */
	s = look(k->reader);
	assert_int_equal(store_write_wait(k->store, kit_nothing, NULL), OK);
	assert_int_equal(look(k->reader).txn, s.txn);
}

static enum err
write_within(struct txn *t, void *arg)
{
	struct seen *s = arg;
	uint64_t n = 1;

	assert_int_equal(store_write_wait(s->k->store, number_put, &n), OK);
	assert_int_equal(atomic_load(&s->k->reader->state), READER_BUSY);
	return number_get(t, s);
}

/* Who reads keeps his snapshot; the next read has a newer one, though nobody ended it. */
static void
store_read_keeps_what_it_reads(void **state)
{
	struct kit *k = *state;
	struct seen s = { .k = k };

	assert_int_equal(store_read(k->reader, write_within, &s), OK);
	assert_int_equal(s.n, 0);
	assert_int_equal(atomic_load(&k->reader->state), READER_RESTS);
	assert_int_equal(look(k->reader).n, 1);
}

/* Pages of snapshots that rest are used again: the index does not grow. */
static void
store_read_holds_no_pages(void **state)
{
	struct kit *k = *state;
	struct reader *other = reader_new(k->store);
	MDB_envinfo info;
	size_t before = 0;

	(void)look(other);
	for (uint64_t i = 1; i <= 200; i++) {
		assert_int_equal(store_write_wait(k->store, number_put, &i), OK);
		assert_int_equal(look(k->reader).n, i);
		assert_int_equal(mdb_env_info(k->store->env, &info), 0);
		if (i == 100)
			before = info.me_last_pgno;
	}
	assert_int_equal(info.me_last_pgno, before);
	assert_int_equal(look(other).n, 200);
	reader_free(&other);
}

static void *
writes(void *arg)
{
	struct kit *k = ((struct seen *)arg)->k;
	_Atomic uint64_t *told = (_Atomic uint64_t *)&((struct seen *)arg)->n;

	for (uint64_t i = 1; i <= ROUNDS; i++) {
		assert_int_equal(store_write_wait(k->store, number_put, &i), OK);
		atomic_store(told, i);
	}
	return NULL;
}

static void
store_read_sees_what_was_told(void **state)
{
	struct kit *k = *state;
	struct seen shared = { .k = k };
	_Atomic uint64_t *told = (_Atomic uint64_t *)&shared.n;
	uint64_t least;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, writes, &shared), 0);
	do {
		least = atomic_load(told);
		assert_true(look(k->reader).n >= least);
	} while (least < ROUNDS);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(store_read_takes_the_snapshot_again),
		KIT_TEST(store_read_keeps_what_it_reads),
		KIT_TEST(store_read_holds_no_pages),
		KIT_TEST(store_read_sees_what_was_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
