/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/mem.h"
#include "codec/uri.h"
#include "target/broker.h"

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_port(struct span s, uint16_t *out)
{
	uint64_t n;

	if (!span_u64(s, &n) || n == 0 || n > 65535)
		return false;
	*out = (uint16_t)n;
	return true;
}

/* A name, IPv4 or what stands in brackets; nothing that means something elsewhere. */
static bool
is_host(struct span s, bool brackets)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (brackets ? !(is_digit(c) ||
				   (char_lower(c) >= 'a' && char_lower(c) <= 'f') ||
				   c == ':' || c == '.')
			     : !(is_alpha(c) || is_digit(c) || c == '.' || c == '-' ||
				   c == '_'))
			return false;
	}
	return s.n > 0 && s.n <= 255;
}

/* HOST[:PORT] into its parts. */
static bool
authority(struct span s, struct span *host, uint16_t *port)
{
	size_t end;
	bool brackets = s.n > 0 && s.p[0] == '[';

	if (brackets) {
		end = span_find(s, ']', 0);
		if (end == s.n)
			return false;
		*host = span_head(span_from(s, 1), end - 1);
		end++;
	} else {
		end = span_find(s, ':', 0);
		*host = span_head(s, end);
	}
	if (!is_host(*host, brackets))
		return false;
	if (end == s.n)
		return true;
	return s.p[end] == ':' && is_port(span_from(s, end + 1), port);
}

bool
broker_address(struct span text, uint16_t otherwise, char **host, uint16_t *port)
{
	struct span name;
	uint16_t number = otherwise;

	if (!authority(text, &name, &number) || number == 0)
		return false;
	*host = mem_span(name);
	*port = number;
	return true;
}

/* Appends s with a NUL behind it at *to; the form it is decoded from is percent-encoded. */
static bool
keep(char **to, struct span s, const char **out)
{
	size_t n = uri_decode(*to, s, false);

	if (n == (size_t)-1 || memchr(*to, '\0', n) != NULL)
		return false;
	*out = *to;
	(*to)[n] = '\0';
	*to += n + 1;
	return true;
}

static bool
user_info(struct span s, char **to, struct broker_url *u)
{
	struct span user = span_cut(&s, ':');

	if (!keep(to, user, &u->user))
		return false;
	return s.n == 0 || keep(to, s, &u->password);
}

static bool
url_parts(struct span text, char *to, struct broker_url *u)
{
	size_t at = span_search(text, SPAN_LIT("://"), 0);
	struct span scheme = span_head(text, at), host;
	struct span rest = span_from(text, at + 3), place;
	size_t slash = span_find(rest, '/', 0), sign;

	if (at == text.n || scheme.n == 0 || !keep(&to, scheme, &u->scheme))
		return false;
	for (size_t i = 0; i < scheme.n; i++) {
		if (!is_alpha(scheme.p[i]))
			return false;
		u->text[i] = char_lower(scheme.p[i]);
	}
	place = span_head(rest, slash);
	for (sign = place.n; sign > 0 && place.p[sign - 1] != '@'; sign--)
		;
	if (sign > 0 && !user_info(span_head(place, sign - 1), &to, u))
		return false;
	if (!authority(span_from(place, sign), &host, &u->port) ||
	    !keep(&to, host, &u->host))
		return false;
	return slash == rest.n || keep(&to, span_from(rest, slash + 1), &u->path);
}

bool
broker_url_parse(struct span text, struct broker_url *out)
{
	struct broker_url u = { 0 };

	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || text.p[i] == '?' ||
		    text.p[i] == '#')
			return false;
	if (text.n > BROKER_URL_MAX)
		return false;
	/* What separates the parts is as many bytes as the NULs, and one more. */
	u.size = text.n + 8;
	u.text = mem_zalloc(u.size);
	if (!url_parts(text, u.text, &u)) {
		broker_url_fini(&u);
		return false;
	}
	*out = u;
	return true;
}

void
broker_url_fini(struct broker_url *u)
{
	mem_wipe(u->text, u->size);
	mem_free(u->text);
	*u = (struct broker_url){ 0 };
}

static uint64_t
unit_ms(struct span *s)
{
	static const struct {
		const char *name;
		uint64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 },
		{ "d", 86400000 } };

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		struct span name = span_str(units[i].name);

		if (span_starts(*s, name)) {
			*s = span_from(*s, name.n);
			return units[i].ms;
		}
	}
	return 0;
}

bool
broker_duration(struct span text, uint64_t *ms)
{
	uint64_t sum = 0, n, unit;
	size_t digits;

	if (span_is(text, "0")) {
		*ms = 0;
		return true;
	}
	if (text.n == 0)
		return false;
	while (text.n > 0) {
		for (digits = 0; digits < text.n && is_digit(text.p[digits]); digits++)
			;
		if (digits > 9 || !span_u64(span_head(text, digits), &n))
			return false;
		text = span_from(text, digits);
		unit = unit_ms(&text);
		if (unit == 0)
			return false;
		sum += n * unit;
	}
	*ms = sum;
	return true;
}

/* One name of PostgreSQL's, at most 63 bytes; *rest is what stands behind it. */
static bool
identifier(struct span *rest, struct buf *out)
{
	struct span s = *rest;
	size_t n;

	buf_char(out, '"');
	if (s.n > 0 && s.p[0] == '"') {
		n = span_find(s, '"', 1);
		if (n == s.n || n == 1 || n > 64)
			return false;
		buf_put(out, s.p + 1, n - 1);
		n++;
	} else {
		for (n = 0; n < s.n && s.p[n] != '.'; n++) {
			char c = s.p[n];

			if (!(is_alpha(c) || c == '_' || (unsigned char)c >= 0x80 ||
				(n > 0 && (is_digit(c) || c == '$'))))
				return false;
			buf_char(out, char_lower(c));
		}
		if (n == 0 || n > 63)
			return false;
	}
	buf_char(out, '"');
	*rest = span_from(s, n);
	return true;
}

bool
broker_identifier(struct span text, struct buf *out)
{
	size_t before = out->n;
	bool ok = uri_utf8(text) && memchr(text.p, '\0', text.n) == NULL &&
	    identifier(&text, out);

	if (ok && text.n > 1 && text.p[0] == '.') {
		buf_char(out, '.');
		text = span_from(text, 1);
		ok = identifier(&text, out);
	}
	ok = ok && text.n == 0;
	if (!ok)
		out->n = before;
	return ok;
}
