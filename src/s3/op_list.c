/* SPDX-License-Identifier: Apache-2.0 */
/* ListObjects and ListObjectsV2. */
#include "config.h"

#include "codec/b64.h"
#include "codec/nfc.h"
#include "codec/stamp.h"
#include "s3_priv.h"

enum { KEYS_MAX = 1000 };

/* What MinIO writes behind the key where a page ended (cmd/metacache-marker.go). */
#define CACHE_MARK "[minio_cache:v2,return:]"

struct listing {
	struct rq *rq;
	struct buf *out;
	struct obj_list list;
	struct buf common; /* CommonPrefixes come behind Contents */
	struct buf before_size, behind_size; /* of a row with these: */
	uint8_t kind, class;
	bool composite, fixed;
	uint64_t max, told;
	bool url, v2;
	bool owner; /* is shown */
	bool metadata, restore; /* too */
	struct txn *t; /* of the page */
	bool amp_34; /* quotes as &#34; */
	struct owners owners;
	struct txn *spelt; /* keys are shown as they were sent; NULL: as they are */
	size_t above_n; /* of above: a key that others may be below; 0: none */
	char above[256];
	bool watched, shadow; /* there are a and a/1; looked for when watched */
};

static void
put_name(const struct listing *l, struct buf *b, struct span s)
{
	if (l->url)
		uri_encode_listing(b, s);
	else
		xml_escape(b, s);
}

static void
put_element(const struct listing *l, const char *name, struct span s)
{
	xml_open(l->out, name);
	put_name(l, l->out, s);
	xml_close(l->out, name);
}

/* Neighbours have the same kind of checksum and the same class, so the text of both is made
 * when they change, and copied in between. */
static void
list_fixed(struct listing *l, const struct rec_object *rec)
{
	const struct checksum *c = &rec->checksum;
	enum tier_value more = tier_value(l->rq, TP_LIST_MORE);

	l->fixed = true;
	l->kind = c->kind;
	l->composite = c->composite;
	l->class = rec->class;
	l->before_size.n = l->behind_size.n = 0;
	buf_str(&l->before_size, l->amp_34 ? "&#34;</ETag>" : "&quot;</ETag>");
	if (c->kind != CHECKSUM_NONE &&
	    (more == TV_CHECKSUMS || more == TV_SUMS_METADATA)) {
		xml_put_str(
		    &l->before_size, "ChecksumAlgorithm", checksum_row(c->kind)->name);
		xml_put_str(&l->before_size, "ChecksumType",
		    c->composite ? "COMPOSITE" : "FULL_OBJECT");
	}
	buf_str(&l->before_size, "<Size>");
	buf_str(&l->behind_size, "</Size>");
	if (l->owner && l->list.bad == OK)
		l->list.bad = owner_put(&l->behind_size, &l->owners, rec);
	xml_put_str(&l->behind_size, "StorageClass", class_name(rec->class));
	if (!l->metadata && !l->restore)
		buf_str(&l->behind_size, "</Contents>");
}

/* For the report: MinIO lists no key that has another before one of its slashes. Of keys that
 * begin alike and stand between the two (a-b between a and a/1) none is remembered. */
static void
shadow_look(struct listing *l, struct span key)
{
	if (l->above_n > 0 && key.n > l->above_n &&
	    memcmp(key.p, l->above, l->above_n) == 0) {
		l->shadow |= key.p[l->above_n] == '/';
		return;
	}
	l->above_n = key.n < sizeof l->above ? key.n : 0;
	memcpy(l->above, key.p, l->above_n);
}

/* The hot line of a listing. */
static void
list_row(void *ctx, struct span key, struct span value)
{
	struct listing *l = ctx;
	struct buf *b = l->out;
	struct rec_object rec;

	l->list.bad = rec_object_get(value, &rec);
	if (l->list.bad != OK)
		return;
	if (!l->fixed || (l->owner && l->owners.t != NULL) ||
	    rec.checksum.kind != l->kind || rec.checksum.composite != l->composite ||
	    rec.class != l->class)
		list_fixed(l, &rec);
	if (l->spelt != NULL && !nfc_is_ascii(key))
		l->list.bad = obj_spelling(l->spelt, &rec, &key);
	if (l->watched)
		shadow_look(l, key);
	buf_str(b, "<Contents><Key>");
	put_name(l, b, key);
	buf_str(b, "</Key><LastModified>");
	stamp_iso(buf_grow(b, STAMP_ISO), rec.mtime_ms / 1000 * 1000);
	if (l->amp_34)
		buf_str(b, "</LastModified><ETag>&#34;");
	else
		buf_str(b, "</LastModified><ETag>&quot;");
	buf_reserve(b, ETAG_TEXT);
	b->n += obj_etag(b->p + b->n, &rec);
	buf_span(b, buf_view(&l->before_size));
	buf_u64(b, rec.size);
	buf_span(b, buf_view(&l->behind_size));
	if (!l->metadata && !l->restore)
		return;
	if (l->list.bad == OK && l->restore)
		l->list.bad = restore_put(b, l->rq, l->t, &rec);
	if (l->list.bad == OK && l->metadata)
		l->list.bad = listmeta_put(b, l->t, l->rq, key, &rec);
	buf_str(b, "</Contents>");
}

