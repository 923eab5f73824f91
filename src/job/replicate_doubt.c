/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sending whose end nobody knows may still end at the other side, behind every look
 * there, when its version has been sent again and newer ones as well. Where versions have
 * no ids of ours it then makes one more, which can stand above newer ones. So, for an hour,
 * the versions of such a key are looked at a few times: of those that carry the mark of that
 * one version only the one that is known stays. Nothing without that mark is touched.
 */
#include "config.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "codec/uri.h"
#include "codec/xml.h"

#include "replicate_priv.h"

enum { PAGE = 200, PAGES_MAX = 50, ROOM = 64 << 20, TWINS_MAX = 16 };
enum { AGAIN_MS = 60000, PATIENCE_MS = 86400000 };

/* Behind the sending that was answered, in ms. */
static const int64_t look_ms[] = { DOUBT_FIRST_MS, 60000, 600000, 3600000 };

struct look {
	struct replicator *r;
	struct arena arena;
	struct obj_doubt_at at;
	struct rec_doubt doubt;
	struct rec_target target;
	bool target_gone;
	struct remote *remote;
	/* those that carry the mark, newest first */
	struct span version[TWINS_MAX];
	size_t n;
	struct fail fail;
};

/* ---- what is due ---- */

static enum err
take_read(struct txn *t, void *arg)
{
	struct look *k = arg;
	struct rec_target target;
	struct span row;
	enum err e = obj_doubt_first(t, &k->at, &row);

	if (e == OK)
		e = rec_doubt_get(arena_span(&k->arena, row), &k->doubt);
	if (e != OK)
		return e;
	e = obj_target_get(t, k->doubt.arn, &target);
	k->target_gone = e == E_NOT_FOUND;
	if (e == OK)
		k->target = replicate_target_copy(&k->arena, &target);
	return k->target_gone ? OK : e;
}

static enum err
due_read(struct txn *t, void *arg)
{
	struct obj_doubt_at *at = arg;
	struct span row;

	return obj_doubt_first(t, at, &row);
}

/* ---- the other side ---- */

static enum err
ask(struct look *k, struct remote_call *c)
{
	c->bucket = k->target.bucket;
	c->arena = &k->arena;
	return remote_call(k->remote, c, &k->fail);
}

static bool
carries_mark(struct look *k, struct span version, enum err *e)
{
	struct buf query = { 0 };
	struct remote_call c = {
		.bucket = k->target.bucket, .key = k->doubt.key, .arena = &k->arena
	};

	buf_str(&query, "versionId=");
	uri_encode(&query, version, false);
	c.query = buf_view(&query);
	*e = remote_head(k->remote, &c, &k->fail);
	buf_fini(&c.body);
	buf_fini(&query);
	if (*e == E_NO_SUCH_KEY || *e == E_NO_SUCH_VERSION) { /* gone meanwhile */
		fail_clear(&k->fail);
		*e = OK;
		return false;
	}
	return *e == OK && span_eq(remote_header(&c, REPLICA_MARK), k->doubt.mark);
}

/* Versions of one page; *last: the key was left behind. */
static enum err
page_see(struct look *k, const struct xml_node *root, bool *last)
{
	enum err e = OK;

	for (const struct xml_node *v = xml_child(root, "Version"); v != NULL && e == OK;
	     v = xml_next(v, "Version")) {
		struct span id = xml_text(v, "VersionId");

		if (!span_eq(xml_text(v, "Key"), k->doubt.key)) {
			*last = true;
			continue;
		}
		if (id.n == 0 || span_is(id, "null") ||
		    !span_eq(xml_text(v, "ETag"), k->doubt.etag) || k->n == TWINS_MAX)
			continue;
		if (carries_mark(k, id, &e))
			k->version[k->n++] = arena_span(&k->arena, id);
	}
	return e;
}

static enum err
page_get(struct look *k, struct span *key, struct span *version, bool *last)
{
	struct buf query = { 0 };
	struct remote_call c = { .method = "GET" };
	struct xml_node *root;
	enum err e;

	if (key->n > 0) {
		buf_str(&query, "key-marker=");
		uri_encode(&query, *key, false);
		buf_char(&query, '&');
	}
	buf_printf(&query, "max-keys=%d&prefix=", PAGE);
	uri_encode(&query, k->doubt.key, false);
	if (key->n > 0 && version->n > 0) {
		buf_str(&query, "&version-id-marker=");
		uri_encode(&query, *version, false);
	}
	buf_str(&query, "&versions=");
	c.query = buf_view(&query);
	e = ask(k, &c);
	if (e == OK && xml_parse(&k->arena, buf_view(&c.body), &root, NULL) != OK)
		e = fail_msg(&k->fail, E_REMOTE_REFUSED, "its list cannot be read");
	if (e == OK)
		e = page_see(k, root, last);
	if (e == OK) {
		*key = arena_span(&k->arena, xml_text(root, "NextKeyMarker"));
		*version = arena_span(&k->arena, xml_text(root, "NextVersionIdMarker"));
		*last = *last || !span_is(xml_text(root, "IsTruncated"), "true") ||
		    !span_eq(*key, k->doubt.key);
	}
	buf_fini(&c.body);
	buf_fini(&query);
	return e;
}

