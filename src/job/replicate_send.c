/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One version to another store, as S3 says it; where the other one is a trug or a MinIO
 * also its id and its time, in the headers by which those replicate to each other.
 */
#include "config.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "codec/mime.h"
#include "codec/stamp.h"
#include "codec/uri.h"
#include "model/worm.h"
#include "object/crypt.h"

#include "replicate_priv.h"

enum { HEADERS = 140, VERSION_QUERY = 64, META_MAX = 2048 };
#define WHOLE_MAX (UINT64_C(5) << 30) /* of one PUT */

struct sending {
	struct lane *lane;
	struct reader *reader;
	const struct rec_work *w;
	struct arena *a;
	struct rec_target target; /* arena */
	struct replication_rule rule;
	struct rec_bucket bucket;
	struct attrs attrs;
	bool current; /* it is the latest of its key */
	bool peer;
	bool doubtful; /* it may have been sent before */
	char mark[REPLICA_MARK_SIZE];
	bool marked; /* it carries mark */
	struct span there_version, there_etag; /* of what is there now; n = 0: none */
	uint64_t *part; /* lengths, n = 0: not made of parts */
	size_t nparts;
	struct replicate_bytes bytes;
	struct field header[HEADERS];
	size_t n;
	struct remote_fault fault;
	struct fail fail;
};

/* ---- what there is ---- */

struct rec_target
replicate_target_copy(struct arena *a, const struct rec_target *t)
{
	struct rec_target to = *t;

	to.source = arena_span(a, t->source);
	to.url = arena_span(a, t->url);
	to.bucket = arena_span(a, t->bucket);
	to.region = arena_span(a, t->region);
	to.access_key = arena_span(a, t->access_key);
	to.secret = arena_span(a, t->secret);
	to.class = arena_span(a, t->class);
	return to;
}

static enum err
parts_look(struct txn *t, struct sending *s)
{
	const struct rec_object *rec = &s->bytes.rec;
	uint64_t off;
	size_t count = 1;
	enum err e = OK;

	if (rec->parts == 0)
		return OK;
	s->part = arena_array(s->a, rec->parts, sizeof *s->part);
	for (unsigned i = 0; e == OK && i < rec->parts; i++)
		e = obj_part_place(t, rec, i + 1, &off, &s->part[i], &count);
	/* What it was made of is not known any more: its ETag cannot be kept. */
	s->nparts = e == OK && count == rec->parts ? rec->parts : 0;
	return e == E_INVALID_PART_NUMBER ? OK : e;
}

static enum err
keys_open(struct sending *s)
{
	struct span side = side_get(&s->attrs, SIDE_CRYPT);

	s->bytes.sealed = side.p != NULL;
	if (side.p == NULL)
		return OK;
	return crypt_open(s->lane->owner->conf.kms, side, NULL, &s->bytes.keys, &s->fail);
}

static enum err
look_object(struct txn *t, struct sending *s)
{
	struct rec_object now;
	enum err e = obj_work_version(t, s->w, &s->bucket, &s->bytes.rec);

	if (e == OK)
		e = obj_find(t, s->bucket.id, s->w->key, &now, NULL);
	s->current = e == OK && now.number == s->bytes.rec.number;
	if (e == OK || e == E_NO_SUCH_KEY)
		e = obj_attrs(t, &s->bytes.rec, s->a, &s->attrs);
	if (e == OK && s->w->kind == WORK_PUT && rec_object_is_away(&s->bytes.rec) &&
	    s->bytes.rec.size > 0)
		return E_INVALID_OBJECT_STATE;
	if (e == OK && s->w->kind == WORK_PUT)
		e = keys_open(s);
	if (e == OK && s->w->kind == WORK_PUT)
		e = parts_look(t, s);
	if (e == OK && s->w->kind == WORK_PUT)
		e = replicate_bytes_start(&s->bytes, t, 0);
	return e;
}

