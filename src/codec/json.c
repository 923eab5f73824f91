/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/json.h"

#include "base/mem.h"
#include "codec/stamp.h"
#include "utf8_priv.h"

enum { JSON_DEPTH = 64 };

static enum err
json_refuse(struct fail *fail, struct span in, size_t at, const char *what)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < at && i < in.n; i++) {
		column++;
		if (in.p[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return fail_msg(fail, E_INVALID_ARGUMENT,
	    "The JSON text %s at line %zu, column %zu", what, line, column);
}

/* Index behind the string's closing quote, or of what is wrong with it. \u0000 is refused
 * because cJSON's strings would end there, and the rest of the text would pass unseen. */
static size_t
json_skip_string(struct span in, size_t at, const char **bad)
{
	const uint8_t *p = (const uint8_t *)in.p;

	for (at++; at < in.n; at++) {
		size_t len = utf8_step(p + at, in.n - at);

		if (p[at] == '"')
			return at + 1;
		if (len == 0)
			*bad = "is not UTF-8";
		else if (p[at] < 0x20)
			*bad = "has a control character";
		else if (span_starts(span_from(in, at), SPAN_LIT("\\u0000")))
			*bad = "has a NUL character";
		else if (p[at] == '\\')
			at++;
		else
			at += len - 1;
		if (*bad != NULL)
			return at;
	}
	*bad = "has a string without end";
	return at;
}

/* What cJSON takes too lightly, or has read beyond its input for in some versions: strings
 * and brackets that do not end, control characters, depth. Returns where *bad is. */
static size_t
json_scan(struct span in, const char **bad)
{
	size_t at = 0;
	int depth = 0;

	while (at < in.n && *bad == NULL) {
		uint8_t c = (uint8_t)in.p[at];

		if (c == '"') {
			at = json_skip_string(in, at, bad);
			continue;
		}
		if (c == '[' || c == '{')
			depth++;
		else if (c == ']' || c == '}')
			depth--;
		if (depth > JSON_DEPTH)
			*bad = "is nested too deeply";
		else if (depth < 0)
			*bad = "has a bracket that was not opened";
		else if (c > 0x7e || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
			*bad = "has a character that does not belong there";
		else
			at++;
	}
	if (*bad == NULL && depth > 0)
		*bad = "has a bracket that is not closed";
	return at;
}

enum err
json_parse(struct span in, cJSON **out, struct fail *fail)
{
	const char *bad = NULL, *end = NULL;
	size_t at = json_scan(in, &bad);
	cJSON *tree;
	char *text;

	if (bad != NULL)
		return json_refuse(fail, in, at, bad);
	text = mem_span(in);
	tree = cJSON_ParseWithOpts(text, &end, true);
	at = end != NULL ? (size_t)(end - text) : 0;
	mem_free(text);
	if (tree == NULL)
		return json_refuse(fail, in, at, "is not valid");
	*out = tree;
	return OK;
}

static void
json_put_control(struct buf *b, uint8_t c)
{
	static const char digit[] = "0123456789abcdef";
	const char *at = memchr("\bb\ff\nn\rr\tt", c, 10);

	if (at != NULL) {
		buf_char(b, '\\');
		buf_char(b, at[1]);
		return;
	}
	buf_put(b, "\\u00", 4);
	buf_char(b, digit[c >> 4]);
	buf_char(b, digit[c & 15]);
}

void
json_put(struct buf *b, struct span text)
{
	const uint8_t *p = (const uint8_t *)text.p;
	size_t len;

	buf_reserve(b, text.n + 2);
	buf_char(b, '"');
	for (size_t i = 0; i < text.n; i += len) {
		len = utf8_step(p + i, text.n - i);
		if (len == 0) {
			buf_put(b, UTF8_BAD, 3);
			len = 1;
		} else if (p[i] < 0x20)
			json_put_control(b, p[i]);
		else {
			if (p[i] == '"' || p[i] == '\\')
				buf_char(b, '\\');
			buf_put(b, p + i, len);
		}
	}
	buf_char(b, '"');
}

void
json_put_time(struct buf *b, int64_t ms)
{
	char text[STAMP_ISO];

	stamp_iso(text, ms);
	json_put(b, span_of(text, STAMP_ISO));
}

void
json_name(struct buf *b, const char *name)
{
	char last = b->n > 0 ? b->p[b->n - 1] : '{';

	if (last != '{' && last != '[')
		buf_char(b, ',');
	buf_printf(b, "\"%s\":", name);
}

void
json_begin(struct buf *b, const char *name)
{
	json_name(b, name);
	buf_char(b, '{');
}

void
json_span(struct buf *b, const char *name, struct span value)
{
	json_name(b, name);
	json_put(b, value);
}

void
json_str(struct buf *b, const char *name, const char *value)
{
	json_span(b, name, span_str(value));
}

void
json_u64(struct buf *b, const char *name, uint64_t value)
{
	json_name(b, name);
	buf_u64(b, value);
}

void
json_bool(struct buf *b, const char *name, bool value)
{
	json_name(b, name);
	buf_str(b, value ? "true" : "false");
}

void
json_time(struct buf *b, const char *name, int64_t ms)
{
	json_name(b, name);
	json_put_time(b, ms);
}

void
json_second(struct buf *b, const char *name, int64_t ms)
{
	char text[STAMP_ISO];

	stamp_iso(text, ms);
	json_name(b, name);
	buf_printf(b, "\"%.19sZ\"", text);
}
