/* SPDX-License-Identifier: Apache-2.0 */
/* The directory in a store of its own. */
#include "config.h"

#include "model/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"

#include <cmocka.h>

#define ACCOUNT SPAN_LIT(ACCOUNT_ROOT)

struct kit {
	char dir[64];
	struct store *store;
	struct arena mem;
	enum err (*fn)(struct txn *t, struct kit *k);
	struct buf seen;
	size_t stop;
};

static int
kit_setup(void **state)
{
	static struct kit k;
	struct fail fail;
	struct store_conf conf = { .dir = k.dir,
		.durability = STORE_NONE,
		.tables = model_tables,
		.ntables = T_COUNT };

	memset(&k, 0, sizeof k);
	(void)snprintf(k.dir, sizeof k.dir, "/tmp/trug-directory-XXXXXX");
	assert_int_equal(io_temp_dir(k.dir), 0);
	fail_init(&fail, NULL);
	assert_int_equal(store_open(&k.store, &conf, &fail), OK);
	arena_init(&k.mem, 0);
	*state = &k;
	return 0;
}

static int
kit_teardown(void **state)
{
	struct kit *k = *state;
	char command[128];

	store_close(&k->store);
	arena_fini(&k->mem);
	buf_fini(&k->seen);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", k->dir);
	return system(command);
}

static enum err
kit_fn(struct txn *t, void *arg)
{
	struct kit *k = arg;

	return k->fn(t, k);
}

static void
write_in(struct kit *k, enum err (*fn)(struct txn *t, struct kit *k))
{
	k->fn = fn;
	assert_int_equal(store_write_wait(k->store, kit_fn, k), OK);
}

static struct entity
user(const char *name)
{
	return (struct entity){ .kind = ENTITY_USER,
		.id = SPAN_LIT("AIDA"),
		.name = span_str(name),
		.path = SPAN_LIT("/") };
}

static void
put(struct txn *t, const char *name, const char *path, bool declared)
{
	struct entity e = user(name);

	e.path = span_str(path);
	assert_int_equal(
	    declared ? directory_declare(t, ACCOUNT, &e) : directory_put(t, ACCOUNT, &e),
	    OK);
}

static bool
see(void *ctx, const struct entity *e)
{
	struct kit *k = ctx;

	buf_span(&k->seen, e->name);
	buf_str(&k->seen, e->declared ? "!" : "");
	buf_span(&k->seen, e->path);
	buf_char(&k->seen, ' ');
	return k->stop == 0 || --k->stop > 0;
}

static void
listed(struct txn *t, struct kit *k, const char *after, const char *want)
{
	k->seen.n = 0;
	assert_int_equal(
	    directory_each(t, ENTITY_USER, ACCOUNT, span_str(after), see, k), OK);
	assert_string_equal(buf_cstr(&k->seen), want);
}

static enum err
two_tables(struct txn *t, struct kit *k)
{
	struct entity e;

	put(t, "Bob", "/stored/", false);
	put(t, "carl", "/stored/", false);
	put(t, "ann", "/file/", true);
	put(t, "bob", "/file/", true);
	put(t, "dora", "/file/", true);
	listed(t, k, "", "ann!/file/ bob!/file/ carl/stored/ dora!/file/ ");
	listed(t, k, "ANN", "bob!/file/ carl/stored/ dora!/file/ ");
	listed(t, k, "b", "bob!/file/ carl/stored/ dora!/file/ ");
	k->stop = 2;
	listed(t, k, "bob", "carl/stored/ dora!/file/ ");
	k->stop = 0;
	listed(t, k, "dora", "");
	/* Found by the very name, taken in any case. */
	assert_int_equal(
	    directory_get(t, &k->mem, ENTITY_USER, ACCOUNT, SPAN_LIT("bob"), &e), OK);
	assert_true(e.declared && span_is(e.path, "/file/"));
	assert_int_equal(
	    directory_get(t, &k->mem, ENTITY_USER, ACCOUNT, SPAN_LIT("Bob"), &e),
	    E_NOT_FOUND);
	assert_int_equal(directory_taken(t, ENTITY_USER, ACCOUNT, SPAN_LIT("CARL")), OK);
	assert_int_equal(
	    directory_taken(t, ENTITY_GROUP, ACCOUNT, SPAN_LIT("carl")), E_NOT_FOUND);
	/* The file leaves; what it hid is there again. */
	assert_int_equal(directory_declared_clear(t), OK);
	listed(t, k, "", "Bob/stored/ carl/stored/ ");
	return OK;
}