static enum err
look_read(struct txn *t, void *arg)
{
	struct sending *s = arg;
	struct replication_rule rule;
	enum err e = obj_target_get(t, s->w->arn, &s->target);

	if (e == OK)
		s->target = replicate_target_copy(s->a, &s->target);
	if (e == OK)
		e = obj_work_bucket(t, s->w, &s->bucket);
	if (e == OK)
		e = obj_work_rule(t, &s->bucket, s->w, s->a, &rule);
	if (e != OK)
		return e;
	s->rule = rule;
	s->peer = (s->target.flags & PLACE_PEER) != 0;
	return s->w->kind == WORK_PUT || s->w->kind == WORK_CHANGE ? look_object(t, s)
								   : OK;
}

/* ---- the way ---- */

enum err
replicate_remote(struct replicator *r, const struct rec_target *t, struct remote **out,
    struct fail *fail)
{
	struct remote_conf c = { .url = t->url,
		.region = t->region,
		.access_key = t->access_key,
		.rate = t->rate,
		.net = r->conf.net };
	size_t n = t->secret.n > KEYRING_BOX ? t->secret.n - KEYRING_BOX : 0;
	uint8_t *secret = mem_alloc(n + 1);
	enum err e = OK;

	if (n > 0)
		e = keyring_open(
		    r->conf.secrets, PLACE_PURPOSE, t->access_key, t->secret, secret);
	c.secret = span_of(secret, n);
	if ((t->flags & PLACE_PATH) != 0)
		c.style = REMOTE_PATH;
	if ((t->flags & PLACE_VIRTUAL) != 0)
		c.style = REMOTE_VIRTUAL;
	if (e == OK)
		e = remote_check(&c, fail);
	if (e == OK)
		*out = remote_new(&c);
	mem_wipe(secret, n);
	mem_free(secret);
	return e;
}

/* The lane's own client, until somebody changes a target. */
static enum err
remote_ready(struct sending *s)
{
	struct lane *l = s->lane;
	struct replicator *r = l->owner;
	uint64_t seen = store_changes(r->conf.store, T_REPL_TARGET);
	struct remote *made = NULL;
	enum err e;

	if (l->remote != NULL && l->remote_seen == seen)
		return OK;
	e = replicate_remote(r, &s->target, &made, &s->fail);
	lock_take(&r->lock);
	remote_free(&l->remote);
	l->remote = made;
	l->remote_seen = seen;
	l->limited = e == OK && s->target.rate != 0;
	if (made != NULL && replicator_stops(r))
		remote_stop(made);
	lock_drop(&r->lock);
	return e;
}

/* ---- headers ---- */

static void
add(struct sending *s, const char *name, struct span value)
{
	if (s->n < HEADERS)
		s->header[s->n++] = (struct field){ span_str(name), value };
}

static struct span
iso(struct sending *s, int64_t ms)
{
	char text[STAMP_ISO];

	stamp_iso(text, ms);
	return arena_span(s->a, span_of(text, sizeof text));
}

static void
add_tags(struct sending *s, const struct tags *tags)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < tags->n; i++) {
		if (i > 0)
			buf_char(&b, '&');
		uri_encode(&b, tags->tag[i].name, false);
		buf_char(&b, '=');
		uri_encode(&b, tags->tag[i].value, false);
	}
	if (tags->n > 0)
		add(s, "x-amz-tagging", arena_span(s->a, buf_view(&b)));
	buf_fini(&b);
}

static void
add_lock(struct sending *s, const struct worm *w)
{
	if (w->mode != WORM_NONE) {
		add(s, "x-amz-object-lock-mode", span_str(worm_mode_name(w->mode)));
		add(s, "x-amz-object-lock-retain-until-date",
		    iso(s, worm_until(w, clock_now_ms())));
	}
	if (w->legal != HOLD_NEVER)
		add(s, "x-amz-object-lock-legal-hold",
		    span_str(w->legal == HOLD_ON ? "ON" : "OFF"));
}

