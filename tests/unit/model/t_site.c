/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/site.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#define INDEX "<IndexDocument><Suffix>i.html</Suffix></IndexDocument>"

struct kit {
	struct arena arena;
	struct site site;
};

static enum err
parse(struct kit *k, const char *inner)
{
	arena_init(&k->arena, 0);
	return site_parse(&k->arena, span_str(inner), &k->site);
}

static void
location_is(const struct site_rule *r, const char *key, const char *want)
{
	struct buf url = { 0 };

	assert_non_null(r);
	site_location(
	    &url, r, span_str(key), SPAN_LIT("http"), SPAN_LIT("me:80"), SPAN_LIT("q=1"));
	assert_string_equal(buf_cstr(&url), want);
	buf_fini(&url);
}

static void
site_parse_takes_pages(void **state)
{
	struct kit k;

	(void)state;
	assert_int_equal(
	    parse(&k, INDEX "<ErrorDocument><Key>e&amp;f</Key></ErrorDocument>"), OK);
	assert_true(span_is(k.site.index, "i.html"));
	assert_true(span_is(k.site.error_key, "e&f"));
	assert_false(k.site.redirects_all);
	assert_int_equal(k.site.nrule, 0);
	assert_null(site_rule_find(&k.site, SPAN_LIT("x"), 0));
	arena_fini(&k.arena);
}

static void
site_parse_refuses_what_was_never_stored(void **state)
{
	static const char *const bad[] = { "", "<IndexDocument/>", "<", "text" };
	struct kit k;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(parse(&k, bad[i]), E_CORRUPT);
		arena_fini(&k.arena);
	}
}

static void
site_redirects_all(void **state)
{
	struct kit k;

	(void)state;
	assert_int_equal(parse(&k,
			     "<RedirectAllRequestsTo><HostName>you</HostName>"
			     "<Protocol>https</Protocol></RedirectAllRequestsTo>"),
	    OK);
	assert_true(k.site.redirects_all);
	location_is(&k.site.all, "a b/c", "https://you/a%20b/c?q=1");
	arena_fini(&k.arena);
}

static void
site_rules_by_prefix_and_error(void **state)
{
	struct kit k;

	(void)state;
	assert_int_equal(
	    parse(&k,
		INDEX "<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>a/"
		      "</KeyPrefixEquals></Condition><Redirect>"
		      "<ReplaceKeyPrefixWith>b/</ReplaceKeyPrefixWith></Redirect>"
		      "</RoutingRule><RoutingRule><Condition>"
		      "<HttpErrorCodeReturnedEquals>404"
		      "</HttpErrorCodeReturnedEquals></Condition><Redirect>"
		      "<ReplaceKeyWith>gone</ReplaceKeyWith>"
		      "<HttpRedirectCode>302</HttpRedirectCode></Redirect>"
		      "</RoutingRule></RoutingRules>"),
	    OK);
	location_is(
	    site_rule_find(&k.site, SPAN_LIT("a/x"), 0), "a/x", "http://me:80/b/x?q=1");
	assert_null(site_rule_find(&k.site, SPAN_LIT("x"), 0));
	assert_null(site_rule_find(&k.site, SPAN_LIT("a/x"), 403));
	assert_int_equal(site_rule_find(&k.site, SPAN_LIT("x"), 404)->code, 302);
	location_is(
	    site_rule_find(&k.site, SPAN_LIT("x"), 404), "x", "http://me:80/gone?q=1");
	arena_fini(&k.arena);
}

static void
site_location_ends_no_line(void **state)
{
	struct site_rule r = { .host = SPAN_LIT("a\r\nb"), .code = 301 };

	(void)state;
	location_is(&r, "x\r\ny", "http://ab/x%0D%0Ay?q=1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(site_parse_takes_pages),
		cmocka_unit_test(site_parse_refuses_what_was_never_stored),
		cmocka_unit_test(site_redirects_all),
		cmocka_unit_test(site_rules_by_prefix_and_error),
		cmocka_unit_test(site_location_ends_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
