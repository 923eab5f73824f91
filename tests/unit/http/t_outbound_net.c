/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "http/outbound.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cmocka.h>
#undef fail_msg

static bool
allows(const struct outbound_net *net, const char *host, const char *address)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in *in4 = (void *)&ss;
	struct sockaddr_in6 *in6 = (void *)&ss;

	if (inet_pton(AF_INET, address, &in4->sin_addr) == 1)
		ss.ss_family = AF_INET;
	else {
		assert_int_equal(inet_pton(AF_INET6, address, &in6->sin6_addr), 1);
		ss.ss_family = AF_INET6;
	}
	return outbound_net_allows(net, span_str(host), (struct sockaddr *)&ss);
}

static void
lists(void **state)
{
	static const struct {
		const char *list, *host, *address;
		bool want;
	} rows[] = {
		{ "any", "x", "8.8.8.8", true },
		{ "any", "x", "127.0.0.1", true },
		{ "any", "x", "::1", true },
		/* Whatever is allowed, and whatever the name: */
		{ "any", "x", "169.254.169.254", false },
		{ "any,169.254.0.0/16", "x", "169.254.1.1", false },
		{ "metadata.local", "metadata.local", "169.254.169.254", false },
		{ "any", "x", "::ffff:169.254.169.254", false },
		/* The same by way of a translator. */
		{ "any", "x", "64:ff9b::a9fe:a9fe", false },
		{ "any", "x", "64:ff9b:1::a9fe:a9fe", false },
		{ "any", "x", "::ffff:0:169.254.169.254", false },
		{ "any", "x", "2002:a9fe:a9fe::1", false },
		{ "any", "x", "::169.254.169.254", false },
		{ "any", "x", "64:ff9b::808:808", true },
		{ "any", "x", "2002:808:808::1", true },
		{ "any", "x", "fd00:ec2::23", false },
		{ "any", "x", "fd20:ce::254", false },
		{ "10.0.0.0/8", "x", "64:ff9b::a00:1", false },
		{ "10.0.0.0/8", "x", "0.0.0.0", false },
		{ "any", "x", "fe80::1", false },
		{ "any", "x", "fd00:ec2::254", false },
		{ "any", "x", "fd00:ec3::254", true },
		{ "any", "x", "100.100.100.200", false },
		{ "any", "x", "192.0.0.192", false },
		{ "any", "x", "168.63.129.16", false },
		{ "10.0.0.0/8", "x", "10.1.2.3", true },
		{ "10.0.0.0/8", "x", "::ffff:10.1.2.3", true },
		{ "10.0.0.0/8", "x", "11.0.0.0", false },
		{ "10.0.0.0/9", "x", "10.127.255.255", true },
		{ "10.0.0.0/9", "x", "10.128.0.0", false },
		{ "10.1.2.3", "x", "10.1.2.3", true },
		{ "10.1.2.3", "x", "10.1.2.4", false },
		{ "0.0.0.0/0", "x", "8.8.8.8", true },
		{ "0.0.0.0/0", "x", "2001:db8::1", false },
		{ "::/0", "x", "8.8.8.8", true },
		{ "fd00::/8", "x", "fd12::1", true },
		{ "fd00::/8", "x", "fe00::1", false },
		{ "hooks.local", "hooks.local", "8.8.8.8", true },
		{ "hooks.local", "HOOKS.local", "8.8.8.8", true },
		{ "hooks.local", "a.hooks.local", "8.8.8.8", false },
		{ ".hooks.local", "a.hooks.local", "8.8.8.8", true },
		{ ".hooks.local", "ahooks.local", "8.8.8.8", false },
		{ ".hooks.local", "hooks.local", "8.8.8.8", false },
		{ "a.local, 10.0.0.0/8", "b.local", "10.0.0.1", true },
		{ "a.local, 10.0.0.0/8", "b.local", "8.8.8.8", false },
	};
	struct fail fail;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct outbound_net *net = NULL;

		fail_init(&fail, NULL);
		assert_int_equal(
		    outbound_net_new(&net, "outgoing", rows[i].list, &fail), OK);
		if (allows(net, rows[i].host, rows[i].address) != rows[i].want)
			print_error(
			    "%s: %s %s\n", rows[i].list, rows[i].host, rows[i].address);
		assert_true(allows(net, rows[i].host, rows[i].address) == rows[i].want);
		outbound_net_free(&net);
	}
	assert_true(allows(NULL, "x", "8.8.8.8"));
	assert_false(allows(NULL, "x", "169.254.169.254"));
}

static void
other_sockets_are_never_opened(void **state)
{
	struct sockaddr local = { .sa_family = AF_UNIX };

	(void)state;
	assert_false(outbound_net_allows(NULL, SPAN_LIT("x"), &local));
}

static void
bad_lists(void **state)
{
	static const char *const bad[] = { "10.0.0.0/33", "fd00::/129", "10.0.0.0/x",
		"http://x", "a b", "10.0.0.0/8 11.0.0.0/8" };
	struct outbound_net *net = NULL;
	struct fail fail;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		fail_init(&fail, NULL);
		assert_int_equal(
		    outbound_net_new(&net, "outgoing", bad[i], &fail), E_CONFIG);
		assert_non_null(strstr(fail_text(&fail), "outgoing: '"));
		assert_non_null(strstr(fail_text(&fail), "allowed: any, 10.0.0.0/8"));
		assert_null(net);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(other_sockets_are_never_opened),
		cmocka_unit_test(bad_lists),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
