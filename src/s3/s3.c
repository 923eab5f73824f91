/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "s3/s3.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "codec/b64.h"
#include "codec/hex.h"
#include "obs/counts.h"
#include "sse_priv.h"

static void *
s3_loop_new(void *ctx, struct inbox *inbox)
{
	struct s3_loop *l = mem_zalloc(sizeof *l);
	uint8_t id_2[ID_2_LOOP / 4 * 3];

	l->s3 = ctx;
	rand_bytes(id_2, sizeof id_2);
	MUST(b64_render(l->id_2, id_2, sizeof id_2) == ID_2_LOOP);
	l->buckets = bucket_cache_new();
	l->sse = sse_cache_new();
	l->tally = tally_join(l->s3->tallies);
	if (l->s3->conf.counts != NULL)
		l->counts = counts_join(l->s3->conf.counts);
	l->logs = accesslog_cache_new(l->s3->conf.store);
	l->expiry = expiry_cache_new();
	l->analysis = analysis_cache_new(l->s3->conf.heat);
	l->inbox = inbox;
	l->reader = reader_new(l->s3->conf.store);
	l->roster = roster_new(l->s3->conf.access);
	l->auth = sign_conf(l->s3, &l->signer);
	l->sigv4 = sigv4_new(&l->auth);
	return l;
}

static void
s3_loop_free(void *ctx, void *loop)
{
	struct s3_loop *l = loop;

	(void)ctx;
	bucket_cache_free(&l->buckets);
	sse_cache_free(&l->sse);
	expiry_cache_free(&l->expiry);
	analysis_cache_free(&l->analysis);
	accesslog_cache_free(&l->logs);
	reader_free(&l->reader);
	sigv4_free(&l->sigv4);
	sigv4_free(&l->sigv4_any);
	sigv4_free(&l->express);
	sigv4_free(&l->query[0]);
	sigv4_free(&l->query[1]);
	roster_free(&l->roster);
	buf_fini(&l->head);
	buf_fini(&l->out);
	mem_free(l);
}

static void
s3_head(void *ctx, struct http_req *http)
{
	struct rq *rq;

	if (website_asked(ctx, http)) {
		website_head(ctx, http);
		return;
	}
	rq = rq_new(ctx, http);
	http->app = rq;
	rq_run(rq);
}

static void
s3_website_head(void *ctx, struct http_req *http)
{
	website_head(ctx, http);
}

/* The edge could not make a request of it: the same document as for any other error. */
static void
s3_error(void *ctx, struct http_req *http, enum err why, struct http_resp *out)
{
	struct rq *rq = rq_new(ctx, http);

	http->app = rq;
	rq->step = STEP_COUNT;
	if (rq->fail.code == OK)
		(void)fail_set(&rq->fail, why);
	reply_error(rq);
	reply_ids(rq);
	out->status = rq->status;
	out->headers = arena_span(rq->arena, buf_view(&rq->loop->head));
	out->body = arena_span(rq->arena, buf_view(&rq->loop->out));
	out->length = out->body.n;
	out->close = true;
}

struct span
s3_peer(const struct sockaddr_storage *ss, char out[INET6_ADDRSTRLEN])
{
	const void *addr = NULL;

	if (ss->ss_family == AF_INET)
		addr = &((const struct sockaddr_in *)(const void *)ss)->sin_addr;
	else if (ss->ss_family == AF_INET6)
		addr = &((const struct sockaddr_in6 *)(const void *)ss)->sin6_addr;
	if (addr == NULL || inet_ntop(ss->ss_family, addr, out, INET6_ADDRSTRLEN) == NULL)
		return SPAN_LIT("-");
	return span_str(out);
}

static void
s3_log(const struct rq *rq, const struct http_done *info)
{
	const struct http_req *http = rq->http;
	char peer[INET6_ADDRSTRLEN];
	enum err code = rq->web != NULL ? website_code(rq) : rq->fail.code;
	struct reqlog_entry e = {
		.time_ms = clock_real_ms(),
		.peer = s3_peer(&http->peer, peer),
		.access_key = rq->auth.access_key,
		.request_id = span_of(rq->id, 16),
		.operation = rq->op != NULL ? span_str(rq->op->name) : SPAN_NONE,
		.bucket = rq->bucket,
		.key = rq->key,
		.method = http->method_name,
		.target = http->path, /* not the query: it may hold a signature */
		.agent = http_req_header(http, "user-agent"),
		.error = code != OK ? span_str(err_row(code)->code) : SPAN_NONE,
		.status = info->status,
		.sent = info->sent,
		.received = info->received,
		.total_us = clock_mono_us() - http->start_us,
		.aborted = info->aborted,
	};

	reqlog_write(rq->s3->conf.reqlog, &e);
}

/* What tells of traffic; what the settings declare is none. */
static void
s3_count(const struct s3 *s, struct rq *rq, const struct http_done *info)
{
	metrics_count(rq, info);
	charge_count(rq, info);
	if (rq->met != NULL)
		profile_done(rq);
	if (s->conf.reqlog != NULL)
		s3_log(rq, info);
	if (s->conf.ledger != NULL)
		accesslog_write(rq, info);
}

