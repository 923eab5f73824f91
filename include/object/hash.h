/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object's bytes read by a worker: for copies whose ETag or checksum must be that of the
 * bytes, or whose bytes must be written anew because they are sealed otherwise.
 */
#ifndef OBJECT_HASH_H
#define OBJECT_HASH_H

#include "base/task.h"
#include "object/checksum.h"
#include "object/plain.h"

/* MD5 and one checksum of an object's bytes, and where they are to be kept under another
 * key, the bytes themselves anew. Caller's memory until then(). */
struct obj_hash {
	struct task work, back;
	struct store *store;
	struct inbox *inbox;
	struct obj_plain from; /* pinned and started by the caller, who also ends it */
	bool sealed; /* from is; else only its read is used */
	uint64_t size; /* of what is read */
	uint8_t kind; /* of the checksum */
	bool keep; /* the bytes are written anew */
	struct sealed_out *seal; /* sealed by this, or NULL: as they are; freed here */
	uint8_t md5[16]; /* out */
	struct checksum checksum; /* out */
	/* What was kept */
	struct blob_file *file;
	struct buf mem;
	uint32_t crc32c;
	enum err err;
	void *ctx; /* the caller's */
	void (*then)(struct obj_hash *h, enum err e); /* [loop] */
};
void obj_hash_post(struct obj_hash *h, struct task_pool *pool);
/* The same of bytes in a tier. E_REMOTE_DOWN: the server stops. */
struct obj_remote_io;
NODISCARD enum err obj_hash_post_remote(
    struct obj_hash *h, const struct obj_remote_io *io);
/* Enter what was kept in the index. [in a write fn] */
NODISCARD enum err obj_hash_link(struct txn *t, struct obj_hash *h, struct blob_ref *out);
/* Let go of it; linked: it is in the index. */
void obj_hash_drop(struct obj_hash *h, struct task_pool *pool, bool linked);

#endif
