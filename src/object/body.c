/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/body.h"

#include <stdatomic.h>

#include "base/mem.h"
#include "base/rand.h"
#include "codec/b64.h"
#include "codec/crc.h"
#include "codec/hex.h"

/* One buffer fills while two wait to be hashed beside those of other bodies. */
enum { BODY_BUFFERS = 3, BODY_BUFFER = 256 << 10, FRAME_SLACK = 16 << 10, SLACK = 64 };
/* Bodies whose MD5 waits for the writer, who has them side by side. */
enum { DUE_MAX = 16 << 10 };
#define BODY_MAGIC 0x424f4459u

struct body;

/* One stretch of wire bytes on its way through two workers: MD5 takes longer than all the
 * rest together, so it is left to the team. */
struct stretch {
	struct task work, back;
	struct team_task md5;
	struct body *body;
	char *p;
	size_t n, payload;
	atomic_uint left; /* workers that are not done with it */
	bool busy, last;
};

struct body {
	unsigned magic;
	struct body_conf conf;
	size_t head_n;
	uint64_t length; /* payload so far */
	uint32_t crc32c;
	enum err bad; /* first failure; a worker's while stretches are in flight */
	enum err why; /* it broke off */
	struct digest *sha256;
	struct checksum_calc calc, calc_keep;
	uint8_t md5_out[16];
	bool md5_due; /* of a small one: body_hash_all() finds it */
	struct checksum checksum, kept; /* kept of kind NONE: checksum is */
	/* sealed */
	struct sealed_out *seal; /* or NULL */
	struct buf sealed; /* small: all of it; large: of the stretch at hand */
	bool opaque;
	/* small */
	char *mem;
	size_t mem_n, mem_cap;
	/* large */
	bool large, ended, told;
	struct serial serial;
	struct team_member md5;
	struct stretch stretch[BODY_BUFFERS];
	struct stretch end; /* no bytes: the checks, behind all that was posted */
	unsigned fill, inflight;
	struct blob_file *file;
	struct task finish, drop;
};

struct body *
body_new(const struct body_conf *conf)
{
	struct body *b = mem_zalloc(sizeof *b);

	b->magic = BODY_MAGIC;
	b->conf = *conf;
	b->large = !conf->in_memory &&
	    (conf->may_seal ? sealed_size(conf->length) : conf->length) >
		blob_small_max(conf->store);
	checksum_begin(&b->calc, conf->checksum);
	if (conf->keep != conf->checksum)
		checksum_begin(&b->calc_keep, conf->keep);
	if (!b->large) {
		/* Room for one byte too many, so that a body that is too long is noticed. */
		b->mem_cap = (size_t)conf->length + conf->overhang +
		    (conf->filter.feed != NULL ? FRAME_SLACK : SLACK);
		return b;
	}
	serial_init(&b->serial, conf->pool);
	team_join(conf->team, &b->md5);
	if (conf->check_sha256)
		b->sha256 = digest_new(DIGEST_SHA256);
	return b;
}

/* ---- the checks at the end ---- */

static enum err
check_sha256(struct body *b, const uint8_t got[32])
{
	struct fail *f = b->conf.fail;
	char text[64];

	if (digest_equal(got, b->conf.sha256, 32))
		return OK;
	(void)fail_set(f, E_CONTENT_SHA256);
	hex_render(text, b->conf.sha256, 32);
	fail_pair(f, "ClientComputedContentSHA256", span_of(text, 64));
	hex_render(text, got, 32);
	fail_pair(f, "S3ComputedContentSHA256", span_of(text, 64));
	return E_CONTENT_SHA256;
}

static enum err
check_md5(struct body *b)
{
	struct fail *f = b->conf.fail;
	char text[B64_LEN(16)];

	if (digest_equal(b->md5_out, b->conf.md5, 16))
		return OK;
	(void)fail_set(f, E_BAD_DIGEST);
	fail_pair(f, "ExpectedDigest", span_of(text, b64_render(text, b->conf.md5, 16)));
	fail_pair(f, "CalculatedDigest", span_of(text, b64_render(text, b->md5_out, 16)));
	return E_BAD_DIGEST;
}