static void
add_class(struct sending *s)
{
	uint8_t class =
	    (s->rule.flags & REPLICATE_CLASS) != 0 ? s->rule.class : s->bytes.rec.class;

	if (s->target.class.n > 0 && (s->rule.flags & REPLICATE_CLASS) == 0)
		add(s, "x-amz-storage-class", s->target.class);
	else if (class != CLASS_STANDARD)
		add(s, "x-amz-storage-class", span_str(class_name(class)));
}

/* What tells a peer that it is a replica, and of what. */
static void
add_peer(struct sending *s, int64_t mtime_ms)
{
	if (!s->peer)
		return;
	add(s, "x-minio-source-replication-request", SPAN_LIT("true"));
	add(s, "x-minio-source-mtime", iso(s, mtime_ms));
	add(s, "x-amz-replication-status", SPAN_LIT("REPLICA"));
}

/* What tells anybody else's store apart what was sent twice and what are two versions. */
static void
add_mark(struct sending *s)
{
	size_t room = META_MAX;

	if (s->peer)
		return;
	for (size_t i = 0; i < s->n; i++)
		if (span_starts(s->header[i].name, SPAN_LIT("x-amz-meta-")))
			room -= s->header[i].name.n + s->header[i].value.n < room
			    ? s->header[i].name.n + s->header[i].value.n
			    : room;
	s->marked = room >= sizeof REPLICA_MARK + REPLICA_MARK_SIZE;
	if (!s->marked)
		return;
	work_mark(s->mark, s->w);
	add(s, REPLICA_MARK, span_of(s->mark, sizeof s->mark));
}

static enum err
add_object(struct sending *s)
{
	struct span type = mime_text(s->bytes.rec.mime);
	struct worm lock;
	struct tags tags;
	enum err e = tags_read(s->a, side_get(&s->attrs, SIDE_TAGS), &tags);

	if (e == OK)
		e = worm_read(side_get(&s->attrs, SIDE_LOCK), &lock);
	if (e != OK)
		return e;
	for (size_t i = 0; i < s->attrs.n && s->n < HEADERS - 16; i++) {
		const struct field *f = &s->attrs.field[i];

		if (span_is(f->name, "content-type"))
			type = f->value;
		else if (!side_is(f->name) &&
		    (s->peer || !span_is(f->name, REPLICA_MARK)))
			s->header[s->n++] = *f;
	}
	add_mark(s);
	if (type.n > 0)
		add(s, "content-type", type);
	add_tags(s, &tags);
	add_lock(s, &lock);
	add_class(s);
	if (s->rule.key.n > 0 && (s->rule.flags & REPLICATE_KMS) != 0 &&
	    s->bytes.sealed) {
		add(s, "x-amz-server-side-encryption", SPAN_LIT("aws:kms"));
		add(s, "x-amz-server-side-encryption-aws-kms-key-id", s->rule.key);
	}
	add_peer(s, s->bytes.rec.mtime_ms);
	return OK;
}

/* "versionId=..." as peers take it, with more behind. */
static struct span
version_query(const struct sending *s, const char *more)
{
	char id[VERSION_ID_TEXT];

	if (!s->peer || !s->w->has_origin)
		return span_str(more);
	version_origin_uuid(id, s->w->origin);
	return span_str(arena_printf(s->a, "versionId=%.*s%s%s", VERSION_ID_TEXT, id,
	    more[0] != '\0' ? "&" : "", more));
}

/* ---- requests ---- */

static enum err
ask(struct sending *s, const char *method, struct span query, struct remote_call *c)
{
	enum err e;

	c->method = method;
	c->bucket = s->target.bucket;
	c->key = s->w->key;
	c->query = query;
	c->header = s->header;
	c->nheader = s->n;
	c->arena = s->a;
	e = remote_call(s->lane->remote, c, &s->fail);
	s->fault = c->fault;
	buf_fini(&c->body);
	return e;
}

