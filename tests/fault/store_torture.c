/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Torture of the store alone. A child (torture.h) dies, or gets an error, at the n-th passing of one fault
 * point. Then the store is opened again: every acknowledged state must be exact, what was
 * under way absent or complete, and verify clean. TAP, one line per fault point.
 *
 *   store_torture            all points, few n (seconds)
 *   TRUG_TORTURE=20          so many n per point
 *   store_torture PLAN SEED  one run, as printed by a failure
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "torture.h"

#include "../scratch.h"

#ifndef ENABLE_FAULTS
int
main(void)
{
	(void)puts("1..0 # SKIP built without --enable-faults");
	return 0;
}
#else

/* Two lives in the same directory, then the judge each time. */
static unsigned
run(const char *plan, uint32_t seed, unsigned *deaths)
{
	struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct store_conf conf;
	char dir[256];
	unsigned bad = 0;

	MUST(shared != MAP_FAILED);
	scratch_make(dir, sizeof dir, "torture",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NULL);
	conf = torture_conf(dir, seed);
	for (unsigned life = 0; life < 2 && bad == 0; life++) {
		pid_t pid;
		int status;

		(void)fflush(stdout);
		pid = fork();
		if (pid == 0)
			torture_child(&conf, plan, seed + life * 3, shared);
		MUST(pid > 0 && waitpid(pid, &status, 0) == pid);
		*deaths += WIFSIGNALED(status);
		if (!(WIFEXITED(status) && WEXITSTATUS(status) == 0) &&
		    !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)) {
			(void)printf(
			    "# the child ended with status %#x\n", (unsigned)status);
			bad++;
		}
		bad += torture_judge(&conf, shared, false);
	}
	if (bad > 0)
		(void)printf("# again: store_torture '%s' %u\n", plan, seed);
	scratch_remove(dir);
	(void)munmap(shared, sizeof *shared);
	return bad;
}

static const char *const points[] = {
#define FAULT(name, what) #name,
#include "base/faults.def"
#undef FAULT
};

/* crash: die there; else answer with value. */
static void
point(unsigned number, const char *name, const char *value, unsigned rounds)
{
	static const unsigned nth[] = { 1, 2, 4, 9, 17 };
	unsigned bad = 0, deaths = 0;
	char plan[64];

	for (unsigned i = 0; i < rounds; i++) {
		unsigned n = rounds <= ARRAY_LEN(nth) ? nth[i] : i + 1;

		if (value == NULL)
			(void)snprintf(plan, sizeof plan, "crash@%s@%u", name, n);
		else
			(void)snprintf(plan, sizeof plan, "%s@%u=%s", name, n, value);
		bad += run(plan, number * 100 + i, &deaths);
	}
	if (value == NULL)
		(void)printf("%s %u - crash@%s (died %u times)\n",
		    bad == 0 ? "ok" : "not ok", number, name, deaths);
	else
		(void)printf(
		    "%s %u - %s=%s\n", bad == 0 ? "ok" : "not ok", number, name, value);
}

int
main(int argc, char **argv)
{
	const char *env = getenv("TRUG_TORTURE");
	unsigned rounds = env != NULL ? (unsigned)strtoul(env, NULL, 10) : 3, number = 0,
		 deaths = 0;

	log_setup(LOG_ERROR + 1, false);
	if (argc == 3)
		return run(argv[1], (unsigned)strtoul(argv[2], NULL, 10), &deaths) != 0;
	(void)printf("1..%zu\n", 2 * ARRAY_LEN(points) + (FAULT_mdb_commit + 1));
	for (unsigned i = 0; i < ARRAY_LEN(points); i++)
		point(++number, points[i], NULL, rounds);
	for (unsigned i = 0; i <= FAULT_mdb_commit; i++) {
		point(++number, points[i], "EIO", rounds);
		point(++number, points[i], "ENOSPC", rounds);
	}
	for (unsigned i = FAULT_mdb_commit + 1; i < ARRAY_LEN(points); i++)
		point(++number, points[i], "EIO", rounds);
	return 0;
}
#endif
