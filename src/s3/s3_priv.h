/* SPDX-License-Identifier: Apache-2.0 */
/* The request as the S3 layer sees it, and what its files call of each other. */
#ifndef S3_PRIV_H
#define S3_PRIV_H

#include <stdatomic.h>

#include "access/decide.h"
#include "access/roster.h"
#include "auth/chunksig.h"
#include "auth/postsig.h"
#include "auth/sigv4.h"
#include "codec/form.h"
#include "codec/uri.h"
#include "codec/xml.h"
#include "obs/tally.h"
#include "object/acl.h"
#include "object/document.h"
#include "object/event.h"
#include "object/lock.h"
#include "object/object.h"
#include "object/plain.h"
#include "object/point.h"
#include "object/put.h"
#include "object/read.h"
#include "object/version.h"
#include "profile_priv.h"
#include "s3/s3.h"

/* ---- the registry ---- */
enum op_level {
	LEVEL_SERVICE,
	LEVEL_BUCKET,
	LEVEL_OBJECT,
	LEVELS, /* of a path's */
	LEVEL_CONTROL = LEVELS /* of S3 Control: sub is the path */
};
enum op_body { BODY_NONE, BODY_DOC, BODY_BLOB };
enum op_flag {
	F_NO_BUCKET = 1, /* the bucket need not exist */
	F_OBJECT_SUM = 2, /* checksum headers speak of the object, not of this document */
	F_DIGEST = 4, /* the body must come with a digest */
	F_STORED = 8, /* stored and given back, and nothing else yet */
	F_FORM = 16, /* signed by a form in its body, and allowed there */
	F_QUERY = 32, /* signed for IAM or STS, which decide for themselves */
	F_EXPIRY = 64 /* tells when lifecycle rules delete the object */
};
struct rq;
struct op {
	const char *name;
	enum http_method method;
	enum op_level level;
	const char *sub, *query, *header;
	const char *action;
	enum op_body body;
	unsigned flags;
	enum err (*begin)(struct rq *rq);
	enum err (*finish)(struct rq *rq);
};
enum op_number {
#define OP(name, method, level, sub, query, header, action, body, flags, begin, finish) \
	OP_##name,
#include "s3/ops.def"
#undef OP
	OP_COUNT
};
extern const struct op ops[OP_COUNT];
/* ---- per process and per loop ---- */
struct s3 {
	struct s3_conf conf;
	struct http_app app, web_app;
	struct op_index *index;
	struct profile *profile;
	struct profile *own_profile; /* where conf has none */
	char host_id[65]; /* x-amz-id-2 as MinIO has it */
	struct team *team;
	struct rate *rate;
	_Atomic uint64_t mfa_step; /* of the last code that was used */
	struct sse_keys *keys; /* policies of the named ones */
	struct tally_set *tallies; /* of all loops */
	uint8_t charges[OP_COUNT]; /* charge.c */
	int64_t start_ms; /* when it was made, in real time, */
	uint64_t start_us; /* and by the clock that only goes on */
};

struct bucket_cache;

/* An access point, as a request named it. */
struct point {
	struct span account, name, arn;
	struct rec_point rec;
};

struct sse;
struct sse_cache;
struct sse_keys;
struct expiry_cache;
struct expiry_rules;
enum { S3_PEER = 46 }; /* INET6_ADDRSTRLEN */

/* Where auth/ asks for secrets: one check at a time, of rq. */
struct signer {
	struct rq *rq;
	struct roster *roster;
	struct span token;
};

enum { ID_2_LOOP = 44 }; /* characters of x-amz-id-2 that are a loop's */

struct s3_loop {
	struct s3 *s3;
	struct bucket_cache *buckets;
	struct sse_cache *sse;
	struct accesslog_cache *logs;
	struct expiry_cache *expiry;
	struct analysis_cache *analysis; /* NULL: nothing is counted */
	char id_2[ID_2_LOOP];
	struct tally *tally; /* the server's */
	struct counts *counts; /* of the cost meter, or NULL */
	struct inbox *inbox;
	struct reader *reader;
	struct roster *roster;
	struct signer signer;
	struct auth_conf auth;
	struct sigv4 *sigv4;
	struct auth_conf any_auth; /* signed for any region */
	struct sigv4 *sigv4_any; /* NULL: not yet called */
	struct auth_conf express_auth; /* sessions of directory buckets */
	struct sigv4 *express; /* NULL: not yet called */
	struct auth_conf query_auth[2]; /* of each enum iam_service */
	struct sigv4 *query[2]; /* NULL: not yet called */
	/* Scratch for the reply being made; used only between a step and http_reply(). */
	struct buf head, out;
};

/* ---- one request ---- */
enum step {
#define STEP(name, fn, what) STEP_##name,
#include "s3/steps.def"
#undef STEP
	STEP_COUNT
};
#define RQ_MAGIC 0x52515333u

