/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory: users, groups, roles, managed policies and access keys as records of the
 * index. What an identity file declares lies in a table of its own and goes before what was
 * made over the API, which it hides but never changes. Knows nothing of what policies say.
 */
#ifndef MODEL_DIRECTORY_H
#define MODEL_DIRECTORY_H

#include "model/rec.h"

/* First byte of a row's key; stored. */
enum entity_kind {
	ENTITY_USER = 'u',
	ENTITY_GROUP = 'g',
	ENTITY_ROLE = 'r',
	ENTITY_POLICY = 'p' /* managed, the account's own */
};
enum { ENTITY_NAME_MAX = 128, KEY_ID_MAX = 128 };
enum { ENTITY_GROUP_OFF = 1 }; /* the policies of such a group count for nobody */

/* A list of names and values. */
struct entity_list {
	struct field *field;
	size_t n;
};

/* One form for all kinds; what a kind does not have is empty. */
struct entity {
	uint8_t kind; /* enum entity_kind */
	bool declared; /* by the identity file: not to be changed. Not stored. */
	struct span id; /* AIDA..., AGPA..., AROA..., ANPA... */
	struct span name, path;
	int64_t created_ms, changed_ms;
	struct span description;
	struct span boundary; /* ARN of a managed policy */
	struct span trust; /* of a role: who may assume it */
	/* role: seconds of its longest session; policy: default version; group:
	 * ENTITY_GROUP_OFF or 0 */
	uint64_t number;
	uint64_t last; /* policy: the highest version ever made */
	struct entity_list tags;
	struct entity_list inlines; /* policy name, document */
	struct entity_list attached; /* ARN */
	struct entity_list groups; /* of a user */
	struct entity_list keys; /* of a user: access keys */
	struct entity_list
	    versions; /* of a policy: number as text, made when and document */
};
void rec_entity_put(struct buf *out, const struct entity *e);
/* Arrays in the arena; texts borrow from the row. */
NODISCARD enum err rec_entity_get(struct arena *a, struct span in, struct entity *out);

/* Of a policy's version: value is be64(ms made) and the document. */
int64_t entity_version_made(struct span value);
struct span entity_version_text(struct span value);
/* NULL: no such version. */
const struct field *entity_find(const struct entity_list *l, struct span name);

enum key_owner { KEY_OF_ROOT, KEY_OF_USER, KEY_OF_SERVICE /* a user's, with a policy */ };
struct rec_key {
	uint8_t owner; /* enum key_owner */
	bool active, declared;
	char account[ACCOUNT_DIGITS];
	struct span user; /* its name */
	uint64_t number; /* of this key, unique in the store: caches go by it */
	int64_t created_ms;
	int64_t expires_ms; /* 0: never */
	struct span sealed; /* the secret, by the master key */
	struct span policy; /* of a service account: also has to allow; n = 0: none */
	struct span name, description; /* for people */
};
void rec_key_put(struct buf *out, const struct rec_key *r);
NODISCARD enum err rec_key_get(struct span in, struct rec_key *out); /* borrows */

/* ---- in the index; names are found in any case and found as they were given ---- */

/* E_NOT_FOUND. All of it is the arena's: it outlives changes. */
NODISCARD enum err directory_get(struct txn *t, struct arena *a, enum entity_kind kind,
    struct span account, struct span name, struct entity *out);
/* OK when there is one of that name in any case, else E_NOT_FOUND. */
NODISCARD enum err directory_taken(
    struct txn *t, enum entity_kind kind, struct span account, struct span name);
NODISCARD enum err directory_put(
    struct txn *t, struct span account, const struct entity *e);
NODISCARD enum err directory_del(
    struct txn *t, enum entity_kind kind, struct span account, struct span name);

NODISCARD enum err directory_key_get(struct txn *t, struct span id, struct rec_key *out);
NODISCARD enum err directory_key_put(
    struct txn *t, struct span id, const struct rec_key *r);
NODISCARD enum err directory_key_del(struct txn *t, struct span id);
/* All of the store in the order of ids, as directory_each(). */
NODISCARD enum err directory_key_each(struct txn *t,
    bool (*row)(void *ctx, struct span id, const struct rec_key *k), void *ctx);
/* Has the user keys of its own, and none of them active? Its service accounts sign nothing
 * then. */
NODISCARD enum err directory_user_off(
    struct txn *t, const struct entity *user, bool *out);

/* Of one kind in the order of names in lower case, behind after; row() says whether to go
 * on and must not change anything; e and its texts are gone when it returns. */
NODISCARD enum err directory_each(struct txn *t, enum entity_kind kind,
    struct span account, struct span after,
    bool (*row)(void *ctx, const struct entity *e), void *ctx);

/* Who is in a group, and to whom a policy is attached: rows without a value. */
struct directory_link {
	bool declared; /* where it is to be written */
	char kind; /* DIRECTORY_MEMBER, DIRECTORY_ATTACHED, DIRECTORY_BOUNDS */
	struct span account;
	struct span from; /* the group's name, the policy's id */
	enum entity_kind to; /* with MEMBER: ENTITY_USER */
	struct span name;
};
enum { DIRECTORY_MEMBER = 'M', DIRECTORY_ATTACHED = 'A', DIRECTORY_BOUNDS = 'B' };
NODISCARD enum err directory_link(struct txn *t, const struct directory_link *l);
NODISCARD enum err directory_unlink(struct txn *t, const struct directory_link *l);
/* Those with l's kind, account and from: users before others, then by name. */
NODISCARD enum err directory_links(struct txn *t, const struct directory_link *l,
    bool (*row)(void *ctx, enum entity_kind to, struct span name), void *ctx);

/* Of the account's entities of a kind; counted by walking, at most max. */
NODISCARD enum err directory_count(struct txn *t, enum entity_kind kind,
    struct span account, uint64_t max, uint64_t *out);

/* When a key was last used; kept apart so that a use changes nothing else. */
struct key_use {
	int64_t when_ms;
	struct span service, region;
};
NODISCARD enum err directory_use_get(struct txn *t, struct span id, struct key_use *out);
NODISCARD enum err directory_use_put(
    struct txn *t, struct span id, const struct key_use *u);

/* ---- the identity file's table ---- */

/* The identity file itself, as a digest, so that a start which changes nothing writes
 * nothing. E_NOT_FOUND: nothing is declared. */
NODISCARD enum err directory_declared_get(struct txn *t, struct span *digest);
/* Forget all that was declared; then directory_declare*() each, then the digest. */
NODISCARD enum err directory_declared_clear(struct txn *t);
NODISCARD enum err directory_declared_put(struct txn *t, struct span digest);
NODISCARD enum err directory_declare(
    struct txn *t, struct span account, const struct entity *e);
NODISCARD enum err directory_declare_key(
    struct txn *t, struct span id, const struct rec_key *r);

#endif
