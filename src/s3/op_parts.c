/* SPDX-License-Identifier: Apache-2.0 */
/* ListParts, ListMultipartUploads, GetObjectAttributes. */
#include "config.h"

#include "base/mem.h"
#include "model/side.h"
#include "sse_priv.h"

enum { PAGE_MAX = 1000 };

static void
put_owner(const struct rq *rq, struct buf *b, const struct account *owner)
{
	uint8_t how = (uint8_t)tier_value(rq, TP_LIST_OWNER);

	xml_put_owner(b, "Initiator", owner, how);
	xml_put_owner(b, "Owner", owner, how);
}

static void
put_algorithm(struct buf *b, const struct rec_upload *u)
{
	if (!u->checksum_given)
		return;
	xml_put_str(b, "ChecksumAlgorithm", checksum_row(u->checksum)->name);
	xml_put_str(b, "ChecksumType", u->composite ? "COMPOSITE" : "FULL_OBJECT");
}

/* ---- ListParts ---- */

struct part_page {
	struct rq *rq;
	struct span id;
	uint64_t max, after;
	unsigned last;
	bool truncated;
	struct rec_upload upload;
	struct buf rows;
};

static void
part_row(void *ctx, unsigned number, const struct rec_part *p)
{
	struct part_page *page = ctx;
	struct buf *b = &page->rows;
	char etag[ETAG_TEXT];

	buf_str(b, "<Part>");
	xml_put_u64(b, "PartNumber", number);
	xml_put_time(b, "LastModified", p->mtime_ms);
	xml_put_etag(b, etag, obj_etag_hex(etag, p->etag, 0));
	xml_put_u64(b, "Size", p->size);
	if (page->upload.checksum_given)
		xml_put_checksum(b, &p->checksum, 0);
	buf_str(b, "</Part>");
	page->last = number;
}

static enum err
parts_read(struct txn *t, void *arg)
{
	struct part_page *p = arg;
	struct rq *rq = p->rq;
	enum err e = obj_upload_find(
	    t, &rq->bkt, rq->key, p->id, rq->arena, &p->upload, &rq->fail);

	if (e != OK || p->max == 0)
		return e;
	return obj_parts(t, &p->upload, (unsigned)p->after, (size_t)p->max, part_row, p,
	    &p->truncated);
}

enum err
op_list_parts_begin(struct rq *rq)
{
	struct part_page p = { .rq = rq, .max = PAGE_MAX };
	struct buf *b;
	enum err e = query_max(rq, "max-parts", PAGE_MAX, &p.max);

	if (e == OK)
		e = query_max(rq, "part-number-marker", UINT16_MAX, &p.after);
	if (e != OK)
		return e;
	p.id = query_get(rq, "uploadId");
	p.last = (unsigned)p.after;
	e = store_read(rq->loop->reader, parts_read, &p);
	if (e != OK)
		goto out;
	b = reply_xml(rq, 200);
	expiry_abort(rq, p.upload.initiated_ms);
	buf_str(b, "<ListPartsResult xmlns=\"" XML_S3NS "\">");
	xml_put(b, "Bucket", rq->bucket);
	xml_put(b, "Key", rq->key);
	xml_put(b, "UploadId", p.id);
	put_owner(rq, b, rq_owner(rq));
	xml_put_str(b, "StorageClass", class_name(p.upload.class));
	put_algorithm(b, &p.upload);
	xml_put_u64(b, "PartNumberMarker", p.after);
	xml_put_u64(b, "NextPartNumberMarker", p.last);
	xml_put_u64(b, "MaxParts", p.max);
	xml_put_bool(b, "IsTruncated", p.truncated);
	buf_span(b, buf_view(&p.rows));
	buf_str(b, "</ListPartsResult>");
out:
	buf_fini(&p.rows);
	return e;
}

/* ---- ListMultipartUploads ---- */

struct upload_page {
	struct rq *rq;
	const struct account *owner;
	struct obj_list list;
	struct buf rows, common;
	uint64_t max;
	bool url;
	struct span last_key;
	uint64_t last_number, last_salt;
	struct span marker_id;
};

static void
put_text(const struct upload_page *p, struct buf *b, const char *name, struct span s)
{
	xml_open(b, name);
	if (p->url)
		uri_encode_listing(b, s);
	else
		xml_escape(b, s);
	xml_close(b, name);
}