static void
directory_walks_both_tables(void **state)
{
	write_in(*state, two_tables);
}

static bool
see_link(void *ctx, enum entity_kind to, struct span name)
{
	struct kit *k = ctx;

	buf_char(&k->seen, (char)to);
	buf_span(&k->seen, name);
	buf_char(&k->seen, ' ');
	return true;
}

static enum err
links(struct txn *t, struct kit *k)
{
	struct directory_link l = { .kind = DIRECTORY_MEMBER,
		.account = ACCOUNT,
		.from = SPAN_LIT("Group"),
		.to = ENTITY_USER };
	static const char *const names[] = { "Zoe", "adam", "Bea" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		l.name = span_str(names[i]);
		l.declared = i == 2;
		assert_int_equal(directory_link(t, &l), OK);
	}
	/* A longer name and another kind begin the same. */
	l.from = SPAN_LIT("Group2");
	assert_int_equal(directory_link(t, &l), OK);
	l.from = SPAN_LIT("group");
	assert_int_equal(directory_links(t, &l, see_link, k), OK);
	assert_string_equal(buf_cstr(&k->seen), "uadam uBea uZoe ");
	l.name = SPAN_LIT("ZOE");
	assert_int_equal(directory_unlink(t, &l), OK);
	assert_int_equal(directory_unlink(t, &l), OK);
	k->seen.n = 0;
	assert_int_equal(directory_links(t, &l, see_link, k), OK);
	assert_string_equal(buf_cstr(&k->seen), "uadam uBea ");
	return OK;
}

static void
directory_links_are_found(void **state)
{
	write_in(*state, links);
}

static enum err
keys(struct txn *t, struct kit *k)
{
	struct rec_key in = { .owner = KEY_OF_SERVICE,
		.active = true,
		.user = SPAN_LIT("ann"),
		.number = 7,
		.created_ms = 1,
		.expires_ms = 2,
		.sealed = SPAN_LIT("sealed"),
		.policy = SPAN_LIT("{}"),
		.name = SPAN_LIT("one"),
		.description = SPAN_LIT("a service") },
		       out;
	struct key_use use = { 5, SPAN_LIT("s3"), SPAN_LIT("us-east-1") }, used;
	struct span id = SPAN_LIT("AKIA1");

	(void)k;
	memcpy(in.account, ACCOUNT_ROOT, ACCOUNT_DIGITS);
	assert_int_equal(directory_key_put(t, id, &in), OK);
	assert_int_equal(directory_key_get(t, id, &out), OK);
	assert_true(out.owner == KEY_OF_SERVICE && out.active && !out.declared);
	assert_true(out.number == 7 && out.created_ms == 1 && out.expires_ms == 2);
	assert_true(span_is(out.user, "ann") && span_is(out.sealed, "sealed") &&
	    span_is(out.policy, "{}") && span_is(out.description, "a service") &&
	    span_is(out.name, "one"));
	in.active = false;
	assert_int_equal(directory_declare_key(t, id, &in), OK);
	assert_int_equal(directory_key_get(t, id, &out), OK);
	assert_true(out.declared && !out.active);
	assert_int_equal(directory_use_get(t, id, &used), E_NOT_FOUND);
	assert_int_equal(directory_use_put(t, id, &use), OK);
	assert_int_equal(directory_use_get(t, id, &used), OK);
	assert_true(used.when_ms == 5 && span_is(used.service, "s3"));
	assert_int_equal(directory_declared_clear(t), OK);
	assert_int_equal(directory_key_del(t, id), OK);
	assert_int_equal(directory_key_get(t, id, &out), E_NOT_FOUND);
	assert_int_equal(directory_use_get(t, id, &used), E_NOT_FOUND);
	return OK;
}

static void
directory_keys(void **state)
{
	write_in(*state, keys);
}

