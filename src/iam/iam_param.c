/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of calls, checked as IAM does and refused in its words. */
#include "config.h"

#include <stdio.h>

#include "codec/b64.h"
#include "iam_priv.h"

enum { TAGS_MAX = 50, TAG_KEY_MAX = 128, TAG_VALUE_MAX = 256, PATH_MAX_N = 512 };
enum { PAGE_DEFAULT = 100, PAGE_MAX = 1000 };

struct span
iam_param(const struct iam_call *c, const char *name)
{
	for (size_t i = 0; i < c->nparam; i++)
		if (span_is(c->param[i].name, name))
			return c->param[i].value;
	return SPAN_NONE;
}

/* "UserName" is "userName" in failures. */
static const char *
small(struct iam_call *c, const char *name)
{
	char *text = arena_str(c->arena, span_str(name));

	text[0] = char_lower(text[0]);
	return text;
}

enum err
iam_need(struct iam_call *c, const char *name, size_t max, struct span *out)
{
	struct span v = iam_param(c, name);

	if (v.p == NULL)
		return fail_msg(c->fail, E_VALIDATION,
		    "1 validation error detected: Value null at '%s' failed to satisfy "
		    "constraint: Member must not be null",
		    small(c, name));
	if (v.n == 0)
		return fail_msg(c->fail, E_VALIDATION,
		    "1 validation error detected: Value at '%s' failed to satisfy "
		    "constraint: Member must have length greater than or equal to 1",
		    small(c, name));
	if (v.n > max)
		return fail_msg(c->fail, E_VALIDATION,
		    "1 validation error detected: Value at '%s' failed to satisfy "
		    "constraint: Member must have length less than or equal to %zu",
		    small(c, name), max);
	*out = v;
	return OK;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

enum err
iam_need_name(struct iam_call *c, const char *name, size_t max, struct span *out)
{
	struct span v;
	enum err e = iam_need(c, name, max, &v);

	for (size_t i = 0; e == OK && i < v.n; i++)
		if (!is_letter(v.p[i]) &&
		    (v.p[i] == '\0' || strchr("+=,.@_-", v.p[i]) == NULL))
			e = fail_msg(c->fail, E_VALIDATION,
			    "The specified value for %s is invalid. It must contain only "
			    "alphanumeric characters and/or the following: +=,.@_-",
			    small(c, name));
	if (e == OK)
		*out = v;
	return e;
}

enum err
iam_path(struct iam_call *c, const char *name, struct span *out)
{
	struct span v = iam_param(c, name);
	bool good = v.n > 0 && v.n <= PATH_MAX_N && v.p[0] == '/' && v.p[v.n - 1] == '/';

	if (v.p == NULL) {
		*out = SPAN_LIT("/");
		return OK;
	}
	for (size_t i = 0; good && i < v.n; i++)
		good = v.p[i] > ' ' && v.p[i] < 0x7f;
	if (!good)
		return fail_msg(c->fail, E_VALIDATION,
		    "The specified value for %s is invalid. It must begin and end with / "
		    "and contain only alphanumeric characters and/or / characters.",
		    small(c, name));
	*out = v;
	return OK;
}

enum err
iam_members(struct iam_call *c, const char *prefix, const char *suffix, size_t max,
    struct entity_list *out)
{
	struct field *f = arena_array(c->arena, max + 1, sizeof *f);
	char name[96];
	struct span v;
	size_t n = 0;

	for (;; n++) {
		(void)snprintf(name, sizeof name, "%s.member.%zu%s%s", prefix, n + 1,
		    suffix[0] != '\0' ? "." : "", suffix);
		v = iam_param(c, name);
		if (v.p == NULL)
			break;
		if (n == max)
			return fail_msg(c->fail, E_VALIDATION,
			    "1 validation error detected: Value at '%s' failed to "
			    "satisfy constraint: Member must have length less than or "
			    "equal to %zu",
			    small(c, prefix), max);
		f[n].name = v;
	}
	out->field = f;
	out->n = n;
	return OK;
}

enum err
iam_tags(struct iam_call *c, struct entity_list *out)
{
	struct entity_list l;
	char name[48];
	enum err e = iam_members(c, "Tags", "Key", TAGS_MAX, &l);

	for (size_t i = 0; e == OK && i < l.n; i++) {
		(void)snprintf(name, sizeof name, "Tags.member.%zu.Value", i + 1);
		l.field[i].value = iam_param(c, name);
		if (l.field[i].name.n == 0 || l.field[i].name.n > TAG_KEY_MAX)
			return fail_msg(c->fail, E_VALIDATION,
			    "1 validation error detected: Value at 'tags.%zu.member.key' "
			    "failed to satisfy constraint: Member must have length "
			    "between 1 and 128",
			    i + 1);
		if (l.field[i].value.p == NULL || l.field[i].value.n > TAG_VALUE_MAX)
			return fail_msg(c->fail, E_VALIDATION,
			    "1 validation error detected: Value at "
			    "'tags.%zu.member.value' failed to satisfy constraint: "
			    "Member must have length less than or equal to 256",
			    i + 1);
		for (size_t k = 0; k < i; k++)
			if (span_ieq(l.field[i].name, l.field[k].name))
				return fail_msg(c->fail, E_INVALID_INPUT,
				    "Duplicate tag keys found. Please note that Tag keys "
				    "are case insensitive.");
	}
	if (e == OK)
		*out = l;
	return e;
}

enum err
iam_number(
    struct iam_call *c, const char *name, uint64_t min, uint64_t max, uint64_t *out)
{
	struct span v = iam_param(c, name);
	uint64_t n;

	if (v.p == NULL)
		return OK;
	if (!span_u64(v, &n) || n < min || n > max)
		return fail_msg(c->fail, E_VALIDATION,
		    "1 validation error detected: Value '%.*s' at '%s' failed to satisfy "
		    "constraint: Member must have value %s than or equal to %llu",
		    (int)span_head(v, 32).n, v.p, small(c, name),
		    span_u64(v, &n) && n > max ? "less" : "greater",
		    (unsigned long long)(span_u64(v, &n) && n > max ? max : min));
	*out = n;
	return OK;
}

size_t
iam_document_size(struct span text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] != ' ' && text.p[i] != '\t' && text.p[i] != '\n' &&
		    text.p[i] != '\r';
	return n;
}

