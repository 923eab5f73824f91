/* SPDX-License-Identifier: Apache-2.0 */
/* The plan, carried out. */
#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "auth/signer.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "codec/b64.h"
#include "codec/crc.h"
#include "codec/digest.h"
#include "codec/uri.h"
#include "codec/xml.h"
#include "seed_priv.h"

enum { PIECE = 64 << 10 };

struct running {
	struct seed *s;
	struct seed_to *to;
	struct fail *fail;
	struct arena arena; /* of one step */
	struct client_answer answer;
	/* the body of a file, or of an archive's member */
	int fd;
	struct seed_zip *zip;
	uint64_t length, at;
};

/* ---- bodies that are read ---- */

/* The archive stays open for its next member. */
static enum err
member_open(struct running *r, const struct seed_step *step)
{
	enum err e = OK;

	if (r->zip != NULL && strcmp(seed_zip_path(r->zip), step->zip) != 0)
		seed_zip_close(&r->zip);
	if (r->zip == NULL)
		e = seed_zip_open(&r->zip, step->zip, r->s, r->fail);
	if (e == OK && seed_zip_enter(r->zip, step->member, &r->length) != OK)
		e = seed_wrong(r->s, r->fail, step->place, "can't be read");
	return e;
}

static enum err
body_open(struct running *r, const struct seed_step *step)
{
	struct stat st;

	r->at = 0;
	if (step->zip != NULL)
		return member_open(r, step);
	r->fd = io_open(step->file, O_RDONLY, 0);
	if (r->fd < 0 || fstat(r->fd, &st) != 0)
		return seed_wrong(
		    r->s, r->fail, step->place, "'%s' can't be read", step->file);
	r->length = (uint64_t)st.st_size;
	return OK;
}

static void
body_close(struct running *r)
{
	if (r->zip != NULL)
		seed_zip_leave(r->zip);
	io_close(&r->fd);
}

static enum err
body_more(void *ctx, void *p, size_t cap, size_t *n)
{
	struct running *r = ctx;
	uint64_t left = r->length - r->at;
	int rc;

	if (r->fd < 0)
		return seed_zip_read(r->zip, p, cap, n);
	*n = left < cap ? (size_t)left : cap;
	rc = io_pread(r->fd, p, *n, r->at);
	r->at += *n;
	return rc == 0 ? OK : E_IO;
}

static enum err
body_sum(struct running *r, const struct seed_step *step, uint64_t *crc, uint64_t *length)
{
	char *piece;
	enum err e;

	*crc = crc64nvme_add(0, step->body.p, step->body.n);
	*length = step->body.n;
	if (step->file == NULL && step->zip == NULL)
		return OK;
	e = body_open(r, step);
	*length = r->length;
	piece = mem_alloc(PIECE);
	for (uint64_t at = 0; e == OK && at < r->length;) {
		size_t n = 0;

		e = body_more(r, piece,
		    r->length - at < PIECE ? (size_t)(r->length - at) : PIECE, &n);
		if (e == OK && n == 0)
			e = E_IO;
		*crc = crc64nvme_add(*crc, piece, n);
		at += n;
	}
	mem_free(piece);
	body_close(r);
	if (e == E_IO)
		e = seed_wrong(r->s, r->fail, step->place, "the body can't be read");
	return e;
}

/* ---- requests ---- */

/* body: send step's; else there is none. */
static enum err
ask(struct running *r, const struct seed_step *step, const char *method,
    struct span lines, bool body)
{
	struct buf target = { 0 }, head = { 0 };
	size_t path;
	struct client_ask a = { .method = method };
	struct signer_request sign = { .method = method,
		.host = client_host(r->to->client),
		.query = step->query,
		.access_key = span_str(r->to->access_key),
		.secret = span_str(r->to->secret_key),
		.region = r->to->region,
		.service = "s3",
		.lines = lines,
		.now = clock_real() };
	enum err e = OK;

	buf_char(&target, '/');
	buf_span(&target, step->bucket);
	if (step->key.p != NULL) {
		buf_char(&target, '/');
		uri_encode(&target, step->key, true);
	}
	path = target.n;
	if (step->query.n > 0) {
		buf_char(&target, '?');
		buf_span(&target, step->query);
	}
	sign.path = span_head(buf_view(&target), path);
	signer_lines(&head, &r->arena, &sign);
	buf_span(&head, lines);
	a.target = buf_view(&target);
	a.lines = buf_view(&head);
	if (body && (step->file != NULL || step->zip != NULL)) {
		e = body_open(r, step);
		a.more = body_more;
		a.ctx = r;
		a.length = r->length;
	} else if (body)
		a.body = step->body.p != NULL ? step->body : SPAN_LIT("");
	if (e == OK)
		e = client_send(r->to->client, &a, &r->answer, r->fail);
	body_close(r);
	buf_fini(&target);
	buf_fini(&head);
	return e;
}

