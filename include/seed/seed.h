/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Declared state: buckets with their settings and objects as JSON, folders and archives,
 * made true by the requests any client would send, so that all is checked as those are.
 * First everything is read and checked (a plan), then it is carried out; what is there
 * already as it should be stays untouched, so it may be done again and again.
 */
#ifndef SEED_SEED_H
#define SEED_SEED_H

#include "base/arena.h"
#include "base/err.h"
#include "http/client.h"

struct seed;

/* what: the first word of failures ("declare"). */
struct seed *seed_new(const char *what);
void seed_free(struct seed **s);

/* A JSON text. name is its file's, for failures; dir: what paths in it begin at, NULL:
 * it may name none. E_CONFIG: where, what stands there and what is allowed. */
NODISCARD enum err seed_add_json(struct seed *s, struct span text, const char *name,
    const char *dir, struct fail *fail);
/* A file of JSON; or a folder of them, where folders and zips are buckets: what lies in
 * them becomes objects. Scripts are not run: the log names what is passed over. */
NODISCARD enum err seed_add_path(struct seed *s, const char *path, struct fail *fail);
/* What lies in a folder or a zip, as objects of a bucket, which is made. */
NODISCARD enum err seed_add_tree(struct seed *s, struct span bucket, struct span prefix,
    const char *path, struct fail *fail);

/* {"accounts": [...]} as the identity file has it, NULL: there are none. Borrowed. */
const char *seed_accounts(const struct seed *s);
/* Is there anything to ask a server for? */
bool seed_any(const struct seed *s);

struct seed_to {
	struct client *client;
	const char *access_key, *secret_key, *region;
	size_t buckets, objects, same; /* out: same: of the objects, as they were */
};
/* E_CONFIG: a request was refused: which, with the server's code and message. E_IO: no
 * answer, or a file can't be read. [any but loops and writer] */
NODISCARD enum err seed_run(struct seed *s, struct seed_to *to, struct fail *fail);

#endif
