/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tortures of the store share: a child that runs a seeded mix of puts, overwrites,
 * copies, lists and deletes in three threads under a plan of faults, what it was told in
 * memory shared with its parent, and a judge of what is left.
 */
#ifndef FAULT_TORTURE_H
#define FAULT_TORTURE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

enum {
	THREADS = 3,
	RECORDS = 24,
	RUNS = 4,
	OPS = 60,
	TRIMS = 20,
	SMALL_MAX = 64 << 10,
	PAST = 96
};

/* Bytes are told by their seeds. */
struct content {
	unsigned n; /* 0: no record */
	struct {
		uint32_t seed, size;
	} run[RUNS];
};

/* Shared with the child: what it was told, what it was about to do. */
struct record {
	struct content acked, pending;
	_Atomic bool under_way; /* pending may or may not be there */
	struct content past[PAST]; /* what it ever was, or was about to be */
	unsigned pasts;
};

struct shared {
	struct record record[RECORDS];
	_Atomic unsigned wrong; /* a read in the child found other bytes */
};

struct store_conf torture_conf(const char *dir, uint32_t seed);
/* The child's life; never returns. */
void torture_child(const struct store_conf *conf, const char *plan, uint32_t seed,
    struct shared *shared);
/* Every acknowledged state exact, what was under way absent or complete, verify clean;
 * faults are said on stdout and counted. may_be_older: a record may be what it once was. */
unsigned torture_judge(
    const struct store_conf *conf, struct shared *shared, bool may_be_older);

#endif
