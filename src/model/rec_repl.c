/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/rec_repl.h"

#include "codec/digest.h"
#include "codec/hex.h"

#include "model_priv.h"

static const char *const statuses[REPLICA_STATES] = { "", "PENDING", "COMPLETED",
	"FAILED", "REPLICA" };

const char *
replica_status_name(unsigned status)
{
	MUST(status < REPLICA_STATES);
	return statuses[status];
}

/* ---- an object's own ---- */

enum { IS_REPLICA = 1, HAS_ORIGIN = 2, HAS_TIME = 4, REPLICA_FLAGS = 7 };

struct span
replica_render(struct arena *a, const struct replica *r)
{
	struct buf b = { 0 };
	struct span out;

	enc_u8(&b, REC_VERSION);
	enc_u8(&b, r->status);
	enc_u8(&b,
	    (uint8_t)((r->is_replica ? IS_REPLICA : 0) |
		(r->has_origin ? HAS_ORIGIN : 0) | (r->mtime_ms != 0 ? HAS_TIME : 0)));
	enc_u16(&b, r->pending);
	enc_u16(&b, r->failed);
	if (r->has_origin)
		buf_put(&b, r->origin, ORIGIN_SIZE);
	if (r->mtime_ms != 0)
		enc_u64(&b, (uint64_t)r->mtime_ms);
	out = arena_span(a, buf_view(&b));
	buf_fini(&b);
	return out;
}

enum err
replica_read(struct span in, struct replica *out)
{
	struct dec d = { .in = in };
	struct replica r = { 0 };
	uint8_t flags;
	enum err e;

	*out = r;
	if (in.p == NULL)
		return OK;
	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	r.status = dec_u8(&d);
	flags = dec_u8(&d);
	r.is_replica = (flags & IS_REPLICA) != 0;
	r.has_origin = (flags & HAS_ORIGIN) != 0;
	r.pending = dec_u16(&d);
	r.failed = dec_u16(&d);
	if (r.has_origin)
		dec_bytes(&d, r.origin, ORIGIN_SIZE);
	if ((flags & HAS_TIME) != 0)
		r.mtime_ms = (int64_t)dec_u64(&d);
	e = dec_end(&d);
	if (e == OK && (r.status >= REPLICA_STATES || (flags & ~REPLICA_FLAGS) != 0))
		e = E_CORRUPT;
	if (e == OK)
		*out = r;
	return e;
}

/* ---- remote targets ---- */

void
rec_target_put(struct buf *out, const struct rec_target *r)
{
	enc_u8(out, REC_VERSION);
	enc_u64(out, r->queue);
	enc_u64(out, r->bucket_id);
	enc_u16(out, r->flags);
	enc_span(out, r->source);
	enc_span(out, r->url);
	enc_span(out, r->bucket);
	enc_span(out, r->region);
	enc_span(out, r->access_key);
	enc_span(out, r->secret);
	enc_span(out, r->class);
	enc_u64(out, r->rate);
	enc_u64(out, r->check_ms);
	enc_u64(out, (uint64_t)r->created_ms);
}

enum err
rec_target_get(struct span in, struct rec_target *out)
{
	struct dec d = { .in = in };
	struct rec_target r = { 0 };
	enum err e;

	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	r.queue = dec_u64(&d);
	r.bucket_id = dec_u64(&d);
	r.flags = dec_u16(&d);
	r.source = dec_span(&d);
	r.url = dec_span(&d);
	r.bucket = dec_span(&d);
	r.region = dec_span(&d);
	r.access_key = dec_span(&d);
	r.secret = dec_span(&d);
	r.class = dec_span(&d);
	r.rate = dec_u64(&d);
	r.check_ms = dec_u64(&d);
	r.created_ms = (int64_t)dec_u64(&d);
	e = dec_end(&d);
	if (e == OK)
		*out = r;
	return e;
}

/* ---- work ---- */

enum { WORK_EXISTING = 1, WORK_ORIGIN = 2, WORK_LATE = 4 };

void
rec_work_put(struct buf *out, const struct rec_work *r)
{
	enc_u8(out, REC_VERSION);
	enc_u8(out, r->kind);
	enc_u8(out,
	    (uint8_t)((r->existing ? WORK_EXISTING : 0) |
		(r->has_origin ? WORK_ORIGIN : 0) | (r->late ? WORK_LATE : 0)));
	enc_u64(out, r->bucket_id);
	enc_u64(out, r->number);
	enc_span(out, r->bucket);
	enc_span(out, r->key);
	enc_span(out, r->arn);
	enc_span(out, r->rule);
	buf_put(out, r->origin, ORIGIN_SIZE);
	enc_u64(out, r->size);
	enc_u64(out, (uint64_t)r->made_ms);
	enc_u64(out, (uint64_t)r->queued_ms);
	enc_u16(out, r->tries);
}

enum err
rec_work_get(struct span in, struct rec_work *out)
{
	struct dec d = { .in = in };
	struct rec_work r = { 0 };
	uint8_t flags;
	enum err e;

	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	r.kind = dec_u8(&d);
	flags = dec_u8(&d);
	r.existing = (flags & WORK_EXISTING) != 0;
	r.has_origin = (flags & WORK_ORIGIN) != 0;
	r.late = (flags & WORK_LATE) != 0;
	r.bucket_id = dec_u64(&d);
	r.number = dec_u64(&d);
	r.bucket = dec_span(&d);
	r.key = dec_span(&d);
	r.arn = dec_span(&d);
	r.rule = dec_span(&d);
	dec_bytes(&d, r.origin, ORIGIN_SIZE);
	r.size = dec_u64(&d);
	r.made_ms = (int64_t)dec_u64(&d);
	r.queued_ms = (int64_t)dec_u64(&d);
	r.tries = dec_u16(&d);
	e = dec_end(&d);
	if (e == OK && r.kind >= WORK_KINDS)
		e = E_CORRUPT;
	if (e == OK)
		*out = r;
	return e;
}