/* As it was before keys had names. */
static void
rec_key_first_version(void **state)
{
	static const char old[] = "\1\2\1"
				  "000000000000"
				  "\0\0\0\3ann"
				  "\0\0\0\0\0\0\0\7"
				  "\0\0\0\0\0\0\0\1"
				  "\0\0\0\0\0\0\0\2"
				  "\0\0\0\6sealed"
				  "\0\0\0\2{}"
				  "\0\0\0\1d";
	struct rec_key k = { .name = SPAN_LIT("left") };

	(void)state;
	assert_int_equal(rec_key_get(span_of(old, sizeof old - 1), &k), OK);
	assert_true(k.owner == KEY_OF_SERVICE && k.active && k.number == 7 &&
	    k.created_ms == 1 && k.expires_ms == 2);
	assert_true(span_is(k.user, "ann") && span_is(k.sealed, "sealed") &&
	    span_is(k.policy, "{}") && span_is(k.description, "d") && k.name.n == 0);
	assert_int_equal(rec_key_get(span_of(old, sizeof old - 2), &k), E_CORRUPT);
}

struct seen {
	char ids[64];
	size_t n;
};

static bool
key_seen(void *ctx, struct span id, const struct rec_key *k)
{
	struct seen *s = ctx;

	assert_true(k->number == 9);
	memcpy(s->ids + s->n, id.p, id.n);
	s->n += id.n;
	return s->n < 6;
}

static enum err
key_walk(struct txn *t, struct kit *k)
{
	struct rec_key in = { .owner = KEY_OF_USER, .number = 9 };
	struct field f[] = { { SPAN_LIT("k1"), SPAN_NONE },
		{ SPAN_LIT("k3"), SPAN_NONE } };
	struct entity user = { .kind = ENTITY_USER };
	struct seen s = { .n = 0 };
	bool off = true;

	(void)k;
	memcpy(in.account, ACCOUNT_ROOT, ACCOUNT_DIGITS);
	assert_int_equal(directory_user_off(t, &user, &off), OK);
	assert_false(off); /* it has none at all */
	assert_int_equal(directory_key_put(t, SPAN_LIT("k3"), &in), OK);
	assert_int_equal(directory_declare_key(t, SPAN_LIT("k2"), &in), OK);
	in.owner = KEY_OF_SERVICE;
	in.active = true;
	assert_int_equal(directory_key_put(t, SPAN_LIT("k1"), &in), OK);
	assert_int_equal(directory_key_put(t, SPAN_LIT("k4"), &in), OK);
	assert_int_equal(directory_key_each(t, key_seen, &s), OK);
	assert_true(span_is(span_of(s.ids, s.n), "k1k2k3"));
	/* A service account that is on does not make its user be on. */
	user.keys = (struct entity_list){ f, 2 };
	assert_int_equal(directory_user_off(t, &user, &off), OK);
	assert_true(off);
	return OK;
}

static void
directory_keys_are_walked(void **state)
{
	write_in(*state, key_walk);
}

static void
rec_entity_round_trip_and_damage(void **state)
{
	struct field tags[] = { { SPAN_LIT("k"), SPAN_LIT("v") } };
	struct field versions[] = { { SPAN_LIT("1"), SPAN_LIT("12345678{}") } };
	struct entity in = { .kind = ENTITY_POLICY,
		.id = SPAN_LIT("ANPA"),
		.name = SPAN_LIT("p"),
		.path = SPAN_LIT("/x/"),
		.created_ms = 3,
		.changed_ms = 4,
		.number = 1,
		.last = 9,
		.tags = { tags, 1 },
		.versions = { versions, 1 } },
		      out;
	struct kit *k = *state;
	struct buf row = { 0 };

	rec_entity_put(&row, &in);
	assert_int_equal(rec_entity_get(&k->mem, buf_view(&row), &out), OK);
	assert_true(out.kind == ENTITY_POLICY && out.number == 1 && out.last == 9);
	assert_true(span_is(out.name, "p") && span_is(out.path, "/x/"));
	assert_true(out.tags.n == 1 && span_is(out.tags.field[0].value, "v"));
	assert_true(span_is(entity_version_text(out.versions.field[0].value), "{}"));
	assert_null(entity_find(&out.tags, SPAN_LIT("K")));
	for (size_t i = 0; i < row.n; i++)
		assert_int_equal(
		    rec_entity_get(&k->mem, span_of(row.p, i), &out), E_CORRUPT);
	buf_char(&row, 'x');
	assert_int_equal(rec_entity_get(&k->mem, buf_view(&row), &out), E_CORRUPT);
	buf_fini(&row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    directory_walks_both_tables, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    directory_links_are_found, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(directory_keys, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    directory_keys_are_walked, kit_setup, kit_teardown),
		cmocka_unit_test(rec_key_first_version),
		cmocka_unit_test_setup_teardown(
		    rec_entity_round_trip_and_damage, kit_setup, kit_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
