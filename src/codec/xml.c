/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/xml.h"

#include <limits.h>
#include <stdio.h>

#include <expat.h>

#include "utf8_priv.h"

enum { XML_DEPTH = 32, XML_NODES = 200000, XML_NAMES = 16 };

/* An element whose end has not come yet. */
struct xml_level {
	struct xml_node *node, *last; /* last child so far */
	struct buf text;
};

struct xml_build {
	struct arena *arena;
	XML_Parser parser;
	struct xml_node *root;
	struct xml_level level[XML_DEPTH];
	unsigned depth, nodes;
	struct span
	    names[XML_NAMES]; /* documents repeat theirs: one copy of each is kept */
	unsigned next_name;
	bool refused;
};

static void
xml_refuse(struct xml_build *b)
{
	b->refused = true;
	(void)XML_StopParser(b->parser, XML_FALSE);
}

static struct span
xml_name(struct xml_build *b, struct span name)
{
	struct span *slot;

	if (name.n == 0)
		return SPAN_NONE;
	for (unsigned i = 0; i < XML_NAMES; i++)
		if (span_eq(b->names[i], name))
			return b->names[i];
	slot = &b->names[b->next_name++ % XML_NAMES];
	*slot = arena_span(b->arena, name);
	return *slot;
}

/* Expat writes a name as "namespace local", or "local" where it has none. */
static void
xml_split(struct xml_build *b, struct xml_node *n, struct span full)
{
	size_t at = full.n;

	while (at > 0 && full.p[at - 1] != ' ')
		at--;
	n->name = xml_name(b, span_from(full, at));
	if (at > 0)
		n->space = xml_name(b, span_head(full, at - 1));
}

static void
xml_attributes(struct xml_build *b, struct xml_node *n, const XML_Char **attr)
{
	while (attr[2 * n->nattr] != NULL)
		n->nattr++;
	if (n->nattr == 0)
		return;
	n->attr = arena_array(b->arena, n->nattr, sizeof *n->attr);
	for (size_t i = 0; i < n->nattr; i++) {
		n->attr[i].name = xml_name(b, span_str(attr[2 * i]));
		n->attr[i].value = arena_span(b->arena, span_str(attr[2 * i + 1]));
	}
}

static void XMLCALL
xml_on_start(void *arg, const XML_Char *name, const XML_Char **attr)
{
	struct xml_build *b = arg;
	struct xml_level *up = b->depth > 0 ? &b->level[b->depth - 1] : NULL;
	struct xml_node *n;

	if (b->refused)
		return;
	if (b->depth == XML_DEPTH || b->nodes == XML_NODES || arena_failed(b->arena)) {
		xml_refuse(b);
		return;
	}
	n = arena_zalloc(b->arena, sizeof *n);
	b->nodes++;
	xml_split(b, n, span_str(name));
	xml_attributes(b, n, attr);
	if (up == NULL)
		b->root = n;
	else {
		n->parent = up->node;
		if (up->last == NULL)
			up->node->child = n;
		else
			up->last->next = n;
		up->last = n;
	}
	b->level[b->depth].node = n;
	b->level[b->depth].last = NULL;
	b->level[b->depth].text.n = 0;
	b->depth++;
}

static void XMLCALL
xml_on_end(void *arg, const XML_Char *name)
{
	struct xml_build *b = arg;
	struct xml_level *l;

	(void)name;
	if (b->refused)
		return;
	l = &b->level[--b->depth];
	if (l->text.n > 0)
		l->node->text = arena_span(b->arena, buf_view(&l->text));
}

static void XMLCALL
xml_on_text(void *arg, const XML_Char *text, int n)
{
	struct xml_build *b = arg;

	if (!b->refused)
		buf_put(&b->level[b->depth - 1].text, text, (size_t)n);
}

/* Without a document type there is nothing that could declare an entity. */
static void XMLCALL
xml_on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
    const XML_Char *public_id, int internal)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)internal;
	xml_refuse(arg);
}

static void XMLCALL
xml_on_entity(void *arg, const XML_Char *name, int parameter, const XML_Char *value,
    int n, const XML_Char *base, const XML_Char *system_id, const XML_Char *public_id,
    const XML_Char *notation)
{
	(void)name;
	(void)parameter;
	(void)value;
	(void)n;
	(void)base;
	(void)system_id;
	(void)public_id;
	(void)notation;
	xml_refuse(arg);
}

enum err
xml_parse(struct arena *a, struct span in, struct xml_node **root, struct fail *fail)
{
	struct xml_build b = { .arena = a };
	enum XML_Status status;

	if (in.n == 0 || in.n > INT_MAX)
		return fail_set(fail, E_MALFORMED_XML);
	b.parser = XML_ParserCreateNS(NULL, ' ');
	MUST(b.parser != NULL);
	XML_SetUserData(b.parser, &b);
	XML_SetElementHandler(b.parser, xml_on_start, xml_on_end);
	XML_SetCharacterDataHandler(b.parser, xml_on_text);
	XML_SetStartDoctypeDeclHandler(b.parser, xml_on_doctype);
	XML_SetEntityDeclHandler(b.parser, xml_on_entity);
	status = XML_Parse(b.parser, in.p, (int)in.n, XML_TRUE);
	XML_ParserFree(b.parser);
	for (unsigned i = 0; i < XML_DEPTH; i++)
		buf_fini(&b.level[i].text);
	if (status != XML_STATUS_OK || b.refused || b.root == NULL || arena_failed(a))
		return fail_set(fail, E_MALFORMED_XML);
	*root = b.root;
	return OK;
}