static enum err
refused(struct running *r, const struct seed_step *step)
{
	struct span code = SPAN_NONE, text = SPAN_NONE;
	struct xml_node *root;
	struct fail why;

	fail_init(&why, &r->arena);
	if (r->answer.body.n > 0 &&
	    xml_parse(&r->arena, buf_view(&r->answer.body), &root, &why) == OK) {
		code = xml_text(root, "Code");
		text = xml_text(root, "Message");
	}
	return seed_wrong(r->s, r->fail, step->place, "refused with %u%s%.*s%s%.*s",
	    r->answer.status, code.n > 0 ? " " : "", (int)code.n,
	    code.n > 0 ? code.p : "", text.n > 0 ? ": " : "", (int)span_head(text, 300).n,
	    text.n > 0 ? text.p : "");
}

/* ---- steps ---- */

static bool
code_is(const struct running *r, const char *code)
{
	struct buf want = { 0 };
	struct span body = buf_view(&r->answer.body);
	bool is;

	buf_printf(&want, "<Code>%s</Code>", code);
	is = span_search(body, buf_view(&want), 0) < body.n;
	buf_fini(&want);
	return is;
}

static enum err
bucket_run(struct running *r, const struct seed_step *step)
{
	struct seed_step made = *step;
	enum err e;

	if (strcmp(r->to->region, "us-east-1") != 0)
		made.body = span_str(arena_printf(&r->arena,
		    "<CreateBucketConfiguration><LocationConstraint>%s</"
		    "LocationConstraint>"
		    "</CreateBucketConfiguration>",
		    r->to->region));
	e = ask(r, &made, "PUT", step->lines, true);
	if (e != OK)
		return e;
	r->to->buckets++;
	return r->answer.status == 200 || code_is(r, "BucketAlreadyOwnedByYou")
	    ? OK
	    : refused(r, step);
}

static void
put_md5(struct buf *lines, struct span body)
{
	uint8_t md5[16];
	char text[B64_LEN(16)];

	digest_of(DIGEST_MD5, body, md5);
	buf_str(lines, "Content-MD5: ");
	buf_put(lines, text, b64_render(text, md5, sizeof md5));
	buf_str(lines, "\r\n");
}

static enum err
setting_run(struct running *r, const struct seed_step *step)
{
	struct buf lines = { 0 };
	enum err e;

	put_md5(&lines, step->body);
	e = ask(r, step, "PUT", buf_view(&lines), true);
	buf_fini(&lines);
	if (e != OK)
		return e;
	return r->answer.status / 100 == 2 ? OK : refused(r, step);
}

/* What the request would give it and the answer tells of: type and metadata. */
static bool
headers_same(const struct running *r, struct span lines)
{
	while (lines.n > 0) {
		struct span line = span_cut(&lines, '\n'), name, there;
		char lower[256];

		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		name = span_cut(&line, ':');
		if (name.n >= sizeof lower)
			return false;
		memcpy(lower, name.p, name.n);
		lower[name.n] = '\0';
		if (!span_ieq(name, SPAN_LIT("content-type")) &&
		    !span_ieq(span_head(name, 11), SPAN_LIT("x-amz-meta-")))
			continue;
		there = client_header(&r->answer, lower);
		if (there.p == NULL || !span_eq(there, span_trim(line)))
			return false;
	}
	return true;
}

/* The object is there already, with these bytes. */
static enum err
object_same(struct running *r, const struct seed_step *step, bool *same)
{
	uint64_t crc, length, there;
	char raw[8], text[B64_LEN(8)];
	size_t n;
	enum err e;

	*same = false;
	e = ask(r, step, "HEAD", SPAN_LIT("x-amz-checksum-mode: ENABLED\r\n"), false);
	if (e != OK || r->answer.status != 200)
		return e;
	e = body_sum(r, step, &crc, &length);
	if (e != OK)
		return e;
	be64_put(raw, crc);
	n = b64_render(text, raw, sizeof raw);
	*same = span_u64(client_header(&r->answer, "content-length"), &there) &&
	    there == length &&
	    span_eq(client_header(&r->answer, "x-amz-checksum-crc64nvme"),
		span_of(text, n)) &&
	    headers_same(r, step->lines);
	return OK;
}

static enum err
object_run(struct running *r, const struct seed_step *step)
{
	struct buf lines = { 0 };
	bool same;
	enum err e = object_same(r, step, &same);

	if (e != OK)
		return e;
	r->to->objects++;
	if (same) {
		r->to->same++;
		return OK;
	}
	buf_span(&lines, step->lines);
	/* A bucket with object lock wants it. */
	if (step->file == NULL && step->zip == NULL)
		put_md5(&lines, step->body);
	e = ask(r, step, "PUT", buf_view(&lines), true);
	buf_fini(&lines);
	if (e != OK)
		return e;
	return r->answer.status == 200 ? OK : refused(r, step);
}

enum err
seed_run(struct seed *s, struct seed_to *to, struct fail *fail)
{
	struct running r = { .s = s, .to = to, .fail = fail, .fd = -1 };
	enum err e = OK;

	to->buckets = to->objects = to->same = 0;
	for (unsigned pass = 0; pass < PASSES; pass++)
		for (struct seed_step *step = s->first[pass]; e == OK && step != NULL;
		     step = step->next) {
			arena_init(&r.arena, SIZE_MAX);
			e = pass == PASS_BUCKET   ? bucket_run(&r, step)
			    : pass == PASS_OBJECT ? object_run(&r, step)
						  : setting_run(&r, step);
			arena_fini(&r.arena);
		}
	client_answer_fini(&r.answer);
	seed_zip_close(&r.zip);
	return e;
}
