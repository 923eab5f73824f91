/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The slow, complete check of a closed store: every reference, length and checksum, every
 * count, every file. Repairs only drop what nothing refers to.
 */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "store/blob.h"

struct verify_conf {
	/* Calls see() for each reference in the owner's records (not those inside lists).
	 * name tells a person which record it is. Returns E_CORRUPT (with fail set) for a
	 * record that cannot be read. */
	enum err (*walk)(struct txn *t,
	    enum err (*see)(void *ctx, const struct blob_ref *r, struct span name),
	    void *ctx, struct fail *fail);
	void (*report)(void *arg, const char *line); /* one line per finding */
	void (*progress)(
	    void *arg, uint64_t done_bytes, uint64_t all_bytes); /* or NULL */
	void *arg;
	bool repair;
	bool quick; /* structure and lengths, no checksums */
};

struct verify_result {
	uint64_t blobs, bytes, findings, repaired;
};

/* OK with out->findings == 0 is a clean store. [any] */
NODISCARD enum err store_verify(struct store *s, const struct verify_conf *conf,
    struct verify_result *out, struct fail *fail);

#endif
