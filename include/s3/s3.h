/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The S3 API as an http_app: routing by the registry (ops.def), dispatch by steps
 * (steps.def), one op_*.c per group of operations.
 */
#ifndef S3_S3_H
#define S3_S3_H

#include "access/access.h"
#include "base/task.h"
#include "codec/totp.h"
#include "http/http.h"
#include "iam/iam.h"
#include "obs/audit.h"
#include "obs/ledger.h"
#include "obs/reqlog.h"
#include "s3/profile.h"

struct s3;
struct store;

/* Who may ask from a page of another origin where a bucket has no rules. */
enum s3_cors { S3_CORS_LOCAL, S3_CORS_ANY, S3_CORS_OFF };

/* Keys of clients (SSE-C): taken, over TLS only, and only in buckets that say so. */
enum s3_sse_c { S3_SSE_C_ALLOW, S3_SSE_C_TLS, S3_SSE_C_BLOCK };

struct counts_set;
struct kms;
struct targets;
struct obj_remote_io;
struct live;
/* A request of the control API, until s3_call_done(); it may come from any thread. */
struct s3_call {
	struct span method, name; /* name: the path below /_trug/v1/ */
	struct span body;
	bool minio; /* the path below /minio/admin/v3/; minio_right() was not NULL */
	/* Who signed, with the secret key that MinIO's tools encrypt by; as long as the call */
	const struct credential *credential;
	bool
	    allowed; /* minio_right() is given; else minio_own() and it is the caller's own */
	const struct field *param; /* of the query, in order */
	size_t nparam;
	struct arena *arena;
	enum err err; /* out, with fail */
	struct fail *fail;
	unsigned status; /* out; 0: 200 */
	struct buf out; /* out: JSON */
	/* the S3 layer's own */
	struct inbox *inbox;
	struct task back;
	struct rq *rq;
};
struct span s3_call_param(const struct s3_call *c, const char *name); /* p NULL: none */
void s3_call_done(struct s3_call *c);

struct s3_control {
	void *ctx;
	void (*call)(void *ctx, struct s3_call *c); /* NULL: there is none [loop] */
	/* The right that a call of MinIO's admin clients needs; NULL: it is not there. */
	const char *(*minio_right)(struct span method, struct span name);
	/* May users do it for themselves without the right, where nothing denies it? */
	bool (*minio_own)(struct span method, struct span name);
};

struct s3_conf {
	struct s3_control control;
	struct store *store;
	struct access *access;
	const struct iam_conf *iam; /* of the query APIs */
	struct task_pool *pool; /* workers */
	const struct obj_remote_io *remote; /* bytes in tiers, or NULL: there are none */
	struct reqlog *reqlog; /* access log, or NULL */
	struct audit *audit; /* or NULL */
	struct ledger *ledger; /* access logs of buckets, or NULL */
	struct counts_set *counts; /* requests for the cost meter, or NULL */
	struct heat_set *heat; /* counts for storage class analysis, or NULL */
	struct profile *profile; /* NULL: open for all */
	const char *region;
	const char *const *domains; /* virtual-hosted style: "<bucket>.<domain>" */
	size_t ndomains;
	/* websites: "<bucket>.<web domain>" */
	const char *const *web_domains;
	size_t nweb_domains;
	/* Host headers of other ways here, under which links may have been signed */
	const char *const *public_hosts;
	size_t npublic_hosts;
	const char *address; /* where it listens, for metrics */
	const char *dir; /* where the store is */
	bool metrics_public; /* to be read without credentials */
	const char *console_url; /* where browsers are sent, or NULL */
	bool sigv2; /* signatures of version 2 are taken */
	uint64_t max_object; /* bytes of one PUT or part */
	size_t max_document; /* bytes of an XML body */
	int64_t day_ms; /* of lifecycle rules and restored copies */
	bool restore_at_once; /* RestoreObject takes no time */
	unsigned cors_default; /* enum s3_cors */
	const char
	    *cors_origins; /* "https://a.example,...", perhaps with a star; "": none */
	struct totp_secret mfa_secret; /* of the root account's device; n = 0: none */
	unsigned default_ownership; /* of new buckets: enum obj_ownership */
	bool public_allowed; /* new buckets come without a public access block */
	struct kms *kms;
	const struct targets *targets; /* of events, or NULL */
	struct live *live; /* who listens to events, or NULL */
	unsigned sse_c; /* enum s3_sse_c */
	bool encrypt_at_rest; /* also what nobody asked to be encrypted */
};

struct s3 *s3_new(const struct s3_conf *conf); /* conf is copied, its pointers borrowed */
void s3_free(struct s3 **s);
/* What http_server_new() wants; valid while s lives. */
const struct http_app *s3_app(struct s3 *s);
/* The same for a port where nothing but websites are. */
const struct http_app *s3_website_app(struct s3 *s);

/* Create buckets "a,b,c" at start; those that are there stay. fail names the one that
 * can't be. [before the server starts] */
NODISCARD enum err s3_make_buckets(struct s3 *s, const char *list, struct fail *fail);

/* The registry as JSON (trug ops). */
void s3_ops_json(struct buf *out);

#endif
