/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of policies with wildcards and variables. Compiling turns both into marks that are
 * no UTF-8, so what a variable stands for is always plain text:
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
#include "config.h"

#include "policy_priv.h"

enum {
	MARK_ANY = 0xfe, /* * */
	MARK_ONE = 0xff, /* ? */
	MARK_VARIABLE = 0xfd, /* name [MARK_DEFAULT text] MARK_END */
	MARK_DEFAULT = 0xfc,
	MARK_END = 0xfb
};

static inline uint8_t
fold_case(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* ${name} or ${name, 'text'}: 0 when it is neither, else its length. */
static size_t
variable_read(struct span in, struct span *name, struct span *text)
{
	size_t end, at = 2;

	if (in.n < 4 || in.p[0] != '$' || in.p[1] != '{')
		return 0;
	while (at < in.n && in.p[at] != '}' && in.p[at] != ',')
		at++;
	if (at == in.n)
		return 0;
	*name = span_trim(span_of(in.p + 2, at - 2));
	*text = SPAN_NONE;
	if (in.p[at] == '}')
		return name->n > 0 ? at + 1 : 0;
	for (at++; at < in.n && in.p[at] == ' '; at++)
		;
	if (at == in.n || in.p[at] != '\'')
		return 0;
	end = span_find(in, '\'', at + 1);
	*text = span_of(in.p + at + 1, end - at - 1);
	for (at = end + 1; at < in.n && in.p[at] == ' '; at++)
		;
	return at < in.n && in.p[at] == '}' && name->n > 0 ? at + 1 : 0;
}

static size_t
variable_compile(struct span in, struct buf *out)
{
	struct span name, text;
	size_t n = variable_read(in, &name, &text);

	if (n == 0)
		return 0;
	if (name.n == 1 && strchr("*?$", name.p[0]) != NULL && text.p == NULL) {
		buf_char(out, name.p[0]);
		return n;
	}
	buf_char(out, (char)MARK_VARIABLE);
	buf_span(out, name);
	if (text.p != NULL) {
		buf_char(out, (char)MARK_DEFAULT);
		buf_span(out, text);
	}
	buf_char(out, (char)MARK_END);
	return n;
}

struct pattern
pattern_compile(struct arena *a, struct span text, unsigned flags)
{
	struct pattern p = { 0 };
	struct buf out = { 0 };

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		size_t n = c == '$' && (flags & PATTERN_VARIABLES) != 0
		    ? variable_compile(span_from(text, i), &out)
		    : 0;

		if (n > 0)
			i += n - 1;
		else if ((flags & PATTERN_WILD) != 0 && (c == '*' || c == '?'))
			buf_char(&out, (char)(c == '*' ? MARK_ANY : MARK_ONE));
		else
			buf_char(&out,
			    (flags & PATTERN_FOLD) != 0 ? (char)fold_case((uint8_t)c)
							: c);
	}
	p.text = arena_span(a, buf_view(&out));
	p.variable = span_find(p.text, (char)MARK_VARIABLE, 0) < p.text.n;
	p.wild = span_find(p.text, (char)MARK_ANY, 0) < p.text.n ||
	    span_find(p.text, (char)MARK_ONE, 0) < p.text.n;
	buf_fini(&out);
	return p;
}

/* Bytes of the character at s: ? is one character, not one byte. */
static size_t
character(struct span s)
{
	size_t n = 1;

	if ((uint8_t)s.p[0] >= 0xc0)
		while (n < s.n && n < 4 && ((uint8_t)s.p[n] & 0xc0) == 0x80)
			n++;
	return n;
}

/* After a mismatch one goes back to the last * only: what stood before it has its place. */
static bool
match_marks(struct span p, struct span s, bool fold)
{
	size_t i = 0, j = 0, star = SIZE_MAX, from = 0;

	while (j < s.n) {
		uint8_t c = i < p.n ? (uint8_t)p.p[i] : 0;
		uint8_t d = fold ? fold_case((uint8_t)s.p[j]) : (uint8_t)s.p[j];

		if (i < p.n && c == MARK_ANY) {
			star = ++i;
			from = j;
		} else if (i < p.n && c == MARK_ONE) {
			j += character(span_from(s, j));
			i++;
		} else if (i < p.n && (fold ? fold_case(c) : c) == d) {
			i++;
			j++;
		} else if (star != SIZE_MAX) {
			i = star;
			j = ++from;
		} else
			return false;
	}
	while (i < p.n && (uint8_t)p.p[i] == MARK_ANY)
		i++;
	return i == p.n;
}

bool
pattern_expand(const struct pattern *p, const struct policy_request *r, struct buf *out)
{
	struct policy_values values;
	struct policy_ask ask;
	struct span in = p->text, name, text;

	for (size_t i = 0; i < in.n; i++) {
		size_t end, cut;

		if ((uint8_t)in.p[i] != MARK_VARIABLE) {
			buf_char(out, in.p[i]);
			continue;
		}
		end = span_find(in, (char)MARK_END, i);
		MUST(end < in.n);
		name = span_of(in.p + i + 1, end - i - 1);
		cut = span_find(name, (char)MARK_DEFAULT, 0);
		text = cut < name.n ? span_from(name, cut + 1) : SPAN_NONE;
		policy_key_find(span_head(name, cut), &ask);
		/* Only keys of one value can be variables. */
		if (policy_key_value(r, &ask, &values) && values.n == 1)
			text = values.value[0];
		else if (cut == name.n)
			return false;
		buf_span(out, text);
		i = end;
	}
	return true;
}

bool
pattern_match(const struct pattern *p, struct span subject, bool fold,
    const struct policy_request *r)
{
	struct buf b = { 0 };
	bool ok;

	if (!p->variable) {
		if (p->wild)
			return match_marks(p->text, subject, fold);
		return fold ? span_ieq(p->text, subject) : span_eq(p->text, subject);
	}
	ok = pattern_expand(p, r, &b) && match_marks(buf_view(&b), subject, fold);
	buf_fini(&b);
	return ok;
}

bool
pattern_glob(struct span text, struct span subject, bool fold)
{
	struct buf b = { 0 };
	bool ok;

	for (size_t i = 0; i < text.n; i++)
		buf_char(&b,
		    text.p[i] == '*'       ? (char)MARK_ANY
			: text.p[i] == '?' ? (char)MARK_ONE
					   : text.p[i]);
	ok = match_marks(buf_view(&b), subject, fold);
	buf_fini(&b);
	return ok;
}
