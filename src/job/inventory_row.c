/* SPDX-License-Identifier: Apache-2.0 */
/* What a report says of a version, gathered from its record and its sides. */
#include "config.h"

#include "codec/nfc.h"
#include "model/rec_crypt.h"
#include "model/rec_repl.h"
#include "model/tiering.h"
#include "model/worm.h"
#include "object/acl.h"
#include "object/checksum.h"
#include "object/version.h"

#include "inventory_priv.h"

static enum err
see_encryption(const struct attrs *attrs, struct inventory_row *row)
{
	/* What nobody asked to be encrypted counts as S3's own. */
	static const char *const name[CRYPT_MODES] = { "SSE-S3", "SSE-S3", "SSE-KMS",
		"DSSE-KMS", "SSE-C" };
	struct span side = side_get(attrs, SIDE_CRYPT);
	struct rec_crypt c = { .mode = CRYPT_NONE };
	enum err e = side.p == NULL ? OK : rec_crypt_get(side, &c);

	if (e != OK)
		return e;
	row->encryption = span_str(name[c.mode]);
	row->bucket_key = c.bucket_key;
	return OK;
}

static enum err
see_lock(
    const struct inventory_scan *s, const struct attrs *attrs, struct inventory_row *row)
{
	struct worm w;
	enum err e = worm_read(side_get(attrs, SIDE_LOCK), &w);

	if (e != OK)
		return e;
	row->held = w.legal == HOLD_ON;
	if (w.mode != WORM_NONE) {
		row->mode = span_str(worm_mode_name(w.mode));
		row->retain_ms = worm_until(&w, s->now_ms);
	}
	return OK;
}

static enum err
see_replica(const struct attrs *attrs, struct inventory_row *row)
{
	struct replica r;
	enum err e = replica_read(side_get(attrs, SIDE_REPLICA), &r);

	if (e == OK && r.status != REPLICA_NONE)
		row->replication = span_str(replica_status_name(r.status));
	return e;
}

static enum err
see_expiry(const struct inventory_scan *s, const struct rec_object *rec,
    const struct attrs *attrs, struct inventory_row *row)
{
	struct life_object o = { .key = row->key,
		.size = rec->size,
		.mtime_ms = rec->mtime_ms,
		.class = rec->class,
		.latest = true,
		.versioned = s->versioned };
	struct life_verdict v;
	enum err e = OK;

	if (s->rules->wants_tags)
		e = tags_read(s->arena, side_get(attrs, SIDE_TAGS), &o.tags);
	if (e != OK)
		return e;
	life_expiry(s->rules, &o, &v);
	if (v.rule != NULL)
		row->expires_ms = v.due_ms;
	return OK;
}

static enum err
see_tier(const struct inventory_scan *s, const struct rec_object *rec,
    struct inventory_row *row)
{
	struct access a = { .tier = ACCESS_FREQUENT };
	enum err e = OK;

	if (rec->class != CLASS_INTELLIGENT_TIERING)
		return OK;
	if (access_is_watched(rec))
		e = access_get(s->txn, rec, &a);
	if (e == OK)
		row->tier = span_str(access_name(a.tier));
	return e;
}

static enum err
see_owner(const struct inventory_scan *s, const struct rec_object *rec,
    struct inventory_row *row)
{
	enum err e = s->owns_all ? OK : obj_acl_owner(s->txn, rec, &row->owner);

	if (row->owner.p == NULL)
		row->owner = s->owner;
	return e;
}

static enum err
see_sides(const struct inventory_scan *s, const struct rec_object *rec,
    struct inventory_row *row)
{
	const bool *wants = s->what->wants;
	struct attrs attrs;
	enum err e = obj_attrs(s->txn, rec, s->arena, &attrs);

	if (e == OK && (wants[INVENTORY_ENCRYPTION] || wants[INVENTORY_BUCKET_KEY]))
		e = see_encryption(&attrs, row);
	if (e == OK &&
	    (wants[INVENTORY_RETAIN] || wants[INVENTORY_MODE] || wants[INVENTORY_HOLD]))
		e = see_lock(s, &attrs, row);
	if (e == OK && wants[INVENTORY_REPLICATION])
		e = see_replica(&attrs, row);
	if (e == OK && wants[INVENTORY_EXPIRES] && row->latest && !row->marker)
		e = see_expiry(s, rec, &attrs, row);
	if (e == OK && wants[INVENTORY_TIER])
		e = see_tier(s, rec, row);
	if (e == OK && wants[INVENTORY_OWNER])
		e = see_owner(s, rec, row);
	return e;
}

enum err
inventory_version(const struct inventory_scan *s, struct buf *out, struct span key,
    const struct rec_object *rec, bool latest)
{
	char etag[ETAG_TEXT], version[VERSION_ID_TEXT];
	struct inventory_row row = { .bucket = s->bucket,
		.key = key,
		.latest = latest,
		.marker = (rec->flags & OBJECT_IS_MARKER) != 0,
		.multipart = rec->parts > 0,
		.size = rec->size,
		.mtime_ms = rec->mtime_ms,
		.class = span_str(class_name(rec->class)) };
	enum err e = see_sides(s, rec, &row);

	if (e == OK && !nfc_is_ascii(key))
		e = obj_spelling(s->txn, rec, &row.key);
	if (e != OK)
		return e;
	row.etag = span_of(etag, obj_etag(etag, rec));
	row.version = span_of(version, obj_version_text(version, rec));
	/* As AWS has it for what was written before the bucket had versions. */
	if (span_is(row.version, "null"))
		row.version = SPAN_NONE;
	if (rec->checksum.kind != CHECKSUM_NONE)
		row.checksum = span_str(checksum_row(rec->checksum.kind)->name);
	inventory_row_put(out, s->what, &row);
	return OK;
}