static enum err
check_checksum(struct body *b)
{
	const struct checksum_row *row;
	struct checksum want = b->conf.expect;
	struct span text;

	if (b->conf.checksum_in_trailer) {
		row = checksum_row(b->conf.checksum);
		text = b->conf.filter.trailer(b->conf.filter.ctx, row->header);
		if (text.n == 0)
			return fail_set(b->conf.fail, E_MALFORMED_TRAILER);
		if (!checksum_parse(b->conf.checksum, text, &want))
			return fail_msg(b->conf.fail, E_INVALID_REQUEST,
			    "Value for %s trailing header is invalid.", row->header);
	}
	if (want.kind == CHECKSUM_NONE)
		return OK;
	if (want.kind == b->checksum.kind &&
	    digest_equal(want.value, b->checksum.value, want.n))
		return OK;
	return fail_msg(b->conf.fail, E_BAD_DIGEST,
	    "The %s you specified did not match the calculated checksum.",
	    checksum_row(want.kind)->name);
}

static enum err
body_check(struct body *b, const uint8_t sha256[32])
{
	enum err e = OK;

	if (b->conf.filter.end != NULL)
		e = b->conf.filter.end(b->conf.filter.ctx, b->conf.fail);
	if (e == OK && b->length != b->conf.length && !b->conf.at_most)
		e = fail_set(b->conf.fail, E_INCOMPLETE_BODY);
	if (e == OK && b->conf.check_sha256)
		e = check_sha256(b, sha256);
	if (e == OK && b->conf.check_md5)
		e = check_md5(b);
	return e == OK ? check_checksum(b) : e;
}

/* Payload longer than declared is found here, before anything of it is kept. */
static enum err
body_unframe(struct body *b, char *p, size_t n, size_t *out)
{
	enum err e = OK;

	*out = n;
	if (b->conf.filter.feed != NULL)
		e = b->conf.filter.feed(b->conf.filter.ctx, p, n, out, b->conf.fail);
	if (e == OK && *out > b->conf.length - b->length)
		e = fail_set(b->conf.fail, E_INCOMPLETE_BODY);
	if (e == OK)
		b->length += *out;
	return e;
}

static void
sums_add(struct body *b, const void *p, size_t n)
{
	checksum_add(&b->calc, p, n);
	checksum_add(&b->calc_keep, p, n);
}

static void
sums_end(struct body *b)
{
	checksum_end(&b->calc, &b->checksum);
	checksum_end(&b->calc_keep, &b->kept);
}

/* An MD5 of the bytes would tell who can guess them that they are there. */
static void
etag_hide(struct body *b)
{
	if (b->opaque)
		rand_bytes(b->md5_out, sizeof b->md5_out);
}

/* What is kept of these bytes: themselves, or what came out sealed so far. */
static struct span
kept_add(struct body *b, struct span plain)
{
	struct span out = plain;

	if (b->seal != NULL) {
		b->sealed.n = 0;
		sealed_out_add(b->seal, plain, &b->sealed);
		out = buf_view(&b->sealed);
	}
	b->crc32c = crc32c_add(b->crc32c, out.p, out.n);
	return out;
}

static struct span
kept_end(struct body *b)
{
	b->sealed.n = 0;
	if (b->seal != NULL)
		sealed_out_end(b->seal, &b->sealed);
	b->crc32c = crc32c_add(b->crc32c, b->sealed.p, b->sealed.n);
	return buf_view(&b->sealed);
}

/* What takes longest is left out where nobody gets to see it. */
static bool
md5_matters(const struct body *b)
{
	return !b->opaque || b->conf.check_md5;
}

/* The first bytes, whoever has them. */
static void
head_add(struct body *b, const void *p, size_t n)
{
	size_t room = b->conf.head != NULL ? b->conf.head_max - b->head_n : 0;

	n = n < room ? n : room;
	if (n > 0)
		memcpy(b->conf.head + b->head_n, p, n);
	b->head_n += n;
}

