/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests this server makes of others (webhooks, other stores), one at a time and waiting
 * for the answer, by libcurl, which is loaded when the first is made. http and https only,
 * and no redirect is followed. Where a connection goes is decided when the address is
 * known, so that a name that resolves to something else the next time opens nothing.
 * [worker, job: it blocks]
 */
#ifndef HTTP_OUTBOUND_H
#define HTTP_OUTBOUND_H

#include "base/buf.h"
#include "base/err.h"

struct sockaddr;

/* Where requests may go: "any", or networks (10.0.0.0/8, fd00::/8) and hosts (hooks.local,
 * .example.com for all below it), by commas. Addresses of machines' metadata and link-local
 * ones are never among them. [any] */
struct outbound_net;
/* E_CONFIG, with setting as the setting's name. */
NODISCARD enum err outbound_net_new(
    struct outbound_net **out, const char *setting, const char *list, struct fail *fail);
void outbound_net_free(struct outbound_net **net);
/* host: the name that was resolved; n = 0: none. net NULL: "any". */
bool outbound_net_allows(
    const struct outbound_net *net, struct span host, const struct sockaddr *to);

/* A connection that is kept for the next request to the same host. One thread at a time. */
struct outbound_link;
void outbound_link_free(struct outbound_link **link);

/* A body that is not in memory, a look at what comes while it comes. Each function may be
 * NULL; one that returns false ends the request. */
struct outbound_stream {
	void *ctx;
	uint64_t length; /* of what read() gives, in place of body */
	bool (*read)(void *ctx, void *to, size_t n, size_t *got);
	/* A connection from before died without an answer: may all of it go once more, by a
	 * new one? NULL: yes. Then rewind(), where there is a read(). */
	bool (*again)(void *ctx);
	bool (*rewind)(void *ctx);
	void (*header)(void *ctx, struct span name, struct span value);
	bool (*write)(void *ctx, unsigned status, const void *p, size_t n);
	bool (*go_on)(void *ctx); /* about once a second */
	unsigned connect_ms, stall_ms; /* stall: nothing moved for so long */
	uint64_t rate; /* bytes a second each way; 0: as fast as can be */
};

struct outbound {
	const char *url;
	const char *method; /* "POST"; "HEAD" has no body in its answer */
	const struct field *header;
	size_t nheader;
	struct span body;
	unsigned timeout_ms; /* for all of it; 0: as long as it takes */
	size_t max; /* bytes of the answer that are kept */
	const struct outbound_stream *stream; /* or NULL */
	const struct outbound_net *net; /* NULL: anywhere it may go at all */
	struct outbound_link **link; /* NULL: none is kept; *link NULL: the first one */
	/* "" or NULL: none */
	const char *cert, *key; /* files: this server's own */
	const char *ca; /* file: instead of the system's */
	const char *sign; /* "aws:amz:REGION:SERVICE": SigV4 by user, "KEY:SECRET" */
	const char *user;
	bool unverified; /* any certificate will do */
	/* out */
	unsigned status;
	struct buf answer; /* the caller's to free */
};
/* OK: there was an answer, whatever its status. E_NO_RESOURCE: libcurl is not there; E_GONE:
 * nobody answered, or not to the end, or it may not be asked. fail says what curl says. */
NODISCARD enum err outbound_send(struct outbound *o, struct fail *fail);

/* http://HOST... or https://HOST... */
bool outbound_is_url(struct span text);

#endif
