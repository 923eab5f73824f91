/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of the index and how they are written: a version byte first, big-endian
 * integers, length-prefixed strings. Pure encoding; loading and saving is up to the callers
 * in object/. A record that cannot be read is E_CORRUPT, never a guess.
 */
#ifndef MODEL_REC_H
#define MODEL_REC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/blob.h"
#include "store/table.h"

enum model_table {
#define TABLE(sym, name, what) T_##sym,
#include "model/tables.def"
#undef TABLE
	T_COUNT
};
extern const char *const model_tables[T_COUNT];

/* Storage classes by their place in classes.def; 0 is STANDARD. */
enum storage_class {
#define CLASS(sym, name) CLASS_##sym,
#include "model/classes.def"
#undef CLASS
	CLASS_COUNT
};
const char *class_name(unsigned number); /* "STANDARD"; an unknown number dies */
bool class_find(struct span name, uint8_t *out); /* S3's own */
bool class_find_any(
    struct span name, uint8_t *out); /* and those of tiers (remote_tier.h) */

/* Checksum algorithms as S3 names them; numbers are stored. */
enum checksum_kind {
	CHECKSUM_NONE,
	CHECKSUM_CRC32,
	CHECKSUM_CRC32C,
	CHECKSUM_CRC64NVME,
	CHECKSUM_SHA1,
	CHECKSUM_SHA256,
	CHECKSUM_SHA512,
	CHECKSUM_MD5,
	CHECKSUM_XXHASH64,
	CHECKSUM_XXHASH3,
	CHECKSUM_XXHASH128,
	CHECKSUM_KINDS
};
enum { CHECKSUM_MAX = 64 };
struct checksum {
	uint8_t kind; /* enum checksum_kind */
	bool composite; /* of the parts' checksums; shown with "-parts" */
	uint8_t n;
	uint8_t value[CHECKSUM_MAX];
};

/* An account's number; the first is the one that settings give root keys to. */
enum { ACCOUNT_DIGITS = 12 };
#define ACCOUNT_ROOT "000000000000"

enum versioning { VERSIONING_NEVER, VERSIONING_ENABLED, VERSIONING_SUSPENDED };
struct rec_bucket {
	uint64_t id; /* space of its keys */
	uint64_t uploads; /* space of its uploads */
	uint8_t versioning; /* enum versioning */
	uint64_t
	    versions; /* space of older versions; 0 while there never was versioning */
	int64_t created_ms;
	struct span region; /* "" for us-east-1 */
	char account[ACCOUNT_DIGITS]; /* the owner */
	uint8_t watch; /* of enum watch: who is told of changes to its objects */
	uint64_t quota; /* all its versions together have fewer bytes; 0: no limit */
	struct span name; /* as obj_bucket_find() was asked; not of the record */
};
enum watch { WATCH_EVENTS = 1, WATCH_REPLICATION = 2, WATCH_READS = 4 };
void rec_bucket_put(struct buf *out, const struct rec_bucket *r);
NODISCARD enum err rec_bucket_get(struct span in, struct rec_bucket *out); /* borrows */

enum {
	OBJECT_HAS_ATTR = 1,
	OBJECT_HAS_PARTS = 2,
	OBJECT_HAS_ID = 4, /* a version id of its own; without it is the null version */
	OBJECT_IS_MARKER = 8, /* a delete marker */
	OBJECT_IS_REMOTE =
	    16, /* the bytes are in a tier (rec_remote.h); a body that is not
				  empty is a copy of them, made by a restore */
	OBJECT_HAS_ORIGIN = 32, /* its id is origin, which is the same in every store */
	OBJECT_IS_UUID = 64, /* its id is shown as a UUID, whatever it is made of */
	OBJECT_IS_SEALED = 128, /* encrypted: the body is longer than size says */
	OBJECT_FLAGS = 255 /* all there are */
};
enum { ORIGIN_SIZE = 16 };
enum { REC_OBJECT_MAX = 160 };
struct rec_object {
	uint8_t flags;
	uint8_t class;
	uint16_t mime; /* codec/mime.h; 0: in attr, or none */
	uint16_t
	    parts; /* of a completed multipart upload: ETag's suffix; 0 for a plain one */
	uint64_t size;
	int64_t mtime_ms;
	uint64_t number; /* of this version, unique in the store */
	uint8_t etag[16];
	struct blob_ref body;
	struct checksum checksum;
	uint8_t origin[ORIGIN_SIZE]; /* a UUID, where there is one; else zeros */
};
size_t rec_object_put(uint8_t out[REC_OBJECT_MAX], const struct rec_object *r);
NODISCARD enum err rec_object_get(struct span in, struct rec_object *out);
bool rec_object_is_marker(struct span in);
/* Are all its bytes elsewhere? */
static inline bool
rec_object_is_away(const struct rec_object *r)
{
	return (r->flags & OBJECT_IS_REMOTE) != 0 && r->body.kind == BLOB_EMPTY;
}
/* Index key of an older version: key NUL reversed number; and back. */
void version_key_put(struct buf *out, struct span key, uint64_t number);
bool version_key_get(struct span in, struct span *key, uint64_t *number);
/* Metadata: header names (lower case) and values, in the order given. */
struct attrs {
	struct field *field;
	size_t n;
};
void rec_attrs_put(struct buf *out, const struct attrs *a);
NODISCARD enum err rec_attrs_get(struct arena *a, struct span in, struct attrs *out);
/* One of them, borrowed from in; p == NULL: not there. */
NODISCARD enum err rec_attrs_find(struct span in, const char *name, struct span *value);

struct rec_upload {
	uint64_t number;
	uint64_t salt; /* second half of the id, not to be guessed */
	int64_t initiated_ms;
	uint8_t class;
	uint8_t checksum; /* enum checksum_kind */
	bool composite;
	bool checksum_given; /* the client named the algorithm */
	bool saw_delete; /* the key's object was deleted while this ran */
	uint16_t mime;
	struct attrs attrs;
};
void rec_upload_put(struct buf *out, const struct rec_upload *r);
NODISCARD enum err rec_upload_get(
    struct arena *a, struct span in, struct rec_upload *out);
/* Index key of an upload: key NUL number; and back. */
enum { UPLOAD_ID_TEXT = 32 };
void upload_key_put(struct buf *out, struct span key, uint64_t number);
bool upload_key_get(struct span in, struct span *key, uint64_t *number);
void upload_id_render(char out[UPLOAD_ID_TEXT], uint64_t number, uint64_t salt);
bool upload_id_parse(struct span text, uint64_t *number, uint64_t *salt);

enum { REC_PART_MAX = 160 };
struct rec_part {
	bool sealed; /* encrypted: the body is longer than size says */
	uint64_t size;
	int64_t mtime_ms;
	uint8_t etag[16];
	struct blob_ref body;
	struct checksum checksum;
};
size_t rec_part_put(uint8_t out[REC_PART_MAX], const struct rec_part *r);
NODISCARD enum err rec_part_get(struct span in, struct rec_part *out);
void part_key_put(uint8_t out[10], uint64_t upload, unsigned number);

/* A document of a bucket: what is inside its root, or that it was deleted where every bucket
 * has one from the start. Borrows. */
struct rec_doc {
	bool deleted;
	struct span inner;
};
void rec_doc_put(struct buf *out, const struct rec_doc *r);
NODISCARD enum err rec_doc_get(struct span in, struct rec_doc *out);

/* All references to blobs in all records: for store_verify(). */
NODISCARD enum err model_walk(struct txn *t,
    enum err (*see)(void *ctx, const struct blob_ref *r, struct span name), void *ctx,
    struct fail *fail);

#endif
