/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/doc.h"

#include "base/rand.h"
#include "codec/b64.h"
#include "codec/hex.h"
#include "model/lifecycle.h"
#include "model/notify.h"
#include "model/replication.h"

#include "doc_priv.h"

static const struct doc_row rows[DOC_COUNT] = {
#define DOC(sym, sub, root, list, missing, fallback, kib) \
	{ sub, root, list, missing, fallback, (size_t)(kib) << 10 },
#include "model/docs.def"
#undef DOC
};

const struct doc_row *
doc_row(enum doc d)
{
	MUST(d < DOC_COUNT);
	return &rows[d];
}

bool
doc_find(const char *sub, enum doc *out)
{
	for (unsigned i = 0; i < DOC_COUNT; i++)
		if (strcmp(rows[i].sub, sub) == 0) {
			*out = (enum doc)i;
			return true;
		}
	return false;
}

bool
doc_id_ok(struct span id)
{
	if (id.n == 0 || id.n > DOC_ID_MAX)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'))
			return false;
	}
	return true;
}

/* ---- the walk: checks and writes at once ---- */

static bool
word_in(const char *words, struct span text)
{
	struct span rest = span_str(words);

	while (rest.n > 0)
		if (span_eq(span_cut(&rest, ' '), text))
			return true;
	return false;
}

static bool
bool_read(struct span text, bool *out)
{
	text = span_trim(text);
	*out = span_ieq(text, SPAN_LIT("true"));
	return *out || span_ieq(text, SPAN_LIT("false"));
}

static bool
is_blank(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (strchr(" \t\r\n", text.p[i]) == NULL)
			return false;
	return true;
}

static bool nodes_walk(
    const struct doc_rule *rules, const struct xml_node *node, struct buf *out);

static bool
value_walk(const struct doc_rule *r, const struct xml_node *node, struct buf *out)
{
	struct span text = node->text;
	uint64_t number;
	bool yes;

	if (r->type == RULE_NODE) {
		if (!is_blank(text))
			return false;
		xml_open(out, r->name);
		if (!nodes_walk(r->in, node, out))
			return false;
		xml_close(out, r->name);
		return true;
	}
	if (node->child != NULL)
		return false;
	if (r->type == RULE_WORD && !word_in(r->words, text))
		return false;
	if (r->type == RULE_BOOL) {
		if (!bool_read(text, &yes))
			return false;
		xml_put_bool(out, r->name, yes);
		return true;
	}
	if (r->type == RULE_NUMBER) {
		if (!span_u64(span_trim(text), &number) || number > INT32_MAX)
			return false;
		xml_put_u64(out, r->name, number);
		return true;
	}
	xml_put(out, r->name, text);
	return true;
}

static bool
rule_walk(const struct doc_rule *r, const struct xml_node *node, struct buf *out)
{
	unsigned n = 0;

	for (const struct xml_node *c = xml_child(node, r->name); c != NULL;
	     c = xml_next(c, r->name), n++)
		if (!value_walk(r, c, out))
			return false;
	if (n == 0 && r->type == RULE_BOOL && r->words != NULL)
		xml_put_str(out, r->name, r->words);
	return n >= r->min && (r->max == 0 || n <= r->max);
}

static bool
is_known(const struct doc_rule *rules, struct span name)
{
	for (const struct doc_rule *r = rules; r->name != NULL; r++)
		if (span_is(name, r->name))
			return true;
	return false;
}

/* Elements may come in any order; they are written in the order of the rules. */
static bool
nodes_walk(const struct doc_rule *rules, const struct xml_node *node, struct buf *out)
{
	for (const struct xml_node *c = node->child; c != NULL; c = c->next)
		if (!is_known(rules, c->name))
			return false;
	for (const struct doc_rule *r = rules; r->name != NULL; r++)
		if (!rule_walk(r, node, out))
			return false;
	return true;
}

static bool
root_walk(enum doc d, const struct xml_node *root, struct buf *out)
{
	return span_is(root->name, rows[d].root) && is_blank(root->text) &&
	    nodes_walk(doc_rules(d), root, out);
}

bool
doc_well_formed(enum doc d, const struct xml_node *root)
{
	struct buf b = { 0 };
	bool ok = root_walk(d, root, &b);

	buf_fini(&b);
	return ok;
}

