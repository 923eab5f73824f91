/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MinIO's ListenBucketNotification and ListenNotification: events as they happen, a JSON
 * object a line, for as long as the client stays. Between them a blank each second, or what
 * the parameter ping asks for: an empty list every so many seconds.
 */
#include "config.h"

#include "base/clock.h"
#include "base/mem.h"
#include "s3_priv.h"
#include "target/live.h"

enum { PING_MAX = 3600, QUIET_SECONDS = 20, VALUE_MAX = 1024 };

/* Outlives the request where its task is still on its way. */
struct listen {
	struct task task;
	struct http_source source;
	struct rq *rq; /* NULL: it is over */
	struct live_listener *listener;
	uint64_t ping_s; /* 0: blanks */
	uint64_t said_us, pinged_us;
	struct buf out;
};

static bool
is_due(uint64_t since_us, uint64_t seconds)
{
	return clock_mono_us() - since_us >= seconds * 1000000 - 100000;
}

static void
keep_alive(struct listen *l)
{
	if (l->ping_s > 0 && is_due(l->pinged_us, l->ping_s)) {
		buf_str(&l->out, "{\"Records\":null}\n");
		l->pinged_us = clock_mono_us();
	} else if (l->out.n == 0 && is_due(l->said_us, l->ping_s > 0 ? QUIET_SECONDS : 1))
		buf_char(&l->out, ' ');
}

static enum http_more
listen_next(struct http_source *s, struct http_piece *out)
{
	struct listen *l = CONTAINER_OF(s, struct listen, source);
	enum live_state state;

	l->out.n = 0;
	state = live_take(l->listener, &l->out);
	keep_alive(l);
	if (l->out.n == 0 || state == LIVE_CUT)
		return state == LIVE_CUT ? HTTP_BROKEN
		    : state == LIVE_END  ? HTTP_END
					 : HTTP_WAIT;
	l->said_us = clock_mono_us();
	*out = (struct http_piece){ .mem = l->out.p, .fd = -1, .len = l->out.n };
	return HTTP_MORE;
}

static void
listen_close(struct http_source *s)
{
	(void)s; /* listen_drop() follows */
}

static void
listen_free(struct listen *l)
{
	buf_fini(&l->out);
	mem_free(l);
}

static void
listen_told(struct task *t)
{
	struct listen *l = CONTAINER_OF(t, struct listen, task);

	if (l->rq == NULL) {
		listen_free(l);
		return;
	}
	live_woken(l->listener);
	if (l->rq->replied_us != 0)
		http_source_ready(l->rq->http);
}

static void
listen_drop(struct rq *rq)
{
	struct listen *l = rq->data;

	l->rq = NULL;
	if (!live_end(&l->listener))
		listen_free(l);
}

/* ---- what is asked for ---- */

static enum err
filter_take(struct rq *rq, const char *name, struct span *out, size_t *n)
{
	for (size_t i = 0; i < rq->nparam; i++) {
		struct span v = rq->param[i].value;

		if (!span_is(rq->param[i].name, name))
			continue;
		if (*n == 1)
			return fail_msg(&rq->fail, E_INVALID_ARGUMENT,
			    "Cannot specify more than one %s rule in a filter.", name);
		if (v.n > VALUE_MAX)
			return fail_msg(&rq->fail, E_INVALID_ARGUMENT,
			    "Size of filter rule value cannot exceed 1024 bytes in UTF-8 "
			    "representation");
		*out = v;
		*n += v.n > 0;
	}
	return OK;
}

static enum err
events_take(struct rq *rq, uint64_t *out)
{
	uint64_t set;

	for (size_t i = 0; i < rq->nparam; i++) {
		if (!span_is(rq->param[i].name, "events"))
			continue;
		if (!event_set(rq->param[i].value, &set))
			return fail_msg(&rq->fail, E_INVALID_ARGUMENT,
			    "A specified event is not supported for notifications.");
		*out |= set;
	}
	return OK;
}

static enum err
ping_take(struct rq *rq, uint64_t *out)
{
	struct span v = query_get(rq, "ping");

	if (v.n == 0 || (span_u64(v, out) && *out >= 1 && *out <= PING_MAX))
		return OK;
	return bad_argument(
	    rq, "ping", v, "Invalid ping; allowed: 1 to %d seconds", PING_MAX);
}

enum err
op_listen_begin(struct rq *rq)
{
	struct live *live = rq->s3->conf.live;
	struct live_want want = { .bucket = rq->bucket };
	/* A bucket of that name that is another's later is not meant; nor, without a bucket,
	 * those of other accounts. */
	bool named = rq->bucket.n > 0;
	struct span prefix, suffix;
	struct listen *l;
	uint64_t ping_s = 0;
	enum err e = filter_take(rq, "prefix", &prefix, &want.nprefix);

	if (e == OK)
		e = filter_take(rq, "suffix", &suffix, &want.nsuffix);
	if (e == OK)
		e = events_take(rq, &want.events);
	if (e == OK)
		e = ping_take(rq, &ping_s);
	if (e == OK && live == NULL)
		e = fail_set(&rq->fail, E_NOT_IMPLEMENTED);
	if (e != OK)
		return e;
	want.account =
	    named ? span_of(rq->bkt.account, ACCOUNT_DIGITS) : rq->who->account;
	want.prefix = &prefix;
	want.suffix = &suffix;
	l = mem_zalloc(sizeof *l);
	l->rq = rq;
	l->task.fn = listen_told;
	l->source = (struct http_source){ listen_next, listen_close };
	l->ping_s = ping_s;
	l->said_us = l->pinged_us = clock_mono_us();
	l->listener = live_begin(live, &want, rq->loop->inbox, &l->task);
	if (l->listener == NULL) {
		listen_free(l);
		return fail_set(&rq->fail, E_SLOW_DOWN);
	}
	rq->data = l;
	rq->drop = listen_drop;
	reply_begin(rq, 200);
	reply_header_str(rq, "Content-Type", "text/event-stream");
	rq->length = HTTP_UNKNOWN_LENGTH;
	rq->source = &l->source;
	return OK;
}