static void
upload_row(void *ctx, struct span index_key, struct span value)
{
	struct upload_page *p = ctx;
	struct rec_upload u;
	struct buf *b = &p->rows;
	struct span key;
	struct span spelt = SPAN_NONE;
	struct arena a; /* metadata of a thousand uploads is not to fill the request's */
	uint64_t number;
	char id[UPLOAD_ID_TEXT];

	arena_init(&a, SIZE_MAX);
	p->list.bad = upload_key_get(index_key, &key, &number)
	    ? rec_upload_get(&a, value, &u)
	    : E_CORRUPT;
	if (p->list.bad == OK)
		spelt = arena_span(p->rq->arena, side_get(&u.attrs, SIDE_SPELLING));
	arena_fini(&a);
	if (p->list.bad != OK)
		return;
	upload_id_render(id, u.number, u.salt);
	buf_str(b, "<Upload>");
	put_text(p, b, "Key", spelt.n > 0 ? spelt : key);
	xml_put(b, "UploadId", span_of(id, sizeof id));
	put_owner(p->rq, b, p->owner);
	xml_put_str(b, "StorageClass", class_name(u.class));
	xml_put_time(b, "Initiated", u.initiated_ms);
	put_algorithm(b, &u);
	buf_str(b, "</Upload>");
	p->last_key = arena_span(p->rq->arena, key);
	p->last_number = u.number;
	p->last_salt = u.salt;
}

static void
upload_common(void *ctx, struct span prefix)
{
	struct upload_page *p = ctx;

	buf_str(&p->common, "<CommonPrefixes>");
	put_text(p, &p->common, "Prefix", prefix);
	buf_str(&p->common, "</CommonPrefixes>");
	p->last_key = prefix;
	p->last_number = p->last_salt = 0;
}

static enum err
uploads_read(struct txn *t, void *arg)
{
	struct upload_page *p = arg;

	return obj_list(t, &p->list, p->rq->arena);
}

/* What NextKeyMarker gives where a page ends with a common prefix. */
static bool
marker_is_common(const struct obj_list *l, struct span key)
{
	return l->delimiter.n > 0 && span_starts(key, l->prefix) &&
	    span_search(key, l->delimiter, l->prefix.n) + l->delimiter.n == key.n;
}

/* Behind a key: behind all its uploads, or with an id behind that one of them. */
static enum err
uploads_after(struct upload_page *p, struct span key)
{
	struct buf after = { 0 };
	uint64_t number = UINT64_MAX, salt;
	struct rq *rq = p->rq;

	if (key.n == 0)
		return OK;
	if (p->marker_id.n > 0 && !upload_id_parse(p->marker_id, &number, &salt))
		return bad_argument(
		    rq, "upload-id-marker", p->marker_id, "Invalid uploadId marker");
	if (p->marker_id.n == 0 && marker_is_common(&p->list, key)) {
		p->list.after = key;
		p->list.after_prefix = true;
		return OK;
	}
	upload_key_put(&after, key, number);
	p->list.after = arena_span(rq->arena, buf_view(&after));
	buf_fini(&after);
	return OK;
}

static void
uploads_tail(struct upload_page *p, struct buf *b, struct span key_marker)
{
	struct rq *rq = p->rq;
	char id[UPLOAD_ID_TEXT];

	xml_put(b, "Bucket", rq->bucket);
	put_text(p, b, "KeyMarker", key_marker);
	xml_put(b, "UploadIdMarker", p->marker_id);
	upload_id_render(id, p->last_number, p->last_salt);
	put_text(p, b, "NextKeyMarker", p->last_key);
	xml_put(b, "NextUploadIdMarker",
	    p->last_number != 0 ? span_of(id, sizeof id) : SPAN_NONE);
	if (p->list.delimiter.n > 0)
		put_text(p, b, "Delimiter", p->list.delimiter);
	put_text(p, b, "Prefix", p->list.prefix);
	if (p->url)
		xml_put_str(b, "EncodingType", "url");
	xml_put_u64(b, "MaxUploads", p->max);
	xml_put_bool(b, "IsTruncated", p->list.truncated);
	buf_span(b, buf_view(&p->rows));
	buf_span(b, buf_view(&p->common));
	buf_str(b, "</ListMultipartUploadsResult>");
}

