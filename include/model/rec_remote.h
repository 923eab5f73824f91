/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of objects at other stores (T_REMOTE), and what is to be done about them (T_ERRAND).
 * What lies there are an object's bytes as this store kept them: of an encrypted object the
 * other store never sees a plain one. Every name that may be in use there stands in one of
 * the two tables at any time, so nothing is lost there by a crash. [any]
 */
#ifndef MODEL_REC_REMOTE_H
#define MODEL_REC_REMOTE_H

#include "codec/sealed.h"
#include "model/remote_tier.h"

/* A part of the object, where it has some: of a sealed one each is a stream of its own. */
struct remote_piece {
	uint32_t tag; /* number of the part */
	uint64_t len; /* as kept */
	uint8_t head[SEALED_HEAD]; /* of a sealed one */
};
struct rec_remote {
	uint8_t slot;
	bool sealed;
	struct span name, version; /* there; version "": none */
	uint64_t len; /* as kept */
	struct remote_piece *piece;
	size_t n; /* 1 or more */
};
void rec_remote_put(struct buf *out, const struct rec_remote *r);
/* name and version borrow; pieces are the arena's. E_CORRUPT also where they do not add up. */
NODISCARD enum err rec_remote_get(
    struct arena *a, struct span in, struct rec_remote *out);

enum errand_kind {
	ERRAND_MOVE, /* number: a version, whose bytes go to where its class belongs */
	ERRAND_FETCH, /* number: a version, whose bytes come back for a while */
	ERRAND_RELEASE, /* number: a version, whose copy here goes at due_ms */
	ERRAND_SENT, /* own number: a name in use there by an upload that runs */
	ERRAND_GONE, /* own number: what is there by that name is to go */
	ERRAND_KINDS
};
struct rec_errand {
	uint8_t kind;
	uint64_t number;
	uint8_t slot;
	uint8_t class; /* MOVE: what it becomes */
	uint8_t tries;
	bool has_id; /* of the version: it has an id of its own */
	bool unsure; /* GONE: its version there is not known, parts may be left */
	uint32_t days; /* FETCH: how long the copy stays */
	int64_t due_ms; /* not before; 0: at once */
	uint64_t bucket_id;
	struct span bucket, key; /* of the version */
	struct span name, version; /* SENT, GONE: there */
};
enum { ERRAND_KEY = 9 };
void rec_errand_key(uint8_t out[ERRAND_KEY], enum errand_kind kind, uint64_t number);
void rec_errand_put(struct buf *out, const struct rec_errand *r);
NODISCARD enum err rec_errand_get(
    struct span key, struct span in, struct rec_errand *out); /* borrows */

#endif
