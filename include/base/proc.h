/* SPDX-License-Identifier: Apache-2.0 */
/* What the system says of this process and of the space below a directory. What it does not
 * say is 0. [any] */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <stdbool.h>
#include <stdint.h>

struct proc_usage {
	uint64_t resident; /* bytes */
	uint64_t cpu_us; /* user and system */
	uint64_t files, files_max; /* descriptors: open, and at most */
	uint64_t read_bytes, written_bytes; /* by system calls */
	uint64_t reads, writes; /* such calls */
};
void proc_usage(struct proc_usage *out);

/* The start is over: memory and pages of code that it alone needed are given back. What is
 * needed again comes from the page cache. */
void proc_settle(void);

struct proc_space {
	uint64_t total, free; /* bytes: of all, and for us */
	uint64_t inodes, inodes_free;
};
void proc_space(const char *path, struct proc_space *out);

#endif