static void
list_common(void *ctx, struct span prefix)
{
	struct listing *l = ctx;

	if (l->watched)
		shadow_look(l, prefix);
	buf_str(&l->common, "<CommonPrefixes><Prefix>");
	put_name(l, &l->common, prefix);
	buf_str(&l->common, "</Prefix></CommonPrefixes>");
}

static enum err
list_read(struct txn *t, void *arg)
{
	struct listing *l = arg;

	l->t = t;
	if (tier_value(l->rq, TP_KEY_UNICODE) == TV_NFC)
		l->spelt = t;
	if (l->owner)
		owner_look(t, l->rq, &l->owners);
	return obj_list(t, &l->list, l->rq->arena);
}

/* base64 of the key and the mark */
static void
put_token_minio(struct listing *l, const char *element, struct span last)
{
	char *raw = arena_printf(l->rq->arena, "%.*s" CACHE_MARK, (int)last.n, last.p),
	     *text = arena_alloc(l->rq->arena, B64_LEN(strlen(raw)));

	xml_put(l->out, element, span_of(text, b64_render(text, raw, strlen(raw))));
}

static bool
token_parse_minio(struct listing *l, struct span token)
{
	char *raw = arena_alloc(l->rq->arena, token.n + 1);
	struct span mark = SPAN_LIT(CACHE_MARK), key;
	size_t n;

	if (!b64_parse(raw, token.n, &n, token))
		return false;
	key = span_of(raw, n);
	if (span_ends(key, mark))
		key.n -= mark.n;
	l->list.after = key;
	l->list.after_prefix =
	    span_ends(key, l->list.delimiter) && l->list.delimiter.n > 0;
	return true;
}

/* Opaque, but not secret: 'k' or 'p' (key or common prefix) and where the page ended. */
static void
put_token(struct listing *l, const char *element, struct span last, bool prefix)
{
	char *raw, *text;

	if (tier_value(l->rq, TP_LIST_TOKEN) == TV_MINIO) {
		put_token_minio(l, element, last);
		return;
	}
	raw = arena_alloc(l->rq->arena, last.n + 1);
	text = arena_alloc(l->rq->arena, B64_LEN(last.n + 1));

	raw[0] = prefix ? 'p' : 'k';
	memcpy(raw + 1, last.p, last.n);
	xml_put(l->out, element, span_of(text, b64url_render(text, raw, last.n + 1)));
}

static bool
token_parse(struct listing *l, struct span token)
{
	char *raw = arena_alloc(l->rq->arena, token.n + 1);
	size_t n;

	if (tier_value(l->rq, TP_LIST_TOKEN) == TV_MINIO)
		return token_parse_minio(l, token);
	if (!b64url_parse(raw, token.n, &n, token) || n < 2 ||
	    (raw[0] != 'k' && raw[0] != 'p'))
		return false;
	l->list.after = span_of(raw + 1, n - 1);
	l->list.after_prefix = raw[0] == 'p';
	return true;
}

/* Parameters that not every service passes over in silence. */
static enum err
list_unknown(struct listing *l)
{
	static const char *const both[] = { "delimiter", "encoding-type", "max-keys",
		"prefix", "x-id", "x-purpose" };
	static const char *const second[] = { "list-type", "continuation-token",
		"fetch-owner", "start-after" };
	struct rq *rq = l->rq;

	for (size_t i = 0; i < rq->nparam; i++) {
		struct span name = rq->param[i].name;
		bool known =
		    (name.n > 6 && span_ieq(span_head(name, 6), SPAN_LIT("x-amz-"))) ||
		    (!l->v2 && span_is(name, "marker"));

		for (size_t k = 0; !known && k < ARRAY_LEN(both); k++)
			known = span_is(name, both[k]);
		for (size_t k = 0; l->v2 && !known && k < ARRAY_LEN(second); k++)
			known = span_is(name, second[k]);
		if (!known &&
		    tier_says(rq,
			span_is(name, "list-type") ? TP_LIST_TYPE_3 : TP_LIST_PARAM) ==
			TV_LACKS)
			return fail_msg(&rq->fail, E_NOT_IMPLEMENTED,
			    "%s search parameter %.*s not implemented", rq->op->name,
			    (int)span_head(name, 64).n, name.p);
	}
	return OK;
}

static enum err
list_params(struct listing *l)
{
	struct rq *rq = l->rq;
	struct obj_list *o = &l->list;
	enum err e = list_unknown(l);

	if (e == OK)
		e = query_encoding(rq, &l->url);

	l->max = KEYS_MAX;
	l->metadata = l->v2 && listmeta_asked(rq);
	if (e == OK)
		e = restore_asked(rq, &l->restore);
	if (e == OK)
		e = query_max(rq, "max-keys", INT32_MAX, &l->max);
	l->told = l->max;
	if (l->max > KEYS_MAX) {
		l->max = KEYS_MAX;
		if (tier_says(rq, TP_LIST_MAX) == TV_CAP)
			l->told = KEYS_MAX;
	}
	*o = (struct obj_list){
		.table = T_OBJECT,
		.space = rq->bkt.id,
		.prefix = query_get(rq, "prefix"),
		.delimiter = query_get(rq, "delimiter"),
		.max = (size_t)l->max,
		.shadows = tier_value(rq, TP_KEY_SHADOW) == TV_HIDDEN,
		.ctx = l,
		.row = list_row,
		.common = list_common,
	};
	if (e == OK)
		e = address_nfc(rq, &o->prefix);
	return e;
}