static void
see_there(struct sending *s, struct span version, struct span etag)
{
	s->there_version = span_is(version, "null") ? SPAN_NONE : version;
	s->there_etag = etag;
}

/* Is what a header says there too? */
static bool
says(const struct sending *s, const struct remote_call *c, const struct field *f)
{
	char name[256];
	struct span v;

	if (!span_starts(f->name, SPAN_LIT("x-amz-meta-")) &&
	    !span_is(f->name, "content-type"))
		return true;
	if (f->name.n >= sizeof name)
		return false;
	memcpy(name, f->name.p, f->name.n);
	name[f->name.n] = '\0';
	v = remote_header(c, name);
	/* Replicas had no mark once, and have another one of another target's. */
	if (span_is(f->name, REPLICA_MARK) && (v.p == NULL || !s->doubtful))
		return true;
	return v.p != NULL && span_eq(v, f->value);
}

/* Before what may have been sent already: the version, or what looks like it. */
static enum err
is_there(struct sending *s, bool *out)
{
	struct remote_call c = { .bucket = s->target.bucket,
		.key = s->w->key,
		.query = version_query(s, ""),
		.arena = s->a };
	char etag[ETAG_TEXT + 2];
	size_t n;
	enum err e = remote_head(s->lane->remote, &c, &s->fail);

	s->fault = c.fault;
	*out = false;
	buf_fini(&c.body);
	if (e == E_REMOTE_DOWN)
		return e;
	if (e != OK) {
		fail_clear(&s->fail);
		/* A marker is there, and has no head. */
		*out = s->w->kind == WORK_MARKER &&
		    (e == E_METHOD_NOT_ALLOWED ||
			span_is(remote_header(&c, "x-amz-delete-marker"), "true"));
		return OK;
	}
	if (s->w->kind == WORK_MARKER)
		return OK;
	etag[0] = '"';
	n = obj_etag(etag + 1, &s->bytes.rec);
	etag[n + 1] = '"';
	*out = span_eq(remote_header(&c, "etag"), span_of(etag, n + 2));
	for (size_t i = 0; i < s->n && *out && !s->peer; i++)
		*out = says(s, &c, &s->header[i]);
	if (*out)
		see_there(
		    s, remote_header(&c, "x-amz-version-id"), remote_header(&c, "etag"));
	return OK;
}

static enum err
put_side(struct sending *s, const char *sub, struct buf *text)
{
	struct remote_call c = { .bytes = buf_view(text) };
	enum err e = ask(s, "PUT", version_query(s, sub), &c);

	buf_fini(text);
	return e;
}

static enum err
send_tags(struct sending *s, const char *sub)
{
	struct remote_call c = { 0 };
	struct buf text = { 0 };
	struct tags tags;
	enum err e = tags_read(s->a, side_get(&s->attrs, SIDE_TAGS), &tags);

	if (e != OK)
		return e;
	if (tags.n == 0)
		return ask(s, "DELETE", version_query(s, sub), &c);
	tags_put_xml(&text, &tags);
	return put_side(s, sub, &text);
}

/*
 * radosgw takes an upload in parts and forgets the tags that came with it, without a word.
 * version: what it made of it; n = 0: what is there now.
 */
static enum err
send_parts_tags(struct sending *s, struct span version)
{
	struct buf sub = { 0 };
	size_t n = s->n;
	enum err e;

	if (s->peer || side_get(&s->attrs, SIDE_TAGS).n == 0 ||
	    (s->nparts == 0 && s->bytes.rec.size <= WHOLE_MAX))
		return OK;
	buf_str(&sub, "tagging");
	if (version.n > 0) {
		buf_str(&sub, "&versionId=");
		uri_encode(&sub, version, false);
	}
	s->n = 0; /* the headers are the object's */
	e = send_tags(s, buf_cstr(&sub));
	s->n = n;
	buf_fini(&sub);
	return e;
}