/* ---- small: all on the loop ---- */

static void
small_hash(struct body *const *b, size_t n)
{
	struct md5_job job[MD5_LANES];
	struct md5 md5[MD5_LANES];

	for (size_t i = 0; i < n; i++) {
		md5_init(&md5[i]);
		job[i] = (struct md5_job){ &md5[i], b[i]->mem, b[i]->mem_n };
	}
	md5_add_all(job, n);
	for (size_t i = 0; i < n; i++) {
		md5_end(&md5[i], b[i]->md5_out);
		b[i]->md5_due = false;
	}
}

void
body_hash_all(struct body *const *b, size_t n)
{
	struct body *due[MD5_LANES];
	size_t ndue = 0;

	for (size_t i = 0; i < n; i++) {
		CHECK(b[i], BODY_MAGIC);
		if (b[i]->md5_due)
			due[ndue++] = b[i];
		if (ndue == MD5_LANES || i + 1 == n) {
			small_hash(due, ndue);
			ndue = 0;
		}
	}
}

static void
small_keep(struct body *b, struct span all)
{
	if (b->seal != NULL) {
		sealed_out_add(b->seal, all, &b->sealed);
		sealed_out_end(b->seal, &b->sealed);
		all = buf_view(&b->sealed);
	}
	b->crc32c = crc32c_add(0, all.p, all.n);
}

static enum err
small_end(struct body *b)
{
	struct span all = span_of(b->mem, b->mem_n);
	uint8_t sha256[32];
	enum err e;

	head_add(b, all.p, all.n);
	b->md5_due = (!b->conf.in_memory && md5_matters(b)) || b->conf.check_md5;
	if (b->conf.check_md5 || (b->md5_due && all.n > DUE_MAX))
		body_hash_all(&b, 1);
	if (b->conf.check_sha256)
		digest_of(DIGEST_SHA256, all, sha256);
	sums_add(b, all.p, all.n);
	sums_end(b);
	e = body_check(b, sha256);
	if (e == OK)
		small_keep(b, all);
	etag_hide(b);
	return e;
}

static void
small_data(struct body *b, size_t n)
{
	size_t out;
	enum err e;

	if (b->bad != OK)
		return;
	e = body_unframe(b, b->mem + b->mem_n, n, &out);
	if (e == OK)
		b->mem_n += out;
	else
		b->bad = e;
}

/* ---- large: workers, in order ---- */

/* Find the payload, and where it goes. */
static enum err
large_begin(struct body *b, struct stretch *s)
{
	struct body_conf *c = &b->conf;
	enum err e = body_unframe(b, s->p, s->n, &s->payload);
	uint64_t expect = b->seal != NULL ? sealed_size(c->length) : c->length;

	if (e == OK && b->file == NULL)
		e = blob_file_new(c->store, c->at_most ? 0 : expect, &b->file, c->fail);
	return e;
}

static enum err
large_keep(struct body *b, struct stretch *s)
{
	size_t n = s->payload;
	struct span out;

	head_add(b, s->p, n);
	if (b->sha256 != NULL)
		digest_add(b->sha256, s->p, n);
	sums_add(b, s->p, n);
	out = kept_add(b, span_of(s->p, n));
	return out.n > 0 ? blob_file_write(b->file, out.p, out.n) : OK;
}

static enum err
large_end(struct body *b)
{
	uint8_t sha256[32];
	struct span out;
	enum err e;

	md5_end(&b->md5.md5, b->md5_out);
	if (b->sha256 != NULL)
		digest_end(b->sha256, sha256);
	sums_end(b);
	e = body_check(b, sha256);
	if (e == OK && b->file == NULL)
		e = fail_set(b->conf.fail, E_INCOMPLETE_BODY);
	etag_hide(b);
	if (e != OK)
		return e;
	out = kept_end(b);
	if (out.n > 0)
		e = blob_file_write(b->file, out.p, out.n);
	return e == OK ? blob_file_seal(b->file, b->crc32c) : e;
}

