/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What another store answers with, of any bytes: a status, header lines up to an empty one, a
 * body. It is always a failure with a text that a log can show. The first line is also taken
 * for a URL, a range and an ETag.
 */
#include "config.h"

#include "remote_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
is_shown(const char *text, size_t cap)
{
	size_t n = strnlen(text, cap);

	MUST(n < cap);
	for (size_t i = 0; i < n; i++)
		MUST((uint8_t)text[i] >= ' ' && text[i] != 0x7f);
}

static void
pieces(struct span line)
{
	struct remote_url u;
	char etag[REMOTE_ETAG_MAX], version[REMOTE_VERSION_MAX];
	uint64_t first, last;

	if (remote_url_read(line, &u)) {
		MUST(u.host.n > 0 && u.host.n + u.path.n < line.n);
		MUST(u.path.n == 0 || u.path.p[u.path.n - 1] != '/');
		MUST(span_find(u.host, '@', 0) == u.host.n);
	}
	if (remote_content_range(line, &first, &last))
		MUST(first <= last);
	if (remote_etag_copy(etag, line))
		MUST(strnlen(etag, sizeof etag) < sizeof etag);
	remote_version_copy(version, line);
	MUST(strnlen(version, sizeof version) < sizeof version);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned statuses[] = { 200, 301, 304, 400, 403, 404, 405, 408, 409,
		412, 416, 429, 500, 501, 503, 999 };
	struct span rest = span_of(data, size), line;
	struct field header[8];
	struct remote_fault fault;
	size_t n = 0;
	unsigned status;
	enum err e;

	if (size == 0)
		return 0;
	status = statuses[data[0] % ARRAY_LEN(statuses)];
	rest = span_from(rest, 1);
	pieces(span_head(rest, span_find(rest, '\n', 0)));
	while (rest.n > 0 && n < ARRAY_LEN(header)) {
		line = span_cut(&rest, '\n');
		if (line.n == 0)
			break;
		header[n].name = span_cut(&line, ':');
		header[n++].value = span_trim(line);
	}
	e = remote_fault_read(status, (data[0] & 64) != 0, header, n, rest, &fault);
	MUST(e != OK && fault.status == status);
	MUST(fault.retry == (e == E_REMOTE_DOWN));
	is_shown(fault.code, sizeof fault.code);
	is_shown(fault.message, sizeof fault.message);
	return 0;
}