/* What the bucket's documents say to every decision. policy is held. */
struct bucket_rules {
	struct policy *policy; /* or NULL */
	bool broken; /* it has one that can't be read */
	bool requester_pays;
	/* Block Public Access */
	bool no_public_acls, ignore_public_acls, no_public_policy, restrict_public;
	/* Documents that are looked at by who needs them, and only where they are. */
	bool has_lifecycle, has_encryption, has_analytics;
	uint8_t ownership; /* enum obj_ownership */
	bool locks; /* it has object lock */
	struct worm_default lock; /* and gives this to what says nothing */
};
struct bucket_view {
	struct rec_bucket rec;
	struct bucket_rules rules;
};

struct rq {
	unsigned magic;
	struct http_req *http;
	struct s3 *s3;
	struct s3_loop *loop;
	struct arena *arena;
	const struct op *op; /* NULL before ROUTE */
	uint8_t tier; /* enum tier: whose answers it gets */
	bool tier_of_host; /* because of what it called the server */
	const uint8_t *says; /* what that says: enum tier_value by enum tier_point */
	struct profile_notes *met; /* of the open profile, or NULL */
	unsigned step;
	bool waiting; /* somebody else holds the request */
	bool asking; /* within http_body_want() */
	enum err gone; /* why the client was gone when it was asked for the body */
	char id[17];
	char id_2[57]; /* x-amz-id-2, HostId */
	struct span bucket, key;
	struct span spelling; /* of the key as it was sent; n = 0: the same */
	struct span control; /* path of S3 Control; p == NULL: none of its requests */
	struct span control_name; /* what "*" stands for in its row */
	struct span resource; /* ARN it acts on that is no bucket's; n = 0: none */
	struct point *via; /* the access point that named the bucket, or NULL */
	struct span
	    host_bucket; /* the bucket when the Host header names it, else n = 0 */
	const struct field *header; /* what counts as a header of this request */
	size_t nheader;
	struct uri_param *param;
	size_t nparam;
	uint64_t params; /* which there are: http_name_bit() of each */
	struct auth_result auth;
	struct credential *credential; /* held: of who signed, or NULL */
	const struct identity *who; /* never NULL: access_nobody until SIGN */
	struct rec_bucket bkt;
	struct bucket_rules rules;
	struct access_answer answer; /* the last decision: why */
	const struct access_point *point; /* of via, once something was decided */
	struct policy *point_policy; /* held, or NULL */
	struct bucket_view *from; /* of a copy's source, when it is another bucket's */
	struct span from_name;
	struct txn *inside; /* the read that is going on, or NULL */
	bool allow_again; /* a policy asks for what is in the body */
	int64_t now_ms, real_ms;
	struct expiry_rules *expiry; /* held; NULL: none */
	struct analysis_rules *analysis; /* held; NULL: none */
	struct span cors; /* lines for the reply's head */
	uint64_t rate_mark,
	    rate_at; /* what a write left in the table of rates; 0: nothing */
	bool charged; /* the requester said it pays, where requesters do */
	/* body */
	struct body *body;
	char *head; /* room for the body's first SNIFF_BYTES, or NULL */
	struct chunksig *chunks;
	struct form *form;
	bool body_kept; /* the blob is in the index */
	/* reply: filled by the operation, sent by REPLY */
	unsigned status;
	struct http_source *source;
	uint64_t length;
	store_fn reply_read; /* makes the reply inside a read, with a struct reply_read */
	void *data; /* the operation's own */
	void (*drop)(struct rq *rq); /* lets go of what it holds, behind the reply */
	uint64_t replied_us; /* when the reply began to go out; 0: not yet */
	/* of the cost meter: the object's class; bytes of another one that were read for it */
	uint8_t class, copied_class;
	uint8_t restored; /* 1 + enum archive_tier: a restore began of `copied` bytes */
	uint64_t copied;
	uint64_t object_size; /* of the object that was read or written */
	bool has_size;
	char version
	    [VERSION_ID_TEXT]; /* of that object, as it was told; with its length */
	size_t version_n;
	struct web *web; /* asked for as a page: website.c; NULL for the API */
	struct fail fail; /* last: large, and not zeroed with what stands before it */
};

/* A reply made inside a read is sent there too, while the map still holds the bytes, and
 * rq is gone; or it is to be sent behind it (a source reads again); or what it needs has to
 * be had before the read begins. */
struct reply_read {
	struct rq *rq;
	bool later;
	bool again; /* the read is to be done anew */
};

/* ---- what the request's tier says ---- */

/* Of what only looks different, or will be asked about by tier_says(). */
static inline enum tier_value
tier_value(const struct rq *rq, enum tier_point p)
{
	return (enum tier_value)rq->says[p];
}
/* Only where what the point is about has happened: for the open profile it is noted which
 * tiers would have gone another way. */