static void
s3_done(void *ctx, struct http_req *http, const struct http_done *info)
{
	struct s3 *s = ctx;
	struct rq *rq = http->app;

	if (rq == NULL)
		return;
	CHECK(rq, RQ_MAGIC);
	if (!http->inside)
		s3_count(s, rq, info);
	if (s->conf.audit != NULL)
		trail_write(rq, info);
	if (rq->drop != NULL)
		rq->drop(rq);
	policy_free(&rq->rules.policy);
	policy_free(&rq->point_policy);
	if (rq->from != NULL)
		policy_free(&rq->from->rules.policy);
	body_free(&rq->body, rq->body_kept);
	chunksig_free(&rq->chunks);
	form_free(&rq->form);
	expiry_drop(&rq->expiry);
	analysis_drop(&rq->analysis);
	roster_drop(&rq->credential);
	rq->magic = 0;
	http->app = NULL;
}

/* One of a server, for as long as it runs. */
static void
host_id_make(char out[65])
{
	uint8_t raw[32];

	rand_bytes(raw, sizeof raw);
	hex_render(out, raw, sizeof raw);
	out[64] = '\0';
}

struct s3 *
s3_new(const struct s3_conf *conf)
{
	const struct profile_conf own = { TIER_OPEN, "", "", "" };
	struct s3 *s = mem_zalloc(sizeof *s);

	s->conf = *conf;
	s->rate = rate_new();
	s->index = op_index_new();
	host_id_make(s->host_id);
	s->profile = conf->profile;
	if (s->profile == NULL) {
		MUST(profile_new(&s->own_profile, &own, NULL) == OK);
		s->profile = s->own_profile;
	}
	s->team = team_new(conf->pool);
	s->keys = sse_keys_new(conf->kms);
	s->tallies = metrics_new();
	charge_fill(s->charges);
	s->start_ms = clock_real_ms();
	s->start_us = clock_mono_us();
	s->app = (struct http_app){
		.ctx = s,
		.loop_new = s3_loop_new,
		.loop_free = s3_loop_free,
		.head = s3_head,
		.body_room = intake_room,
		.body_data = intake_data,
		.body_end = intake_end,
		.gone = intake_gone,
		.error = s3_error,
		.done = s3_done,
	};
	s->web_app = s->app;
	s->web_app.head = s3_website_head;
	return s;
}

void
s3_free(struct s3 **s3)
{
	struct s3 *s = *s3;

	if (s == NULL)
		return;
	*s3 = NULL;
	rate_free(&s->rate);
	op_index_free(&s->index);
	profile_free(&s->own_profile);
	team_free(&s->team);
	sse_keys_free(&s->keys);
	tally_set_free(&s->tallies);
	mem_free(s);
}

const struct http_app *
s3_app(struct s3 *s)
{
	return &s->app;
}

const struct http_app *
s3_website_app(struct s3 *s)
{
	return &s->web_app;
}

struct make_bucket {
	const struct s3 *s;
	struct span name, region;
	uint8_t ownership;
	struct fail *fail;
};

static enum err
make_bucket(struct txn *t, void *arg)
{
	struct make_bucket *m = arg;
	struct rec_bucket b;
	const struct obj_bucket_new want = { .region = m->region,
		.account = SPAN_LIT(ACCOUNT_ROOT),
		.now_ms = clock_now_ms() };
	enum err e = obj_bucket_find(t, m->name, &b, NULL);

	if (e != E_NO_SUCH_BUCKET)
		return e;
	e = obj_bucket_create(t, m->name, &want, m->fail);
	if (e == OK)
		e = bucket_made(m->s->conf.public_allowed, t, m->name, m->fail);
	if (e == OK && m->ownership != OWNERSHIP_ENFORCED)
		e = obj_ownership_put(t, m->name, m->ownership, m->fail);
	return e;
}

static enum err
make_bucket_read(struct txn *t, void *arg)
{
	struct make_bucket *m = arg;
	struct rec_bucket b;

	return obj_bucket_find(t, m->name, &b, NULL);
}

enum err
s3_make_buckets(struct s3 *s, const char *list, struct fail *fail)
{
	struct span rest = span_str(list);
	struct reader *reader = reader_new(s->conf.store);
	enum err e = OK;

	while (rest.n > 0 && e == OK) {
		struct make_bucket m = { .s = s,
			.fail = fail,
			.ownership = (uint8_t)s->conf.default_ownership };

		m.name = span_trim(span_cut(&rest, ','));
		m.region = strcmp(s->conf.region, "us-east-1") == 0
		    ? SPAN_LIT("")
		    : span_str(s->conf.region);
		if (m.name.n == 0)
			continue;
		if (address_bucket_check(m.name, NULL) != OK)
			e = fail_msg(fail, E_CONFIG,
			    "buckets: '%.*s' is no bucket name; allowed: 3 to 63 "
			    "characters a-z 0-9 . -, "
			    "beginning and ending with a letter or digit",
			    (int)m.name.n, m.name.p);
		/* Look first: a start that changes nothing writes nothing. */
		if (e == OK)
			e = store_read(reader, make_bucket_read, &m);
		if (e == E_NO_SUCH_BUCKET)
			e = store_write_wait(s->conf.store, make_bucket, &m);
		if (e != OK && fail->code == OK)
			(void)fail_msg(fail, e, "buckets: '%.*s' can't be made: %s",
			    (int)m.name.n, m.name.p, err_row(e)->message);
	}
	reader_free(&reader);
	return e;
}
