/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power goes. A child (torture.h) dies at the n-th passing of a fault point; then the
 * disk is made as it may be without its page cache (recorder.h), and the store is opened:
 * with durability full every acknowledged state must be exact and what was under way
 * absent or complete; with relaxed each record must be what it once was; verify clean.
 * Some lives go on with a second cut while the store recovers from the first.
 *
 *   store_powercut           all points (seconds)
 *   TRUG_TORTURE=20          so many cuts per point
 *   store_powercut PLAN SEED one run, as printed by a failure
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
#include "recorder.h"
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

enum { LIVES = 3 };

struct cut {
	struct store_conf conf;
	struct shared *shared;
	char dir[256], note[280];
	unsigned deaths, cuts;
};

/* Opens the store, which recovers, and closes it. Never returns. */
static void
child_opens(const struct store_conf *conf, const char *plan)
{
	struct store *s = NULL;

	log_setup(LOG_ERROR + 1, false);
	if (!fault_setup(plan, NULL))
		_exit(3);
	(void)!store_open(&s, conf, NULL);
	store_close(&s);
	_exit(0);
}

/* One process, and the power goes when it dies. */
static unsigned
life(struct cut *c, const char *plan, uint32_t seed, bool works)
{
	struct recorder_disk *disk = recorder_look(c->dir);
	unsigned bad = 0;
	pid_t pid;
	int status;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		recorder_start(c->dir, c->note);
		if (!works)
			child_opens(&c->conf, plan);
		torture_child(&c->conf, plan, seed, c->shared);
	}
	MUST(pid > 0 && waitpid(pid, &status, 0) == pid);
	c->deaths += WIFSIGNALED(status);
	if (!(WIFEXITED(status) && WEXITSTATUS(status) == 0) &&
	    !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)) {
		(void)printf("# the child ended with status %#x\n", (unsigned)status);
		bad++;
	}
	recorder_cut(disk, c->dir, c->note, seed);
	c->cuts++;
	return bad;
}

static const char *const recovering[] = { "crash@restore@1", "crash@replay@1",
	"crash@replay@4", "crash@io_fsync@2", "crash@io_pwrite@2", "crash@mdb_commit@1",
	"crash@io_fsync@3" };

static unsigned
run(const char *plan, uint32_t seed, unsigned *deaths)
{
	struct cut c = { .deaths = 0 };
	unsigned bad = 0;

	c.shared = mmap(NULL, sizeof *c.shared, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(c.shared != MAP_FAILED);
	scratch_make(c.dir, sizeof c.dir, "powercut",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NULL);
	(void)snprintf(c.note, sizeof c.note, "%s.note", c.dir);
	c.conf = torture_conf(c.dir, seed);
	c.conf.durability = seed % 4 == 0 ? STORE_RELAXED : STORE_FULL;
	for (unsigned i = 0; i < LIVES && bad == 0; i++) {
		bad += life(&c, plan, seed + i * 3, true);
		if ((seed + i) % 3 == 0 && bad == 0)
			bad +=
			    life(&c, recovering[(seed / 3 + i) % ARRAY_LEN(recovering)],
				seed, false);
		if (bad == 0)
			bad += torture_judge(
			    &c.conf, c.shared, c.conf.durability == STORE_RELAXED);
	}
	if (bad > 0)
		(void)printf("# again: store_powercut '%s' %u\n", plan, seed);
	*deaths += c.deaths;
	scratch_remove(c.dir);
	(void)unlink(c.note);
	(void)munmap(c.shared, sizeof *c.shared);
	return bad;
}

static const char *const points[] = {
#define FAULT(name, what) #name,
#include "base/faults.def"
#undef FAULT
};

static void
point(unsigned number, const char *name, unsigned rounds)
{
	unsigned bad = 0, deaths = 0;
	char plan[64];

	for (unsigned i = 0; i < rounds; i++) {
		(void)snprintf(
		    plan, sizeof plan, "crash@%s@%u", name, i * (i + 1) / 2 + 1);
		bad += run(plan, number * 1000 + i, &deaths);
	}
	(void)printf("%s %u - crash@%s, without what was not synced (died %u times)\n",
	    bad == 0 ? "ok" : "not ok", number, name, deaths);
}

int
main(int argc, char **argv)
{
	const char *env = getenv("TRUG_TORTURE");
	unsigned rounds = env != NULL ? (unsigned)strtoul(env, NULL, 10) : 4, deaths = 0;

	log_setup(LOG_ERROR + 1, false);
	if (argc == 3)
		return run(argv[1], (unsigned)strtoul(argv[2], NULL, 10), &deaths) != 0;
	(void)printf("1..%zu\n", ARRAY_LEN(points));
	for (unsigned i = 0; i < ARRAY_LEN(points); i++)
		point(i + 1, points[i], rounds);
	return 0;
}
#endif
