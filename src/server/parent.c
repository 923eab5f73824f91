/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --exit-with-parent: a server that a test has started must not outlive it. What ends is the
 * process, not the thread that started it, so the kernel's PR_SET_PDEATHSIG would not do:
 * it tells of threads, and runtimes start processes from threads that come and go.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/task.h"
#include "server_priv.h"

enum { ASK_MS = 100 };

static void *
parent_main(void *arg)
{
	pid_t parent = (pid_t)(intptr_t)arg;
	int fd = (int)syscall(SYS_pidfd_open, parent, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	/* Without such descriptors: who has lost his parent gets another one. */
	while (getppid() == parent)
		if (poll(&p, fd >= 0 ? 1 : 0, fd >= 0 ? -1 : ASK_MS) > 0)
			break;
	if (fd >= 0)
		(void)close(fd);
	log_info("the process that started this one is gone");
	(void)kill(getpid(), SIGTERM);
	return NULL;
}

void
parent_watch(void)
{
	pthread_t thread;

	thread_start(&thread, "parent", parent_main, (void *)(intptr_t)getppid());
	(void)pthread_detach(thread);
}