static inline enum tier_value
tier_says(struct rq *rq, enum tier_point p)
{
	if (rq->tier == TIER_OPEN)
		profile_note(rq, p, rq->s3->profile->differs[p]);
	return (enum tier_value)rq->says[p];
}
/* The same where only these tiers (TIER_BIT_*) would have. */
static inline enum tier_value
tier_says_of(struct rq *rq, enum tier_point p, unsigned tiers)
{
	if (rq->tier == TIER_OPEN)
		profile_note(rq, p, tiers);
	return (enum tier_value)rq->says[p];
}
/* Is v more than the tier allows? */
static inline bool
tier_over(struct rq *rq, enum tier_limit l, uint64_t v)
{
	return v > rq->s3->profile->least[l] && profile_over(rq, l, v);
}
static inline uint64_t
tier_max(const struct rq *rq, enum tier_limit l) /* 0: no limit */
{
	return rq->s3->profile->table.max[rq->tier][l];
}
static inline struct obj_making
tier_making(const struct rq *rq)
{
	return (struct obj_making){ .uuid = tier_value(rq, TP_VERSION_ID) == TV_UUID,
		.most = tier_max(rq, TL_VERSIONS) };
}

/* dispatch.c */
void rq_run(struct rq *rq);
enum err rq_wait(struct rq *rq); /* return it from a step: rq_resume() comes later */
void rq_resume(struct rq *rq, enum err e); /* [loop] */
void rq_finish(struct rq *rq); /* from a step: REPLY is next */
struct rq *rq_new(struct s3 *s3, struct http_req *http);

/* registry and routing: route.c */
struct op_index *op_index_new(void);
void op_index_free(struct op_index **x);
NODISCARD enum err route_find(struct rq *rq, const struct op **out);
NODISCARD enum err route_tier(struct rq *rq); /* has the tier that operation? */

/* address.c */
enum { KEY_MAX = 1024, KEY_SEGMENT_MAX = 255 };
NODISCARD enum err address_query(struct rq *rq); /* its parameters */
NODISCARD enum err address_split(struct rq *rq);
/* The bucket that a Host header names (virtual-hosted style), in its own case, or n = 0. */
struct span address_host_bucket(const struct rq *rq, struct span host);
struct span address_host_name(struct span host); /* without its port */
NODISCARD enum err address_bucket_check(struct span name, struct fail *fail);
bool address_is_minios(struct span name); /* reserved, unless it is there already */
NODISCARD enum err address_bucket_new(struct rq *rq);

/* What stands for a key in the tier: its Normalization Form C, or itself. */
NODISCARD enum err address_nfc(struct rq *rq, struct span *key);
NODISCARD enum err address_region_auto(struct span region, struct fail *fail);
bool address_region_known(struct span region); /* a region AWS has */

/* bucket.c */
NODISCARD enum err bucket_find(struct rq *rq); /* into rq->bkt and rq->rules */
/* Block Public Access of the bucket and of the account, into out's. */
NODISCARD enum err bucket_blocks(
    struct txn *t, uint64_t id, struct span account, struct bucket_rules *out);
/* A bucket that was just made; public: without its public access block. [in a write fn] */
NODISCARD enum err bucket_made(
    bool public, struct txn *t, struct span name, struct fail *fail);
/* Another one: the caller lets go of out->rules.policy. */
NODISCARD enum err bucket_look(struct rq *rq, struct span name, struct bucket_view *out);
struct bucket_cache *bucket_cache_new(void);
void bucket_cache_free(struct bucket_cache **cache);

/* op_bucket.c: E_NO_SUCH_BUCKET again, unless the upload wants it made */
NODISCARD enum err op_bucket_missing(struct rq *rq);

/* s3.c: the client's address as text */
struct span s3_peer(const struct sockaddr_storage *ss, char out[S3_PEER]);

/* accesslog.c: server access logs, and how the log calls an operation */
struct accesslog_cache;
struct accesslog_cache *accesslog_cache_new(struct store *store);
void accesslog_cache_free(struct accesslog_cache **c);
void accesslog_write(struct rq *rq, const struct http_done *info);
/* Keys that a DeleteObjects asked for, and what became of each (op_delete.c). */
void op_delete_each(const struct rq *rq,
    void (*row)(void *ctx, struct span key, struct span version, enum err e), void *ctx);

/* charge.c: the cost meter; what each operation is to it */
void charge_fill(uint8_t out[OP_COUNT]);
void charge_count(const struct rq *rq, const struct http_done *info);

/* trail.c: the audit log */
void trail_write(struct rq *rq, const struct http_done *info);
bool trail_is_secret(struct span param); /* its value is nobody's to read */

/* website.c: pages of buckets */
void website_head(struct s3 *s, struct http_req *http);
bool website_asked(
    const struct s3 *s, const struct http_req *http); /* by its host name */
