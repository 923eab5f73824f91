/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OpenSSL keeps for each thread of its last failures. A library that looks there without
 * clearing it first (libmosquitto) takes an old failure for its own.
 */
#ifndef HTTP_TLS_ERROR_H
#define HTTP_TLS_ERROR_H

/* The last failure's reason, "" for none, in static storage; all are forgotten. [any] */
const char *tls_error_take(void);

#endif
