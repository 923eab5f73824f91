/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/form.h"

#include "base/mem.h"

enum form_state { FORM_BEFORE, FORM_FILE, FORM_AFTER, FORM_NO_FILE };

struct form {
	enum form_state state;
	enum err (*ready)(void *ctx, struct form *f);
	void *ctx;
	enum err bad;
	char delim[FORM_OVERHANG]; /* CR LF - - boundary */
	size_t ndelim, held; /* bytes of delim seen at the end of what was fed */
	/* What stands before the file, until the fields are read. */
	char *head;
	size_t n, at, max;
	struct field field[FORM_FIELDS];
	size_t nfield;
	struct span filename;
};

/* The value of name in "a; name=b; other="c d"": quotes may hide a backslash. */
static struct span
parameter(struct span s, const char *name)
{
	struct span key, value;
	size_t n;

	(void)span_cut(&s, ';');
	while (s.n > 0) {
		s = span_trim(s);
		n = span_find(s, '=', 0);
		key = span_trim(span_head(s, n));
		s = span_from(s, n + 1);
		if (s.n > 0 && s.p[0] == '"') {
			for (n = 1; n < s.n && s.p[n] != '"'; n++)
				if (s.p[n] == '\\' && n + 1 < s.n && s.p[n + 1] == '"')
					n++;
			value = span_from(span_head(s, n), 1);
			s = span_from(s, n + 1);
			(void)span_cut(&s, ';');
		} else
			value = span_trim(span_cut(&s, ';'));
		if (span_ieq(key, span_str(name)))
			return value.p != NULL ? value : SPAN_LIT("");
	}
	return SPAN_NONE;
}

struct span
form_boundary(struct span content_type)
{
	struct span rest = content_type, value;

	if (!span_ieq(span_trim(span_cut(&rest, ';')), SPAN_LIT("multipart/form-data")))
		return SPAN_NONE;
	value = parameter(content_type, "boundary");
	if (value.n == 0 || value.n > FORM_BOUNDARY)
		return SPAN_NONE;
	return value;
}

struct form *
form_new(struct span boundary, size_t max, enum err (*ready)(void *ctx, struct form *f),
    void *ctx)
{
	struct form *f = mem_zalloc(sizeof *f);

	MUST(boundary.n > 0 && boundary.n <= FORM_BOUNDARY);
	f->ready = ready;
	f->ctx = ctx;
	f->max = max;
	f->head = mem_alloc(max + 2);
	/* As if a line had ended: the first delimiter then is like all others. */
	memcpy(f->head, "\r\n", 2);
	f->n = 2;
	memcpy(f->delim, "\r\n--", 4);
	memcpy(f->delim + 4, boundary.p, boundary.n);
	f->ndelim = 4 + boundary.n;
	return f;
}

void
form_free(struct form **form)
{
	struct form *f = *form;

	if (f == NULL)
		return;
	*form = NULL;
	mem_free(f->head);
	mem_free(f);
}

/* ---- before the file ---- */

static void
lower(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = char_lower(p[i]);
}

/* What a browser shows of the file's path: old ones send all of it. */
static struct span
base_name(struct span s)
{
	for (size_t i = s.n; i-- > 0;)
		if (s.p[i] == '/' || s.p[i] == '\\')
			return span_from(s, i + 1);
	return s;
}

static struct span
disposition(struct span headers)
{
	struct span value, name;

	while (headers.n > 0) {
		value = span_cut(&headers, '\n');
		name = span_cut(&value, ':');
		if (span_ieq(span_trim(name), SPAN_LIT("content-disposition"))) {
			if (value.n > 0 && value.p[value.n - 1] == '\r')
				value.n--;
			return value;
		}
	}
	return SPAN_NONE;
}

enum part { PART_MORE, PART_FIELD, PART_FILE, PART_END, PART_BAD };

