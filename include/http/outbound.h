/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests this server makes of others (webhooks, other stores), one at a time and waiting
 * for the answer, by libcurl, which is loaded when the first is made. http and https only,
 * and no redirect is followed. [worker, job: it blocks]
 */
#ifndef HTTP_OUTBOUND_H
#define HTTP_OUTBOUND_H

#include "base/buf.h"
#include "base/err.h"

/* A body that is not in memory, a look at what comes while it comes. Each function may be
 * NULL; one that returns false ends the request. */
struct outbound_stream {
	void *ctx;
	uint64_t length; /* of what read() gives, in place of body */
	bool (*read)(void *ctx, void *to, size_t n, size_t *got);
	bool (*rewind)(void *ctx); /* a connection from before was dead: once more */
	void (*header)(void *ctx, struct span name, struct span value);
	bool (*write)(void *ctx, unsigned status, const void *p, size_t n);
	bool (*go_on)(void *ctx); /* about once a second */
	unsigned connect_ms, stall_ms; /* stall: nothing moved for so long */
	uint64_t rate; /* bytes a second each way; 0: as fast as can be */
};

/* Keeps its connection for the next request. One thread at a time. */
struct outbound_link;
void outbound_link_free(struct outbound_link **l);

struct outbound {
	const char *url;
	const char *method; /* "POST"; "HEAD" has no body in its answer */
	const struct field *header;
	size_t nheader;
	struct span body;
	unsigned timeout_ms; /* for all of it; 0: as long as it takes */
	size_t max; /* bytes of the answer that are kept */
	const struct outbound_stream *stream; /* or NULL */
	struct outbound_link **link; /* made at first use; or NULL */
	/* out */
	unsigned status;
	struct buf answer; /* the caller's to free */
};
/* OK: there was an answer, whatever its status. E_NO_RESOURCE: libcurl is not there; E_GONE:
 * nobody answered, or not to the end. fail says what curl says. */
NODISCARD enum err outbound_send(struct outbound *o, struct fail *fail);

/* http://HOST... or https://HOST... */
bool outbound_is_url(struct span text);

#endif