/* Of a page that stands for an error: its status, else 0; and what tells of it. */
unsigned website_status(const struct rq *rq);
enum err website_code(const struct rq *rq); /* what went wrong, also behind such a page */
void website_error_headers(struct rq *rq);
void website_error_page(struct rq *rq); /* from rq->fail */

/* expiry.c: x-amz-expiration, by rules that are looked for before the operation begins */
struct expiry_cache *expiry_cache_new(void);
void expiry_cache_free(struct expiry_cache **c);
void expiry_drop(struct expiry_rules **rules);
NODISCARD enum err expiry_look(struct rq *rq);
void expiry_abort(struct rq *rq, int64_t begun_ms); /* of an upload */
void expiry_tell(struct rq *rq, const struct rec_object *rec, const struct attrs *attrs);
static inline void
expiry_reply(struct rq *rq, const struct rec_object *rec, const struct attrs *attrs)
{
	if (rq->expiry != NULL)
		expiry_tell(rq, rec, attrs);
}

/* analysis.c: counts what analytics configurations ask about, which are looked for before
 * the operation begins */
struct heat_set;
struct analysis_cache *analysis_cache_new(struct heat_set *set); /* NULL for NULL */
void analysis_cache_free(struct analysis_cache **c);
void analysis_drop(struct analysis_rules **rules);
NODISCARD enum err analysis_look(struct rq *rq);
void analysis_count_read(struct rq *rq, const struct rec_object *rec,
    const struct attrs *attrs, uint64_t bytes);
void analysis_count_written(struct rq *rq, const struct rec_object *rec,
    const struct attrs *attrs, uint64_t bytes);
static inline void
analysis_read(struct rq *rq, const struct rec_object *rec, const struct attrs *attrs,
    uint64_t bytes)
{
	if (rq->analysis != NULL)
		analysis_count_read(rq, rec, attrs, bytes);
}
static inline void
analysis_written(struct rq *rq, const struct rec_object *rec, const struct attrs *attrs,
    uint64_t bytes)
{
	if (rq->analysis != NULL)
		analysis_count_written(rq, rec, attrs, bytes);
}

/* op_restore.c: E_INVALID_OBJECT_STATE for what is archived and not restored */
struct access;
/* access: out, of what access_is_watched(). */
NODISCARD enum err archive_readable(struct rq *rq, struct txn *t,
    const struct rec_object *rec, const struct attrs *attrs, struct access *access);
void archive_reply(struct rq *rq, const struct rec_object *rec, const struct attrs *attrs,
    const struct access *access);

/* <RestoreStatus> of an object in a listing, for who asks for it. */
NODISCARD enum err restore_asked(struct rq *rq, bool *out);
NODISCARD enum err restore_put(
    struct buf *b, struct rq *rq, struct txn *t, const struct rec_object *rec);

/* payer.c: x-amz-request-payer */
NODISCARD enum err payer_look(struct rq *rq);
void payer_reply(struct rq *rq);

/* owner.c: whose things are. Spans live as long as the request. */
const struct account *rq_owner(struct rq *rq); /* of the bucket */
void xml_put_owner(
    struct buf *b, const char *name, const struct account *owner, uint8_t how);
/* Owners row by row, where objects may have others than the bucket. */
struct owners {
	struct txn *t; /* NULL: all are the bucket owner's */
	const struct account *bucket;
	uint8_t how; /* what the tier says of LIST_OWNER */
};
void owner_look(struct txn *t, struct rq *rq, struct owners *out);
NODISCARD enum err owner_put(
    struct buf *b, const struct owners *o, const struct rec_object *rec);

/* rate.c: how often a tier lets one key be written, one bucket be changed; E_TOO_MANY_REQUESTS */
struct rate *rate_new(void);
void rate_free(struct rate **r);
NODISCARD enum err rate_key(struct rq *rq); /* of a write that is about to be made */
void rate_undo(struct rq *rq); /* it failed, and counts for nothing */
NODISCARD enum err rate_bucket(struct rq *rq);

/* lacks.c: headers that the tier refuses by name */
NODISCARD enum err lacks_check(struct rq *rq);
enum err lacks_header(struct rq *rq, const char *name, struct span value);

/* control.c: S3 Control */
#define CONTROL_NS "http://awss3control.amazonaws.com/doc/2018-08-20/"
bool control_asked(const struct rq *rq);
NODISCARD enum err control_address(struct rq *rq);
NODISCARD enum err control_route(struct rq *rq, const struct op **out);
NODISCARD enum err control_resource(struct rq *rq);
NODISCARD enum err control_account(struct rq *rq); /* the header names the caller's */
struct buf *control_xml(
    struct rq *rq, const char *root); /* as reply_xml(), root opened */