enum err
iam_document(struct iam_call *c, const char *name, enum policy_place place, size_t max,
    const char *quota, struct span *out)
{
	struct policy *p;
	struct span v;
	enum err e = iam_need(c, name, 131072, &v);

	if (e == OK && iam_document_size(v) > max)
		e = fail_msg(c->fail, E_LIMIT_EXCEEDED, "Cannot exceed quota for %s: %zu",
		    quota, max);
	if (e == OK)
		e = policy_parse(&p, v, place, SPAN_NONE, c->fail);
	if (e != OK)
		return e;
	policy_free(&p);
	*out = v;
	return OK;
}

/* ---- pages ---- */

enum err
iam_page(struct iam_call *c, struct iam_page *out)
{
	struct iam_page p = { .max = PAGE_DEFAULT };
	struct span marker = iam_param(c, "Marker");
	char *text;
	size_t n;
	enum err e = iam_number(c, "MaxItems", 1, PAGE_MAX, &p.max);

	if (e == OK && marker.n > 0) {
		text = arena_alloc(c->arena, marker.n);
		if (!b64_parse(text, marker.n, &n, marker) || n == 0)
			return fail_msg(c->fail, E_VALIDATION, "Invalid Marker: %.*s",
			    (int)span_head(marker, 64).n, marker.p);
		p.marker = span_of(text, n);
	}
	if (e == OK)
		*out = p;
	return e;
}

void
iam_page_put(struct iam_call *c, const struct iam_page *p)
{
	char *text;

	xml_put_bool(&c->out, "IsTruncated", p->truncated);
	if (!p->truncated)
		return;
	text = arena_alloc(c->arena, B64_LEN(p->last.n));
	xml_put(&c->out, "Marker", span_of(text, b64_render(text, p->last.p, p->last.n)));
}

size_t
iam_page_start(const struct iam_page *p)
{
	uint64_t n;

	return p->marker.n > 0 && span_u64(p->marker, &n) ? (size_t)n : 0;
}

bool
iam_page_row(struct iam_call *c, struct iam_page *p, struct span name)
{
	if (p->n == p->max) {
		p->truncated = true;
		return false;
	}
	p->n++;
	p->last = arena_span(c->arena, name);
	return true;
}
