/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "target/broker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"

static void
assert_text(const char *got, const char *want)
{
	if (want == NULL)
		assert_null(got);
	else
		assert_string_equal(got, want);
}

static void
broker_url_parse_good(void **state)
{
	static const struct {
		const char *text, *scheme, *user, *password, *host, *path;
		unsigned port;
	} rows[] = {
		{ "tcp://localhost:1883", "tcp", NULL, NULL, "localhost", NULL, 1883 },
		{ "AMQP://u:p@Rabbit_1.x/v", "amqp", "u", "p", "Rabbit_1.x", "v", 0 },
		{ "amqps://u%40x:p%2f%3a@h:5671/%2f", "amqps", "u@x", "p/:", "h", "/",
		    5671 },
		{ "amqp://u@h/", "amqp", "u", NULL, "h", "", 0 },
		{ "amqp://u:@h", "amqp", "u", NULL, "h", NULL, 0 },
		{ "amqp://u:a@b@h", "amqp", "u", "a@b", "h", NULL, 0 },
		{ "ssl://[::1]:8883", "ssl", NULL, NULL, "::1", NULL, 8883 },
		{ "tcp://[fe80::1]", "tcp", NULL, NULL, "fe80::1", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct broker_url u;

		assert_true(broker_url_parse(span_str(rows[i].text), &u));
		assert_text(u.scheme, rows[i].scheme);
		assert_text(u.user, rows[i].user);
		assert_text(u.password, rows[i].password);
		assert_text(u.host, rows[i].host);
		assert_text(u.path, rows[i].path);
		assert_int_equal(u.port, rows[i].port);
		broker_url_fini(&u);
		assert_null(u.text);
	}
}

static void
broker_url_parse_bad(void **state)
{
	static const char *const rows[] = { "", "localhost", "localhost:1883", "://h",
		"tcp://", "tcp:///x", "tcp://:1", "tcp://h:", "tcp://h:0",
		"tcp://h:65536", "tcp://h:1x", "t1://h", "tcp://h h", "tcp://h?x=1",
		"tcp://h#x", "tcp://[::1", "tcp://[]", "tcp://[g::1]", "tcp://[::1]x",
		"tcp://a/b%0", "tcp://a%00b@h", "tcp://u:%00@h", "tcp://h%41",
		"tcp://h\n", "tcp://a:b:c" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct broker_url u;

		if (broker_url_parse(span_str(rows[i]), &u))
			fail_msg("'%s' was taken", rows[i]);
	}
}

static void
broker_address_each(void **state)
{
	static const struct {
		const char *text, *host;
		uint16_t port;
	} rows[] = { { "h", "h", 6379 }, { "10.0.0.1:1", "10.0.0.1", 1 },
		{ "[::1]:65535", "::1", 65535 }, { "[::1]", "::1", 6379 },
		{ "redis_1", "redis_1", 6379 }, { "", NULL, 0 }, { ":1", NULL, 0 },
		{ "::1", NULL, 0 }, { "h:", NULL, 0 }, { "h:1:2", NULL, 0 },
		{ "h:70000", NULL, 0 }, { "a b", NULL, 0 }, { "redis://h", NULL, 0 },
		{ "h/1", NULL, 0 }, { "u@h", NULL, 0 }, { "[::1]1", NULL, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *host = NULL;
		uint16_t port = 0;
		bool ok = broker_address(span_str(rows[i].text), 6379, &host, &port);

		assert_int_equal(ok, rows[i].host != NULL);
		assert_text(host, rows[i].host);
		assert_int_equal(port, rows[i].port);
		mem_free(host);
	}
}

static void
broker_duration_each(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} rows[] = { { "0", 0 }, { "30s", 30000 }, { "1m30s", 90000 }, { "500ms", 500 },
		{ "2h", 7200000 }, { "1d", 86400000 }, { "0s", 0 }, { "", -1 },
		{ "30", -1 }, { "s", -1 }, { "1y", -1 }, { "1s ", -1 }, { "-1s", -1 },
		{ "1.5s", -1 }, { "9999999999s", -1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t ms = 77;
		bool ok = broker_duration(span_str(rows[i].text), &ms);

		assert_int_equal(ok, rows[i].ms >= 0);
		assert_int_equal(ms, ok ? (uint64_t)rows[i].ms : 77);
	}
}

static void
broker_identifier_each(void **state)
{
	static const struct {
		const char *text, *sql;
	} rows[] = { { "events", "\"events\"" }, { "Events", "\"events\"" },
		{ "\"Events\"", "\"Events\"" }, { "_a1$", "\"_a1$\"" },
		{ "s.t", "\"s\".\"t\"" }, { "S.\"T x\"", "\"s\".\"T x\"" },
		{ "\"a.b\"", "\"a.b\"" }, { "t\xc3\xa9", "\"t\xc3\xa9\"" },
		{ "\"; DROP TABLE x; --\"", "\"; DROP TABLE x; --\"" },
		{ "user", "\"user\"" }, { "", NULL }, { "1a", NULL }, { "$a", NULL },
		{ "a b", NULL }, { "a;b", NULL }, { "a.b.c", NULL }, { "a.", NULL },
		{ ".a", NULL }, { "\"\"", NULL }, { "\"a", NULL }, { "\"a\"b\"", NULL },
		{ "a\"b", NULL }, { "\"a\"\"b\"", NULL }, { "a'b", NULL },
		{ "t\xc3", NULL }, { "a--", NULL } };
	char longest[66];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = { 0 };
		bool ok = broker_identifier(span_str(rows[i].text), &b);

		assert_int_equal(ok, rows[i].sql != NULL);
		assert_string_equal(buf_cstr(&b), ok ? rows[i].sql : "");
		buf_fini(&b);
	}
	memset(longest, 'a', sizeof longest);
	for (size_t n = 62; n < 66; n++) {
		struct buf b = { 0 };

		assert_int_equal(broker_identifier(span_of(longest, n), &b), n <= 63);
		buf_fini(&b);
	}
}

static void
broker_left_ends(void **state)
{
	uint64_t deadline = broker_deadline(20);

	(void)state;
	assert_in_range(broker_left(deadline), 1, 20);
	assert_int_equal(broker_left(clock_mono_us()), 0);
	assert_int_equal(broker_left(0), 0);
}

/* ---- a send, with a broker that does as the script says ---- */

struct target {
	const char *script; /* c connect, p publish; upper case: it fails, P for good */
	size_t at;
	unsigned drops;
};

static enum err
step(struct target *t, char what, struct fail *fail)
{
	char next = t->script[t->at];

	assert_int_equal(next | 0x20, what);
	t->at++;
	if (next == 'C' || next == 'P')
		return fail_set(fail, E_GONE);
	return OK;
}

static enum err
play_connect(struct target *t, struct fail *fail)
{
	return step(t, 'c', fail);
}

static enum err
play_publish(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	(void)msg;
	if (n == 7) {
		t->at++;
		return fail_set(fail, E_INVALID_ARGUMENT);
	}
	return step(t, 'p', fail);
}

static void
play_disconnect(struct target *t)
{
	t->drops++;
}

static void
broker_send_second_try(void **state)
{
	static const struct broker play = { play_connect, play_publish, play_disconnect };
	static const struct {
		const char *script;
		bool kept;
		size_t n;
		enum err want;
		unsigned drops;
	} rows[] = { { "cp", false, 1, OK, 0 }, { "p", true, 1, OK, 0 },
		{ "C", false, 1, E_GONE, 1 }, { "cP", false, 1, E_GONE, 1 },
		{ "Pcp", true, 1, OK, 1 }, { "PC", true, 1, E_GONE, 2 },
		{ "PcP", true, 1, E_GONE, 2 }, { "p", true, 7, E_INVALID_ARGUMENT, 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct target t = { .script = rows[i].script };
		bool connected = rows[i].kept;
		struct fail f;

		fail_init(&f, NULL);
		assert_int_equal(broker_send(&play, &t, &connected, NULL, rows[i].n, &f),
		    rows[i].want);
		assert_int_equal(t.at, strlen(rows[i].script));
		assert_int_equal(t.drops, rows[i].drops);
		assert_int_equal(connected, rows[i].want == OK);
		assert_int_equal(f.code, rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broker_url_parse_good),
		cmocka_unit_test(broker_url_parse_bad),
		cmocka_unit_test(broker_address_each),
		cmocka_unit_test(broker_duration_each),
		cmocka_unit_test(broker_identifier_each),
		cmocka_unit_test(broker_left_ends),
		cmocka_unit_test(broker_send_second_try),
	};

	return cmocka_run_group_tests_name("broker", tests, NULL, NULL);
}
