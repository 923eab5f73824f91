/* SPDX-License-Identifier: Apache-2.0 */
/* The language of declared state: what is refused and how it is said, and the requests it
 * becomes. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include "seed/seed.h"

#include "../../../src/seed/seed_priv.h"

#include <cmocka.h>
#undef fail_msg

static void
refused(const char *json, const char *want)
{
	struct seed *s = seed_new("declare");
	struct arena a;
	struct fail fail;
	enum err e;

	arena_init(&a, 0);
	fail_init(&fail, &a);
	e = seed_add_json(s, span_str(json), "f", NULL, &fail);
	if (e != E_CONFIG || strcmp(fail_text(&fail), want) != 0)
		print_error("%s\n got  %s\n want %s\n", json, fail_text(&fail), want);
	assert_int_equal(e, E_CONFIG);
	assert_string_equal(fail_text(&fail), want);
	arena_fini(&a);
	seed_free(&s);
}

#define BUCKET(inner) "{\"buckets\": [{\"name\": \"abc\", " inner "}]}"
#define OBJECT(inner) BUCKET("\"objects\": [{" inner "}]")

static void
seed_add_json_refuses(void **state)
{
	(void)state;
	refused("{",
	    "declare: f: The JSON text has a bracket that is not closed at line 1, "
	    "column 2; allowed: JSON");
	refused("[]", "declare: f: must be an object");
	refused("{\"bukets\": []}",
	    "declare: f: bukets: is not known; allowed: accounts buckets");
	refused("{\"buckets\": [], \"buckets\": []}",
	    "declare: f: buckets: is there twice; allowed: once");
	refused("{\"buckets\": {}}", "declare: f: buckets: must be a list");
	refused("{\"accounts\": {}}", "declare: f: accounts: must be a list");
	refused("{\"buckets\": [{\"name\": \"ok-1\"}, {\"name\": \"A\"}]}",
	    "declare: f: buckets[1].name: 'A' is no bucket name; allowed: 3 to 63 of a-z "
	    "0-9 . -");
	refused("{\"buckets\": [{}]}",
	    "declare: f: buckets[0].name: '' is no bucket name; allowed: 3 to 63 of a-z "
	    "0-9 . -");
	refused("{\"buckets\": [{\"name\": 7}]}",
	    "declare: f: buckets[0].name: must be a text");
	refused(BUCKET("\"versioning\": \"on\""),
	    "declare: f: buckets[0].versioning: 'on' is not allowed; allowed: Enabled "
	    "Suspended");
	refused(BUCKET("\"tags\": {\"a\": 1}"),
	    "declare: f: buckets[0].tags: 'a' is wrong; allowed: a text");
	refused(BUCKET("\"policy\": \"x\""),
	    "declare: f: buckets[0].policy: must be a policy (an object)");
	refused(BUCKET("\"cors\": []"),
	    "declare: f: buckets[0].cors: 'cors' is wrong; allowed: the document as "
	    "AWS's "
	    "command line has it, or a text of its XML");
	refused(BUCKET("\"cors\": {\"a<b\": 1}"),
	    "declare: f: buckets[0].cors: 'a<b' is wrong; allowed: the document as AWS's "
	    "command line has it, or a text of its XML");
	refused(BUCKET("\"cors\": {\"MaxAgeSeconds\": 1.5}"),
	    "declare: f: buckets[0].cors: 'MaxAgeSeconds' is wrong; allowed: the "
	    "document "
	    "as AWS's command line has it, or a text of its XML");
	refused(
	    BUCKET("\"metrics\": {}"), "declare: f: buckets[0].metrics: must be a list");
	refused(BUCKET("\"metrics\": [{}]"),
	    "declare: f: buckets[0].metrics: has no Id; it must be a text");
	refused(
	    BUCKET("\"objects\": 1"), "declare: f: buckets[0].objects: must be a list");
	refused(OBJECT("\"text\": \"x\""),
	    "declare: f: buckets[0].objects[0].key: is missing; allowed: a text of 1 to "
	    "1024 bytes");
	refused(OBJECT("\"key\": \"\""),
	    "declare: f: buckets[0].objects[0].key: is empty; allowed: a text of 1 to "
	    "1024 bytes");
	refused(OBJECT("\"key\": \"k\", \"text\": \"x\", \"base64\": \"\""),
	    "declare: f: buckets[0].objects[0]: has more than one body; allowed: one of "
	    "text, base64, json, file");
	refused(OBJECT("\"key\": \"k\", \"base64\": \"?\""),
	    "declare: f: buckets[0].objects[0].base64: is no base64; allowed: A-Z a-z "
	    "0-9 "
	    "+ / and = at the end");
	refused(OBJECT("\"key\": \"k\", \"file\": \"/etc/passwd\""),
	    "declare: f: buckets[0].objects[0].file: is a file of the server; allowed "
	    "here: text, base64 and json");
	refused(OBJECT("\"from\": \"/etc\""),
	    "declare: f: buckets[0].objects[0].from: is a file of the server; allowed "
	    "here: text, base64 and json");
	refused(OBJECT("\"from\": \"/etc\", \"key\": \"k\""),
	    "declare: f: buckets[0].objects[0].from: stands with others; allowed: from "
	    "and prefix");
	refused(OBJECT("\"prefix\": \"a\", \"key\": \"k\""),
	    "declare: f: buckets[0].objects[0].prefix: stands without from");
	refused(OBJECT("\"key\": \"k\", \"metadata\": {\"a\\r\\nb\": \"x\"}"),
	    "declare: f: buckets[0].objects[0].metadata: 'a\r\nb' can't be a header; "
	    "allowed: names and texts without control characters");
	refused(OBJECT("\"key\": \"k\", \"headers\": {\"a\": \"x\\ny\"}"),
	    "declare: f: buckets[0].objects[0].headers: 'a' can't be a header; allowed: "
	    "names and texts without control characters");
	refused(OBJECT("\"key\": \"k\", \"content_type\": \"x\\ny\""),
	    "declare: f: buckets[0].objects[0].content_type: has a control character");
}

/* The only step of a pass. */
static const struct seed_step *
only(const struct seed *s, enum seed_pass pass)
{
	assert_non_null(s->first[pass]);
	assert_null(s->first[pass]->next);
	return s->first[pass];
}