static void
stretch_done(struct stretch *s)
{
	struct inbox *inbox = s->body->conf.inbox;

	if (atomic_fetch_sub(&s->left, 1) == 1)
		inbox_post(inbox, &s->back);
}

/* Nobody else has any of it by now. */
static void
body_finish(struct task *t)
{
	struct body *b = CONTAINER_OF(t, struct body, finish);

	CHECK(b, BODY_MAGIC);
	b->bad = b->why != OK ? fail_set(b->conf.fail, b->why) : large_end(b);
	stretch_done(&b->end);
}

static void
stretch_hashed(struct team_task *t)
{
	struct stretch *s = CONTAINER_OF(t, struct stretch, md5);
	struct body *b = s->body;

	CHECK(b, BODY_MAGIC);
	if (!s->last) {
		stretch_done(s);
		return;
	}
	/* The end syncs, for which the team cannot wait. */
	b->finish = (struct task){ .fn = body_finish };
	task_post(b->conf.pool, &b->finish);
}

static void
stretch_work(struct task *t)
{
	struct stretch *s = CONTAINER_OF(t, struct stretch, work);
	struct body *b = s->body;

	CHECK(b, BODY_MAGIC);
	if (b->bad == OK && s->n > 0)
		b->bad = large_begin(b, s);
	if (b->bad == OK) {
		atomic_store(&s->left, 2);
		s->md5.n = md5_matters(b) ? s->payload : 0;
		team_post(&b->md5, &s->md5);
		if (s->n > 0)
			b->bad = large_keep(b, s);
	}
	stretch_done(s);
}

static void
stretch_back(struct task *t)
{
	struct stretch *s = CONTAINER_OF(t, struct stretch, back);
	struct body *b = s->body;
	bool last = s->last;

	CHECK(b, BODY_MAGIC);
	s->busy = false;
	s->n = 0;
	b->inflight--;
	if (b->inflight == 0 && !b->told && (last || b->bad != OK)) {
		/* A failure in the middle: what is still to come has no place any more. */
		b->told = true;
		b->conf.then(b->conf.ctx, b->bad);
		return;
	}
	if (!b->ended && !b->told)
		b->conf.resume(b->conf.ctx);
}

static void
stretch_post(struct body *b, struct stretch *s, bool last)
{
	s->busy = true;
	s->last = last;
	s->payload = 0;
	b->inflight++;
	atomic_store(&s->left, 1);
	s->work = (struct task){ .fn = stretch_work };
	s->md5 = (struct team_task){ .p = s->p,
		.pressing = last || b->inflight >= BODY_BUFFERS - 1,
		.done = stretch_hashed };
	s->back = (struct task){ .fn = stretch_back };
	s->body = b;
	serial_post(&b->serial, &s->work);
}

/* ---- what the edge calls ---- */

void *
body_room(struct body *b, size_t *cap)
{
	struct stretch *s = &b->stretch[b->fill];

	CHECK(b, BODY_MAGIC);
	if (b->large) {
		/* A failure waits for its buffers: no room until then() has spoken. */
		if (s->busy || b->told) {
			*cap = 0;
			return NULL;
		}
		if (s->p == NULL)
			s->p = mem_alloc(BODY_BUFFER + b->conf.overhang);
		*cap = BODY_BUFFER - s->n;
		return s->p + s->n;
	}
	if (b->mem == NULL)
		b->mem = mem_alloc(b->mem_cap);
	/* Broken small bodies are read to their end into the same place and dropped. */
	if (b->bad != OK)
		b->mem_n = 0;
	*cap = b->mem_cap - b->mem_n - b->conf.overhang;
	MUST(*cap > 0);
	return b->mem + b->mem_n;
}

void
body_data(struct body *b, size_t n)
{
	struct stretch *s = &b->stretch[b->fill];

	CHECK(b, BODY_MAGIC);
	if (!b->large) {
		small_data(b, n);
		return;
	}
	s->n += n;
	if (s->n < BODY_BUFFER)
		return;
	b->fill = (b->fill + 1) % BODY_BUFFERS;
	stretch_post(b, s, false);
}

