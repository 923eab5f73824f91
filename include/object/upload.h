/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Multipart uploads: their records and parts, and completing one, which writes a record and
 * moves no byte. All calls run inside a transaction.
 */
#ifndef OBJECT_UPLOAD_H
#define OBJECT_UPLOAD_H

#include "object/checksum.h"
#include "object/object.h"

enum { UPLOAD_PARTS_MAX = 10000 };
#define UPLOAD_PART_MIN ((uint64_t)5 << 20) /* of all but the last */

NODISCARD enum err obj_upload_create(
    struct txn *t, const struct obj_dest *d, struct rec_upload *r); /* fills number */

/* id is the text of the request; E_NO_SUCH_UPLOAD with UploadId. */
NODISCARD enum err obj_upload_find(struct txn *t, const struct rec_bucket *b,
    struct span key, struct span id, struct arena *a, struct rec_upload *out,
    struct fail *fail);

/* Put part number of an upload in place of one that may be there. */
NODISCARD enum err obj_part_put(
    struct txn *t, const struct rec_upload *u, unsigned number, const struct rec_part *p);

/* Is there one of that number? And: it goes, if there is. */
NODISCARD enum err obj_part_there(
    struct txn *t, const struct rec_upload *u, unsigned number, bool *there);
NODISCARD enum err obj_part_drop(
    struct txn *t, const struct rec_upload *u, unsigned number);

/* Parts with numbers > after; calls row() for at most max; *truncated when more follow. */
NODISCARD enum err obj_parts(struct txn *t, const struct rec_upload *u, unsigned after,
    size_t max, void (*row)(void *ctx, unsigned number, const struct rec_part *p),
    void *ctx, bool *truncated);

/* Drop the upload and what is left of its parts. */
NODISCARD enum err obj_upload_drop(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct rec_upload *u);
/* The one of that number, for the server itself; OK also when it is gone already. */
NODISCARD enum err obj_upload_abort(struct txn *t, const struct rec_bucket *b,
    struct span key, uint64_t number, struct arena *a);
NODISCARD enum err obj_upload_drop_all(struct txn *t, const struct rec_bucket *b);

/* The object of that key is deleted: uploads of it that run must know, because a condition
 * at their end then meets a conflict. */
NODISCARD enum err obj_uploads_see_delete(
    struct txn *t, const struct rec_bucket *b, struct span key);

/* What the client lists in CompleteMultipartUpload. */
struct obj_part_want {
	unsigned number;
	struct span etag; /* bare */
	struct checksum checksum; /* kind NONE: not given */
};

/* How a service differs from AWS here. */
enum {
	OBJ_PARTS_EQUAL =
	    1, /* all but the last are of one length, the last is no longer */
	OBJ_FAILED_GONE = 2, /* a condition that fails is the end of the upload */
	OBJ_NO_CONFLICT = 4 /* what was written meanwhile only meets the conditions */
};

struct obj_complete {
	unsigned how; /* OBJ_PARTS_EQUAL ... */
	uint64_t max; /* bytes of an object; 0: any number */
	bool
	    gone; /* out, with OK: a condition did not hold, and there is no upload any more */
	struct obj_dest dest;
	struct rec_bucket bucket;
	struct span upload_id;
	const struct obj_part_want *part;
	size_t n;
	bool has_size;
	uint64_t size; /* x-amz-mp-object-size */
	struct checksum expect; /* of the whole, kind NONE: not given */
	int64_t now_ms;
	struct arena *arena;
	bool unequal; /* out: its parts are not what OBJ_PARTS_EQUAL wants */
	struct rec_object rec; /* out */
	struct span crypt; /* out: its SIDE_CRYPT */
	struct attrs attrs; /* out */
};
NODISCARD enum err obj_complete(struct txn *t, struct obj_complete *c);

/* Sizes and checksums of the parts an object was completed from, where they were kept. */
struct obj_part_kept {
	unsigned number;
	uint64_t size;
	struct checksum checksum;
};
NODISCARD enum err obj_parts_kept(struct txn *t, const struct rec_object *rec,
    struct arena *a, struct obj_part_kept **out, size_t *n); /* n = 0: none kept */

#endif