static struct seed *
taken(const char *json)
{
	struct seed *s = seed_new("declare");
	struct fail fail;
	enum err e;

	fail_init(&fail, NULL);
	e = seed_add_json(s, span_str(json), "f", NULL, &fail);
	if (e != OK)
		print_error("%s\n", fail_text(&fail));
	assert_int_equal(e, OK);
	return s;
}

static void
document(const char *member, const char *json, enum seed_pass pass, const char *query,
    const char *want)
{
	struct buf text = { 0 };
	struct seed *s;

	buf_printf(
	    &text, "{\"buckets\": [{\"name\": \"abc\", \"%s\": %s}]}", member, json);
	s = taken(buf_cstr(&text));
	if (!span_is(only(s, pass)->body, want))
		print_error("%.*s\n", (int)only(s, pass)->body.n, only(s, pass)->body.p);
	assert_true(span_is(only(s, pass)->body, want));
	assert_true(span_is(only(s, pass)->query, query));
	seed_free(&s);
	buf_fini(&text);
}

#define NS " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""

static void
seed_doc_render_as_the_wire_has_it(void **state)
{
	(void)state;
	document("cors",
	    "{\"CORSRules\": [{\"AllowedMethods\": [\"GET\", \"PUT\"], "
	    "\"AllowedOrigins\": "
	    "[\"*\"], \"MaxAgeSeconds\": 3}]}",
	    PASS_SETTING, "cors=",
	    "<CORSConfiguration" NS "><CORSRule><AllowedMethod>GET</AllowedMethod>"
	    "<AllowedMethod>PUT</AllowedMethod><AllowedOrigin>*</AllowedOrigin>"
	    "<MaxAgeSeconds>3</MaxAgeSeconds></CORSRule></CORSConfiguration>");
	document("lifecycle",
	    "{\"Rules\": [{\"ID\": \"a&b\", \"Status\": \"Enabled\", \"Filter\": "
	    "{\"And\": "
	    "{\"Prefix\": \"p\", \"Tags\": [{\"Key\": \"k\", \"Value\": \"v\"}]}}, "
	    "\"Transitions\": [{\"Days\": 1, \"StorageClass\": \"GLACIER\"}]}]}",
	    PASS_LATE, "lifecycle=",
	    "<LifecycleConfiguration" NS "><Rule><ID>a&amp;b</ID><Status>Enabled</Status>"
	    "<Filter><And><Prefix>p</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And>"
	    "</Filter><Transition><Days>1</Days><StorageClass>GLACIER</StorageClass>"
	    "</Transition></Rule></LifecycleConfiguration>");
	document("notification",
	    "{\"QueueConfigurations\": [{\"QueueArn\": \"q\", \"Events\": "
	    "[\"s3:ObjectCreated:*\"], \"Filter\": {\"Key\": {\"FilterRules\": "
	    "[{\"Name\": "
	    "\"prefix\", \"Value\": \"x\"}]}}}]}",
	    PASS_LATE, "notification=",
	    "<NotificationConfiguration" NS "><QueueConfiguration><Queue>q</Queue>"
	    "<Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>prefix</"
	    "Name>"
	    "<Value>x</Value></FilterRule></S3Key></Filter></QueueConfiguration>"
	    "</NotificationConfiguration>");
	document("website",
	    "{\"IndexDocument\": {\"Suffix\": \"i\"}, \"RoutingRules\": [{\"Redirect\": "
	    "{\"HostName\": \"h\"}}]}",
	    PASS_SETTING, "website=",
	    "<WebsiteConfiguration" NS
	    "><IndexDocument><Suffix>i</Suffix></IndexDocument>"
	    "<RoutingRules><RoutingRule><Redirect><HostName>h</HostName></Redirect>"
	    "</RoutingRule></RoutingRules></WebsiteConfiguration>");
	document("public_access_block", "{\"BlockPublicAcls\": false}", PASS_SETTING,
	    "publicAccessBlock=",
	    "<PublicAccessBlockConfiguration" NS
	    "><BlockPublicAcls>false</BlockPublicAcls>"
	    "</PublicAccessBlockConfiguration>");
	document("cors", "\"<CORSConfiguration/>\"", PASS_SETTING,
	    "cors=", "<CORSConfiguration/>");
	document("metrics", "[{\"Id\": \"a b\"}]", PASS_SETTING, "metrics=&id=a%20b",
	    "<MetricsConfiguration" NS "><Id>a b</Id></MetricsConfiguration>");
	document("tags", "{\"a\": \"b<\"}", PASS_SETTING, "tagging=",
	    "<Tagging><TagSet><Tag><Key>a</Key><Value>b&lt;</Value></Tag></TagSet></"
	    "Tagging>");
	document("versioning", "\"Enabled\"", PASS_SETTING, "versioning=",
	    "<VersioningConfiguration><Status>Enabled</Status></"
	    "VersioningConfiguration>");
	document(
	    "policy", "{\"Statement\": []}", PASS_LATE, "policy=", "{\"Statement\":[]}");
}

