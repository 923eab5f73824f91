/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes: asked without credentials, by exact paths that no bucket of ours can have, or
 * that MinIO's deployments ask. live: the process answers. ready: it also takes writes.
 * Source of the paths: MinIO's healthcheck routes; LocalStack's health endpoint. And, as MinIO
 * does it, where a person's browser goes that asks for what only programs read.
 */
#include "config.h"

#include "s3_priv.h"

enum probe_form { PROBE_EMPTY, PROBE_CLUSTER, PROBE_JSON, PROBE_SERVICES };

static const struct probe {
	const char *path;
	bool needs_writes;
	enum probe_form form;
} probes[] = {
	{ "/minio/health/live", false, PROBE_EMPTY },
	{ "/minio/health/ready", true, PROBE_EMPTY },
	{ "/minio/health/cluster", true, PROBE_CLUSTER },
	{ "/minio/health/cluster/read", false, PROBE_CLUSTER },
	{ "/_trug/health", true, PROBE_JSON },
	{ "/_localstack/health", true, PROBE_SERVICES },
};

static const struct probe *
probe_find(struct span path)
{
	for (size_t i = 0; i < ARRAY_LEN(probes); i++)
		if (span_is(path, probes[i].path))
			return &probes[i];
	return NULL;
}

static void
probe_reply(struct rq *rq, const struct probe *p)
{
	bool good = !p->needs_writes || store_writable(rq->s3->conf.store);
	struct buf *out = &rq->loop->out;

	reply_begin(rq, good ? 200 : 503);
	reply_header_str(rq, "Cache-Control", "no-store");
	switch (p->form) {
	case PROBE_EMPTY:
		break;
	case PROBE_CLUSTER:
		reply_header_str(rq, "X-Minio-Write-Quorum", "1");
		reply_header_str(rq, "X-Minio-Storage-Class-Defaults", "true");
		break;
	case PROBE_JSON:
		reply_header_str(rq, "Content-Type", "application/json");
		buf_printf(out, "{\"status\": \"%s\", \"version\": \"%s\"}\n",
		    good ? "ok" : "read-only", PACKAGE_VERSION);
		break;
	case PROBE_SERVICES:
		reply_header_str(rq, "Content-Type", "application/json");
		buf_printf(out, "{\"services\": {\"s3\": \"%s\"}, \"version\": \"%s\"}\n",
		    good ? "running" : "error", PACKAGE_VERSION);
		break;
	}
}

/* A browser that shows no credentials, at the front door. */
static bool
is_visitor(const struct rq *rq)
{
	static const char *const doors[] = { "/", "/index.html", "/minio", "/minio/" };
	const struct http_req *http = rq->http;
	struct span agent = http_req_header(http, "user-agent");

	if (http->query.n > 0 || http_req_header(http, "authorization").p != NULL ||
	    span_search(agent, SPAN_LIT("Mozilla"), 0) == agent.n ||
	    address_host_bucket(rq, http->host).n > 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(doors); i++)
		if (span_is(http->path, doors[i]))
			return true;
	return false;
}

static void
visitor_send(struct rq *rq)
{
	reply_begin(rq, 307);
	reply_header_str(rq, "Location", rq->s3->conf.console_url);
	rq_finish(rq);
}

enum err
step_health(struct rq *rq)
{
	struct span path = rq->http->path;
	const struct probe *p;

	if (path.n < 12 && rq->s3->conf.console_url != NULL &&
	    rq->http->method <= HTTP_HEAD && is_visitor(rq)) {
		visitor_send(rq);
		return OK;
	}
	/* One look at the second byte for what is no probe. */
	if (path.n < 13 || (path.p[1] != 'm' && path.p[1] != '_') ||
	    (rq->http->method != HTTP_GET && rq->http->method != HTTP_HEAD))
		return OK;
	p = probe_find(path);
	if (p == NULL)
		return OK;
	probe_reply(rq, p);
	rq_finish(rq);
	return OK;
}