void
work_key_put(uint8_t out[WORK_KEY], uint64_t queue, unsigned lane, uint64_t number)
{
	be64_put(out, queue);
	out[8] = (uint8_t)lane;
	be64_put(out + 9, number);
}

bool
work_key_get(struct span in, uint64_t *queue, unsigned *lane)
{
	if (in.n != WORK_KEY)
		return false;
	*queue = be64_get(in.p);
	*lane = (uint8_t)in.p[8];
	return *lane < WORK_LANES;
}

/* FNV-1a */
unsigned
work_lane(struct span key)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 0x100000001b3u;
	return (unsigned)((h >> 32) % WORK_LANES);
}

/* ---- what may be there twice ---- */

/* Of all that tells a version of one store from every other. */
void
work_mark(char out[REPLICA_MARK_SIZE], const struct rec_work *w)
{
	struct buf all = { 0 };
	uint8_t sum[32];

	enc_span(&all, w->arn);
	enc_span(&all, w->bucket);
	enc_span(&all, w->key);
	enc_u64(&all, w->bucket_id);
	enc_u64(&all, w->number);
	buf_put(&all, w->origin, ORIGIN_SIZE);
	digest_of(DIGEST_SHA256, buf_view(&all), sum);
	hex_render(out, sum, REPLICA_MARK_SIZE / 2);
	buf_fini(&all);
}

void
rec_doubt_put(struct buf *out, const struct rec_doubt *r)
{
	enc_u8(out, REC_VERSION);
	enc_u64(out, (uint64_t)r->since_ms);
	enc_u8(out, r->looks);
	enc_span(out, r->arn);
	enc_span(out, r->key);
	enc_span(out, r->mark);
	enc_span(out, r->version);
	enc_span(out, r->etag);
}

enum err
rec_doubt_get(struct span in, struct rec_doubt *out)
{
	struct dec d = { .in = in };
	struct rec_doubt r = { 0 };
	enum err e;

	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	r.since_ms = (int64_t)dec_u64(&d);
	r.looks = dec_u8(&d);
	r.arn = dec_span(&d);
	r.key = dec_span(&d);
	r.mark = dec_span(&d);
	r.version = dec_span(&d);
	r.etag = dec_span(&d);
	e = dec_end(&d);
	if (e == OK && r.mark.n != REPLICA_MARK_SIZE)
		e = E_CORRUPT;
	if (e == OK)
		*out = r;
	return e;
}

/* ---- counts ---- */

void
stat_key_put(uint8_t out[STAT_KEY], uint64_t bucket_id, uint64_t queue)
{
	be64_put(out, bucket_id);
	be64_put(out + 8, queue);
}

void
rec_stat_put(uint8_t out[STAT_SIZE], const struct rec_stat *r)
{
	out[0] = REC_VERSION;
	be64_put(out + 1, r->pending);
	be64_put(out + 9, r->pending_bytes);
	be64_put(out + 17, r->done);
	be64_put(out + 25, r->done_bytes);
	be64_put(out + 33, r->failed);
	be64_put(out + 41, r->failed_bytes);
	be64_put(out + 49, (uint64_t)r->last_ms);
}

enum err
rec_stat_get(struct span in, struct rec_stat *out)
{
	const char *p = in.p;

	if (in.n != STAT_SIZE || p[0] != REC_VERSION)
		return E_CORRUPT;
	*out = (struct rec_stat){ .pending = be64_get(p + 1),
		.pending_bytes = be64_get(p + 9),
		.done = be64_get(p + 17),
		.done_bytes = be64_get(p + 25),
		.failed = be64_get(p + 33),
		.failed_bytes = be64_get(p + 41),
		.last_ms = (int64_t)be64_get(p + 49) };
	return OK;
}

/* ---- scans ---- */

void
rec_scan_put(struct buf *out, const struct rec_scan *r)
{
	enc_u8(out, REC_VERSION);
	enc_u8(out, r->state);
	enc_u8(out, r->again);
	enc_span(out, r->id);
	enc_span(out, r->bucket);
	enc_span(out, r->arn);
	enc_span(out, r->key);
	enc_span(out, r->version);
	enc_u64(out, (uint64_t)r->begun_ms);
	enc_u64(out, (uint64_t)r->ended_ms);
	enc_u64(out, (uint64_t)r->before_ms);
	enc_u64(out, r->seen);
	enc_u64(out, r->queued);
	enc_u64(out, r->queued_bytes);
}

enum err
rec_scan_get(struct span in, struct rec_scan *out)
{
	struct dec d = { .in = in };
	struct rec_scan r = { 0 };
	enum err e;

	if (dec_u8(&d) != REC_VERSION)
		return E_CORRUPT;
	r.state = dec_u8(&d);
	r.again = dec_u8(&d) != 0;
	r.id = dec_span(&d);
	r.bucket = dec_span(&d);
	r.arn = dec_span(&d);
	r.key = dec_span(&d);
	r.version = dec_span(&d);
	r.begun_ms = (int64_t)dec_u64(&d);
	r.ended_ms = (int64_t)dec_u64(&d);
	r.before_ms = (int64_t)dec_u64(&d);
	r.seen = dec_u64(&d);
	r.queued = dec_u64(&d);
	r.queued_bytes = dec_u64(&d);
	e = dec_end(&d);
	if (e == OK && r.state >= SCAN_STATES)
		e = E_CORRUPT;
	if (e == OK)
		*out = r;
	return e;
}
