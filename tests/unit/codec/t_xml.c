/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/xml.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

static void
assert_span(struct span got, const char *want)
{
	assert_int_equal(got.n, strlen(want));
	assert_memory_equal(got.p, want, got.n);
}

static void
assert_refused(const char *text, size_t n)
{
	struct xml_node *root = NULL;
	struct arena a;
	struct fail f;

	arena_init(&a, 0);
	fail_init(&f, &a);
	if (xml_parse(&a, span_of(text, n), &root, &f) != E_MALFORMED_XML)
		fail_msg("%.*s was taken", (int)n, text);
	assert_int_equal(f.code, E_MALFORMED_XML);
	assert_null(root);
	arena_fini(&a);
}

static void
xml_parse_delete(void **state)
{
	static const char text[] =
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<Delete xmlns=\"" XML_S3NS "\"><Quiet>true</Quiet>\n"
	    "<Object><Key>a&amp;b<![CDATA[<c>]]>&#x20AC; </Key></Object>"
	    "<Object><Key/><VersionId>v<!-- x -->2</VersionId></Object></Delete>\n";
	struct xml_node *root, *object;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(xml_parse(&a, SPAN_LIT(text), &root, NULL), OK);
	assert_span(root->name, "Delete");
	assert_span(root->space, XML_S3NS);
	assert_null(root->parent);
	assert_span(root->text, "\n");
	assert_int_equal(xml_children(root), 3);
	assert_span(xml_text(root, "Quiet"), "true");
	object = xml_child(root, "Object");
	assert_span(xml_text(object, "Key"), "a&b<c>\xe2\x82\xac ");
	assert_null(xml_text(object, "VersionId").p);
	object = xml_next(object, "Object");
	assert_non_null(xml_text(object, "Key").p);
	assert_int_equal(xml_text(object, "Key").n, 0);
	assert_span(xml_text(object, "VersionId"), "v2");
	assert_ptr_equal(object->parent, root);
	assert_null(xml_next(object, "Object"));
	assert_null(xml_child(root, "Nothing"));
	arena_fini(&a);
}

static void
xml_parse_text_around_children(void **state)
{
	struct xml_node *root;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(
	    xml_parse(&a, SPAN_LIT("<a>1<b>x<c>y</c>z</b>2<b/>3</a>"), &root, NULL), OK);
	assert_span(root->text, "123");
	assert_span(root->child->text, "xz");
	assert_span(root->child->child->text, "y");
	assert_int_equal(root->child->next->text.n, 0);
	arena_fini(&a);
}

static void
xml_parse_attributes(void **state)
{
	struct xml_node *root;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(
	    xml_parse(&a,
		SPAN_LIT("<p:G xmlns:p='urn:p' xmlns:xsi='urn:xsi' b='1&lt;' "
			 "xsi:type='Group'><q/></p:G>"),
		&root, NULL),
	    OK);
	assert_span(root->name, "G");
	assert_span(root->space, "urn:p");
	assert_int_equal(root->nattr, 2);
	assert_span(root->attr[0].name, "b");
	assert_span(root->attr[0].value, "1<");
	assert_span(root->attr[1].name, "urn:xsi type");
	assert_span(root->attr[1].value, "Group");
	assert_int_equal(root->child->space.n, 0);
	assert_int_equal(root->child->nattr, 0);
	arena_fini(&a);
}

static void
xml_parse_encodings(void **state)
{
	struct xml_node *root;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	assert_int_equal(
	    xml_parse(&a,
		SPAN_LIT("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4</a>"), &root,
		NULL),
	    OK);
	assert_span(root->text, "\xc3\xa4");
	assert_int_equal(
	    xml_parse(&a, SPAN_LIT("\xef\xbb\xbf<a>b</a>"), &root, NULL), OK);
	assert_int_equal(
	    xml_parse(&a, SPAN_LIT("\xff\xfe<\0a\0/\0>\0"), &root, NULL), OK);
	assert_span(root->name, "a");
	arena_fini(&a);
}

