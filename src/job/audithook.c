/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "job/audithook.h"

#include <inttypes.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/task.h"
#include "http/outbound.h"

struct audithook {
	struct ledger *ledger;
	const char *url;
	pthread_t thread;
	struct ledger_batch *held, **tail; /* taken out, not delivered */
	bool failing; /* said so already */
};

enum { DELAY_MS = 1000, RETRY_MAX_MS = 30000, TIMEOUT_MS = 10000, LAST_MS = 3000 };

/* Lines to an array. */
static void
records(struct buf *out, struct span lines)
{
	buf_str(out, "{\"Records\":[");
	for (bool first = true; lines.n > 0; first = false) {
		if (!first)
			buf_char(out, ',');
		buf_span(out, span_cut(&lines, '\n'));
	}
	buf_str(out, "]}");
}

static bool
post(struct audithook *h, const struct ledger_batch *b, unsigned timeout_ms)
{
	struct field type = { SPAN_LIT("Content-Type"), SPAN_LIT("application/json") };
	struct outbound o = { .url = h->url,
		.method = "POST",
		.header = &type,
		.nheader = 1,
		.timeout_ms = timeout_ms };
	struct buf body = { 0 };
	struct fail fail;
	enum err e;
	bool done;

	fail_init(&fail, NULL);
	records(&body, buf_view(&b->text));
	o.body = buf_view(&body);
	e = outbound_send(&o, &fail);
	done = e == OK && o.status >= 200 && o.status < 300;
	if (!done && !h->failing && e == OK)
		log_warn("audit log: the webhook answered %u; trying again", o.status);
	else if (!done && !h->failing)
		log_warn("audit log: the webhook can't be reached: %s; trying again",
		    fail_text(&fail));
	else if (done && h->failing)
		log_info("audit log: the webhook answers again");
	h->failing = !done;
	buf_fini(&body);
	buf_fini(&o.answer);
	return done;
}

static void
lost_say(struct audithook *h)
{
	uint64_t lost = ledger_lost(h->ledger);

	if (lost > 0)
		log_error("audit log: %" PRIu64 " records found no room while the "
			  "webhook did not answer and are lost",
		    lost);
}

static void
held_take(struct audithook *h)
{
	*h->tail = ledger_take(h->ledger, true);
	while (*h->tail != NULL)
		h->tail = &(*h->tail)->next;
}

/* true: nothing is left. */
static bool
held_deliver(struct audithook *h, unsigned timeout_ms)
{
	struct ledger_batch *b;

	while ((b = h->held) != NULL) {
		if (!post(h, b, timeout_ms))
			return false;
		h->held = b->next;
		if (h->held == NULL)
			h->tail = &h->held;
		ledger_batch_free(&b);
	}
	return true;
}

static void
held_drop(struct audithook *h)
{
	struct ledger_batch *b;
	uint64_t lines = 0;

	while ((b = h->held) != NULL) {
		h->held = b->next;
		lines += b->lines;
		ledger_batch_free(&b);
	}
	if (lines > 0)
		log_error("audit log: %" PRIu64 " records could not be delivered to the "
			  "webhook and are lost",
		    lines);
}

static void *
audithook_main(void *arg)
{
	struct audithook *h = arg;
	uint64_t pause = DELAY_MS;
	bool stop = false;

	while (!stop) {
		stop = ledger_wait(h->ledger, pause);
		/* Not more while these do not go: the ledger's limit is the limit. */
		if (h->held == NULL)
			held_take(h);
		if (held_deliver(h, stop ? LAST_MS : TIMEOUT_MS))
			pause = DELAY_MS;
		else
			pause = pause * 2 < RETRY_MAX_MS ? pause * 2 : RETRY_MAX_MS;
		lost_say(h);
	}
	held_take(h);
	(void)(!h->failing && held_deliver(h, LAST_MS));
	held_drop(h);
	return NULL;
}

struct audithook *
audithook_new(struct ledger *ledger, const char *url)
{
	struct audithook *h = mem_zalloc(sizeof *h);

	h->ledger = ledger;
	h->url = url;
	h->tail = &h->held;
	thread_start(&h->thread, "audithook", audithook_main, h);
	return h;
}

void
audithook_free(struct audithook **hook)
{
	struct audithook *h = *hook;

	if (h == NULL)
		return;
	*hook = NULL;
	ledger_stop(h->ledger);
	MUST(pthread_join(h->thread, NULL) == 0);
	mem_free(h);
}