/* point.c: access points */
NODISCARD enum err point_path(struct rq *rq, struct span *path);
NODISCARD enum err point_host(struct rq *rq);
NODISCARD enum err point_address(struct rq *rq); /* rq->bucket becomes the real one */
NODISCARD enum err point_source(struct rq *rq, struct span *bucket, struct point **out);
NODISCARD enum err point_check(struct rq *rq); /* may the operation come this way? */

/* sign.c */
NODISCARD enum err sign_check(struct rq *rq); /* also fills rq->who */
NODISCARD enum err sign_check_any_region(struct rq *rq); /* of MinIO's admin calls */
NODISCARD enum err sign_query(
    struct rq *rq, unsigned service, struct span body); /* enum iam_service */
NODISCARD enum err sign_form(struct rq *rq, const struct postsig_form *form); /* [any] */
struct auth_conf sign_conf(const struct s3 *s, struct signer *ctx);

/* allow.c: may they? E_ACCESS_DENIED in AWS's words, and rq->answer says why. */
NODISCARD enum err rq_allow(
    struct rq *rq); /* the operation and all its headers ask for */
bool rq_may(struct rq *rq, const char *action); /* that too? */
/* One right more, to key in the request's bucket (n = 0: to the bucket). */
NODISCARD enum err allow_also(struct rq *rq, const char *action, struct span key);
/* What is about the server itself ("admin:Prometheus"): its root's, and who was given it. */
NODISCARD enum err allow_admin(struct rq *rq, const char *action);
/* The same without a word. */
bool allow_may(struct rq *rq, const char *action, struct span key);
/* One key of many, with the text of its version's id (n = 0: the current one); *why is what
 * to tell if not. */
bool allow_delete(struct rq *rq, struct span key, struct span version, struct span *why);
/* To read what is to be copied. [loop] */
NODISCARD enum err allow_source(
    struct rq *rq, const struct obj_source *source, const struct point *via);
/* Who may not list is not told that a key is missing: e, or E_ACCESS_DENIED instead. */
NODISCARD enum err allow_missing(struct rq *rq, enum err e);
/* Public policies, and public ACLs, where they are blocked. */
NODISCARD enum err allow_blocked(struct rq *rq, bool acl);

/* context.c: what policies ask a request for */
struct context {
	struct rq *rq;
	const char *action; /* of the question that is asked */
	const struct bucket_rules *rules;
	const struct rec_bucket *bkt;
	struct span bucket, key;
	struct span version; /* text of its id; n = 0: the current one */
	struct span prefix; /* instead of the parameter; p == NULL: none */
	bool plain; /* not this request's own subject: parameters do not count */
	const struct access_point *point; /* the way to it then */
	bool asked_body; /* what was asked for is in a body that is not here yet */
	bool tags_known;
	struct attrs tags;
};
bool context_value(void *ctx, const struct policy_ask *ask, struct policy_values *out);

/* reply.c */
void reply_begin(struct rq *rq, unsigned status); /* empties the scratch */
/* Small, so that the length of a constant is known when this is compiled. */
void reply_header_of(struct rq *rq, struct span name, struct span value);
static inline void
reply_header(struct rq *rq, const char *name, struct span value)
{
	reply_header_of(rq, span_str(name), value);
}
static inline void
reply_header_str(struct rq *rq, const char *name, const char *value)
{
	reply_header_of(rq, span_str(name), span_str(value));
}
void reply_header_u64(struct rq *rq, const char *name, uint64_t v);
void reply_etag(struct rq *rq, const struct rec_object *rec);
void reply_checksum(struct rq *rq, const struct checksum *c, unsigned parts);
/* x-amz-version-id: of what was read or deleted, in a bucket that has or had versioning; of
 * what was written, only where that got an id. */
void reply_version(struct rq *rq, const struct rec_object *rec);
void reply_written(struct rq *rq, const struct rec_object *rec);
void reply_http_date(struct rq *rq, const char *name, int64_t ms);
/* Document: returns the scratch to write XML to, head line written, root to be opened. */
struct buf *reply_xml(struct rq *rq, unsigned status);
void xml_put_etag(struct buf *b, const char *etag, size_t n); /* quoted, as &quot; */
void xml_put_time(struct buf *b, const char *name, int64_t ms);
void xml_put_checksum(struct buf *b, const struct checksum *c, unsigned parts);
void reply_error(struct rq *rq); /* from rq->fail */
void reply_ids(struct rq *rq); /* and what else stands in every answer's head */
void reply_send(struct rq *rq); /* rq is gone behind it */
void reply_send_body(struct rq *rq, struct span body);
void reply_send_parts(
    struct rq *rq, const struct span part[2]); /* one behind the other */

/* wording.c: rq->fail as the request's tier tells it */
void wording_choose(struct rq *rq);

/* notice.c: what only the portability report wants to know of. [loop] */
void notice_failure(struct rq *rq); /* of rq->fail; only of the open profile */
void notice_words(struct rq *rq, struct span value); /* of metadata */
/* op_upload.c: a part failed; was there one already, which R2 would have lost? */
void op_upload_note_failed(struct rq *rq);