static void
xml_parse_refuses(void **state)
{
	static const char *const bad[] = { "", " ", "x", "<a>", "<a></b>", "<a/><b/>",
		"<a/>x", "<a b='1' b='2'/>", "<a b=1/>", "<p:a/>", "<a>&nbsp;</a>",
		"<a>&x;</a>", "<a>\x01</a>", "<a>&#0;</a>", "<a>&#xD800;</a>",
		"<a>\xff</a>", "<a>\xed\xa0\x80</a>", "<a>]]></a>",
		"<?xml version='1.0' encoding='EBCDIC'?><a/>", "<!DOCTYPE a><a/>",
		"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
		"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
		"<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1/'> %p;]><a/>",
		"<a xmlns='u v'><b/></a" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_refused(bad[i], strlen(bad[i]));
	assert_refused("<a>\0</a>", 8);
}

static void
xml_parse_depth(void **state)
{
	struct buf b = { 0 };
	struct xml_node *root;
	struct arena a;

	(void)state;
	for (int depth = 32; depth <= 33; depth++) {
		b.n = 0;
		for (int i = 0; i < depth; i++)
			xml_open(&b, "a");
		for (int i = 0; i < depth; i++)
			xml_close(&b, "a");
		if (depth == 33)
			assert_refused(b.p, b.n);
	}
	arena_init(&a, 0);
	assert_int_equal(xml_parse(&a, span_of(b.p + 3, b.n - 7), &root, NULL),
	    OK); /* one level less */
	arena_fini(&a);
	buf_fini(&b);
}

static enum err
parse_many(size_t nodes, size_t cap)
{
	struct buf b = { 0 };
	struct xml_node *root;
	struct arena a;
	enum err e;

	xml_open(&b, "a");
	for (size_t i = 1; i < nodes; i++)
		buf_str(&b, "<b/>");
	xml_close(&b, "a");
	arena_init(&a, cap);
	e = xml_parse(&a, buf_view(&b), &root, NULL);
	arena_fini(&a);
	buf_fini(&b);
	return e;
}

static void
xml_parse_limits(void **state)
{
	(void)state;
	assert_int_equal(parse_many(200000, 64 << 20), OK);
	assert_int_equal(parse_many(200001, 64 << 20), E_MALFORMED_XML);
	assert_int_equal(parse_many(1000, 10000), E_MALFORMED_XML);
}

static void
xml_escape_characters(void **state)
{
	struct buf b = { 0 };

	(void)state;
	xml_escape(&b, SPAN_LIT("a&b<c>d\"e'f\r\n\tg\x01\x1f\x7f"));
	assert_span(buf_view(&b), "a&amp;b&lt;c&gt;d&quot;e'f&#13;\n\tg&#x1;&#x1f;\x7f");
	b.n = 0;
	xml_escape(&b, SPAN_LIT("\0"));
	assert_span(buf_view(&b), "&#x0;");
	b.n = 0;
	xml_escape(
	    &b, SPAN_LIT("\xc3\xa4\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf"));
	assert_span(buf_view(&b), "\xc3\xa4\xf0\x9f\x98\x80\xef\xbf\xbd&#xfffe;&#xffff;");
	b.n = 0;
	xml_escape(&b,
	    SPAN_LIT("a\xff"
		     "b\xc3"));
	assert_span(buf_view(&b),
	    "a\xef\xbf\xbd"
	    "b\xef\xbf\xbd");
	b.n = 0;
	xml_escape(&b, SPAN_NONE);
	assert_int_equal(b.n, 0);
	buf_fini(&b);
}

/* Each special byte at each place of runs of 0 to 24 clean ones, and all other bytes. */
static void
xml_escape_places(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (unsigned c = 0; c < 128; c++)
		for (size_t n = 1; n <= 24; n++)
			for (size_t at = 0; at < n; at++) {
				bool plain = (c >= 0x20 || c == '\t' || c == '\n') &&
				    c != '&' && c != '<' && c != '>' && c != '"';
				char text[24];

				memset(text, 'x', sizeof text);
				text[at] = (char)c;
				b.n = 0;
				xml_escape(&b, span_of(text, n));
				assert_memory_equal(b.p, text, at);
				if (plain)
					assert_true(
					    span_eq(buf_view(&b), span_of(text, n)));
				else
					assert_true(b.n > n && b.p[at] == '&');
				assert_memory_equal(
				    b.p + b.n - (n - at - 1), text + at + 1, n - at - 1);
			}
	buf_fini(&b);
}

static void
xml_put_elements(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_str(&b, XML_HEAD);
	xml_open(&b, "A");
	xml_put(&b, "Key", SPAN_LIT("a<b"));
	xml_put(&b, "None", SPAN_NONE);
	xml_put_str(&b, "S", "text");
	xml_put_u64(&b, "N", 0);
	xml_put_u64(&b, "N", UINT64_MAX);
	xml_put_bool(&b, "T", true);
	xml_put_bool(&b, "T", false);
	xml_close(&b, "A");
	assert_span(buf_view(&b),
	    XML_HEAD "<A><Key>a&lt;b</Key><None></None><S>text</S><N>0</N>"
		     "<N>18446744073709551615</N><T>true</T><T>false</T></A>");
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xml_parse_delete),
		cmocka_unit_test(xml_parse_text_around_children),
		cmocka_unit_test(xml_parse_attributes),
		cmocka_unit_test(xml_parse_encodings),
		cmocka_unit_test(xml_parse_refuses),
		cmocka_unit_test(xml_parse_depth),
		cmocka_unit_test(xml_parse_limits),
		cmocka_unit_test(xml_escape_characters),
		cmocka_unit_test(xml_escape_places),
		cmocka_unit_test(xml_put_elements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
