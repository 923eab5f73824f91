/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sigv4hint_priv.h"

#include "base/mem.h"
#include "codec/digest.h"
#include "codec/hex.h"

#include "sigkey_priv.h"

struct sigv4hint {
	const struct sigv4_said *said;
	const struct canon_in *in; /* as the server sees it */
	const uint8_t *key;
	struct buf canon, sts;
	uint8_t want[32];
};

static bool
hint_string_fits(struct sigv4hint *h, const uint8_t key[32])
{
	uint8_t mac[32];

	hmac_sha256(span_of(key, 32), buf_view(&h->sts), mac);
	return digest_equal(mac, h->want, 32);
}

static bool
hint_fits(struct sigv4hint *h, const struct canon_in *in)
{
	if (canon_render(&h->canon, in, NULL) != CANON_OK)
		return false;
	canon_string_to_sign(
	    &h->sts, h->said->amz_date, h->said->scope, buf_view(&h->canon));
	return hint_string_fits(h, h->key);
}

static struct span
hint_header(const struct sigv4hint *h, const char *name)
{
	for (size_t i = 0; i < h->in->nheader; i++)
		if (span_is(h->in->header[i].name, name))
			return h->in->header[i].value;
	return SPAN_NONE;
}

static bool
hint_with(struct sigv4hint *h, const char *name, struct span value)
{
	struct canon_in in = *h->in;

	in.instead = (struct field){ span_str(name), value };
	return hint_fits(h, &in);
}

static const char *
hint_host(struct sigv4hint *h)
{
	struct span host = hint_header(h, "host"), bare = host, port = SPAN_NONE;
	char text[300];
	size_t colon;

	/* the ':' of a port, not one inside "[::1]" */
	for (colon = host.n; colon > 0 && host.p[colon - 1] != ':'; colon--)
		if (host.p[colon - 1] == ']') {
			colon = 0;
			break;
		}
	if (colon > 0) {
		bare = span_head(host, colon - 1);
		port = span_from(host, colon);
	}
	if (port.n > 0)
		return hint_with(h, "host", bare)
		    ? "the client signed a host without the port"
		    : NULL;
	if (bare.n == 0 || bare.n > sizeof text - 8)
		return NULL;
	memcpy(text, bare.p, bare.n);
	memcpy(text + bare.n, ":443", 4);
	if (hint_with(h, "host", span_of(text, bare.n + 4)))
		return "the client signed a host with port 443, but sent it without";
	memcpy(text + bare.n, ":80", 3);
	if (hint_with(h, "host", span_of(text, bare.n + 3)))
		return "the client signed a host with port 80, but sent it without";
	return NULL;
}

static const char *
hint_path(struct sigv4hint *h)
{
	static const struct {
		enum canon_path as;
		const char *text;
	} ways[] = {
		{ CANON_PATH_TWICE,
		    "the client encoded the path twice (S3 wants it encoded once)" },
		{ CANON_PATH_RAW,
		    "the client signed the path as it sent it, without encoding it as S3 "
		    "does" },
		{ CANON_PATH_MERGED, "the client or a proxy merged slashes in the path" },
	};
	struct canon_in in = *h->in;

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		in.path_as = ways[i].as;
		if (hint_fits(h, &in))
			return ways[i].text;
	}
	return NULL;
}

static const char *
hint_query(struct sigv4hint *h)
{
	struct canon_in in = *h->in;

	if (span_find(in.query, '+', 0) < in.query.n) {
		in.plus_stays = true;
		if (hint_fits(h, &in))
			return "the client signed '+' in the query as a plus sign, S3 "
			       "reads a space";
	}
	in = *h->in;
	in.query = SPAN_NONE;
	if (h->in->query.n > 0 && h->said->kind == AUTH_HEADER && hint_fits(h, &in))
		return "the client left the query out of the signature";
	return NULL;
}

