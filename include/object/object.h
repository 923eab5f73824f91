/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What S3 means by an object: find, put, copy, delete, list, on the records of model/ and
 * the transactions of store/. Knows no HTTP. Every change is one write member: its
 * conditions are tested in the transaction that makes it.
 */
#ifndef OBJECT_OBJECT_H
#define OBJECT_OBJECT_H

#include "base/task.h"
#include "model/event.h"
#include "store/store.h"

struct obj_actor;

/* ---- a change on its way to the writer and back to the loop ---- */
struct body;
struct obj_write {
	struct store_write write;
	struct task back;
	struct inbox *inbox;
	struct body *body; /* that fn links, or NULL */
	void (*then)(struct obj_write *w, enum err e); /* [loop] */
};
/* fn runs in the writer with w (a struct obj_write *) as its argument, perhaps more than
 * once; then() runs on the inbox's loop. */
void obj_write_post(struct obj_write *w, struct store *store, store_fn fn,
    struct inbox *inbox, void (*then)(struct obj_write *w, enum err e));
/* The same for an fn that links body, whose MD5 is known when it runs. */
void obj_write_post_body(struct obj_write *w, struct store *store, store_fn fn,
    struct body *body, struct inbox *inbox,
    void (*then)(struct obj_write *w, enum err e));

/* ---- conditions ---- */
struct obj_cond {
	struct span if_match, if_none_match; /* p == NULL: not given */
	bool has_modified, has_unmodified;
	int64_t modified_since, unmodified_since; /* seconds */
	const char *prefix; /* "" or "x-amz-copy-source-", for <Condition> */
	bool absent_fails; /* of a write: no object is no match, not 404 */
};
bool obj_cond_given(const struct obj_cond *c);
/* Of a read or a copy's source: OK, E_PRECONDITION (with Condition), E_NOT_MODIFIED. */
NODISCARD enum err obj_cond_read(
    const struct obj_cond *c, const struct rec_object *rec, struct fail *fail);
/* Of a write: rec NULL when there is no such object. Times count where they are given: of
 * a rename's destination. */
NODISCARD enum err obj_cond_write(
    const struct obj_cond *c, const struct rec_object *rec, struct fail *fail);

enum { ETAG_TEXT = 40 };
size_t obj_etag(char out[ETAG_TEXT], const struct rec_object *rec); /* without quotes */
size_t obj_etag_hex(char out[ETAG_TEXT], const uint8_t etag[16], unsigned parts);
bool obj_etag_in(struct span list, const char *etag, size_t n); /* "*", quoted or bare */

/* ---- buckets ---- */
NODISCARD enum err obj_bucket_find(
    struct txn *t, struct span name, struct rec_bucket *out, struct fail *fail);
struct obj_bucket_new {
	struct span region; /* "" for us-east-1 */
	struct span account; /* of the owner */
	int64_t now_ms;
};
/* E_BUCKET_OWNED when the account has it, E_BUCKET_EXISTS when another has. */
NODISCARD enum err obj_bucket_create(struct txn *t, struct span name,
    const struct obj_bucket_new *want, struct fail *fail);
NODISCARD enum err obj_bucket_delete(struct txn *t, struct span name, struct fail *fail);

/* Bytes that a bucket's versions together stay below; 0: no limit. What is there stays.
 * E_NO_SUCH_BUCKET. [in a write fn] */
NODISCARD enum err obj_quota_set(
    struct txn *t, struct span bucket, uint64_t bytes, struct fail *fail);
/* Would the bucket reach its quota with so many bytes less, then more? E_QUOTA. Asks nothing
 * of a bucket without one. */
NODISCARD enum err obj_quota_check(struct txn *t, const struct rec_bucket *b,
    uint64_t less, uint64_t more, struct fail *fail);

/* Buckets in name order behind after that start with prefix; row() says whether to go on.
 * name and the record's spans live until row() returns. */
NODISCARD enum err obj_bucket_each(struct txn *t, struct span prefix, struct span after,
    bool (*row)(void *ctx, struct span name, const struct rec_bucket *b), void *ctx);

/* ---- objects ---- */

/* The attribute that says where the website sends who asks for the object. */
#define OBJ_REDIRECT "x-amz-website-redirect-location"

