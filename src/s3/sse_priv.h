/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server-side encryption as requests ask for it: their headers, the bucket's default, the
 * headers of the answer. Keys and bytes are object/crypt.h's. Texts are recorded answers;
 * docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
 */
#ifndef S3_SSE_PRIV_H
#define S3_SSE_PRIV_H

#include "object/crypt.h"
#include "model/side.h"
#include "s3_priv.h"

/* What a bucket has been told to do with new objects. */
struct sse_default {
	uint8_t mode; /* CRYPT_NONE: nothing */
	bool bucket_key, blocked; /* blocked: no keys of clients */
	char key[256]; /* as the document names it, or "" */
};
struct sse_cache;
struct sse_cache *sse_cache_new(void);
void sse_cache_free(struct sse_cache **cache);
NODISCARD enum err sse_default(struct rq *rq, struct sse_default *out); /* [loop] */

/* A new object's encryption. Zeroed: none. Wiped by sse_drop(). */
struct sse {
	struct crypt_want want;
	struct sealed_keys keys;
	struct span side; /* p == NULL: plain on disk */
	unsigned part;
};
void sse_drop(struct sse *s);
/* From headers, else from def: keys drawn, attrs given the side. [any] */
NODISCARD enum err sse_begin(
    struct rq *rq, const struct sse_default *def, struct attrs *attrs, struct sse *out);
/* The same without keys: which they are to be. */
NODISCARD enum err sse_want(
    struct rq *rq, const struct sse_default *def, struct crypt_want *out);

/* sse_kms.c: may the caller use that key for action ("kms:Decrypt")? Of r counts what is
 * bound to the data key. [any] */
NODISCARD enum err sse_kms_allow(struct rq *rq, const struct kms_key *key,
    const char *action, const struct rec_crypt *r);
struct sse_keys *sse_keys_new(const struct kms *kms);
void sse_keys_free(struct sse_keys **keys);

/* The client's key in headers that begin with prefix. */
#define SSE_CUSTOMER "x-amz-server-side-encryption-customer-"
#define SSE_COPY_SOURCE "x-amz-copy-source-server-side-encryption-customer-"
struct sse_customer {
	bool given;
	uint8_t key[SEAL_KEY];
};
NODISCARD enum err sse_customer_take(
    struct rq *rq, const char *prefix, bool reads, struct sse_customer *out);
/* reads: of an object that is there, for which a key that can be none is another one.
 * Nearly no request has one, and each is asked. */
static inline enum err
sse_customer(struct rq *rq, bool reads, struct sse_customer *out)
{
	out->given = false;
	if (header_get(rq, SSE_CUSTOMER "algorithm").p == NULL &&
	    header_get(rq, SSE_CUSTOMER "key").p == NULL &&
	    header_get(rq, SSE_CUSTOMER "key-md5").p == NULL)
		return OK;
	return sse_customer_take(rq, SSE_CUSTOMER, reads, out);
}
/* Of a request that reads or adds to what is there: no other encryption may be named. */
NODISCARD enum err sse_named(struct rq *rq, struct span value);
static inline enum err
sse_not_here(struct rq *rq)
{
	struct span v = header_get(rq, "x-amz-server-side-encryption");

	return v.p == NULL ? OK : sse_named(rq, v);
}
/* The keys of an object that is there; OK and nothing for one that is plain on disk. */
NODISCARD enum err sse_open(struct rq *rq, const struct attrs *attrs,
    const struct sse_customer *c, struct sealed_keys *out);
/* The same of an upload, for a part. */
NODISCARD enum err sse_open_upload(
    struct rq *rq, const struct attrs *attrs, struct sse *out);

/* Headers of an answer about an object with this side (p == NULL: plain on disk, which is
 * what the service's own encryption looks like from outside). */
enum { SSE_TELL_CONTEXT = 1, SSE_TELL_CUSTOMER = 2 };
void sse_reply(struct rq *rq, struct span side, unsigned tell);

#endif
