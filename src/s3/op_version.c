/* SPDX-License-Identifier: Apache-2.0 */
/* GetBucketVersioning, PutBucketVersioning, ListObjectVersions. */
#include "config.h"

#include "codec/stamp.h"
#include "s3_priv.h"

/* ---- the state of a bucket ---- */

struct versioning_look {
	struct rq *rq;
	enum mfa_delete mfa;
};

static enum err
versioning_read(struct txn *t, void *arg)
{
	struct versioning_look *l = arg;

	return obj_mfa_delete(t, &l->rq->bkt, &l->mfa);
}

enum err
op_get_versioning_begin(struct rq *rq)
{
	struct versioning_look l = { .rq = rq };
	enum err e = store_read(rq->loop->reader, versioning_read, &l);
	struct buf *b;

	if (e != OK)
		return e;
	b = reply_xml(rq, 200);
	buf_str(b, "<VersioningConfiguration xmlns=\"" XML_S3NS "\">");
	if (rq->bkt.versioning != VERSIONING_NEVER)
		xml_put_str(b, "Status",
		    rq->bkt.versioning == VERSIONING_ENABLED ? "Enabled" : "Suspended");
	if (l.mfa != MFA_DELETE_NEVER)
		xml_put_str(
		    b, "MfaDelete", l.mfa == MFA_DELETE_ON ? "Enabled" : "Disabled");
	buf_str(b, "</VersioningConfiguration>");
	return OK;
}

struct versioning_op {
	struct obj_write w;
	struct rq *rq;
	uint8_t state;
	enum mfa_delete mfa_delete; /* NEVER: not said */
	bool mfa; /* a code came with it */
};

static enum err
versioning_write(struct txn *t, void *arg)
{
	struct versioning_op *op = CONTAINER_OF(arg, struct versioning_op, w.write);

	fail_clear(&op->rq->fail);
	return obj_versioning_set(
	    t, op->rq->bucket, op->state, op->mfa_delete, op->mfa, &op->rq->fail);
}

static void
versioning_then(struct obj_write *w, enum err e)
{
	struct versioning_op *op = CONTAINER_OF(w, struct versioning_op, w);

	if (e == OK)
		reply_begin(op->rq, 200);
	rq_resume(op->rq, e);
}

static enum err
versioning_parse(struct rq *rq, struct versioning_op *op)
{
	struct xml_node *root;
	struct span status, mfa;
	enum err e = intake_xml(rq, "VersioningConfiguration", &root);

	if (e != OK)
		return e;
	mfa = xml_text(root, "MfaDelete");
	if (mfa.p != NULL && tier_says(rq, TP_VERSIONING_MFA) == TV_IGNORE)
		mfa = SPAN_NONE;
	if (mfa.p != NULL)
		op->mfa_delete = span_is(mfa, "Enabled") ? MFA_DELETE_ON : MFA_DELETE_OFF;
	if (op->mfa_delete == MFA_DELETE_OFF && !span_is(mfa, "Disabled"))
		return fail_set(&rq->fail, E_MALFORMED_XML);
	if (xml_child(root, "Status") == NULL)
		return fail_set(&rq->fail, E_ILLEGAL_VERSIONING);
	status = xml_text(root, "Status");
	op->state =
	    span_is(status, "Enabled") ? VERSIONING_ENABLED : VERSIONING_SUSPENDED;
	if (op->state == VERSIONING_ENABLED || span_is(status, "Suspended"))
		return OK;
	if (tier_says(rq, TP_VERSIONING_BAD) == TV_ILLEGAL_VERSIONING)
		return fail_msg(&rq->fail, E_ILLEGAL_VERSIONING,
		    "Indicates that the versioning configuration specified in the "
		    "request is invalid");
	return fail_set(&rq->fail, E_MALFORMED_XML);
}

enum err
op_put_versioning_finish(struct rq *rq)
{
	struct versioning_op *op = arena_zalloc(rq->arena, sizeof *op);
	enum err e = versioning_parse(rq, op);

	if (e == OK)
		e = mfa_check(rq, &op->mfa);
	if (e != OK)
		return e;
	op->rq = rq;
	obj_write_post(&op->w, rq->s3->conf.store, versioning_write, rq->loop->inbox,
	    versioning_then);
	return rq_wait(rq);
}

/* ---- the listing ---- */

enum { VERSIONS_MAX = 1000 };

struct listing {
	struct rq *rq;
	struct owners owners;
	enum err bad; /* an owner could not be read */
	struct obj_version_list list;
	struct buf rows, common;
	struct span id_marker;
	uint64_t max;
	bool url;
	bool metadata, restore; /* of each version too */
	struct txn *t; /* of the page */
};

static void
put_text(const struct listing *l, struct buf *b, const char *name, struct span s)
{
	xml_open(b, name);
	if (l->url)
		uri_encode_listing(b, s);
	else
		xml_escape(b, s);
	xml_close(b, name);
}

static void
put_version(struct buf *b, const struct rec_object *rec)
{
	char etag[ETAG_TEXT];

	xml_put_etag(b, etag, obj_etag(etag, rec));
	if (rec->checksum.kind != CHECKSUM_NONE) {
		xml_put_str(
		    b, "ChecksumAlgorithm", checksum_row(rec->checksum.kind)->name);
		xml_put_str(b, "ChecksumType",
		    rec->checksum.composite ? "COMPOSITE" : "FULL_OBJECT");
	}
	xml_put_u64(b, "Size", rec->size);
	xml_put_str(b, "StorageClass", class_name(rec->class));
}

