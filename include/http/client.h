/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small HTTP client that waits, one request after the other over one connection: what
 * verbs that talk to a server use, and the server when it carries out its own settings. No
 * redirects, no certificates checked: it talks to servers of one's own. [any; blocks]
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "base/buf.h"
#include "base/err.h"

struct client;

struct client_conf {
	const char *url; /* http[s]://HOST[:PORT][/PATH]; named in failures */
	unsigned ms; /* without a byte, in or out */
	/* Instead of connecting there: a descriptor, or a negative errno. */
	int (*dial)(void *ctx);
	void *ctx;
};
/* Connects when there is something to send. E_CONFIG: url is none. conf is copied. */
NODISCARD enum err client_new(
    struct client **out, const struct client_conf *conf, struct fail *fail);
void client_free(struct client **c);
struct span client_host(const struct client *c); /* as the Host header says it */
struct span client_path(const struct client *c); /* of the URL; "/" */

struct client_ask {
	const char *method;
	struct span target; /* path and query as they go over the wire */
	struct span lines; /* of the head, each with its line end */
	bool close; /* the last one */
	struct span body;
	/* Or: the body's bytes in order, exactly length of them. */
	enum err (*more)(void *ctx, void *p, size_t cap, size_t *n);
	void *ctx;
	uint64_t length;
};
struct client_answer {
	unsigned status;
	struct buf head, body; /* body: a mebibyte at most is kept */
};
void client_answer_fini(struct client_answer *a);
/* p == NULL: no such header; name in lower case. */
struct span client_header(const struct client_answer *a, const char *name);

/* E_IO: no answer, or no HTTP; what more() failed with. fail says which. */
NODISCARD enum err client_send(struct client *c, const struct client_ask *ask,
    struct client_answer *out, struct fail *fail);

#endif