void
body_end(struct body *b, enum err why)
{
	struct stretch *s = &b->stretch[b->fill];

	CHECK(b, BODY_MAGIC);
	if (b->ended)
		return;
	b->ended = true;
	b->why = why;
	if (!b->large) {
		if (b->bad == OK)
			b->bad = why != OK ? fail_set(b->conf.fail, why) : small_end(b);
		b->told = true;
		b->conf.then(b->conf.ctx, b->bad);
		return;
	}
	if (b->told)
		return;
	if (!s->busy && s->n > 0 && why == OK)
		stretch_post(b, s, false);
	stretch_post(b, &b->end, true);
}

void
body_expect(
    struct body *b, uint8_t checksum, const struct checksum *expect, const uint8_t *md5)
{
	CHECK(b, BODY_MAGIC);
	MUST(b->length == 0);
	checksum_drop(&b->calc);
	checksum_begin(&b->calc, checksum);
	b->conf.checksum = checksum;
	b->conf.expect = *expect;
	b->conf.check_md5 = md5 != NULL;
	if (md5 != NULL)
		memcpy(b->conf.md5, md5, sizeof b->conf.md5);
}

void
body_seal(struct body *b, const struct sealed_keys *k, unsigned part, bool opaque)
{
	CHECK(b, BODY_MAGIC);
	MUST(b->length == 0 && b->conf.may_seal && b->seal == NULL);
	b->seal = sealed_out_new(k, part);
	b->opaque = opaque;
}

bool
body_is_sealed(const struct body *b)
{
	return b->seal != NULL;
}

uint64_t
body_length(const struct body *b)
{
	return b->length;
}

struct span
body_head(const struct body *b)
{
	CHECK(b, BODY_MAGIC);
	return span_of(b->conf.head, b->head_n);
}

struct span
body_bytes(const struct body *b)
{
	MUST(!b->large);
	return span_of(b->mem, b->mem_n);
}

const uint8_t *
body_md5(const struct body *b)
{
	MUST(!b->md5_due);
	return b->md5_out;
}

const struct checksum *
body_checksum(const struct body *b)
{
	return b->kept.kind != CHECKSUM_NONE ? &b->kept : &b->checksum;
}

enum err
body_link(struct txn *t, struct body *b, struct blob_ref *out)
{
	CHECK(b, BODY_MAGIC);
	if (b->large)
		return blob_file_link(t, b->file, out);
	return blob_put(t,
	    b->seal != NULL ? buf_view(&b->sealed) : span_of(b->mem, b->mem_n), b->crc32c,
	    out);
}

static void
body_destroy(struct body *b, bool committed)
{
	blob_file_free(&b->file, committed);
	sealed_out_free(&b->seal);
	buf_fini(&b->sealed);
	checksum_drop(&b->calc);
	checksum_drop(&b->calc_keep);
	if (b->large) {
		serial_fini(&b->serial);
		team_leave(&b->md5);
		if (b->sha256 != NULL)
			digest_free(&b->sha256);
	}
	for (unsigned i = 0; i < BODY_BUFFERS; i++)
		mem_free(b->stretch[i].p);
	mem_free(b->mem);
	b->magic = 0;
	mem_free(b);
}

static void
drop_work(struct task *t)
{
	body_destroy(CONTAINER_OF(t, struct body, drop), false);
}

void
body_free(struct body **body, bool committed)
{
	struct body *b = *body;

	if (b == NULL)
		return;
	*body = NULL;
	CHECK(b, BODY_MAGIC);
	MUST(b->inflight == 0);
	if (b->file == NULL || committed) {
		body_destroy(b, committed);
		return;
	}
	/* Gigabytes take their time to be unlinked: not on a loop. */
	b->drop = (struct task){ .fn = drop_work };
	task_post(b->conf.pool, &b->drop);
}
