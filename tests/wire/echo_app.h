/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small application for the HTTP edge: each path shows one thing an application may do
 * (take a body, refuse it, pause it, answer from another thread, stream from memory or a
 * file, break off). Serves the wire runner and the unit tests of connections.
 */
#ifndef TESTS_ECHO_APP_H
#define TESTS_ECHO_APP_H

#include <stdatomic.h>

#include "http/http.h"

struct echo_app {
	struct http_app app;
	struct task_pool *pool;
	int file; /* the pattern */
	_Atomic uint64_t filled;
	char *pattern;
	_Atomic unsigned heads, replies, dones, gones, errors, aborted, loops;
	_Atomic unsigned last_gone, last_status;
	_Atomic uint64_t received, sent;
};

enum { ECHO_PIECE = 64 << 10, ECHO_PERIOD = 26 };

/* Byte at offset i of every generated body is 'a' + i % 26. */
void echo_app_init(struct echo_app *e);
void echo_app_fini(struct echo_app *e);

#endif
