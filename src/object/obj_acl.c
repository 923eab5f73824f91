/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/acl.h"

#include "model/side.h"
#include "object/document.h"

#include "obj_priv.h"

static const char *const ownerships[OWNERSHIPS] = { "BucketOwnerEnforced",
	"BucketOwnerPreferred", "ObjectWriter" };

static const char *
obj_ownership_name(unsigned ownership)
{
	MUST(ownership < OWNERSHIPS);
	return ownerships[ownership];
}

bool
obj_ownership_find(struct span name, uint8_t *out)
{
	for (uint8_t i = 0; i < OWNERSHIPS; i++)
		if (span_is(name, ownerships[i])) {
			*out = i;
			return true;
		}
	return false;
}

enum err
obj_ownership(struct txn *t, const struct rec_bucket *b, uint8_t *out)
{
	struct obj_doc at = { .bucket_id = b->id, .doc = DOC_OWNERSHIP };
	struct span inner, name = SPAN_LIT("<ObjectOwnership>");
	enum err e = obj_doc_get(t, &at, &inner);

	/* Without ownership controls things are as they were before there were any. */
	*out = OWNERSHIP_WRITER;
	if (e != OK)
		return e == E_NO_SUCH_OWNERSHIP ? OK : e;
	inner = span_from(inner, span_search(inner, name, 0) + name.n);
	return obj_ownership_find(span_cut(&inner, '<'), out) ? OK : E_CORRUPT;
}

enum err
obj_acl_bucket(struct txn *t, const struct rec_bucket *b, struct arena *a,
    struct acl *out, bool *stored)
{
	struct obj_doc at = { .bucket_id = b->id, .doc = DOC_ACL };
	struct span inner;
	enum err e = obj_doc_get(t, &at, &inner);

	*stored = e == OK;
	if (e != OK)
		return e == E_NOT_FOUND ? OK : e;
	return acl_read(a, inner, out);
}

enum err
obj_acl_bucket_put(struct txn *t, struct span bucket, uint64_t bucket_id,
    struct span rendered, struct fail *fail)
{
	struct obj_doc at = {
		.bucket = bucket, .bucket_id = bucket_id, .doc = DOC_ACL, .fail = fail
	};
	struct doc_text text = { .inner = rendered, .nothing = rendered.p == NULL };

	return obj_doc_put(t, &at, &text);
}

enum err
obj_ownership_put(struct txn *t, struct span bucket, uint8_t ownership, struct fail *fail)
{
	struct obj_doc at = { .bucket = bucket, .doc = DOC_OWNERSHIP, .fail = fail };
	struct doc_text text = { 0 };
	struct rec_bucket b;
	struct buf inner = { 0 };
	enum err e = obj_bucket_find(t, bucket, &b, fail);

	if (e != OK)
		return e;
	at.bucket_id = b.id;
	xml_open(&inner, "Rule");
	xml_put_str(&inner, "ObjectOwnership", obj_ownership_name(ownership));
	xml_close(&inner, "Rule");
	text.inner = buf_view(&inner);
	e = obj_doc_put(t, &at, &text);
	buf_fini(&inner);
	return e;
}

enum err
obj_acl_owner(struct txn *t, const struct rec_object *rec, struct span *owner)
{
	struct span side;
	enum err e = obj_side(t, rec, SIDE_ACL, &side);

	*owner = SPAN_NONE;
	return e == OK && side.p != NULL ? acl_read_owner(side, owner) : e;
}