static enum err
marked_find(struct look *k)
{
	struct span key = SPAN_NONE, version = SPAN_NONE;
	bool last = false;
	enum err e = OK;

	for (unsigned i = 0; i < PAGES_MAX && e == OK && !last; i++)
		e = page_get(k, &key, &version, &last);
	return e;
}

/* The one that is known, or else the newest, stays. */
static enum err
twins_drop(struct look *k)
{
	struct remote_fault fault;
	size_t keep = 0;
	enum err e = OK;

	for (size_t i = 0; i < k->n; i++)
		if (span_eq(k->version[i], k->doubt.version))
			keep = i;
	for (size_t i = 0; i < k->n && e == OK; i++) {
		if (i == keep)
			continue;
		e = remote_delete(k->remote, k->target.bucket, k->doubt.key,
		    k->version[i], &fault, &k->fail);
		if (e == OK)
			log_info("replication of %.*s to %.*s: version %.*s had arrived "
				 "twice and is taken away there",
			    (int)k->doubt.key.n, k->doubt.key.p, (int)k->doubt.arn.n,
			    k->doubt.arn.p, (int)k->version[i].n, k->version[i].p);
	}
	return e;
}

static void
remote_set(struct look *k, struct remote *remote)
{
	struct replicator *r = k->r;

	lock_take(&r->lock);
	k->remote = r->doubting = remote;
	if (remote != NULL && replicator_stops(r))
		remote_stop(remote);
	lock_drop(&r->lock);
}

static enum err
look_there(struct look *k)
{
	struct remote *remote = NULL;
	enum err e = replicate_remote(k->r, &k->target, &remote, &k->fail);

	if (e != OK)
		return e;
	remote_set(k, remote);
	e = marked_find(k);
	if (e == OK && k->n > 1)
		e = twins_drop(k);
	remote_set(k, NULL);
	remote_free(&remote);
	return e;
}

/* ---- what becomes of the doubt ---- */

struct next {
	const struct look *k;
	int64_t due_ms; /* 0: it is over */
};

static enum err
next_write(struct txn *t, void *arg)
{
	const struct next *n = arg;
	enum err e = obj_doubt_del(t, &n->k->at);

	return e == OK && n->due_ms != 0 ? obj_doubt_add(t, n->due_ms, &n->k->doubt) : e;
}

static enum err
settle(struct look *k, enum err e)
{
	struct next n = { .k = k };
	int64_t now = clock_real_ms();

	if (e == OK && ++k->doubt.looks < ARRAY_LEN(look_ms)) {
		n.due_ms = k->doubt.since_ms + look_ms[k->doubt.looks];
		if (n.due_ms < now)
			n.due_ms = now;
	} else if (e == E_REMOTE_DOWN && now - k->doubt.since_ms < PATIENCE_MS)
		n.due_ms = now + AGAIN_MS;
	else if (e != OK)
		log_warn(
		    "replication of %.*s to %.*s: whether it arrived twice cannot be "
		    "seen: %s",
		    (int)k->doubt.key.n, k->doubt.key.p, (int)k->doubt.arn.n,
		    k->doubt.arn.p, fail_text(&k->fail));
	return store_write_wait(k->r->conf.store, next_write, &n);
}

/* The first that is due; *more: there was one. */
static enum err
one(struct replicator *r, struct reader *reader, bool *more)
{
	struct look *k = mem_zalloc(sizeof *k);
	enum err e;

	k->r = r;
	arena_init(&k->arena, ROOM);
	fail_init(&k->fail, NULL);
	e = store_read(reader, take_read, k);
	*more = e == OK && k->at.due_ms <= clock_real_ms();
	if (e == OK && *more && k->target_gone)
		e = store_write_wait(r->conf.store, next_write, &(struct next){ .k = k });
	else if (e == OK && *more) {
		e = look_there(k);
		if (!replicator_stops(r))
			e = settle(k, e);
	}
	arena_fini(&k->arena);
	mem_free(k);
	return e;
}

static void
run(struct task *t)
{
	struct replicator *r = CONTAINER_OF(t, struct replicator, doubt);
	struct reader *reader = reader_new(r->conf.store);
	bool more = true;
	enum err e = OK;

	while (e == OK && more && !replicator_stops(r))
		e = one(r, reader, &more);
	if (e != OK && e != E_NOT_FOUND && !replicator_stops(r))
		log_error("replication: what may be there twice: %s", err_row(e)->symbol);
	reader_free(&reader);
	lock_take(&r->lock);
	r->doubts_busy = false;
	lock_drop(&r->lock);
}

void
replicate_doubts(struct replicator *r, struct reader *reader)
{
	struct obj_doubt_at at;
	uint64_t seen = store_changes(r->conf.store, T_REPL_DOUBT);
	bool busy;

	lock_take(&r->lock);
	busy = r->doubts_busy;
	lock_drop(&r->lock);
	if (busy)
		return;
	if (!r->doubts_known || r->doubts_seen != seen) {
		r->doubts_known = true;
		r->doubts_seen = seen;
		r->doubts_due_ms =
		    store_read(reader, due_read, &at) == OK ? at.due_ms : INT64_MAX;
	}
	if (r->doubts_due_ms > clock_real_ms())
		return;
	lock_take(&r->lock);
	r->doubts_busy = true;
	lock_drop(&r->lock);
	r->doubts_known = false; /* what failed is looked for again */
	r->doubt.fn = run;
	task_post(r->pool, &r->doubt);
}