/* The part at f->at, which stands at its delimiter; moves on when it is whole. */
static enum part
part_next(struct form *f)
{
	struct span in = span_from(span_of(f->head, f->n), f->at), how, name;
	struct span delim = span_of(f->delim, f->ndelim);
	size_t begin, end;

	if (in.n < delim.n + 2)
		return span_starts(delim, span_head(in, delim.n)) ? PART_MORE : PART_BAD;
	if (!span_starts(in, delim))
		return PART_BAD;
	in = span_from(in, delim.n);
	if (span_starts(in, SPAN_LIT("--")))
		return PART_END;
	if (!span_starts(in, SPAN_LIT("\r\n")))
		return PART_BAD;
	end = span_search(in, SPAN_LIT("\r\n\r\n"), 0);
	if (end == in.n)
		return PART_MORE;
	how = disposition(span_from(span_head(in, end), 2));
	name = parameter(how, "name");
	if (name.n == 0)
		return PART_BAD;
	begin = end + 4;
	if (span_ieq(name, SPAN_LIT("file"))) {
		f->filename = base_name(parameter(how, "filename"));
		f->at = (size_t)(in.p - f->head) + begin;
		return PART_FILE;
	}
	end = span_search(in, delim, begin);
	if (end == in.n)
		return PART_MORE;
	if (f->nfield == FORM_FIELDS)
		return PART_BAD;
	lower(f->head + (name.p - f->head), name.n);
	f->field[f->nfield++] =
	    (struct field){ name, span_of(in.p + begin, end - begin) };
	f->at = (size_t)(in.p - f->head) + end;
	return PART_FIELD;
}

/* Takes from p until the file begins; *used says how much. */
static enum err
feed_before(struct form *f, const char *p, size_t n, size_t *used, struct fail *fail)
{
	size_t before = f->n, room = f->max + 2 - f->n, take = n < room ? n : room;
	enum part part;

	memcpy(f->head + f->n, p, take);
	f->n += take;
	*used = take;
	do
		part = part_next(f);
	while (part == PART_FIELD);
	switch (part) {
	case PART_FILE:
		*used = f->at - before;
		f->state = FORM_FILE;
		return f->ready(f->ctx, f);
	case PART_END:
		f->state = FORM_NO_FILE;
		*used = n;
		return OK;
	case PART_MORE:
		return f->n < f->max + 2 ? OK : fail_set(fail, E_POST_PRE_DATA);
	default:
		return fail_set(fail, E_MALFORMED_POST);
	}
}

/* ---- the file ---- */

/* How many bytes at the end of s may be the beginning of the delimiter. */
static size_t
tail_match(const struct form *f, struct span s)
{
	size_t n = s.n < f->ndelim - 1 ? s.n : f->ndelim - 1;

	for (; n > 0; n--)
		if (s.p[s.n - n] == '\r' && memcmp(s.p + s.n - n, f->delim, n) == 0)
			return n;
	return 0;
}

static size_t
feed_file(struct form *f, char *p, size_t n)
{
	struct span all;
	size_t at;

	if (f->held > 0) {
		memmove(p + f->held, p, n);
		memcpy(p, f->delim, f->held);
	}
	all = span_of(p, f->held + n);
	at = span_search(all, span_of(f->delim, f->ndelim), 0);
	if (at < all.n) {
		f->state = FORM_AFTER;
		f->held = 0;
		return at;
	}
	f->held = tail_match(f, all);
	return all.n - f->held;
}

enum err
form_feed(struct form *f, char *p, size_t n, size_t *out, struct fail *fail)
{
	size_t used = 0;

	*out = 0;
	if (f->bad != OK)
		return f->bad;
	if (f->state == FORM_BEFORE)
		f->bad = feed_before(f, p, n, &used, fail);
	if (f->bad != OK || f->state != FORM_FILE)
		return f->bad;
	if (used > 0)
		memmove(p, p + used, n - used);
	*out = feed_file(f, p, n - used);
	return OK;
}

enum err
form_end(const struct form *f, struct fail *fail)
{
	if (f->bad != OK)
		return f->bad;
	if (f->state == FORM_AFTER)
		return OK;
	if (f->state != FORM_NO_FILE)
		return fail_set(fail, E_MALFORMED_POST);
	return fail_argument(fail, "file", SPAN_LIT("0"),
	    "POST requires exactly one file upload per request.");
}

size_t
form_fields(const struct form *f, const struct field **out)
{
	*out = f->field;
	return f->nfield;
}

struct span
form_filename(const struct form *f)
{
	return f->filename;
}
