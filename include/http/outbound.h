/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests this server makes of others (webhooks), one at a time and waiting for the answer,
 * by libcurl, which is loaded when the first is made. http and https only, and no redirect
 * is followed. [worker, job: it blocks]
 */
#ifndef HTTP_OUTBOUND_H
#define HTTP_OUTBOUND_H

#include "base/buf.h"
#include "base/err.h"

struct outbound {
	const char *url;
	const char *method; /* "POST" */
	const struct field *header;
	size_t nheader;
	struct span body;
	unsigned timeout_ms; /* for all of it */
	size_t max; /* bytes of the answer that are kept */
	/* out */
	unsigned status;
	struct buf answer; /* the caller's to free */
};
/* OK: there was an answer, whatever its status. E_NO_RESOURCE: libcurl is not there; E_GONE:
 * nobody answered. fail says what curl says. */
NODISCARD enum err outbound_send(struct outbound *o, struct fail *fail);

/* http://HOST... or https://HOST... */
bool outbound_is_url(struct span text);

#endif
