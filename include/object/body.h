/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A body on its way in: received into memory given here, unframed, hashed, checked against
 * what the client promised, and kept either in memory (up to blob_small_max) or in a large
 * file that grows. Small bodies are worked on where they arrive; large ones by workers, in
 * order, with at most three buffers in flight.
 */
#ifndef OBJECT_BODY_H
#define OBJECT_BODY_H

#include "base/task.h"
#include "codec/sealed.h"
#include "object/checksum.h"
#include "object/team.h"
#include "store/blob.h"

/* Strips a framing in place (aws-chunked); NULL functions mean none. */
struct body_filter {
	void *ctx;
	enum err (*feed)(void *ctx, void *p, size_t n, size_t *out, struct fail *fail);
	/* The end: checks the framing, and may hand over a checksum found in the trailer. */
	enum err (*end)(void *ctx, struct fail *fail);
	/* Text of the trailing checksum, once end() said OK; n = 0 for none. */
	struct span (*trailer)(void *ctx, const char *name);
};

struct body_conf {
	struct store *store;
	struct task_pool *pool;
	struct team *team; /* on the same pool */
	struct inbox *inbox;
	uint64_t length; /* of the payload, without framing */
	bool at_most; /* length is only a limit */
	unsigned overhang; /* bytes that feed may hand out beyond those it was fed */
	bool in_memory; /* whatever its length: a document, not an object */
	bool may_seal; /* body_seal() may come */
	struct body_filter filter;
	bool check_sha256; /* against sha256 */
	uint8_t sha256[32];
	bool check_md5;
	uint8_t md5[16];
	uint8_t checksum; /* kind to compute and check, may be NONE */
	uint8_t keep; /* kind to keep when it is another one; NONE: keep the same */
	bool checksum_in_trailer;
	struct checksum expect; /* kind NONE: nothing promised in a header */
	char *head; /* or NULL: room for the first head_max bytes of the payload */
	size_t head_max;
	struct fail *fail;
	void *ctx;
	void (*resume)(void *ctx); /* a full buffer is free again [loop] */
	void (*then)(void *ctx, enum err e); /* all is in and checked, or not [loop] */
};

struct body;
struct body *body_new(const struct body_conf *conf);
/* As http_app.body_room and body_data. [loop] */
void *body_room(struct body *b, size_t *cap);
void body_data(struct body *b, size_t n);
/* No more comes: then() is called, now or later. why != OK: it broke off. A second call
 * changes nothing. [loop] */
void body_end(struct body *b, enum err why);
/* After then() only. committed: the blob is in the index. */
void body_free(struct body **b, bool committed);

/* From within feed(), before it handed anything out: what the payload must be. */
void body_expect(struct body *b, uint8_t checksum, const struct checksum *expect,
    const uint8_t *md5); /* md5 may be NULL */

/* Before the first byte, or from within feed() as above: what is kept is sealed under k,
 * which is not needed afterwards. part is bound. opaque: the MD5 stays unknown, and
 * body_md5() gives random bytes. */
void body_seal(struct body *b, const struct sealed_keys *k, unsigned part, bool opaque);

/* After then(OK): */
uint64_t body_length(const struct body *b); /* as it came, whatever is kept of it */
bool body_is_sealed(const struct body *b);
struct span body_head(const struct body *b); /* what conf.head took */
struct span body_bytes(const struct body *b); /* of one that is in memory */
/* Of a body that is written: from obj_write_post_body() on, which calls: */
const uint8_t *body_md5(const struct body *b);
void body_hash_all(struct body *const *b, size_t n); /* side by side [writer] */
const struct checksum *body_checksum(const struct body *b); /* the one to keep */
/* Enter the bytes in the index. [in a write fn] */
NODISCARD enum err body_link(struct txn *t, struct body *b, struct blob_ref *out);

#endif
