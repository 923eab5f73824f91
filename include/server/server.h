/* SPDX-License-Identifier: Apache-2.0 */
/* Where everything meets: settings to layers, start, ready, stop. */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "server/conf.h"

/* Serve until SIGTERM or SIGINT, then drain. Call from the main thread before any other is
 * made. The process's exit status: 0, or 2 with one line on stderr. */
int server_run(const struct conf *c);

/* Give the store's keys new versions and wrap all data keys by them, while nobody serves it;
 * then the older versions go. The same for the master key where a new one stands before the
 * old. The process's exit status. */
int server_rotate(const struct conf *c);

#endif
