/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 syntax (RFC 9110, RFC 9112): the end of a head, the fields of a head, the frame
 * of the chunked coding. Pure functions over memory: no socket, no clock. What a server may
 * take leniently is refused here, because every leniency is a way to smuggle a request past
 * a proxy that reads the same bytes otherwise. [any]
 */
#ifndef HTTP_H1_PRIV_H
#define HTTP_H1_PRIV_H

#include "http/http.h"

struct h1_limits {
	unsigned max_head; /* bytes of request line and headers */
	unsigned max_line; /* bytes of the request line */
	unsigned max_headers;
};

/* How far a head was looked through; zeroed is the beginning. */
struct h1_scan {
	uint32_t skip; /* empty lines before the request line */
	uint32_t line; /* start of the line being looked through */
	uint32_t at; /* bytes before it need not be looked at again */
	uint32_t lines; /* complete lines, the request line first */
};

/* Look for the end of the head in all bytes received so far (in grows from call to call).
 * *end = 0: more is needed. Otherwise the head is in[skip, *end). */
NODISCARD enum err h1_scan(
    struct h1_scan *s, struct span in, const struct h1_limits *limits, size_t *end);

/* Fill method, path, query, host, header, length, http10 and expects_continue of rq from the
 * whole head text[0, n), which must live as long as rq (names are made lower case in place);
 * arrays come from rq->arena. lines as counted by h1_scan(). keep: the connection may serve
 * another request. On failure rq has what was understood. */
NODISCARD enum err h1_parse(
    struct http_req *rq, bool *keep, char *text, size_t n, unsigned lines);

/* The request line alone, of a head whose end was never found. text ends behind its LF. */
NODISCARD enum err h1_parse_line(struct http_req *rq, char *text, size_t n);

enum h1_chunk_step {
	H1_CHUNK_MORE, /* all of in is used up */
	H1_CHUNK_DATA, /* h1_chunk_due() bytes of data follow */
	H1_CHUNK_END /* the body is complete, trailers included */
};

struct h1_chunk {
	uint64_t left; /* of this chunk's data; half read while its size is */
	uint32_t line; /* bytes of extensions, or of trailers, so far */
	uint8_t state;
	uint8_t digits;
};

void h1_chunk_init(struct h1_chunk *k);
/* Pass over framing; *used bytes of in were framing. Not called while data is left. */
NODISCARD enum err h1_chunk_frame(
    struct h1_chunk *k, struct span in, size_t *used, enum h1_chunk_step *step);
/* Bytes of data that follow; 0: framing does. */
uint64_t h1_chunk_due(const struct h1_chunk *k);
/* n bytes of them were taken. */
void h1_chunk_took(struct h1_chunk *k, size_t n);

#endif
