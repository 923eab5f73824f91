/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/tags.h"

#include <stdlib.h>

#include "codec/uri.h"
#include "model/doc.h"

#include "doc_priv.h"
#include "model_priv.h"

enum { TAG_KEY_MAX = 128, TAG_VALUE_MAX = 256, PAIRS_MAX = 1000 };

/* ---- what is allowed ---- */

/* Letters, digits and spaces of any script and _ . : / = + - @; characters outside ASCII are
 * all taken. Counted as Java does, in UTF-16 units. */
static bool
text_ok(struct span s, size_t max)
{
	size_t units = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0xf0)
			units += 2;
		else if (c >= 0xc0 || c < 0x80)
			units++;
		if (c < 0x80 && !(c >= '0' && c <= '9') &&
		    !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
		    (c == '\0' || strchr(" _.:/=+-@", c) == NULL))
			return false;
	}
	return units <= max;
}

enum err
tags_refuse(struct fail *fail, const char *text, struct span key, struct span value)
{
	(void)fail_msg(fail, E_INVALID_TAG, "%s", text);
	fail_pair(fail, "TagKey", key);
	if (value.p != NULL)
		fail_pair(fail, "TagValue", value);
	return E_INVALID_TAG;
}

enum err
tags_check_text(struct span key, struct span value, struct fail *fail)
{
	if (key.n == 0 || !text_ok(key, TAG_KEY_MAX))
		return tags_refuse(
		    fail, "The TagKey you have provided is invalid", key, SPAN_NONE);
	if (!text_ok(value, TAG_VALUE_MAX))
		return tags_refuse(
		    fail, "The TagValue you have provided is invalid", key, value);
	return OK;
}

static bool
is_twice(const struct tags *t, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (span_eq(t->tag[i].name, t->tag[at].name))
			return true;
	return false;
}

static int
by_key(const void *a, const void *b)
{
	return span_cmp(((const struct field *)a)->name, ((const struct field *)b)->name);
}

/* What both ways in have in common; sorts. */
static enum err
tags_check(struct tags *t, struct fail *fail)
{
	enum err e = OK;

	if (t->n > TAGS_MAX)
		return fail_msg(
		    fail, E_BAD_REQUEST, "Object tags cannot be greater than 10");
	for (size_t i = 0; i < t->n && e == OK; i++) {
		if (is_twice(t, i))
			return tags_refuse(fail,
			    "Cannot provide multiple Tags with the same key",
			    t->tag[i].name, SPAN_NONE);
		if (span_starts(t->tag[i].name, SPAN_LIT("aws:")))
			return tags_refuse(fail,
			    "Your TagKey cannot be prefixed with aws:", t->tag[i].name,
			    SPAN_NONE);
		e = tags_check_text(t->tag[i].name, t->tag[i].value, fail);
	}
	if (e == OK && t->n > 1)
		qsort(t->tag, t->n, sizeof *t->tag, by_key);
	return e;
}

/* ---- in ---- */

static enum err
bad_header(struct span in, struct fail *fail)
{
	return fail_argument(fail, "x-amz-tagging", in,
	    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL "
	    "query parameters without tag name duplicates.");
}

/* "a", "a=" and "a=b"; a second '=' must be encoded (recorded answers). */
static bool
pair_ok(const struct uri_param *p)
{
	return p->name.n > 0 && span_find(p->raw_value, '=', 0) == p->raw_value.n &&
	    uri_utf8(p->name) && uri_utf8(p->value);
}

enum err
tags_parse_header(struct arena *a, struct span in, struct tags *out, struct fail *fail)
{
	struct uri_param *p;
	struct tags t = { 0 };
	enum err e;

	if (!uri_query_parse(a, in, PAIRS_MAX, &p, &t.n))
		return bad_header(in, fail);
	t.tag = arena_array(a, t.n, sizeof *t.tag);
	for (size_t i = 0; i < t.n; i++) {
		if (!pair_ok(&p[i]))
			return bad_header(in, fail);
		t.tag[i] = (struct field){ p[i].name, p[i].value };
		if (t.n <= TAGS_MAX && is_twice(&t, i))
			return bad_header(in, fail);
	}
	e = tags_check(&t, fail);
	if (e == OK)
		*out = t;
	return e;
}

enum err
tags_parse_xml(struct arena *a, struct span in, struct tags *out, struct fail *fail)
{
	const struct xml_node *set, *node;
	struct xml_node *root;
	struct tags t = { 0 };
	enum err e =
	    in.n == 0 ? fail_set(fail, E_MISSING_BODY) : xml_parse(a, in, &root, fail);

	if (e == OK && !doc_well_formed(DOC_TAGGING, root))
		e = fail_set(fail, E_MALFORMED_XML);
	if (e != OK)
		return e;
	set = xml_child(root, "TagSet");
	for (node = set->child; node != NULL; node = node->next)
		t.n++;
	t.tag = arena_array(a, t.n, sizeof *t.tag);
	t.n = 0;
	for (node = set->child; node != NULL; node = node->next)
		t.tag[t.n++] =
		    (struct field){ xml_text(node, "Key"), xml_text(node, "Value") };
	e = tags_check(&t, fail);
	if (e == OK)
		*out = t;
	return e;
}

/* ---- out ---- */

void
tags_put_xml(struct buf *out, const struct tags *t)
{
	buf_str(out, "<Tagging xmlns=\"" XML_S3NS "\"><TagSet>");
	for (size_t i = 0; i < t->n; i++) {
		xml_open(out, "Tag");
		xml_put(out, "Key", t->tag[i].name);
		xml_put(out, "Value", t->tag[i].value);
		xml_close(out, "Tag");
	}
	buf_str(out, "</TagSet></Tagging>");
}

/* ---- as stored: how many, then key and value of each ---- */

struct span
tags_render(struct arena *a, const struct tags *t)
{
	struct buf b = { 0 };
	struct span out;

	if (t->n == 0)
		return SPAN_NONE;
	MUST(t->n <= TAGS_MAX);
	enc_u8(&b, (uint8_t)t->n);
	for (size_t i = 0; i < t->n; i++) {
		enc_span(&b, t->tag[i].name);
		enc_span(&b, t->tag[i].value);
	}
	out = arena_span(a, buf_view(&b));
	buf_fini(&b);
	return out;
}

enum err
tags_read(struct arena *a, struct span in, struct tags *out)
{
	struct dec d = { .in = in };
	struct tags t = { 0 };
	enum err e;

	*out = t;
	if (in.p == NULL)
		return OK;
	t.n = dec_u8(&d);
	if (t.n > TAGS_MAX)
		return E_CORRUPT;
	t.tag = arena_array(a, t.n, sizeof *t.tag);
	for (size_t i = 0; i < t.n; i++) {
		t.tag[i].name = dec_span(&d);
		t.tag[i].value = dec_span(&d);
	}
	e = dec_end(&d);
	if (e == OK)
		*out = t;
	return e;
}

unsigned
tags_count(struct span in)
{
	return in.n > 0 ? (uint8_t)in.p[0] : 0;
}
