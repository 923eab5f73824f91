/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What operators write of brokers: URLs, addresses, times, names in SQL. The first byte says
 * which. What is taken keeps its promises: parts without NULs, names quoted whole.
 */
#include "config.h"

#include "base/mem.h"
#include "target/broker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
url(struct span s)
{
	struct broker_url u;
	size_t n;

	if (!broker_url_parse(s, &u))
		return;
	MUST(u.scheme[0] != '\0' && u.host[0] != '\0');
	n = strlen(u.scheme) + strlen(u.host);
	n += u.user == NULL ? 0 : strlen(u.user);
	n += u.password == NULL ? 0 : strlen(u.password);
	n += u.path == NULL ? 0 : strlen(u.path);
	MUST(n < s.n && s.n <= BROKER_URL_MAX);
	broker_url_fini(&u);
}

static void
address(struct span s)
{
	uint16_t port;
	char *host;

	if (!broker_address(s, 1, &host, &port))
		return;
	MUST(host[0] != '\0' && strlen(host) <= s.n && port > 0);
	MUST(strpbrk(host, "/@?# ") == NULL);
	mem_free(host);
}

/* Quoted, and no quote within: two names at most. */
static void
identifier(struct span s)
{
	struct buf b = { 0 };
	size_t quotes = 0;

	buf_str(&b, "x");
	if (broker_identifier(s, &b)) {
		for (size_t i = 1; i < b.n; i++) {
			MUST(b.p[i] != '\0');
			quotes += b.p[i] == '"';
		}
		MUST(quotes == 2 || quotes == 4);
		MUST(b.p[1] == '"' && b.p[b.n - 1] == '"');
	} else {
		MUST(b.n == 1);
	}
	buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = span_of(data, size);
	uint64_t ms;

	if (size == 0)
		return 0;
	s = span_from(s, 1);
	switch (data[0]) {
	case 'u':
		url(s);
		break;
	case 'a':
		address(s);
		break;
	case 'd':
		(void)broker_duration(s, &ms);
		break;
	default:
		identifier(s);
	}
	return 0;
}