static enum err
put_bytes(struct sending *s)
{
	struct remote_source source = { .length = s->bytes.rec.size,
		.read = replicate_bytes_read,
		.seek = replicate_bytes_seek,
		.ctx = &s->bytes };
	struct remote_put p = { .bucket = s->target.bucket,
		.key = s->w->key,
		.header = s->header,
		.nheader = s->n,
		.query = version_query(s, ""),
		.source = source,
		.part = s->part,
		.nparts = s->nparts };
	/* Without ids the other side would make two versions: is_there() comes between. */
	struct remote_call c = { .source = source, .once = !s->peer };
	enum err e;

	if (s->nparts == 0 && source.length <= WHOLE_MAX) {
		e = ask(s, "PUT", version_query(s, ""), &c);
		if (e == OK)
			see_there(s, remote_header(&c, "x-amz-version-id"),
			    remote_header(&c, "etag"));
		return e;
	}
	e = remote_put(s->lane->remote, &p, &s->fail);
	s->fault = p.fault;
	if (e == OK)
		see_there(s, arena_span(s->a, span_str(p.version)),
		    span_str(arena_printf(s->a, "\"%s\"", p.etag)));
	return e == OK ? send_parts_tags(s, span_str(p.version)) : e;
}

/* Storage classes are not the same everywhere. */
static bool
drop_class(struct sending *s)
{
	size_t n = 0;

	if (strcmp(s->fault.code, "InvalidStorageClass") != 0)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (!span_is(s->header[i].name, "x-amz-storage-class"))
			s->header[n++] = s->header[i];
	s->n = n;
	fail_clear(&s->fail);
	return true;
}

static enum err
send_put(struct sending *s)
{
	bool there = false;
	enum err e = add_object(s);

	if (e == OK && (!s->lane->sure || s->w->existing))
		e = is_there(s, &there);
	if (e == OK && there) /* the tags perhaps not: it may have ended between */
		return send_parts_tags(s, SPAN_NONE);
	if (e != OK)
		return e;
	s->lane->sure = false;
	e = put_bytes(s);
	if (e != OK && drop_class(s)) {
		e = replicate_bytes_seek(&s->bytes, 0);
		if (e == OK)
			e = put_bytes(s);
	}
	if (e != OK && s->fault.status == 409 &&
	    strcmp(s->fault.code, "VersionAlreadyExists") == 0)
		e = OK;
	return e;
}

static enum err
send_marker(struct sending *s)
{
	struct remote_call c = { .once = !s->peer };
	bool there = false;
	enum err e = OK;

	/* Who knows no ids would make one more of it. */
	if (!s->lane->sure && !s->peer)
		e = is_there(s, &there);
	if (e != OK || there)
		return e;
	s->lane->sure = false;
	add_peer(s, s->w->made_ms);
	if (s->peer)
		add(s, "x-minio-source-deletemarker", SPAN_LIT("true"));
	return ask(s, "DELETE", version_query(s, ""), &c);
}

static enum err
send_delete(struct sending *s)
{
	struct remote_call c = { 0 };
	enum err e;

	add_peer(s, s->w->made_ms);
	e = ask(s, "DELETE", version_query(s, ""), &c);
	return e == E_NO_SUCH_KEY || e == E_NO_SUCH_VERSION ? OK : e;
}

/* ---- changes ---- */

