/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/logship.h"

#include <inttypes.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/task.h"
#include "codec/stamp.h"
#include "object/bytes.h"

struct logship {
	struct logship_conf conf;
	pthread_t thread;
};

enum { DAY_MS = 86400000 };

/* Append the key of an object delivered at now_ms; unique tells it from others. */
static void
logship_key(struct buf *out, const struct ledger_to *to, const char *account,
    int64_t now_ms, uint64_t unique)
{
	bool by_event = to->form == LEDGER_BY_EVENT;
	char iso[STAMP_ISO + 1];

	/* Of events only the day counts; the hour is not theirs alone. */
	stamp_iso(iso, by_event ? to->day * DAY_MS : now_ms);
	buf_span(out, to->prefix);
	if (to->form != LEDGER_SIMPLE) {
		buf_printf(out, "%s/", account);
		buf_span(out, to->region);
		buf_char(out, '/');
		buf_span(out, to->source);
		buf_printf(out, "/%.4s/%.2s/%.2s/", iso, iso + 5, iso + 8);
	}
	buf_printf(out, "%.4s-%.2s-%.2s-%.2s-%.2s-%.2s-%016" PRIX64, iso, iso + 5,
	    iso + 8, iso + 11, iso + 14, iso + 17, unique);
}

static void
deliver(struct logship *s, const struct ledger_batch *b)
{
	struct fail fail;
	struct buf key = { 0 };
	struct obj_bytes put = { .bucket = b->to.target,
		.data = buf_view(&b->text),
		.type = SPAN_LIT("text/plain"),
		.now_ms = clock_now_ms(),
		.fail = &fail };
	uint64_t unique;
	enum err e;

	fail_init(&fail, NULL);
	rand_bytes(&unique, sizeof unique);
	logship_key(&key, &b->to, s->conf.account, put.now_ms, unique);
	put.key = buf_view(&key);
	e = obj_bytes_put(s->conf.store, &put);
	if (e != OK)
		log_warn("access log of bucket %.*s: %" PRIu64
			 " lines could not be delivered to %.*s and are lost: %s",
		    (int)b->to.source.n, b->to.source.p, b->lines, (int)b->to.target.n,
		    b->to.target.p, fail_text(&fail));
	buf_fini(&key);
}

static void
deliver_all(struct logship *s, bool all)
{
	struct ledger_batch *b = ledger_take(s->conf.ledger, all), *next;
	uint64_t lost = ledger_lost(s->conf.ledger);

	if (lost > 0)
		log_warn("access logs of buckets: %" PRIu64
			 " lines found no room in memory and are lost",
		    lost);
	for (; b != NULL; b = next) {
		next = b->next;
		deliver(s, b);
		ledger_batch_free(&b);
	}
}

static void *
logship_main(void *arg)
{
	struct logship *s = arg;
	uint64_t interval = s->conf.interval_ms * 1000, due = clock_mono_us() + interval,
		 now;
	bool stop = false;

	while (!stop) {
		now = clock_mono_us();
		stop =
		    ledger_wait(s->conf.ledger, due > now ? (due - now) / 1000 + 1 : 0);
		now = clock_mono_us();
		deliver_all(s, stop || now >= due);
		if (now >= due)
			due = now + interval;
	}
	return NULL;
}

struct logship *
logship_new(const struct logship_conf *conf)
{
	struct logship *s = mem_zalloc(sizeof *s);

	s->conf = *conf;
	thread_start(&s->thread, "logship", logship_main, s);
	return s;
}

void
logship_free(struct logship **ship)
{
	struct logship *s = *ship;

	if (s == NULL)
		return;
	*ship = NULL;
	ledger_stop(s->conf.ledger);
	MUST(pthread_join(s->thread, NULL) == 0);
	mem_free(s);
}
