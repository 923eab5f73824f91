/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of other S3 stores, for tiers and replication: one request at a time on each
 * thread, waiting for the answer. It does not list and does not copy. A failure is told as
 * enum err plus struct remote_fault; nothing is tried twice in here but parts that are in
 * memory, so callers decide about waiting. [worker, job: it blocks]
 */
#ifndef REMOTE_S3_H
#define REMOTE_S3_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct remote;
struct outbound_net;

enum remote_style { REMOTE_AUTO, REMOTE_PATH, REMOTE_VIRTUAL }; /* AUTO: virtual at AWS */

struct remote_conf {
	struct span
	    url; /* http[s]://host[:port]; a path behind it goes before the bucket */
	struct span region; /* "" is us-east-1 */
	struct span access_key, secret,
	    token; /* token "" : none; access_key "": unsigned */
	enum remote_style style;
	unsigned connect_ms; /* 0: 10 s */
	unsigned stall_ms; /* this long without a byte is a failure; 0: 30 s */
	uint64_t rate; /* bytes a second each way of one request; 0: no limit */
	uint64_t part_size; /* of our multipart uploads; 0: 16 MiB */
	const struct outbound_net *net; /* where it may be (http/outbound.h); borrowed */
};
/* Says what is wrong with one; copies all that it needs. E_CONFIG. */
NODISCARD enum err remote_check(const struct remote_conf *c, struct fail *fail);
struct remote *remote_new(const struct remote_conf *c); /* of a checked one */
/* What runs ends within a second, and what begins fails at once: E_REMOTE_DOWN. [any] */
void remote_stop(struct remote *r);
void remote_free(struct remote **r); /* no call is in it any more */

/* What the other side said, or that it said nothing. */
struct remote_fault {
	unsigned status; /* 0: no answer */
	bool retry; /* the same request may succeed later */
	char code[64], message[256];
};

/* Bytes to send: read() gives *got (1..n) bytes; length of them in all. seek() goes on
 * elsewhere: a request that carries more than memory should hold is read twice, to hash it
 * before it is sent. */
struct remote_source {
	uint64_t length;
	enum err (*read)(void *ctx, void *to, size_t n, size_t *got);
	enum err (*seek)(void *ctx, uint64_t off);
	void *ctx;
};
/* Bytes that come. Anything but OK ends the request with that code. It may block: that is
 * the back-pressure. */
struct remote_sink {
	enum err (*write)(void *ctx, const void *p, size_t n);
	void *ctx;
};

/* ---- any request ---- */

struct remote_call {
	const char *method; /* "PUT" */
	struct span bucket, key; /* raw; both may be "" */
	struct span query; /* "versionId=..&tagging", encoded */
	const struct field *header; /* lower case; all are signed */
	size_t nheader;
	struct remote_source source; /* length 0: no body */
	const struct remote_sink *sink; /* of a 2xx answer's body; NULL: kept in body */
	struct span bytes; /* the body, in place of source */
	bool
	    once; /* done twice it leaves two: not repeated once all of it may have gone */
	uint64_t expect; /* with sink: the body is that long; UINT64_MAX: any length */
	/* out */
	struct arena *arena; /* the caller's, for header */
	unsigned status;
	struct field *answer; /* headers, names lower case */
	size_t nanswer;
	struct buf body; /* up to 1 MiB; the caller's to free */
	struct remote_fault fault;
};
/*
 * OK: 2xx. E_REMOTE_DOWN: no answer, 5xx, 429 (fault.retry). E_NO_SUCH_KEY, E_NO_SUCH_VERSION,
 * E_NO_SUCH_BUCKET, E_NO_SUCH_UPLOAD, E_PRECONDITION, E_NOT_MODIFIED, E_INVALID_OBJECT_STATE,
 * E_INVALID_RANGE, E_BAD_DIGEST, E_NO_SUCH_CONFIGURATION as the other side means them;
 * E_REMOTE_DENIED: it does not let us in; E_REMOTE_REFUSED: any other 4xx or 3xx, and answers
 * that make no sense. What sink or source returned goes through.
 */
NODISCARD enum err remote_call(
    struct remote *r, struct remote_call *c, struct fail *fail);
struct span remote_header(
    const struct remote_call *c, const char *name); /* p NULL: none */

/* ---- objects ---- */

enum { REMOTE_VERSION_MAX = 256, REMOTE_ETAG_MAX = 96 };

struct remote_put {
	struct span bucket, key;
	const struct field *
	    header; /* content-type, x-amz-meta-*, x-amz-storage-class, x-amz-tagging ... */
	size_t nheader;
	struct span query; /* of the request that begins it, encoded */
	struct remote_source source;
	/* The lengths of the parts it is to have (a copy of a multipart object keeps its
	 * ETag so); n 0: one request, or parts of remote_conf.part_size above that. */
	const uint64_t *part;
	size_t nparts;
	/* out */
	char version[REMOTE_VERSION_MAX]; /* "" where the bucket has none */
	char etag[REMOTE_ETAG_MAX]; /* without quotes */
	struct remote_fault fault;
};
/* Sends all of it; what arrived is proved by Content-MD5 of each request and by length. An
 * upload that fails is aborted at the other side, where that still answers. */
NODISCARD enum err remote_put(struct remote *r, struct remote_put *p, struct fail *fail);

struct remote_get {
	struct span bucket, key, version; /* version "": the latest */
	uint64_t off, len; /* len UINT64_MAX: to the end, off must be 0 then */
	const struct remote_sink *sink;
	struct remote_fault fault; /* out */
};
/* Less than len bytes is E_REMOTE_DOWN: the caller may go on behind what it has. */
NODISCARD enum err remote_get(struct remote *r, struct remote_get *g, struct fail *fail);

/* HEAD: c.bucket, key, query, header as in a call; out as there. */
NODISCARD enum err remote_head(
    struct remote *r, struct remote_call *c, struct fail *fail);

/* A missing one is OK. version "": as DELETE without one does. */
NODISCARD enum err remote_delete(struct remote *r, struct span bucket, struct span key,
    struct span version, struct remote_fault *fault, struct fail *fail);

/* Is the bucket there, and may we look at it? */
NODISCARD enum err remote_probe(
    struct remote *r, struct span bucket, struct remote_fault *fault, struct fail *fail);

#endif