static void
list_row(void *ctx, struct span key, const struct rec_object *rec, bool latest)
{
	struct listing *l = ctx;
	bool marker = (rec->flags & OBJECT_IS_MARKER) != 0;
	char text[VERSION_ID_TEXT];

	xml_open(&l->rows, marker ? "DeleteMarker" : "Version");
	put_text(l, &l->rows, "Key", key);
	xml_put(&l->rows, "VersionId", span_of(text, obj_version_text(text, rec)));
	xml_put_bool(&l->rows, "IsLatest", latest);
	xml_put_time(&l->rows, "LastModified", rec->mtime_ms);
	if (!marker)
		put_version(&l->rows, rec);
	else if (tier_value(l->rq, TP_LIST_VERSIONS) == TV_MARKER_FIELDS)
		buf_str(&l->rows,
		    "<ETag></ETag><Size>0</Size><StorageClass>STANDARD</StorageClass>");
	if (l->bad == OK)
		l->bad = owner_put(&l->rows, &l->owners, rec);
	if (l->bad == OK && l->restore && !marker)
		l->bad = restore_put(&l->rows, l->rq, l->t, rec);
	if (l->bad == OK && l->metadata && !marker)
		l->bad = listmeta_put(&l->rows, l->t, l->rq, key, rec);
	xml_close(&l->rows, marker ? "DeleteMarker" : "Version");
}

static void
list_common(void *ctx, struct span prefix)
{
	struct listing *l = ctx;

	buf_str(&l->common, "<CommonPrefixes>");
	put_text(l, &l->common, "Prefix", prefix);
	buf_str(&l->common, "</CommonPrefixes>");
}

static enum err
list_read(struct txn *t, void *arg)
{
	struct listing *l = arg;
	enum err e = obj_bucket_find(t, l->rq->bucket, &l->list.bucket, &l->rq->fail);

	l->t = t;
	owner_look(t, l->rq, &l->owners);
	if (e == OK)
		e = obj_version_list(t, &l->list, l->rq->arena);
	return e == OK ? l->bad : e;
}

static enum err
list_params(struct listing *l)
{
	struct rq *rq = l->rq;
	struct obj_version_list *o = &l->list;
	enum err e = query_encoding(rq, &l->url);

	if (e == OK)
		e = query_max(rq, "max-keys", VERSIONS_MAX, &l->max);
	if (e == OK)
		e = restore_asked(rq, &l->restore);
	if (e != OK)
		return e;
	l->metadata = listmeta_asked(rq);
	l->id_marker = query_get(rq, "version-id-marker");
	o->prefix = query_get(rq, "prefix");
	o->delimiter = query_get(rq, "delimiter");
	o->key_marker = query_get(rq, "key-marker");
	o->has_version_marker = l->id_marker.n > 0;
	o->max = (size_t)l->max;
	o->ctx = l;
	o->row = list_row;
	o->common = list_common;
	if (l->id_marker.p != NULL && o->key_marker.n == 0)
		return bad_argument(rq, "version-id-marker", l->id_marker,
		    "A version-id marker cannot be specified without a key marker.");
	if (l->id_marker.p != NULL && l->id_marker.n == 0)
		return bad_argument(rq, "version-id-marker", l->id_marker,
		    "A version-id marker cannot be empty.");
	if (l->id_marker.n > 0 && !obj_version_parse(l->id_marker, &o->version_marker))
		return bad_argument(rq, "version-id-marker", l->id_marker,
		    "Invalid version id specified");
	return OK;
}

static void
list_document(struct listing *l, struct buf *b)
{
	struct obj_version_list *o = &l->list;
	char text[VERSION_ID_TEXT];

	buf_str(b, "<ListVersionsResult xmlns=\"" XML_S3NS "\">");
	xml_put(b, "Name", l->rq->bucket);
	put_text(l, b, "Prefix", o->prefix);
	put_text(l, b, "KeyMarker", o->key_marker);
	xml_put(b, "VersionIdMarker", l->id_marker);
	if (o->truncated) {
		put_text(l, b, "NextKeyMarker", o->last_key);
		if (o->last.number != 0)
			xml_put(b, "NextVersionIdMarker",
			    span_of(text, obj_version_text(text, &o->last)));
	}
	xml_put_u64(b, "MaxKeys", l->max);
	if (o->delimiter.n > 0)
		put_text(l, b, "Delimiter", o->delimiter);
	if (l->url)
		xml_put_str(b, "EncodingType", "url");
	xml_put_bool(b, "IsTruncated", o->truncated);
	buf_span(b, buf_view(&l->rows));
	buf_span(b, buf_view(&l->common));
	buf_str(b, "</ListVersionsResult>");
}

enum err
op_list_versions_begin(struct rq *rq)
{
	struct listing l = { .rq = rq, .max = VERSIONS_MAX };
	enum err e = list_params(&l);

	if (e == OK)
		e = store_read(rq->loop->reader, list_read, &l);
	if (e == OK)
		list_document(&l, reply_xml(rq, 200));
	buf_fini(&l.rows);
	buf_fini(&l.common);
	return e;
}
