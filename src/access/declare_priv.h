/* SPDX-License-Identifier: Apache-2.0 */
/* The identity file between its reader (declare_parse.c) and the index (declare.c). */
#ifndef ACCESS_DECLARE_PRIV_H
#define ACCESS_DECLARE_PRIV_H

#include "access/declare.h"
#include "access/managed.h"

struct declared_entity {
	struct span account;
	struct entity e;
};

struct declared_key {
	struct span id, secret;
	struct span account, user; /* user n = 0: the account's root */
	bool active;
};

/* Places in an array by the hash of what stands there; 0 is none. */
struct declared_index {
	uint32_t *place;
	size_t cap, n;
};

/* All in one arena. */
struct declared {
	struct arena *arena;
	struct account *account;
	size_t naccount;
	struct declared_entity *entity;
	size_t nentity, entity_cap;
	struct declared_key *key;
	size_t nkey, key_cap;
	struct declared_index by_name, by_id;
};

/* E_CONFIG. name is the file's, for failures. */
NODISCARD enum err declare_parse(struct declared *out, struct span text, const char *name,
    const struct access *a, struct fail *fail);
const struct declared_entity *declare_find(const struct declared *d,
    enum entity_kind kind, struct span account, struct span name);

/* access.c: before anybody asks; texts are copied. */
void access_set_accounts(struct access *a, const struct account *list, size_t n);

#endif
