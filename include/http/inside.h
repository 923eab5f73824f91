/* SPDX-License-Identifier: Apache-2.0 */
/* A server that talks to itself: what its settings declare it asks of itself, as a client
 * would, before it serves anybody. */
#ifndef HTTP_INSIDE_H
#define HTTP_INSIDE_H

#include "http/http.h"

/* http_server_start() in two steps: between them nobody is served but http_server_dial(). */
void http_server_start_closed(struct http_server *s);
void http_server_accept(struct http_server *s);
/* A connection to this server that comes from nowhere: one end of it, which blocks and is
 * the caller's to close, or a negative errno. Its requests are `inside`. After the start.
 * [any] */
int http_server_dial(struct http_server *s);

#endif
