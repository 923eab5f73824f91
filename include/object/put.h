/* SPDX-License-Identifier: Apache-2.0 */
/* Writes of whole objects and parts, and copies: each one write member. */
#ifndef OBJECT_PUT_H
#define OBJECT_PUT_H

#include "object/body.h"
#include "object/hash.h"
#include "object/upload.h"
#include "object/version.h"

/* A body that has arrived becomes an object. Caller's memory until then(). */
struct obj_put {
	struct obj_write w;
	struct obj_dest dest;
	struct body *body;
	struct attrs attrs;
	int64_t now_ms;
	struct rec_object rec; /* class and mime in; all of it out */
	bool append; /* the body goes behind the bytes of the object that is there */
	uint64_t offset; /* append: the size it must have, 0 when there is none */
	struct arena *arena; /* append: lives until then() */
	/* append: the crypt side in attrs is the one that object has */
	bool appended; /* out: there were bytes */
};
void obj_put_post(struct obj_put *p, struct store *s, struct inbox *inbox,
    void (*then)(struct obj_write *w, enum err e));

/* Does an append at offset fit old (NULL: no object)? Else E_INVALID_WRITE_OFFSET. */
NODISCARD enum err obj_append_check(
    uint64_t offset, const struct rec_object *old, struct fail *fail);
/* The kind that what is appended to old must have a checksum of, or NONE. */
uint8_t obj_append_kind(const struct rec_object *old);

/* A body that has arrived becomes a part. */
struct obj_put_part {
	struct obj_write w;
	struct rec_bucket bucket;
	struct span key, upload_id;
	unsigned number;
	struct body *body;
	struct arena *arena;
	struct fail *fail;
	int64_t now_ms;
	struct rec_part rec; /* out */
};
void obj_put_part_post(struct obj_put_part *p, struct store *s, struct inbox *inbox,
    void (*then)(struct obj_write *w, enum err e));

/* Where copied bytes come from. seen is what the caller read before (and may have hashed):
 * the copy is made only while the source is still that version, else E_OPERATION_ABORTED. */
struct obj_source {
	struct span bucket, key;
	struct span account; /* that must own the bucket; n = 0: any */
	struct obj_version version;
	struct obj_cond cond;
	struct rec_object seen;
};
/* As obj_version_find(), but a delete marker is no source. */
NODISCARD enum err obj_source_find(
    struct txn *t, const struct obj_source *s, struct rec_object *out, struct fail *fail);

/* An object is made of another's bytes; no byte moves, unless they must be sealed otherwise
 * and have been written anew before. */
struct obj_copy {
	struct obj_write w;
	struct obj_source source;
	struct obj_dest dest;
	bool replace; /* metadata: attrs and mime given here, else the source's */
	bool merge; /* attrs and mime given here go over the source's */
	bool replace_tags; /* so are the tags; other sides in attrs always count */
	struct attrs attrs;
	struct span redirect; /* never the source's (AWS, CopyObject); p == NULL: none */
	uint16_t mime;
	uint8_t class;
	struct arena *arena;
	int64_t now_ms;
	bool rehashed; /* etag and checksum in rec are the caller's */
	struct span crypt; /* SIDE_CRYPT of the copy, p == NULL: none */
	struct obj_hash *anew; /* the bytes, where they are not shared, else NULL */
	struct rec_object rec; /* out */
	struct attrs has; /* out: headers and sides of what was made */
};
void obj_copy_post(struct obj_copy *c, struct store *s, struct inbox *inbox,
    void (*then)(struct obj_write *w, enum err e));

/* A part is made of (a range of) an object's bytes; etag and checksum in rec are given. */
struct obj_copy_part {
	struct obj_write w;
	struct obj_source source;
	uint64_t off, len;
	struct rec_bucket bucket;
	struct span key, upload_id;
	unsigned number;
	struct arena *arena;
	struct fail *fail;
	int64_t now_ms;
	struct obj_hash *anew; /* as above */
	struct rec_part rec; /* sealed: as anew is */
};
void obj_copy_part_post(struct obj_copy_part *c, struct store *s, struct inbox *inbox,
    void (*then)(struct obj_write *w, enum err e));

#endif
