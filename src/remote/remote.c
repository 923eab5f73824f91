/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "remote/s3.h"

#include "base/mem.h"

#include "remote_priv.h"

enum { PART = 16 << 20, PART_MIN = 5 << 20 };

bool
remote_url_read(struct span url, struct remote_url *out)
{
	struct remote_url u = { 0 };
	struct span rest;
	size_t slash;

	if (span_starts(url, SPAN_LIT("https://")))
		u.tls = true;
	else if (!span_starts(url, SPAN_LIT("http://")))
		return false;
	rest = span_from(url, u.tls ? 8 : 7);
	/* No room for spaces, a name and password, a query, a fragment. */
	for (size_t i = 0; i < rest.n; i++)
		if ((uint8_t)rest.p[i] <= ' ' || (uint8_t)rest.p[i] >= 0x7f ||
		    strchr("@?#\\\"<>%", rest.p[i]) != NULL)
			return false;
	slash = span_find(rest, '/', 0);
	u.host = span_head(rest, slash);
	u.path = span_from(rest, slash);
	while (u.path.n > 0 && u.path.p[u.path.n - 1] == '/')
		u.path.n--;
	if (u.host.n == 0 || u.host.p[0] == ':')
		return false;
	*out = u;
	return true;
}

enum err
remote_check(const struct remote_conf *c, struct fail *fail)
{
	struct remote_url u;

	if (!remote_url_read(c->url, &u))
		return fail_msg(fail, E_CONFIG,
		    "'%.*s' is no address of a store: http://host[:port] or https://...",
		    (int)c->url.n, c->url.p);
	for (size_t i = 0; i < c->region.n; i++)
		if (strchr("/ \t\r\n", c->region.p[i]) != NULL)
			return fail_msg(fail, E_CONFIG, "'%.*s' is no region",
			    (int)c->region.n, c->region.p);
	if ((c->access_key.n == 0) != (c->secret.n == 0))
		return fail_msg(fail, E_CONFIG,
		    "An access key needs its secret key, and the other way round.");
	for (size_t i = 0; i < c->access_key.n; i++)
		if ((uint8_t)c->access_key.p[i] <= ' ' || c->access_key.p[i] == '/')
			return fail_msg(fail, E_CONFIG,
			    "An access key has no spaces and no slashes.");
	for (size_t i = 0; i < c->token.n; i++)
		if ((uint8_t)c->token.p[i] <= ' ')
			return fail_msg(fail, E_CONFIG, "A session token has no spaces.");
	if (c->part_size != 0 && c->part_size < PART_MIN)
		return fail_msg(fail, E_CONFIG, "Parts have 5 MiB or more.");
	return OK;
}

static bool
is_aws(struct span host)
{
	return span_ends(host, SPAN_LIT(".amazonaws.com")) ||
	    span_ends(host, SPAN_LIT(".amazonaws.com.cn"));
}

/* AWS's common name is that of us-east-1 alone; of the others it answers with redirects. */
static char *
host_of(struct span host, struct span region)
{
	struct buf b = { 0 };
	char *out;

	if (span_is(host, "s3.amazonaws.com") && region.n > 0 &&
	    !span_is(region, "us-east-1")) {
		buf_str(&b, "s3.");
		buf_span(&b, region);
		buf_str(&b, ".amazonaws.com");
	} else
		buf_span(&b, host);
	out = mem_span(buf_view(&b));
	buf_fini(&b);
	return out;
}

struct remote *
remote_new(const struct remote_conf *c)
{
	struct remote *r = mem_zalloc(sizeof *r);
	struct remote_url u;

	MUST(remote_url_read(c->url, &u));
	r->magic = REMOTE_MAGIC;
	r->tls = u.tls;
	r->is_virtual =
	    c->style == REMOTE_VIRTUAL || (c->style == REMOTE_AUTO && is_aws(u.host));
	r->host = host_of(u.host, c->region);
	r->path = mem_span(u.path);
	r->region = mem_span(c->region.n > 0 ? c->region : SPAN_LIT("us-east-1"));
	r->access_key = mem_span(c->access_key);
	r->secret = mem_span(c->secret);
	r->token = mem_span(c->token);
	r->connect_ms = c->connect_ms != 0 ? c->connect_ms : REMOTE_CONNECT_MS;
	r->stall_ms = c->stall_ms != 0 ? c->stall_ms : REMOTE_STALL_MS;
	r->rate = c->rate;
	r->net = c->net;
	r->part_size = c->part_size != 0 ? c->part_size : PART;
	lock_init(&r->lock, LOCK_REMOTE);
	return r;
}

void
remote_stop(struct remote *r)
{
	CHECK(r, REMOTE_MAGIC);
	atomic_store(&r->stopped, true);
}

void
remote_free(struct remote **remote)
{
	struct remote *r = *remote;

	if (r == NULL)
		return;
	CHECK(r, REMOTE_MAGIC);
	*remote = NULL;
	while (r->nidle > 0)
		outbound_link_free(&r->idle[--r->nidle]);
	lock_fini(&r->lock);
	mem_wipe(r->secret, strlen(r->secret));
	mem_free(r->host);
	mem_free(r->path);
	mem_free(r->region);
	mem_free(r->access_key);
	mem_free(r->secret);
	mem_free(r->token);
	r->magic = 0;
	mem_free(r);
}
