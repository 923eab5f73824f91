/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MD5 (RFC 1321) as the ETag wants it: fast, and for several streams at once. One stream
 * cannot use a processor's width, since each of its steps needs the one before; streams
 * side by side in one vector can: sixteen take hardly longer than one.
 */
#ifndef CODEC_MD5_H
#define CODEC_MD5_H

#include <stddef.h>
#include <stdint.h>

enum { MD5_SIZE = 16, MD5_BLOCK = 64, MD5_LANES = 16 };

struct md5 {
	uint32_t h[4];
	uint64_t n; /* bytes so far */
	uint8_t rest[MD5_BLOCK]; /* n modulo MD5_BLOCK of them */
};

void md5_init(struct md5 *m);
void md5_add(struct md5 *m, const void *p, size_t n);
void md5_end(struct md5 *m, uint8_t out[MD5_SIZE]); /* m must be begun anew */

struct md5_job {
	struct md5 *md5; /* each job another one */
	const void *p;
	size_t n;
};
/* md5_add() for each job, side by side. count: any; jobs are used up. */
void md5_add_all(struct md5_job *job, size_t count);

/* For tests: 0 as fast as can be, 1 without the widest vectors, 2 only the plainest. */
void md5_limit(unsigned level);

#endif