enum err
op_list_uploads_begin(struct rq *rq)
{
	struct upload_page p = {
		.rq = rq, .max = tier_max(rq, TL_UPLOADS), .owner = rq_owner(rq)
	};
	struct span key_marker = query_get(rq, "key-marker");
	struct buf *b;
	enum err e = query_encoding(rq, &p.url);

	if (e == OK)
		e = query_max(rq, "max-uploads", tier_max(rq, TL_UPLOADS), &p.max);
	p.list = (struct obj_list){
		.table = T_UPLOAD,
		.space = rq->bkt.uploads,
		.prefix = query_get(rq, "prefix"),
		.delimiter = query_get(rq, "delimiter"),
		.max = (size_t)p.max,
		.ctx = &p,
		.row = upload_row,
		.common = upload_common,
	};
	p.marker_id = query_get(rq, "upload-id-marker");
	if (e == OK)
		e = address_nfc(rq, &p.list.prefix);
	if (e == OK)
		e = address_nfc(rq, &key_marker);
	if (e == OK)
		e = uploads_after(&p, key_marker);
	if (e == OK)
		e = store_read(rq->loop->reader, uploads_read, &p);
	if (e == OK)
		e = p.list.bad;
	if (e == OK && p.list.truncated)
		(void)tier_over(rq, TL_UPLOADS, p.max + 1);
	if (e == OK) {
		b = reply_xml(rq, 200);
		buf_str(b, "<ListMultipartUploadsResult xmlns=\"" XML_S3NS "\">");
		uploads_tail(&p, b, key_marker);
	}
	buf_fini(&p.rows);
	buf_fini(&p.common);
	return e;
}

/* ---- GetObjectAttributes ---- */

enum { WANT_ETAG = 1, WANT_CHECKSUM = 2, WANT_PARTS = 4, WANT_CLASS = 8, WANT_SIZE = 16 };

struct attributes {
	struct rq *rq;
	struct obj_version version;
	unsigned want;
	uint64_t max, after;
	struct rec_object rec;
	struct obj_part_kept *kept;
	size_t nkept;
	struct sse_customer customer;
};

/* Without the key of its owner nothing is told. */
static enum err
attributes_open(struct txn *t, struct attributes *a)
{
	struct sealed_keys keys;
	struct attrs attrs;
	enum err e = obj_attrs(t, &a->rec, a->rq->arena, &attrs);

	if (e == OK)
		e = sse_open(a->rq, &attrs, &a->customer, &keys);
	sealed_keys_wipe(&keys);
	return e;
}

static enum err
attributes_read(struct txn *t, void *arg)
{
	struct attributes *a = arg;
	struct rq *rq = a->rq;
	struct obj_cond cond;
	enum err e = headers_cond_read(rq, "", &cond);

	if (e == OK)
		e = obj_version_find(
		    t, &rq->bkt, rq->key, &a->version, &a->rec, &rq->fail);
	if (e == OK && (a->rec.flags & OBJECT_IS_MARKER) != 0)
		e = fail_set(&rq->fail, E_METHOD_NOT_ALLOWED);
	if (e == OK)
		e = attributes_open(t, a);
	if (e == OK)
		e = obj_cond_read(&cond, &a->rec, &rq->fail);
	return e == OK ? obj_parts_kept(t, &a->rec, rq->arena, &a->kept, &a->nkept) : e;
}

static enum err
attributes_want(struct rq *rq, unsigned *want)
{
	static const struct {
		const char *name;
		unsigned bit;
	} known[] = { { "ETag", WANT_ETAG }, { "Checksum", WANT_CHECKSUM },
		{ "ObjectParts", WANT_PARTS }, { "StorageClass", WANT_CLASS },
		{ "ObjectSize", WANT_SIZE } };
	struct span v = header_get(rq, "x-amz-object-attributes"), rest = v, one;
	size_t i;

	if (v.n == 0)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "The x-amz-object-attributes header specifying the attributes to be "
		    "retrieved is "
		    "either missing or empty");
	while (rest.n > 0) {
		one = span_trim(span_cut(&rest, ','));
		for (i = 0; i < ARRAY_LEN(known); i++)
			if (span_is(one, known[i].name))
				break;
		if (i == ARRAY_LEN(known))
			return bad_argument(rq, "x-amz-object-attributes", one,
			    "Invalid attribute name specified.");
		*want |= known[i].bit;
	}
	return OK;
}

