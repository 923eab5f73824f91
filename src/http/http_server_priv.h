/* SPDX-License-Identifier: Apache-2.0 */
/* What loops and connections ask of the server they belong to. [any] */
#ifndef HTTP_SERVER_PRIV_H
#define HTTP_SERVER_PRIV_H

#include <stdbool.h>

struct http_server;

/* Count a connection in; false: there are max_connections already (it is counted all the
 * same), *hard: twice as many and some. */
bool http_server_enter(struct http_server *s, bool *hard);
void http_server_leave(struct http_server *s);
/* A loop has carried out an order. */
void http_server_ordered(struct http_server *s);

#endif
