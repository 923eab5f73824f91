/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "access/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct kit {
	struct keyring *keys;
	struct arena mem;
	struct session s;
	struct buf token;
};

static struct field tags[] = { { SPAN_LIT("team"), SPAN_LIT("red") } };
static struct field arns[] = { { SPAN_LIT("arn:aws:iam::aws:policy/x"), { "", 0 } } };

static void
keys_new(struct keyring **out)
{
	struct buf line = { 0 };

	*out = keyring_new();
	keyring_generate(&line);
	assert_int_equal(keyring_add_lines(*out, buf_view(&line), NULL), OK);
	buf_fini(&line);
}

static int
kit_setup(void **state)
{
	static struct kit k;

	memset(&k, 0, sizeof k);
	keys_new(&k.keys);
	arena_init(&k.mem, 64 << 20);
	k.s = (struct session){ .kind = IDENTITY_SESSION,
		.account = SPAN_LIT("123456789012"),
		.name = SPAN_LIT("role"),
		.id = SPAN_LIT("AROAX"),
		.session = SPAN_LIT("me"),
		.began = 100,
		.expires = 200,
		.policy = SPAN_LIT("{}"),
		.narrowed = true,
		.arn = arns,
		.narn = 1,
		.tag = tags,
		.ntag = 1 };
	session_make(&k.mem, k.keys, &k.s, &k.token);
	*state = &k;
	return 0;
}

static int
kit_teardown(void **state)
{
	struct kit *k = *state;

	keyring_free(&k->keys);
	arena_fini(&k->mem);
	buf_fini(&k->token);
	return 0;
}

static void
session_opens_what_it_made(void **state)
{
	struct kit *k = *state;
	struct session s;

	assert_true(span_starts(k->s.access_key, SPAN_LIT("ASIA")));
	assert_int_equal(k->s.access_key.n, SESSION_KEY);
	assert_int_equal(k->s.secret.n, SESSION_SECRET);
	assert_int_equal(
	    session_open(&k->mem, k->keys, k->s.access_key, buf_view(&k->token), &s), OK);
	assert_true(s.kind == IDENTITY_SESSION && s.began == 100 && s.expires == 200);
	assert_true(span_eq(s.secret, k->s.secret) && span_eq(s.account, k->s.account));
	assert_true(span_is(s.name, "role") && span_is(s.id, "AROAX"));
	assert_true(span_is(s.session, "me") && span_is(s.policy, "{}") && s.narrowed);
	assert_true(s.narn == 1 && s.ntag == 1);
	assert_true(span_eq(s.arn[0].name, arns[0].name));
	assert_true(span_is(s.tag[0].value, "red"));
	assert_true(span_search(buf_view(&k->token), k->s.secret, 0) == k->token.n);
}

static void
session_refuses_any_change(void **state)
{
	struct kit *k = *state;
	struct keyring *other;
	struct session s;

	for (size_t i = 0; i < k->token.n; i++) {
		char was = k->token.p[i];

		k->token.p[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(session_open(&k->mem, k->keys, k->s.access_key,
				     buf_view(&k->token), &s),
		    E_INVALID_TOKEN);
		k->token.p[i] = was;
		assert_int_equal(session_open(&k->mem, k->keys, k->s.access_key,
				     span_of(k->token.p, i), &s),
		    E_INVALID_TOKEN);
	}
	/* Another's key, another server's master key. */
	assert_int_equal(session_open(&k->mem, k->keys, SPAN_LIT("ASIAAAAAAAAAAAAAAAAA"),
			     buf_view(&k->token), &s),
	    E_INVALID_TOKEN);
	keys_new(&other);
	assert_int_equal(
	    session_open(&k->mem, other, k->s.access_key, buf_view(&k->token), &s),
	    E_INVALID_TOKEN);
	keyring_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    session_opens_what_it_made, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
		    session_refuses_any_change, kit_setup, kit_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