static struct xml_node *
xml_named(struct xml_node *n, const char *name)
{
	struct span want = span_str(name);

	while (n != NULL && !span_eq(n->name, want))
		n = n->next;
	return n;
}

struct xml_node *
xml_child(const struct xml_node *n, const char *name)
{
	return xml_named(n->child, name);
}

struct xml_node *
xml_next(const struct xml_node *n, const char *name)
{
	return xml_named(n->next, name);
}

unsigned
xml_children(const struct xml_node *n)
{
	unsigned count = 0;

	for (const struct xml_node *c = n->child; c != NULL; c = c->next)
		count++;
	return count;
}

struct span
xml_text(const struct xml_node *n, const char *name)
{
	const struct xml_node *child = xml_child(n, name);

	if (child == NULL)
		return SPAN_NONE;
	return child->text.p == NULL ? SPAN_LIT("") : child->text;
}

/* ---- out ---- */

#define ONES 0x0101010101010101u
#define HIGH 0x8080808080808080u

static inline uint64_t
zero_bytes(uint64_t v)
{
	return (v - ONES) & ~v & HIGH;
}

/* How many of n bytes, or of the first eight, stand for themselves before the first one
 * that may not: a control character, one of & < > ", or the beginning of a longer
 * character. */
static inline size_t
clean_bytes(const uint8_t *p, size_t n)
{
	uint64_t v = 0, bad;

	if (n >= sizeof v)
		memcpy(&v, p, sizeof v);
	else /* the zeros behind are control characters */
		for (size_t i = 0; i < n; i++)
			v |= (uint64_t)p[i] << 8 * i;
	/* A borrow can only mark bytes above a marked one, so the lowest mark is right. */
	bad = (v & HIGH) | ((v - ONES * 0x20) & ~v & HIGH) | zero_bytes(v ^ ONES * '&') |
	    zero_bytes(v ^ ONES * '<') | zero_bytes(v ^ ONES * '>') |
	    zero_bytes(v ^ ONES * '"');
	return bad == 0 ? sizeof v : (size_t)__builtin_ctzll(bad) / 8;
}

/* What must be written in place of the character at p; len 0: the byte is none. n = 0 when
 * the character stands for itself. */
static struct span
xml_entity(const uint8_t *p, size_t len, char text[8])
{
	if (len == 0)
		return SPAN_LIT(UTF8_BAD);
	switch (p[0]) {
	case '&':
		return SPAN_LIT("&amp;");
	case '<':
		return SPAN_LIT("&lt;");
	case '>':
		return SPAN_LIT("&gt;");
	case '"':
		return SPAN_LIT("&quot;");
	case '\r': /* as a byte a parser would read it as a line feed */
		return SPAN_LIT("&#13;");
	case '\t':
	case '\n':
		return SPAN_NONE;
	case 0xef: /* U+FFFE and U+FFFF are no characters of XML */
		if (p[1] == 0xbf && p[2] >= 0xbe)
			return p[2] == 0xbe ? SPAN_LIT("&#xfffe;") : SPAN_LIT("&#xffff;");
		return SPAN_NONE;
	default:
		if (p[0] >= 0x20)
			return SPAN_NONE;
		return span_of(text, (size_t)snprintf(text, 8, "&#x%x;", p[0]));
	}
}

void
xml_escape(struct buf *b, struct span s)
{
	const uint8_t *p = (const uint8_t *)s.p;
	size_t i = 0, from = 0, len;
	struct span entity;
	char text[8];

	buf_reserve(b, s.n);
	while (i < s.n) {
		len = clean_bytes(p + i, s.n - i);
		i += len;
		if (len == 8 || i == s.n)
			continue;
		len = utf8_step(p + i, s.n - i);
		entity = xml_entity(p + i, len, text);
		if (entity.n == 0) {
			i += len;
			continue;
		}
		buf_put(b, p + from, i - from);
		buf_span(b, entity);
		i += len == 0 ? 1 : len;
		from = i;
	}
	if (i > from)
		buf_put(b, p + from, i - from);
}

void
xml_open(struct buf *b, const char *name)
{
	size_t n = strlen(name);
	char *at = buf_grow(b, n + 2);

	at[0] = '<';
	memcpy(at + 1, name, n);
	at[n + 1] = '>';
}

void
xml_close(struct buf *b, const char *name)
{
	size_t n = strlen(name);
	char *at = buf_grow(b, n + 3);

	at[0] = '<';
	at[1] = '/';
	memcpy(at + 2, name, n);
	at[n + 2] = '>';
}

void
xml_put(struct buf *b, const char *name, struct span text)
{
	xml_open(b, name);
	xml_escape(b, text);
	xml_close(b, name);
}

void
xml_put_str(struct buf *b, const char *name, const char *text)
{
	xml_put(b, name, span_str(text));
}

void
xml_put_u64(struct buf *b, const char *name, uint64_t v)
{
	xml_open(b, name);
	buf_u64(b, v);
	xml_close(b, name);
}

void
xml_put_bool(struct buf *b, const char *name, bool v)
{
	xml_put(b, name, v ? SPAN_LIT("true") : SPAN_LIT("false"));
}
