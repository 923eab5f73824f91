/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions: which one a request means, what becomes of the present one when it is
 * overwritten or deleted, and the listing of all. The newest version of a key sits in table
 * object, older ones in table version; a bucket that never had versioning touches only the
 * first. Source: docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
 */
#ifndef OBJECT_VERSION_H
#define OBJECT_VERSION_H

#include "model/side.h"
#include "model/version.h"
#include "object/object.h"

enum version_which { VERSION_CURRENT, VERSION_NULL, VERSION_NUMBER };
struct obj_version {
	enum version_which which;
	uint64_t number; /* of VERSION_NUMBER; 0 where it goes by its origin alone */
	uint8_t origin[ORIGIN_SIZE]; /* of VERSION_NUMBER, always */
	bool uuid; /* named in that form */
};

/* Text a client sees: the id, or "null". Returns its length. */
size_t obj_version_text(char out[VERSION_ID_TEXT], const struct rec_object *rec);
/* "null" or an id, in either form; false: no such text can be one. */
bool obj_version_parse(struct span text, struct obj_version *out);
struct obj_version obj_version_of(const struct rec_object *rec);
/* The number of the version that v, which is VERSION_NUMBER, means; v's own when there is
 * no other. */
NODISCARD enum err obj_version_number(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct obj_version *v, uint64_t *number);

/* E_NO_SUCH_KEY (present one missing, or a delete marker: *out is set then), or
 * E_NO_SUCH_VERSION. A marker asked for by its id is found. */
NODISCARD enum err obj_version_find(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct obj_version *v, struct rec_object *out,
    struct fail *fail);

/* Before rec becomes the present version of key: old (NULL for none) is dropped or kept as
 * an older one, and rec gets an id where the bucket gives ids. rec's time is now.
 * [in a write fn] */
NODISCARD enum err obj_version_make_room(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct obj_making *how, const struct rec_object *old,
    struct rec_object *rec);

/* What a delete did. */
struct obj_deleted {
	bool existed; /* something was there before */
	bool marker; /* a marker was made, or a marker was what was removed */
	bool versioned; /* rec tells which version that was */
	struct rec_object rec;
};

/* Delete without a version: the object goes, or a marker comes. cond may be NULL. OK also
 * when there is none, unless a condition asks for one. [in a write fn] */
NODISCARD enum err obj_delete(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct obj_cond *cond, const struct obj_drop *how, struct obj_deleted *out,
    struct fail *fail);
/* Remove one version for good; the newest of the others becomes the present one. OK when
 * there is none. E_MFA_REQUIRED where the bucket wants a code for it. [in a write fn] */
NODISCARD enum err obj_version_delete(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct obj_version *v, const struct obj_cond *cond,
    const struct obj_drop *how, struct obj_deleted *out, struct fail *fail);

/* The version whose sides are meant: as obj_version_find(), but a delete marker, asked for
 * by its id or not, is E_METHOD_NOT_ALLOWED, of which the caller tells. */
NODISCARD enum err obj_side_find(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct obj_version *v, struct rec_object *out,
    struct fail *fail);
/* One side of the version that v means becomes value (p == NULL: none). see() has a look at
 * the version and what it has before, may set another value, and may refuse; it may be NULL.
 * out: the version. Its time and its ETag stay. [in a write fn] */
typedef enum err (*obj_side_fn)(
    void *ctx, const struct rec_object *rec, const struct attrs *attrs);
struct obj_side {
	struct span key;
	struct obj_version version;
	enum side_kind side;
	struct span value;
	bool arrived; /* by replication: it goes nowhere else */
	obj_side_fn see;
	void *ctx;
	struct arena *arena;
	enum event event; /* what it is told as */
	const struct obj_actor *by; /* object/event.h */
	int64_t now_ms;
	struct txn *txn; /* while see() runs */
	struct rec_object rec; /* out */
};
NODISCARD enum err obj_side_write(
    struct txn *t, const struct rec_bucket *b, struct obj_side *s, struct fail *fail);

/* Storage class of a version, by a lifecycle rule; nothing else of it changes.
 * [in a write fn] */
NODISCARD enum err obj_class_set(struct txn *t, const struct rec_bucket *b,
    struct span key, const struct obj_version *v, uint8_t class, int64_t now_ms,
    struct fail *fail);
/* Are there versions of key below the present one? */
NODISCARD enum err obj_version_below(
    struct txn *t, const struct rec_bucket *b, struct span key, bool *out);

/* State of a bucket; E_INVALID_BUCKET_STATE where object lock needs it to stay.
 * [in a write fn] */
NODISCARD enum err obj_version_set(
    struct txn *t, struct span bucket, uint8_t versioning, struct fail *fail);

/* MFA delete: nobody said anything, off, on. */
enum mfa_delete { MFA_DELETE_NEVER, MFA_DELETE_OFF, MFA_DELETE_ON };
NODISCARD enum err obj_mfa_delete(
    struct txn *t, const struct rec_bucket *b, enum mfa_delete *out);
/* As obj_version_set(), with what becomes of MFA delete (NEVER: not said). mfa: a code came
 * with it, else E_MFA_REQUIRED where one is wanted. [in a write fn] */
NODISCARD enum err obj_versioning_set(struct txn *t, struct span bucket,
    uint8_t versioning, enum mfa_delete want, bool mfa, struct fail *fail);

struct obj_version_list {
	struct rec_bucket bucket;
	struct span prefix, delimiter;
	struct span key_marker; /* n = 0: from the start */
	bool has_version_marker;
	struct obj_version version_marker; /* within key_marker: behind this one */
	size_t max;
	void *ctx;
	void (*row)(
	    void *ctx, struct span key, const struct rec_object *rec, bool latest);
	void (*common)(void *ctx, struct span prefix);
	/* out */
	size_t count;
	bool truncated;
	struct span last_key; /* arena memory */
	struct rec_object last; /* number 0: last_key is a common prefix */
};
NODISCARD enum err obj_version_list(
    struct txn *t, struct obj_version_list *l, struct arena *a);

#endif