/* What the elements cannot say, of those documents whose rules are read for it. */
enum { UUID_TEXT = 36 };

struct span
doc_make_id(struct arena *a)
{
	uint8_t raw[16];
	char hex[33], uuid[UUID_TEXT];
	char *out = arena_alloc(a, B64_LEN(UUID_TEXT) + 1);
	size_t n = 0;

	rand_bytes(raw, sizeof raw);
	raw[6] = (uint8_t)((raw[6] & 0x0f) | 0x40);
	raw[8] = (uint8_t)((raw[8] & 0x3f) | 0x80);
	hex_render(hex, raw, sizeof raw);
	for (size_t i = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			uuid[n++] = '-';
		uuid[n++] = hex[i];
	}
	return span_of(out, b64_render(out, uuid, n));
}

static enum err
rules_parse(struct arena *a, enum doc d, const struct xml_node *root, struct span id,
    struct doc_text *out, struct fail *fail)
{
	struct replication replication;
	struct lifecycle life;
	struct notify notify;
	struct buf b = { 0 };
	enum err e;

	if (d == DOC_LIFECYCLE)
		return life_parse(a, root, out->soon, &life, fail);
	if (d == DOC_NOTIFICATION) {
		out->nothing = root->child == NULL;
		return notify_parse(a, root, &notify, fail);
	}
	if (d != DOC_REPLICATION)
		return doc_check(d, root, id, out, fail);
	e = replication_parse(a, root, &replication, fail);
	if (e == OK) {
		replication_put(&b, &replication);
		out->rules = arena_span(a, buf_view(&b));
		buf_fini(&b);
	}
	return e;
}

enum err
doc_parse(struct arena *a, enum doc d, struct span in, struct span id,
    struct doc_text *out, struct fail *fail)
{
	struct doc_text text = { .soon = out->soon };
	struct xml_node *root;
	struct buf b = { 0 };
	enum err e;

	MUST(doc_rules(d) != NULL);
	if (in.n == 0)
		return fail_set(fail, E_MISSING_BODY);
	e = xml_parse(a, in, &root, fail);
	if (e != OK)
		return e;
	if (d == DOC_REPLICATION)
		replication_prune(root);
	if (d == DOC_LIFECYCLE || d == DOC_REPLICATION)
		life_add_ids(a, root);
	if (d == DOC_NOTIFICATION)
		notify_complete(a, root);
	if (!root_walk(d, root, &b))
		e = fail_set(fail, E_MALFORMED_XML);
	if (e == OK)
		e = rules_parse(a, d, root, id, &text, fail);
	if (e == OK) {
		text.inner = arena_span(a, buf_view(&b));
		*out = text;
	}
	buf_fini(&b);
	return e;
}

enum err
doc_parse_tags(
    struct arena *a, const struct xml_node *tags, struct doc_text *out, struct fail *fail)
{
	struct buf b = { 0 };
	enum err e = OK;

	xml_open(&b, "TagSet");
	if (!nodes_walk(doc_rules(DOC_TAGGING)[0].in, tags, &b))
		e = fail_set(fail, E_MALFORMED_XML);
	xml_close(&b, "TagSet");
	if (e == OK)
		e = doc_check_tags(tags,
		    "User-defined tag keys can't start with \"aws:\". This prefix is "
		    "reserved for system tags. Remove \"aws:\" from your tag keys and "
		    "try again.",
		    fail);
	if (e == OK)
		*out = (struct doc_text){ .inner = arena_span(a, buf_view(&b)),
			.nothing = tags->child == NULL };
	buf_fini(&b);
	return e;
}

void
doc_render(struct buf *out, enum doc d, struct span inner, bool in_list)
{
	buf_char(out, '<');
	buf_str(out, rows[d].root);
	if (!in_list)
		buf_str(out, " xmlns=\"" XML_S3NS "\"");
	if (inner.n == 0) {
		buf_str(out, "/>");
		return;
	}
	buf_char(out, '>');
	buf_span(out, inner);
	xml_close(out, rows[d].root);
}

enum err
doc_tree(struct arena *a, enum doc d, struct span inner, struct xml_node **root,
    struct fail *fail)
{
	struct buf b = { 0 };
	struct span text;

	doc_render(&b, d, inner, false);
	text = arena_span(a, buf_view(&b));
	buf_fini(&b);
	return xml_parse(a, text, root, fail);
}
