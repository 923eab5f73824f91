/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a function in a process of its own: for what ends the process, or sets what can't
 * be taken back. Include it behind the project's headers. */
#ifndef UNIT_BASE_CHILD_H
#define UNIT_BASE_CHILD_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Exit status of fn, or minus the signal that ended it. */
static inline int
child_run(int (*fn)(void))
{
	int status = 0;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct rlimit none = { 0, 0 };

		(void)setrlimit(RLIMIT_CORE, &none);
		(void)fclose(stderr);
		_exit(fn());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