/* E_NO_SUCH_KEY with Key when there is none. */
NODISCARD enum err obj_find(struct txn *t, uint64_t bucket, struct span key,
    struct rec_object *out, struct fail *fail);
/* How its key was written last, where that is not the key itself: *io changes then, to what
 * is borrowed from the snapshot. */
NODISCARD enum err obj_spelling(
    struct txn *t, const struct rec_object *rec, struct span *io);
NODISCARD enum err obj_attrs(
    struct txn *t, const struct rec_object *rec, struct arena *a, struct attrs *out);

/* How a service has its versions. */
struct obj_making {
	bool uuid; /* a new one is called by a UUID, in every text */
	uint64_t most; /* of a key; one more is E_TOO_MANY_VERSIONS. 0: no limit */
};
/* Where a new object goes. */
struct obj_dest {
	struct span bucket, key;
	uint64_t bucket_id;
	struct obj_cond cond;
	enum event event; /* what it is told as */
	struct obj_making making;
	const struct obj_actor *by; /* object/event.h; NULL: the server itself */
	struct span from_bucket, from_key; /* of a copy */
	struct fail *fail;
	bool beyond_quota; /* the server's own: a log is not lost for a full bucket */
	struct rec_bucket now; /* the bucket as obj_dest_check() found it */
};
/* The bucket is still there and the conditions hold; *old and *exists say what is replaced. */
NODISCARD enum err obj_dest_check(
    struct txn *t, struct obj_dest *d, struct rec_object *old, bool *exists);
/* Put rec (its number, times and body set) where obj_dest_check() looked: what it found is
 * dropped or becomes an older version, as the bucket's versioning says. */
NODISCARD enum err obj_dest_put(struct txn *t, const struct obj_dest *d,
    const struct rec_object *old, struct rec_object *rec, const struct attrs *attrs);

/* The object at from under d's key, with all it has but its name, in place of what may be
 * there. source: conditions on it. E_INVALID_REQUEST: it has that name already, or the
 * bucket has versions, whose order a rename would turn. [in a write fn] */
NODISCARD enum err obj_rename(struct txn *t, struct obj_dest *d, struct span from,
    const struct obj_cond *source, int64_t now_ms);

/* What comes by replication: how the version is called where it is from, and since when. */
struct obj_arrival {
	bool has_origin;
	uint8_t origin[ORIGIN_SIZE];
	int64_t mtime_ms; /* 0: now */
};
/* For whom and when versions go for good: what object lock asks. */
struct obj_drop {
	int64_t now_ms;
	bool bypass; /* past GOVERNANCE: asked for, and allowed to */
	bool mfa; /* a code of the device came with it */
	bool expired; /* a lifecycle rule wants it */
	struct obj_making making; /* of a delete marker */
	const struct obj_actor *by; /* object/event.h; NULL: the server itself */
	const struct obj_arrival *arrival; /* replication does it, else NULL */
};
/* What an object owns besides its row goes: body, metadata, its place in the usage. Every
 * version that goes for good goes through here, whoever wants it gone, so here stands the
 * lock: E_OBJECT_LOCKED. [in a write fn] */
NODISCARD enum err obj_drop(struct txn *t, const struct rec_bucket *b,
    const struct rec_object *rec, const struct obj_drop *how);

/* ---- listing ---- (delete markers are passed over) */
struct obj_list {
	unsigned table; /* T_OBJECT or T_UPLOAD */
	uint64_t space;
	struct span prefix, delimiter;
	struct span
	    after; /* keys (or the common prefix) up to and with this are behind us */
	bool after_prefix; /* after is a common prefix: all below it is behind us too */
	bool inclusive; /* after itself is still to come (index form of uploads) */
	bool shadows; /* a key "a" hides all below "a/", as in MinIO; T_OBJECT */
	size_t max;
	void *ctx;
	void (*row)(void *ctx, struct span key, struct span value);
	void (*common)(void *ctx, struct span prefix);
	/* out */
	size_t count;
	bool truncated;
	bool last_is_prefix;
	struct span last; /* arena memory: last key or common prefix given */
	enum err bad; /* set by row() to stop */
};
NODISCARD enum err obj_list(struct txn *t, struct obj_list *l, struct arena *a);

#endif
