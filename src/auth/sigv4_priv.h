/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files behind sigv4_check() share: what a request says of its signature, read
 * from the Authorization header (authhdr.c) or the query (presign.c), before any of it is
 * believed.
 */
#ifndef AUTH_SIGV4_PRIV_H
#define AUTH_SIGV4_PRIV_H

#include "auth/sigv4.h"

/* For "%.*s": no more of a stranger's text than fits beside AWS's in a message. */
#define SPAN_SHOWN(s) (int)((s).n > 128 ? 128 : (s).n), (s).p

/* The headers that matter here, p == NULL when absent. */
struct sigv4_headers {
	struct span authorization, amz_date, date, content_sha256, token;
};

struct sigv4_said {
	enum auth_kind kind;
	struct span access_key, date, region;
	struct span scope; /* the credential behind its first '/' */
	struct span signed_headers, signature; /* as sent */
	struct span amz_date; /* YYYYMMDDTHHMMSSZ */
	struct span time_text; /* as sent */
	struct span payload; /* last line of the canonical request */
	struct span token;
	int64_t time;
	uint64_t expires; /* AUTH_PRESIGNED: seconds */
};

/* The four ways to say the same: which error, and how its text begins. */
struct sigv4_voice {
	enum err code;
	const char *begin;
};

/* AKID/YYYYMMDD/REGION/s3/aws4_request into access_key, date, region and scope. */
NODISCARD enum err authhdr_credential(struct sigv4_said *said, struct span credential,
    const struct auth_conf *conf, const struct sigv4_voice *voice, struct fail *fail);
/* All of an Authorization header before its signature, as it was last found well-formed:
 * a client's requests of one day have the same, and need not be taken apart again. */
struct authhdr_memo {
	uint16_t n; /* 0: none */
	bool any_region; /* what conf said then */
	struct sigv4_said said; /* of text */
	char text[512];
};
/* The value of an Authorization header. */
NODISCARD enum err authhdr_parse(struct sigv4_said *said, struct span value,
    const struct auth_conf *conf, struct authhdr_memo *memo, struct fail *fail);

/* What the query says of authentication: raw values, p == NULL when absent. */
struct presign_query {
	struct span algorithm, credential, date, expires, signed_headers, signature;
	struct span token, content_sha256;
	struct span v2_key, v2_signature;
	bool v4; /* one of the parameters that mean a presigned request is there */
};
void presign_scan(struct presign_query *q, struct span query);
/* Form only: time is judged later. [arena memory] */
NODISCARD enum err presign_parse(struct sigv4_said *said, const struct presign_query *q,
    const struct auth_conf *conf, struct arena *arena, struct fail *fail);
/* Is the time between X-Amz-Date and X-Amz-Expires behind it? */
NODISCARD enum err presign_time(
    const struct sigv4_said *said, int64_t now, unsigned skew_s, struct fail *fail);

/* x-amz-content-sha256 into payload and hash. */
NODISCARD enum err sigv4_payload(
    struct span value, struct auth_result *out, struct fail *fail);
/* The secret of an access key, or E_INVALID_ACCESS_KEY with its pair. */
NODISCARD enum err sigv4_key(const struct auth_conf *conf, struct span access_key,
    struct auth_secret *out, struct fail *fail);
/* Is time, sent as text, within the skew of now? */
NODISCARD enum err sigv4_skew(
    struct span text, int64_t time, int64_t now, unsigned skew_s, struct fail *fail);

/* "2026-11-21T11:34:53Z" as AWS writes times into errors. */
void sigv4_fail_time(struct fail *fail, const char *name, int64_t seconds);
/* The bytes of s as AWS shows them: "41 57 53"; nothing when s is out of all proportion. */
void sigv4_fail_bytes(struct fail *fail, const char *name, struct span s);

#endif
