/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

/* 64 linear steps per power of two. */
enum { STEPS = 64, SLOTS = STEPS * 44 };

struct latencies {
	uint64_t n, slot[SLOTS];
};

uint64_t
mono_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

struct latencies *
latencies_new(void)
{
	return mem_zalloc(sizeof(struct latencies));
}

void
latencies_add(struct latencies *l, uint64_t ns)
{
	unsigned shift = 0;
	uint64_t at;

	while ((ns >> shift) >= 2 * STEPS)
		shift++;
	at = shift * STEPS + (ns >> shift);
	l->slot[at < SLOTS ? at : SLOTS - 1]++;
	l->n++;
}

double
latencies_at(const struct latencies *l, double share)
{
	uint64_t want = (uint64_t)(share * (double)l->n), seen = 0;

	for (unsigned i = 0; i < SLOTS; i++) {
		unsigned shift = i < 2 * STEPS ? 0 : i / STEPS - 1;

		seen += l->slot[i];
		if (seen > want)
			return (double)((uint64_t)(i - shift * STEPS) << shift) / 1000;
	}
	return 0;
}

/* The first line of a file under /proc, or an empty text. */
static void
line_of(const char *path, char *out, int cap)
{
	FILE *f = fopen(path, "re");

	*out = '\0';
	if (!f)
		return;
	if (!fgets(out, cap, f))
		*out = '\0';
	(void)fclose(f);
}

/* Run time of all threads, of those that ended as well, in nanoseconds. */
static uint64_t
process_ns(unsigned pid)
{
	struct timespec t = { 0 };
	clockid_t clock;

	if (clock_getcpuclockid((pid_t)pid, &clock) != 0)
		return 0;
	(void)clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void
cpu_read(const struct plan *p, struct cpu *out)
{
	double tick = 1.0 / (double)sysconf(_SC_CLK_TCK);
	char path[64], line[1024], *at;

	memset(out, 0, sizeof *out);
	for (unsigned i = 0; i < p->npids; i++) {
		out->ns += process_ns(p->pids[i]);
		(void)snprintf(path, sizeof path, "/proc/%u/stat", p->pids[i]);
		line_of(path, line, sizeof line);
		at = strrchr(line, ')');
		/* Fields 14 and 15, counted from 3 behind the name: proc(5). */
		for (unsigned f = 2; at && f < 14; f++)
			at = strchr(at + 1, ' ');
		if (!at)
			continue;
		out->user += (double)strtoull(at, &at, 10) * tick;
		out->system += (double)strtoull(at, NULL, 10) * tick;
	}
}
