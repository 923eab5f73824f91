/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this layer share. */
#ifndef REMOTE_PRIV_H
#define REMOTE_PRIV_H

#include <stdatomic.h>

#include "base/lock.h"
#include "http/outbound.h"
#include "remote/s3.h"

enum {
	REMOTE_MAGIC = 0x72656d6f,
	REMOTE_IDLE = 16, /* connections kept */
	REMOTE_BODY_MAX = 1 << 20, /* bytes of an answer that are kept */
	REMOTE_CONNECT_MS = 10000,
	REMOTE_STALL_MS = 30000,
	REMOTE_HEADERS_MAX = 160
};

struct remote {
	unsigned magic;
	bool tls, is_virtual; /* virtual: where the bucket's name allows it */
	char *host, *path, *region, *access_key, *secret, *token;
	unsigned connect_ms, stall_ms;
	uint64_t rate, part_size;
	const struct outbound_net *net;
	atomic_bool stopped;
	struct lock lock;
	struct outbound_link *idle[REMOTE_IDLE];
	size_t nidle;
};

/* The pieces of a URL that is one of a store. */
struct remote_url {
	bool tls;
	struct span host, path; /* path without slash at its end */
};
bool remote_url_read(struct span url, struct remote_url *out);

/* What the body of a 2xx answer must be: bytes from off on. */
struct remote_range {
	uint64_t off, len;
};
NODISCARD enum err remote_send(struct remote *r, struct remote_call *c,
    const struct remote_range *range, unsigned patience, struct fail *fail);

/* ---- what failures mean (remote_fault.c) ---- */

/* From status, headers and the beginning of the body; is_key: a key was asked for. Never
 * OK. */
NODISCARD enum err remote_fault_read(unsigned status, bool is_key,
    const struct field *header, size_t nheader, struct span body,
    struct remote_fault *out);
/* "bytes 5-9/20": does it say just that? length is what is after the slash, UINT64_MAX for
 * '*'. */
bool remote_content_range(struct span v, uint64_t *first, uint64_t *last);

/* ---- multipart (remote_upload.c) ---- */
NODISCARD enum err remote_upload(
    struct remote *r, struct remote_put *p, struct fail *fail);
/* Reads n bytes of a source, all of them. */
NODISCARD enum err remote_fill(const struct remote_source *s, void *to, size_t n);
/* "abc" of "\"abc\"" into out; false: too long. */
bool remote_etag_copy(char out[REMOTE_ETAG_MAX], struct span v);
void remote_version_copy(char out[REMOTE_VERSION_MAX], struct span v);

#endif