static enum err
send_lock(struct sending *s)
{
	struct buf text = { 0 };
	struct worm w;
	enum err e = worm_read(side_get(&s->attrs, SIDE_LOCK), &w);

	if (e == OK && w.mode != WORM_NONE) {
		buf_str(&text, "<Retention xmlns=\"" XML_S3NS "\">");
		xml_put_str(&text, "Mode", worm_mode_name(w.mode));
		xml_put(&text, "RetainUntilDate", iso(s, worm_until(&w, clock_now_ms())));
		xml_close(&text, "Retention");
		e = put_side(s, "retention", &text);
	}
	if (e == OK && w.legal != HOLD_NEVER) {
		buf_str(&text, "<LegalHold xmlns=\"" XML_S3NS "\">");
		xml_put_str(&text, "Status", w.legal == HOLD_ON ? "ON" : "OFF");
		xml_close(&text, "LegalHold");
		e = put_side(s, "legal-hold", &text);
	}
	return e;
}

static enum err
send_change(struct sending *s)
{
	enum err e;

	add_peer(s, s->w->made_ms);
	e = send_tags(s, "tagging");
	return e == OK ? send_lock(s) : e;
}

/* ---- one row ---- */

static enum err
send_kind(struct sending *s, enum work_end *end)
{
	/* Without ids there is no way to say which version is meant. */
	bool named = s->peer && s->w->has_origin;

	*end = WORK_DONE;
	switch (s->w->kind) {
	case WORK_PUT:
		return send_put(s);
	case WORK_MARKER:
		return send_marker(s);
	case WORK_CHANGE:
		if (!named && !s->current)
			return OK;
		return send_change(s);
	default:
		*end = named ? WORK_DONE : WORK_VOID;
		return named ? send_delete(s) : OK;
	}
}

/* Rules, targets and versions may be gone by now. */
static enum err
not_there(struct sending *s, enum err e, enum work_end *end)
{
	if (e == E_NOT_FOUND || e == E_NO_SUCH_VERSION || e == E_NO_SUCH_KEY) {
		*end = WORK_VOID;
		return OK;
	}
	if (err_row(e)->status < 500) { /* a key that is gone, or is the client's */
		log_warn("replication: %.*s/%.*s can't be read: %s", (int)s->w->bucket.n,
		    s->w->bucket.p, (int)s->w->key.n, s->w->key.p, fail_text(&s->fail));
		*end = WORK_FAILED;
		return OK;
	}
	return e;
}

/* What is there now may come once more: it is to be the only one then. */
static void
doubt_make(const struct sending *s, struct rec_doubt *out)
{
	if (s->doubtful && s->marked && s->there_version.n > 0 && s->there_etag.n > 0)
		*out = (struct rec_doubt){ .since_ms = clock_real_ms(),
			.arn = s->w->arn,
			.key = s->w->key,
			.mark = arena_span(s->a, span_of(s->mark, sizeof s->mark)),
			.version = s->there_version,
			.etag = s->there_etag };
}

enum err
replicate_send(struct lane *l, struct reader *reader, const struct rec_work *w,
    struct arena *a, enum work_end *end, struct rec_doubt *doubt)
{
	struct sending *s = arena_zalloc(a, sizeof *s);
	enum err e;

	s->lane = l;
	s->reader = reader;
	s->w = w;
	s->a = a;
	s->doubtful = !l->sure;
	fail_init(&s->fail, NULL);
	s->bytes.owner = l->owner;
	s->bytes.reader = reader;
	s->bytes.work = w;
	obj_read_pin(&s->bytes.plain.read, l->owner->conf.store, reader);
	e = store_read(reader, look_read, s);
	if (e != OK)
		e = not_there(s, e, end);
	else {
		e = remote_ready(s);
		if (e == OK)
			e = send_kind(s, end);
		l->sure = e == OK;
		if (e == OK)
			doubt_make(s, doubt);
		l->answered = s->fault.status != 0;
		if (e != OK && e != E_REMOTE_DOWN)
			log_warn("replication of %.*s/%.*s to %.*s: %s", (int)w->bucket.n,
			    w->bucket.p, (int)w->key.n, w->key.p, (int)w->arn.n, w->arn.p,
			    fail_text(&s->fail));
	}
	replicate_bytes_end(&s->bytes);
	return e;
}