static void
put_parts(struct attributes *a, struct buf *b)
{
	uint64_t n = 0, last = a->after;
	struct buf rows = { 0 };
	bool truncated = false;

	buf_str(b, "<ObjectParts>");
	xml_put_u64(
	    b, "PartsCount", a->rec.parts); /* the SDKs show it as TotalPartsCount */
	for (size_t i = 0; i < a->nkept; i++) {
		if (a->kept[i].number <= a->after)
			continue;
		if (n == a->max) {
			truncated = true;
			break;
		}
		buf_str(&rows, "<Part>");
		xml_put_u64(&rows, "PartNumber", a->kept[i].number);
		xml_put_u64(&rows, "Size", a->kept[i].size);
		xml_put_checksum(&rows, &a->kept[i].checksum, 0);
		buf_str(&rows, "</Part>");
		last = a->kept[i].number;
		n++;
	}
	if (a->nkept > 0) {
		xml_put_u64(b, "PartNumberMarker", a->after);
		xml_put_u64(b, "NextPartNumberMarker", last);
		xml_put_u64(b, "MaxParts", a->max);
		xml_put_bool(b, "IsTruncated", truncated);
	}
	buf_span(b, buf_view(&rows));
	buf_str(b, "</ObjectParts>");
	buf_fini(&rows);
}

static enum err
attributes_page(struct rq *rq, struct attributes *a)
{
	struct span max = header_get(rq, "x-amz-max-parts"),
		    after = header_get(rq, "x-amz-part-number-marker");

	if (max.p != NULL && !span_u64(max, &a->max))
		return bad_argument(rq, "x-amz-max-parts", max,
		    "Argument x-amz-max-parts must be an integer between 0 and "
		    "2147483647");
	if (a->max > PAGE_MAX)
		a->max = PAGE_MAX;
	if (after.p != NULL && !span_u64(after, &a->after))
		return bad_argument(rq, "x-amz-part-number-marker", after,
		    "Argument x-amz-part-number-marker must be an integer between 0 and "
		    "2147483647");
	return OK;
}

enum err
op_get_attributes_begin(struct rq *rq)
{
	struct attributes a = { .rq = rq, .max = PAGE_MAX };
	char etag[ETAG_TEXT];
	struct buf *b;
	enum err e = query_version(rq, &a.version);

	if (e == OK)
		e = attributes_want(rq, &a.want);
	if (e == OK)
		e = attributes_page(rq, &a);
	if (e == OK)
		e = sse_customer(rq, true, &a.customer);
	if (e == OK)
		e = store_read(rq->loop->reader, attributes_read, &a);
	mem_wipe(&a.customer, sizeof a.customer);
	if (e != OK)
		return e;
	read_tell(rq, EVENT_GET_ATTRIBUTES, &a.rec, &(struct attrs){ 0 });
	b = reply_xml(rq, 200);
	reply_http_date(rq, "Last-Modified", a.rec.mtime_ms);
	reply_version(rq, &a.rec);
	buf_str(b, "<GetObjectAttributesResponse xmlns=\"" XML_S3NS "\">");
	if ((a.want & WANT_ETAG) != 0)
		xml_put(b, "ETag", span_of(etag, obj_etag(etag, &a.rec)));
	if ((a.want & WANT_CHECKSUM) != 0 && a.rec.checksum.kind != CHECKSUM_NONE) {
		buf_str(b, "<Checksum>");
		xml_put_checksum(b, &a.rec.checksum, a.rec.parts);
		xml_put_str(b, "ChecksumType",
		    a.rec.checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
		buf_str(b, "</Checksum>");
	}
	if ((a.want & WANT_PARTS) != 0 && a.rec.parts > 0)
		put_parts(&a, b);
	if ((a.want & WANT_CLASS) != 0)
		xml_put_str(b, "StorageClass", class_name(a.rec.class));
	if ((a.want & WANT_SIZE) != 0)
		xml_put_u64(b, "ObjectSize", a.rec.size);
	buf_str(b, "</GetObjectAttributesResponse>");
	return OK;
}