/* ignore.c: headers that the request's tier does not look at are gone from http's list;
 * with a failure, which would not have been one to such a tier */
uint64_t ignore_watched(bool silent); /* http_name_bit() of all, or of what never fails */
void ignore_headers(struct rq *rq);
void ignore_note(struct rq *rq, enum err e);

/* rules.c: lifecycle rules as the tier takes them, made into what AWS would */
NODISCARD enum err rules_take(struct rq *rq, struct span *in);

/* manners.c: answers that do not look as AWS's do */
const char *manners_type(const struct rq *rq); /* of an error */
bool manners_error(const struct rq *rq, struct buf *b); /* false: as AWS's */
void manners_head(const struct rq *rq, struct buf *b); /* ids, Server, ... */

/* query.c: parameters of the request */
struct span query_find(const struct rq *rq, const char *name);
static inline struct span
query_get(const struct rq *rq, const char *name) /* p == NULL: absent */
{
	return (rq->params & http_name_bit(name, strlen(name))) == 0
	    ? SPAN_NONE
	    : query_find(rq, name);
}
static inline bool
query_has(const struct rq *rq, const char *name)
{
	return query_get(rq, name).p != NULL;
}
/* Number in [min, max]; absent: *out untouched. Else InvalidArgument as AWS words it. */
NODISCARD enum err query_max(
    struct rq *rq, const char *name, uint64_t cap, uint64_t *out);
