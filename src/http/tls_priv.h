/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS 1.2 and 1.3 by OpenSSL on the connection's own descriptor (tls_wire.c), buffers
 * released while idle. The context is made only where TLS is configured: it costs a start
 * some milliseconds and megabytes. A context is [any], a connection's SSL is [loop].
 */
#ifndef HTTP_TLS_PRIV_H
#define HTTP_TLS_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct ssl_ctx_st;
struct ssl_st;

/* From dir's public.crt (the chain, own certificate first) and private.key, both PEM. fail
 * names the file and what is wrong with it. */
NODISCARD enum err tls_ctx_new(
    struct ssl_ctx_st **out, const char *dir, struct fail *fail);
void tls_ctx_free(struct ssl_ctx_st **ctx);

/* What a loop's connections read and write through. */
struct tls_room;
struct tls_room *tls_room_new(void);
void tls_room_free(struct tls_room **r);

struct ssl_st *tls_new(struct ssl_ctx_st *ctx, int fd, struct tls_room *room);
void tls_free(struct ssl_st **ssl);

/* Beside counts and 0 for the end: */
enum { TLS_WANT_READ = -1, TLS_WANT_WRITE = -2, TLS_FAILED = -3 };

int tls_accept(struct ssl_st *ssl); /* 1: done */
ssize_t tls_read(struct ssl_st *ssl, void *p, size_t n);
/* After TLS_WANT_WRITE: again with the same bytes, or the same and more behind them. */
ssize_t tls_write(struct ssl_st *ssl, const void *p, size_t n);
/* Input that the socket no longer shows. Part of a record is none: the rest is to come. */
bool tls_pending(struct ssl_st *ssl);
/* tls.c to tls_wire.c */
void tls_wire_set(struct ssl_st *ssl, int fd, struct tls_room *room);
const char *tls_version(const struct ssl_st *ssl, const char **cipher);
void tls_bye(struct ssl_st *ssl); /* close_notify */

#endif
