/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/mem.h"
#include "server_priv.h"

/* "https://HOST[:PORT][/]" to what a client that asks for it sends as Host: without the
 * scheme's own port. NULL: no such URL. */
static char *
url_host(struct span url)
{
	bool tls = span_starts(url, SPAN_LIT("https://"));
	struct span host, port;
	uint64_t number;
	size_t at;

	if (!tls && !span_starts(url, SPAN_LIT("http://")))
		return NULL;
	host = span_from(url, tls ? 8 : 7);
	if (host.n > 0 && host.p[host.n - 1] == '/')
		host.n--;
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] <= ' ' || host.p[i] >= 0x7f ||
		    memchr("/?#@,", host.p[i], 5) != NULL)
			return NULL;
	at = host.n > 0 && host.p[0] == '[' ? span_find(host, ']', 0) : 0;
	at = span_find(host, ':', at);
	port = span_from(host, at + 1);
	if (at == 0 || host.n == 0)
		return NULL;
	if (at == host.n)
		return mem_span(host);
	if (!span_u64(port, &number) || number < 1 || number > 65535)
		return NULL;
	return mem_span(number == (tls ? 443 : 80) ? span_head(host, at) : host);
}

enum err
urls_check(const char *setting, const char *url, struct fail *fail)
{
	struct span rest = span_str(url), host;
	bool good;

	if (rest.n == 0)
		return OK;
	good = span_starts(rest, SPAN_LIT("http://")) ||
	    span_starts(rest, SPAN_LIT("https://"));
	for (size_t i = 0; i < rest.n && good; i++)
		good = rest.p[i] > ' ' && rest.p[i] < 0x7f;
	host = span_from(rest, span_find(rest, ':', 0) + 1);
	host = host.n > 2 ? span_from(host, 2) : SPAN_NONE;
	if (good && span_cut(&host, '/').n > 0)
		return OK;
	return fail_msg(fail, E_CONFIG,
	    "%s: '%.*s' is no URL; allowed: http://HOST[:PORT][/PATH] or the same with "
	    "https",
	    setting, (int)span_head(rest, 128).n, rest.p);
}

enum err
urls_origins_check(const char *list, struct fail *fail)
{
	struct span rest = span_str(list), one;

	while (rest.n > 0) {
		one = span_trim(span_cut(&rest, ','));
		if (one.n == 0 || span_is(one, "*"))
			continue;
		if (span_search(one, SPAN_LIT("://"), 0) == one.n ||
		    one.p[one.n - 1] == '/')
			return fail_msg(fail, E_CONFIG,
			    "cors-origins: '%.*s' is no origin; allowed: "
			    "http://HOST[:PORT], https://HOST[:PORT], with one * in it, "
			    "or *",
			    (int)span_head(one, 128).n, one.p);
	}
	return OK;
}

enum err
urls_split(const char *list, char **out, size_t *n, struct fail *fail)
{
	struct span rest = span_str(list), one;

	*n = 0;
	while (rest.n > 0) {
		one = span_trim(span_cut(&rest, ','));
		if (one.n == 0)
			continue;
		if (*n == URLS_MAX)
			return fail_msg(fail, E_CONFIG,
			    "public-urls: more than %d URLs; allowed: at most %d",
			    URLS_MAX, URLS_MAX);
		out[*n] = url_host(one);
		if (out[*n] == NULL)
			return fail_msg(fail, E_CONFIG,
			    "public-urls: '%.*s' is no URL of a server; allowed: "
			    "http://HOST[:PORT] or https://HOST[:PORT]",
			    (int)span_head(one, 128).n, one.p);
		(*n)++;
	}
	return OK;
}