NODISCARD enum err bad_argument(struct rq *rq, const char *name, struct span value,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
NODISCARD enum err query_encoding(struct rq *rq, bool *url);
NODISCARD enum err query_version(struct rq *rq, struct obj_version *out);
/* No half of UploadPart, and no version, may become a plain PUT. */
NODISCARD enum err query_plain(struct rq *rq);
NODISCARD enum err query_part_number(struct rq *rq, bool *given, unsigned *out);

/* headers.c: what requests say about objects */
struct span header_of_form(const struct rq *rq, const char *name);
/* Small, so that what is known of a constant name is known when this is compiled. */
static ALWAYS_INLINE struct span
header_get(const struct rq *rq, const char *name)
{
	return rq->header == rq->http->header ? http_req_header(rq->http, name)
					      : header_of_form(rq, name);
}
NODISCARD enum err header_not_implemented(
    struct rq *rq, const char *name, const char *more);
struct object_headers {
	struct attrs attrs; /* with redirect */
	struct span redirect; /* p == NULL: none given */
	uint16_t mime;
	uint8_t class;
};
NODISCARD enum err headers_object(struct rq *rq, struct object_headers *out);
NODISCARD enum err headers_cond_read(
    struct rq *rq, const char *prefix, struct obj_cond *out);
NODISCARD enum err headers_cond_write(struct rq *rq, struct obj_cond *out);
/* cf-copy-destination-if-*, on what the copy would replace. */
NODISCARD enum err headers_cond_dest(struct rq *rq, struct obj_cond *out);
void headers_cond_times(struct rq *rq, struct obj_cond *out); /* of a destination */
void headers_cond_rename(struct rq *rq, struct obj_cond *out); /* of a rename's source */
NODISCARD enum err headers_cond_delete(struct rq *rq, struct obj_cond *out);
/* What the body promises: MD5, one checksum (header or trailer). */
struct body_promise {
	bool has_md5;
	uint8_t md5[16];
	uint8_t kind; /* CHECKSUM_NONE: nothing said */
	bool in_trailer;
	struct checksum expect;
};
/* A digest of the body came with the request: AWS wants one for documents. */
NODISCARD enum err headers_digest_given(struct rq *rq);
bool headers_has_digest(const struct rq *rq);
NODISCARD enum err headers_promise(struct rq *rq, struct body_promise *out);
void headers_put(struct rq *rq, const struct rec_object *rec, const struct attrs *attrs,
    bool overrides);
/* response-* parameters: signed requests only, and no line breaks into our head. */
NODISCARD enum err headers_override_check(struct rq *rq);
/* x-amz-expected-bucket-owner and its like: an account id, and ours. */
NODISCARD enum err headers_owner_check(struct rq *rq);
NODISCARD enum err headers_copy_source(
    struct rq *rq, struct span *bucket, struct span *key, struct obj_version *version);

/* headers_lock.c: object lock */
enum err headers_lock_missing(struct rq *rq); /* the failure where there is none */
bool headers_lock_bypass(struct rq *rq); /* asked for, and allowed */
/* A write's headers into its SIDE_LOCK, then: may it say so here, and, for bytes that come
 * with it ("Object", "Part"), has it the digest that lock wants? [any] */
NODISCARD enum err headers_lock_parse(struct rq *rq, struct attrs *attrs);
NODISCARD enum err headers_lock_admit(struct rq *rq, const struct attrs *attrs);
NODISCARD enum err headers_lock_digest(
    struct rq *rq, const struct attrs *attrs, const char *what);
void headers_lock_put(struct rq *rq, const struct attrs *attrs);

/* headers_replica.c: requests of stores that replicate to this one */
bool headers_replica_asked(const struct rq *rq);
bool headers_replica_marker(const struct rq *rq); /* a delete marker comes */
/* Into the SIDE_REPLICA of what is written, where it comes so. E_ACCESS_DENIED. */
NODISCARD enum err headers_replica_admit(struct rq *rq, struct attrs *attrs);
NODISCARD enum err headers_replica_arrival(struct rq *rq, struct obj_arrival *out);

/* headers_acl.c: access control lists */
struct acl_asked {
	struct span canned; /* p == NULL: none by name */
	bool granted; /* grant by grant: acl, without its owner */
	bool document; /* by a document: acl, with its owner */
	struct acl acl;
};
struct span headers_acl_bucket_owner(struct rq *rq);
NODISCARD enum err headers_acl_read(struct rq *rq, struct acl_asked *out);
/* E_METHOD_NOT_ALLOWED of a grantee by mail address in full; others as they are. */
NODISCARD enum err headers_acl_mail(struct rq *rq, enum err e);
NODISCARD enum err headers_acl_make(struct rq *rq, const struct acl_asked *asked,
    bool bucket, struct span owner, struct acl *out);
/* Says it no more than what holds under BucketOwnerEnforced? */
bool headers_acl_is_void(struct rq *rq, const struct acl_asked *asked);
/* The list and the owner that an object being written gets, into its SIDE_ACL. [any] */
NODISCARD enum err headers_acl_admit(struct rq *rq, struct attrs *attrs);

/* granted.c: how the lists of a context's subject speak of who asks. */
enum policy_match granted_match(void *context);

/* actor.c: who asks, for messages; NULL where the bucket is not watched. [loop] */
const struct obj_actor *actor_of(struct rq *rq);

/* Somebody asks to be told of reads, and this was one. rec: what was read. [loop] */
void actor_read(struct rq *rq, enum event event, const struct rec_object *rec,
    const struct attrs *attrs);
static inline void
read_tell(struct rq *rq, enum event event, const struct rec_object *rec,
    const struct attrs *attrs)
{
	if (obj_event_wanted(&rq->bkt))
		actor_read(rq, event, rec, attrs);
}

/* mfa.c: x-amz-mfa; *shown: it came with a code that holds. Counts once. [loop] */
NODISCARD enum err mfa_check(struct rq *rq, bool *shown);

/* alter.c: writing one side of an object */
struct alter { /* zeroed, in the arena; side.event is the caller's to set */
	struct obj_write w;
	struct rq *rq;
	struct rec_bucket bucket; /* as the write found it */
	struct obj_side side; /* ctx is this struct */
	/* What is to be done besides, in the same transaction, or NULL. */
	enum err (*also)(struct txn *t, struct alter *op);
	void (*then)(struct rq *rq, const struct obj_side *side); /* makes the reply */
};
void alter_init(struct alter *op, struct rq *rq, enum side_kind kind);
enum err alter_post(struct alter *op); /* return it from a step */
/* E_METHOD_NOT_ALLOWED of obj_side_find() in full; any other failure as it is. */
NODISCARD enum err alter_marker(struct rq *rq, enum err e);

/* range.c: [off, off + len) of size bytes that a Range header asks for */
enum range_form { RANGE_NONE, RANGE_OK, RANGE_BAD };
enum range_form range_parse(struct span v, uint64_t size, uint64_t *off, uint64_t *len);
bool range_reversed(struct span v); /* "bytes=5-2" */

/* intake.c: bodies */
NODISCARD enum err intake_length(struct rq *rq, uint64_t *out);
/* Makes rq->body; checksum is the kind to compute when the client names none, and with
 * keep true the kind to keep whatever it names. */
NODISCARD enum err intake_start(
    struct rq *rq, uint8_t checksum, bool keep, const struct sse *sse); /* sse.c */
/* The kind of what comes without one, in the tier. */
uint8_t intake_default(struct rq *rq);
NODISCARD enum err intake_document(struct rq *rq);
/* The file inside rq->form. */
NODISCARD enum err intake_form(struct rq *rq);
struct span intake_bytes(const struct rq *rq);
/* The document, whose root has that name. */
NODISCARD enum err intake_xml(struct rq *rq, const char *name, struct xml_node **root);
void *intake_room(void *ctx, struct http_req *http, size_t *cap);
void intake_data(void *ctx, struct http_req *http, size_t n);
void intake_end(void *ctx, struct http_req *http);
void intake_gone(void *ctx, struct http_req *http, enum err why);

/* metrics.c: Prometheus's. *mine: that was one of its paths. */
struct tally_set *metrics_new(void);
void metrics_count(struct rq *rq, const struct http_done *info);
NODISCARD enum err metrics_step(struct rq *rq, bool *mine);

/* listmeta.c: metadata=true of listings */
bool listmeta_asked(struct rq *rq);
NODISCARD enum err listmeta_put(struct buf *b, struct txn *t, struct rq *rq,
    struct span key, const struct rec_object *rec);

/* purge.c: x-minio-force-delete */
NODISCARD enum err purge_asked(struct rq *rq, bool *out);
NODISCARD enum err purge_begin(struct rq *rq, bool mfa); /* return it from a step */

/* operations, op_*.c */
enum err op_query_begin(struct rq *rq);
enum err op_query_finish(struct rq *rq);
enum err op_list_buckets_begin(struct rq *rq);
enum err op_restore_object_finish(struct rq *rq);
enum err op_create_bucket_finish(struct rq *rq);
enum err op_head_bucket_begin(struct rq *rq);
enum err op_delete_bucket_begin(struct rq *rq);
enum err op_get_bucket_location_begin(struct rq *rq);
enum err op_list_objects_begin(struct rq *rq);
enum err op_list_objects_v2_begin(struct rq *rq);
enum err op_list_uploads_begin(struct rq *rq);
enum err op_list_versions_begin(struct rq *rq);
enum err op_get_versioning_begin(struct rq *rq);
enum err op_put_versioning_finish(struct rq *rq);
enum err op_delete_objects_finish(struct rq *rq);
enum err op_get_object_begin(struct rq *rq);
enum err op_put_object_begin(struct rq *rq);
enum err op_put_object_finish(struct rq *rq);
enum err op_post_object_begin(struct rq *rq);
enum err op_post_object_finish(struct rq *rq);
enum err op_copy_object_begin(struct rq *rq);
enum err op_delete_object_begin(struct rq *rq);
enum err op_rename_object_begin(struct rq *rq);
enum err op_get_attributes_begin(struct rq *rq);
enum err op_create_upload_begin(struct rq *rq);
enum err op_upload_part_begin(struct rq *rq);
enum err op_upload_part_finish(struct rq *rq);
enum err op_copy_part_begin(struct rq *rq);
enum err op_complete_upload_finish(struct rq *rq);
enum err op_abort_upload_begin(struct rq *rq);
enum err op_list_parts_begin(struct rq *rq);
enum err op_get_acl_begin(struct rq *rq);
enum err op_put_acl_finish(struct rq *rq);
enum err op_get_tagging_begin(struct rq *rq);
enum err op_put_tagging_finish(struct rq *rq);
enum err op_delete_tagging_begin(struct rq *rq);
enum err op_get_policy_begin(struct rq *rq);
enum err op_put_policy_finish(struct rq *rq);
enum err op_get_policy_status_begin(struct rq *rq);
enum err op_get_retention_begin(struct rq *rq);
enum err op_put_retention_finish(struct rq *rq);
enum err op_get_legal_hold_begin(struct rq *rq);
enum err op_put_legal_hold_finish(struct rq *rq);
enum err op_update_encryption_finish(struct rq *rq);
enum err op_put_notification_finish(struct rq *rq);
enum err op_listen_begin(struct rq *rq);
enum err op_doc_get_begin(struct rq *rq);
enum err op_doc_put_finish(struct rq *rq);
enum err op_doc_delete_begin(struct rq *rq);
enum err op_doc_list_begin(struct rq *rq);
enum err op_replication_metrics_begin(struct rq *rq);
enum err op_replication_reset_begin(struct rq *rq);
enum err op_replication_resets_begin(struct rq *rq);
enum err op_replication_cancel_begin(struct rq *rq);
enum err op_replication_check_begin(struct rq *rq);

enum err op_create_session_begin(struct rq *rq);
enum err op_control_begin(struct rq *rq);
enum err op_list_resource_tags_begin(struct rq *rq);
enum err op_tag_resource_finish(struct rq *rq);
enum err op_untag_resource_begin(struct rq *rq);
enum err op_get_account_block_begin(struct rq *rq);
enum err op_put_account_block_finish(struct rq *rq);
enum err op_delete_account_block_begin(struct rq *rq);
enum err op_create_point_finish(struct rq *rq);
enum err op_get_point_begin(struct rq *rq);
enum err op_delete_point_begin(struct rq *rq);
enum err op_list_points_begin(struct rq *rq);
enum err op_get_point_policy_begin(struct rq *rq);
enum err op_put_point_policy_finish(struct rq *rq);
enum err op_delete_point_policy_begin(struct rq *rq);
enum err op_get_point_policy_status_begin(struct rq *rq);

/* steps, dispatch.c */
#define STEP(name, fn, what) enum err fn(struct rq *rq);
#include "s3/steps.def"
#undef STEP

#endif