static const char *
hint_payload(struct sigv4hint *h)
{
	static const struct {
		const char *payload, *text;
	} ways[] = {
		{ "UNSIGNED-PAYLOAD",
		    "the client signed UNSIGNED-PAYLOAD, but x-amz-content-sha256 says "
		    "otherwise" },
		{ "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		    "the client signed the hash of an empty body, but "
		    "x-amz-content-sha256 says "
		    "otherwise" },
	};
	struct canon_in in = *h->in;

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		in.payload = span_str(ways[i].payload);
		if (!span_eq(in.payload, h->in->payload) && hint_fits(h, &in))
			return ways[i].text;
	}
	return NULL;
}

/* What proxies are known to rewrite, and what the client is likely to have said. */
static const char *
hint_proxy(struct sigv4hint *h)
{
	static const struct {
		const char *name, *value, *text;
	} ways[] = {
		{ "accept-encoding", "identity", "a proxy changed accept-encoding" },
		{ "accept-encoding", "gzip", "a proxy changed accept-encoding" },
		{ "accept-encoding", "", "a proxy added accept-encoding" },
		{ "connection", "keep-alive", "a proxy changed connection" },
		{ "content-length", "",
		    "content-length was signed, but not with its value" },
		{ "content-length", "0",
		    "content-length was signed, but not with its value" },
		{ "expect", "100-continue", "a proxy removed expect" },
	};
	struct span list = h->in->signed_headers;

	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (span_search(list, span_str(ways[i].name), 0) < list.n &&
		    hint_with(h, ways[i].name, span_str(ways[i].value)))
			return ways[i].text;
	return NULL;
}

static const char *
hint_method(struct sigv4hint *h)
{
	struct canon_in in = *h->in;

	if (span_is(in.method, "HEAD"))
		in.method = SPAN_LIT("GET");
	else if (span_is(in.method, "GET"))
		in.method = SPAN_LIT("HEAD");
	else if (span_is(in.method, "PUT"))
		in.method = SPAN_LIT("GET");
	else
		return NULL;
	return hint_fits(h, &in) ? "the client signed another method than it sent" : NULL;
}

/* A key file or an environment variable that ends in a line break or a space. */
static const char *
hint_secret(struct sigv4hint *h, struct span secret)
{
	static const char *const tails[] = { "\n", "\r\n", "\r", " ", "\"" };
	char text[sizeof((struct auth_secret *)0)->secret];
	uint8_t key[32];
	bool fits = false;
	size_t n;

	if (canon_render(&h->canon, h->in, NULL) != CANON_OK)
		return NULL;
	canon_string_to_sign(
	    &h->sts, h->said->amz_date, h->said->scope, buf_view(&h->canon));
	for (size_t i = 0; i < ARRAY_LEN(tails) && !fits; i++) {
		n = strlen(tails[i]);
		if (secret.n == 0 || secret.n + n > sizeof text)
			continue;
		memcpy(text, secret.p, secret.n);
		memcpy(text + secret.n, tails[i], n);
		sigkey_derive(key, span_of(text, secret.n + n), h->said->date,
		    h->said->region, NULL);
		fits = hint_string_fits(h, key);
	}
	mem_wipe(text, sizeof text);
	mem_wipe(key, sizeof key);
	return fits
	    ? "the client's secret key has a line break, a space or a quote at its end"
	    : NULL;
}

const char *
sigv4hint_guess(const struct sigv4_said *said, const struct canon_in *in,
    const uint8_t key[32], struct span secret)
{
	struct sigv4hint h = { .said = said, .in = in, .key = key };
	const char *text = NULL;

	if (!hex_parse(h.want, 32, said->signature))
		return "the signature is not 64 hexadecimal digits";
	if ((text = hint_host(&h)) == NULL && (text = hint_path(&h)) == NULL &&
	    (text = hint_query(&h)) == NULL && (text = hint_payload(&h)) == NULL &&
	    (text = hint_proxy(&h)) == NULL && (text = hint_method(&h)) == NULL)
		text = hint_secret(&h, secret);
	buf_fini(&h.canon);
	buf_fini(&h.sts);
	return text;
}
