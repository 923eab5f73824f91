/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS Signature Version 4, header and presigned query: parse, check form, time, scope and
 * signature. Secrets come by callback; nothing is decided about permissions. Sources:
 * docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html,
 * sigv4-query-string-auth.html, and recorded error answers.
 */
#ifndef AUTH_SIGV4_H
#define AUTH_SIGV4_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* How the request's payload is protected (x-amz-content-sha256). */
enum auth_payload {
	AUTH_PAYLOAD_UNSIGNED, /* UNSIGNED-PAYLOAD, and presigned without the header */
	AUTH_PAYLOAD_HASH, /* hex SHA-256 of the body, in hash */
	AUTH_PAYLOAD_CHUNKS, /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD */
	AUTH_PAYLOAD_CHUNKS_TRAILER, /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER */
	AUTH_PAYLOAD_UNSIGNED_TRAILER /* STREAMING-UNSIGNED-PAYLOAD-TRAILER */
};

struct auth_secret {
	char secret[128]; /* wiped by the checker after use */
	size_t n;
	uint64_t generation; /* changes when the key is rotated or revoked */
};
/* E_NOT_FOUND: no such key. [loop] */
typedef enum err (*auth_secret_fn)(
    void *ctx, struct span access_key, struct auth_secret *out);

struct auth_conf {
	const char *service; /* expected in the scope; NULL: "s3" */
	const char *region; /* expected in the scope */
	bool any_region; /* accept whatever region the client signed for */
	unsigned skew_s; /* 900 */
	auth_secret_fn secret;
	void *ctx;
};

/* Per loop: digest contexts and a cache of derived signing keys. [owner] */
struct sigv4;
struct sigv4 *sigv4_new(const struct auth_conf *conf); /* conf is borrowed for life */
void sigv4_free(struct sigv4 **s);

struct auth_request {
	struct span method;
	struct span path; /* raw, as on the wire, before '?' */
	struct span query; /* raw, without '?' */
	struct span
	    bucket; /* when the Host header names it (virtual-hosted), else n = 0 */
	/* Of a presigned request: other values of Host that it may have been signed for. That
	 * they mean the same bucket is for the caller to see to. */
	const struct span *host;
	size_t nhost;
	const struct field *header; /* names lower case, in wire order, duplicates kept */
	size_t nheader;
	/* Services but S3 have no x-amz-content-sha256: hex SHA-256 of the body; n = 0: S3 */
	struct span body_hash;
	int64_t now; /* seconds, clock_real() */
	struct arena *arena;
};

enum auth_kind { AUTH_ANONYMOUS, AUTH_HEADER, AUTH_PRESIGNED };

struct auth_result {
	enum auth_kind kind;
	struct span access_key; /* arena or request memory */
	struct span region, date; /* of the scope: date is YYYYMMDD; version 2 has none */
	struct span amz_date; /* YYYYMMDDTHHMMSSZ */
	struct span scope; /* date/region/s3/aws4_request */
	struct span
	    session_token; /* x-amz-security-token, header or query; n = 0 for none */
	enum auth_payload payload;
	uint8_t hash[32]; /* AUTH_PAYLOAD_HASH */
	uint8_t signing_key[32]; /* for chunk signatures */
	char signature[65]; /* seed, hex */
};

/* OK with kind AUTH_ANONYMOUS when the request carries no credentials at all. Otherwise OK
 * only when form, time, scope and signature hold. On E_SIGNATURE the fail carries AWS's
 * pairs AWSAccessKeyId, StringToSign, SignatureProvided, StringToSignBytes,
 * CanonicalRequest, CanonicalRequestBytes, and *hint (static text, may be NULL) guesses
 * the cause: host, path encoding, region, clock, secret. */
NODISCARD enum err sigv4_check(struct sigv4 *s, const struct auth_request *rq,
    struct auth_result *out, const char **hint, struct fail *fail);

#endif