static enum err
list_rows(struct listing *l)
{
	struct rq *rq = l->rq;
	enum err e;

	l->list.ctx = l;
	l->amp_34 = tier_value(rq, TP_LIST_QUOTE) == TV_AMP_34;
	l->watched = rq->tier == TIER_OPEN;
	e = store_read(rq->loop->reader, list_read, l);
	buf_span(l->out, buf_view(&l->common));
	buf_fini(&l->common);
	buf_fini(&l->before_size);
	buf_fini(&l->behind_size);
	if (l->shadow)
		(void)tier_says(rq, TP_KEY_SHADOW);
	return e == OK ? l->list.bad : e;
}

static void
list_head(struct listing *l)
{
	struct rq *rq = l->rq;

	l->out = reply_xml(rq, 200);
	buf_str(l->out, "<ListBucketResult xmlns=\"" XML_S3NS "\">");
	xml_put(l->out, "Name", rq->bucket);
	put_element(l, "Prefix", l->list.prefix);
}

static void
list_tail(struct listing *l)
{
	if (l->list.delimiter.n > 0)
		put_element(l, "Delimiter", l->list.delimiter);
	if (l->url)
		xml_put_str(l->out, "EncodingType", "url");
	xml_put_u64(l->out, "MaxKeys", l->told);
	xml_put_bool(l->out, "IsTruncated", l->list.truncated);
	buf_str(l->out, "</ListBucketResult>");
}

/* Where the next page begins; AWS tells only what cannot be read from the last key. */
static void
put_marker(struct listing *l)
{
	struct rq *rq = l->rq;
	enum tier_value how;

	if (l->list.delimiter.n > 0)
		how = tier_says_of(rq, TP_LIST_MARKER, TIER_BIT_MINIO);
	else
		how = tier_says(rq, TP_LIST_MARKER);
	if (how == TV_MARKED)
		put_element(l, "NextMarker",
		    span_str(arena_printf(rq->arena, "%.*s" CACHE_MARK,
			(int)l->list.last.n, l->list.last.p)));
	else if (how == TV_TRUNCATED || l->list.delimiter.n > 0)
		put_element(l, "NextMarker", l->list.last);
}

/* A marker of MinIO's is a key with the mark behind it. */
static struct span
unmarked(const struct rq *rq, struct span marker)
{
	struct span mark = SPAN_LIT(CACHE_MARK);

	if (tier_value(rq, TP_LIST_MARKER) == TV_MARKED && span_ends(marker, mark))
		marker.n -= mark.n;
	return marker;
}

enum err
op_list_objects_begin(struct rq *rq)
{
	struct listing l = { .rq = rq, .owner = true };
	struct span marker = query_get(rq, "marker");
	enum err e = list_params(&l);

	if (e == OK) {
		l.list.after = unmarked(rq, marker);
		e = address_nfc(rq, &l.list.after);
	}
	if (e != OK)
		return e;
	if (tier_value(rq, TP_LIST_OWNER) == TV_NONE)
		l.owner = false;
	list_head(&l);
	put_element(&l, "Marker", marker);
	e = list_rows(&l);
	if (l.list.truncated)
		put_marker(&l);
	list_tail(&l);
	return e;
}

enum err
op_list_objects_v2_begin(struct rq *rq)
{
	struct listing l = { .rq = rq, .v2 = true };
	struct span token = query_get(rq, "continuation-token"),
		    start = query_get(rq, "start-after"),
		    owner = query_get(rq, "fetch-owner");
	enum err e = list_params(&l);

	if (e != OK)
		return e;
	if (owner.n > 0 && !span_is(owner, "true") && !span_is(owner, "false"))
		return bad_argument(
		    rq, "fetch-owner", owner, "fetch-owner must be true or false");
	l.owner = span_is(owner, "true") && tier_value(rq, TP_LIST_OWNER) != TV_NONE;
	l.list.after = start;
	e = address_nfc(rq, &l.list.after);
	if (e != OK)
		return e;
	if (token.p != NULL && !token_parse(&l, token))
		return bad_argument(rq, "continuation-token", token,
		    "The continuation token provided is incorrect");
	list_head(&l);
	if (start.p != NULL)
		put_element(&l, "StartAfter", start);
	if (token.p != NULL)
		xml_put(l.out, "ContinuationToken", token);
	e = list_rows(&l);
	if (l.list.truncated)
		put_token(
		    &l, "NextContinuationToken", l.list.last, l.list.last_is_prefix);
	xml_put_u64(l.out, "KeyCount", l.list.count);
	list_tail(&l);
	return e;
}