static void
seed_add_json_objects(void **state)
{
	struct seed *s = taken(OBJECT(
	    "\"key\": \"d/a.json\", \"json\": {\"a\": [1]}, \"metadata\": {\"who\": "
	    "\"me\"}, "
	    "\"tags\": {\"k\": \"a b\", \"l\": \"\"}, \"headers\": {\"Cache-Control\": "
	    "\"no-store\"}"));
	const struct seed_step *o = only(s, PASS_OBJECT);

	(void)state;
	assert_true(span_is(o->bucket, "abc") && span_is(o->key, "d/a.json"));
	assert_true(span_is(o->body, "{\"a\":[1]}"));
	assert_true(span_is(o->lines,
	    "content-type: application/json\r\n"
	    "x-amz-meta-who: me\r\n"
	    "Cache-Control: no-store\r\n"
	    "x-amz-tagging: k=a%20b&l=\r\n"));
	assert_true(seed_any(s) && seed_accounts(s) == NULL);
	seed_free(&s);
	s = taken(
	    OBJECT("\"key\": \"k\", \"base64\": \"AAEC\", \"content_type\": \"a/b\""));
	assert_true(span_eq(only(s, PASS_OBJECT)->body, span_of("\0\1\2", 3)));
	assert_true(span_is(only(s, PASS_OBJECT)->lines, "content-type: a/b\r\n"));
	seed_free(&s);
}

static void
seed_accounts_of_several_files(void **state)
{
	struct seed *s = taken("{\"accounts\": [{\"id\": \"1\"}]}");
	struct fail fail;

	(void)state;
	fail_init(&fail, NULL);
	assert_int_equal(seed_add_json(s, SPAN_LIT("{\"accounts\": [{\"id\": \"2\"}]}"),
			     "g", NULL, &fail),
	    OK);
	assert_string_equal(
	    seed_accounts(s), "{\"accounts\": [{\"id\":\"1\"},{\"id\":\"2\"}]}");
	assert_false(seed_any(s));
	seed_free(&s);
}

static void
seed_bucket_once(void **state)
{
	struct seed *s =
	    taken("{\"buckets\": [{\"name\": \"abc\"}, {\"name\": \"abc\"}]}");

	(void)state;
	assert_true(only(s, PASS_BUCKET)->lines.n == 0);
	seed_free(&s);
	s = taken(BUCKET("\"object_lock\": true"));
	assert_true(only(s, PASS_BUCKET)->lines.n > 0);
	assert_null(s->first[PASS_SETTING]);
	seed_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seed_add_json_refuses),
		cmocka_unit_test(seed_doc_render_as_the_wire_has_it),
		cmocka_unit_test(seed_add_json_objects),
		cmocka_unit_test(seed_accounts_of_several_files),
		cmocka_unit_test(seed_bucket_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
