/* SPDX-License-Identifier: Apache-2.0 */
/* What verify.c (rows) and verify_files.c (files and bytes) share. One thread. */
#ifndef VERIFY_PRIV_H
#define VERIFY_PRIV_H

#include "store/verify.h"
#include "store_priv.h"

/* A row of table body that is no list. */
struct verify_tiny {
	uint64_t id;
	uint32_t len, refs, found;
};

struct verify_blob {
	uint64_t id;
	struct blob_row row;
	uint32_t found;
};

struct verify_dead {
	uint64_t seq;
	struct dead_row row;
};

struct verify_segment {
	uint64_t id;
	struct segment_row row;
	uint64_t used; /* by live blobs and dead rows */
	uint64_t dying; /* by dead rows */
};

struct verify_vec {
	char *p;
	size_t n, cap;
};

struct verify {
	struct store *store;
	const struct verify_conf *conf;
	struct verify_result *out;
	struct txn *txn;
	struct verify_vec tiny, blob, dead, segment; /* of the above, in order of id */
	struct verify_vec lost; /* uint64_t: pieces without a list */
	struct verify_vec files; /* uint64_t: files of large blobs nobody knows */
	struct verify_vec segments; /* the same of segments */
	struct state state;
	uint64_t done, all; /* bytes */
	bool recount; /* state.files is wrong */
};

void *verify_add(struct verify_vec *v, size_t size); /* zeroed room for one more */
/* The element of that id (its first member), or NULL. */
void *verify_find(const struct verify_vec *v, size_t size, uint64_t id);
void verify_report(struct verify *v, const char *fmt, ...) PRINTF_LIKE(2, 3);

void verify_files_extents(struct verify *v);
void verify_files_names(struct verify *v);
void verify_files_sizes(struct verify *v);
void verify_files_bytes(struct verify *v);
void verify_files_drop(struct verify *v); /* unlink what nobody knows */

#endif
