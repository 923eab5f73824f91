/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small closed-loop load generator: one thread, epoll, keep-alive, each request signed
 * with SigV4 in its headers. It reads the servers' CPU time itself, at the edges of the
 * window it counts, so that its own cost and that of starting stay outside.
 */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum op { OP_GET, OP_HEAD, OP_PUT, OP_DELETE, OP_LIST, OP_COPY, OP_PART_COPY, OP_MIX };
enum { HEAD_MAX = 16384, PIDS_MAX = 8, REQUEST_MAX = 4096 };

/* What is asked for; set once from the command line. */
struct plan {
	enum op op;
	const char *host, *port, *bucket, *prefix, *suffix, *access, *secret, *region;
	const char *delimiter; /* of a listing, or NULL */
	const char *source; /* of a copy: /bucket/key */
	const char *upload; /* of part copies */
	uint64_t first, keys; /* keys read, or the first key written */
	uint64_t size; /* of a body sent */
	uint64_t count; /* requests in all; 0: until seconds are over */
	double seconds, warmup, settle;
	unsigned conns, pids[PIDS_MAX], npids, page;
	int width; /* digits of a key */
	bool sign, signed_body, tls, scatter, hold;
};

/* load_request.c: requests as bytes. */
struct signer;
struct signer *signer_new(const struct plan *p, const char *body);
void signer_free(struct signer **s);
/* Writes the head of request number i to out (REQUEST_MAX bytes), returns its length. */
size_t request_head(struct signer *s, enum op op, uint64_t i, char *out);
enum op request_op(const struct plan *p, uint64_t i); /* OP_MIX resolved */

/* load_count.c: what was measured. */
struct cpu {
	uint64_t ns; /* run time of all threads */
	double user, system; /* seconds by ticks, for the share */
};
void cpu_read(const struct plan *p, struct cpu *out);
uint64_t mono_ns(void);
struct latencies; /* a histogram, values within 1 % */
struct latencies *latencies_new(void);
void latencies_add(struct latencies *l, uint64_t ns);
double latencies_at(const struct latencies *l, double share); /* microseconds */

/* load_conn.c: the run. Returns the exit code. */
int load_run(const struct plan *p);
SSL_CTX *tls_context(void);
int connect_to(const char *host, const char *port, bool wait);

/* load_tools.c: yardsticks that need no load. Arguments as on the command line. */
int tool_disk(int argc, char **argv);
int tool_hash(int argc, char **argv);
int tool_start(int argc, char **argv);

#endif
