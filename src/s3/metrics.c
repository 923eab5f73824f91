/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics for Prometheus (metrics.def): counted by each loop, rendered when asked for. */
#include "config.h"

#include "base/clock.h"
#include "base/proc.h"
#include "codec/jwt.h"
#include "object/census.h"
#include "s3_priv.h"

/* ---- counting ---- */

enum reject { REJECT_AUTH, REJECT_HEADER, REJECT_INVALID, REJECT_TIME, REJECTS };

struct tally_set *
metrics_new(void)
{
	return tally_set_new(OP_COUNT + REJECTS);
}

/* What a failure says of the request as a whole; REJECTS: nothing. */
static enum reject
reject_of(const struct rq *rq)
{
	switch (rq->fail.code) {
	case E_INVALID_ACCESS_KEY:
	case E_SIGNATURE:
	case E_INVALID_TOKEN:
	case E_EXPIRED_TOKEN:
		return REJECT_AUTH;
	case E_AUTH_HEADER_MALFORMED:
		return REJECT_HEADER;
	case E_TIME_SKEWED:
		return REJECT_TIME;
	default:
		return rq->op == NULL ? REJECT_INVALID : REJECTS;
	}
}

void
metrics_count(struct rq *rq, const struct http_done *info)
{
	struct tally *t = rq->loop->tally;
	uint64_t start = rq->http->start_us;
	const struct tally_one one = { .status = info->status,
		.received = info->received,
		.sent = info->sent,
		.wait_us = rq->replied_us > start ? rq->replied_us - start : 0,
		.canceled = info->aborted };
	enum reject why;

	tally_bump(&t->ended, 1);
	if (rq->op != NULL)
		tally_request(t, (unsigned)(rq->op - ops), &one);
	if (rq->fail.code == OK)
		return;
	why = reject_of(rq);
	if (why != REJECTS)
		tally_request(t, OP_COUNT + why, &one);
}

/* ---- values ---- */

enum value {
	VALUE_ERRORS,
	VALUE_RECEIVED,
	VALUE_SENT,
	VALUE_OPEN,
	VALUE_REJECTED_AUTH,
	VALUE_REJECTED_HEADER,
	VALUE_REJECTED_INVALID,
	VALUE_REJECTED_TIME,
	VALUE_UPTIME_MS,
	VALUE_START_MS,
	VALUE_RESIDENT,
	VALUE_CPU_US,
	VALUE_FILES,
	VALUE_FILES_MAX,
	VALUE_READ_BYTES,
	VALUE_WRITTEN_BYTES,
	VALUE_READS,
	VALUE_WRITES,
	VALUE_SPACE,
	VALUE_SPACE_USED,
	VALUE_SPACE_FREE,
	VALUE_INODES_FREE,
	VALUE_WRITABLE,
	VALUE_BUCKETS,
	VALUE_OBJECTS,
	VALUE_VERSIONS,
	VALUE_BYTES,
	VALUE_ALWAYS_0,
	VALUE_ALWAYS_1,
	VALUES
};

enum dialect { SAY_OWN, SAY_V2, SAY_V3, DIALECTS };

struct scrape {
	struct rq *rq;
	struct buf *out;
	enum dialect dialect;
	char collection; /* of version 2; 0: all */
	struct span below; /* of version 3: path, without a slash behind */
	bool found; /* something was there to be told, if only in name */
	struct tally_sum *sum; /* per operation */
	uint64_t value[VALUES];
	struct census census;
};

static enum err
take_census(struct txn *t, void *arg)
{
	struct scrape *s = arg;

	return obj_census(t, s->rq->arena, &s->census);
}

static void
take_requests(struct scrape *s)
{
	struct tally_set *all = s->rq->s3->tallies;
	struct tally_sum sum;
	uint64_t *v = s->value;

	s->sum = arena_array(s->rq->arena, OP_COUNT, sizeof *s->sum);
	for (unsigned i = 0; i < OP_COUNT; i++) {
		tally_sum(all, i, &s->sum[i]);
		v[VALUE_ERRORS] +=
		    s->sum[i].count[TALLY_4XX] + s->sum[i].count[TALLY_5XX];
		v[VALUE_RECEIVED] += s->sum[i].count[TALLY_RECEIVED];
		v[VALUE_SENT] += s->sum[i].count[TALLY_SENT];
	}
	for (unsigned i = 0; i < REJECTS; i++) {
		tally_sum(all, OP_COUNT + i, &sum);
		v[VALUE_REJECTED_AUTH + i] = sum.count[TALLY_REQUESTS];
	}
	v[VALUE_OPEN] = tally_open(all);
}

static void
take_process(struct scrape *s)
{
	const struct s3 *s3 = s->rq->s3;
	struct proc_usage use;
	struct proc_space space;
	uint64_t *v = s->value;

	proc_usage(&use);
	proc_space(s3->conf.dir, &space);
	v[VALUE_START_MS] = (uint64_t)s3->start_ms;
	v[VALUE_UPTIME_MS] = (clock_mono_us() - s3->start_us) / 1000;
	v[VALUE_RESIDENT] = use.resident;
	v[VALUE_CPU_US] = use.cpu_us;
	v[VALUE_FILES] = use.files;
	v[VALUE_FILES_MAX] = use.files_max;
	v[VALUE_READ_BYTES] = use.read_bytes;
	v[VALUE_WRITTEN_BYTES] = use.written_bytes;
	v[VALUE_READS] = use.reads;
	v[VALUE_WRITES] = use.writes;
	v[VALUE_SPACE] = space.total;
	v[VALUE_SPACE_FREE] = space.free;
	v[VALUE_SPACE_USED] = space.total - space.free;
	v[VALUE_INODES_FREE] = space.inodes_free;
	v[VALUE_WRITABLE] = store_writable(s3->conf.store);
	v[VALUE_ALWAYS_1] = 1;
}

static enum err
take_all(struct scrape *s)
{
	enum err e;

	take_requests(s);
	take_process(s);
	e = store_read(s->rq->loop->reader, take_census, s);
	if (e != OK)
		return e;
	s->value[VALUE_BUCKETS] = s->census.n;
	s->value[VALUE_OBJECTS] = s->census.all.objects;
	s->value[VALUE_VERSIONS] = s->census.all.versions;
	s->value[VALUE_BYTES] = s->census.all.bytes;
	return OK;
}

/* ---- text ---- */

/* docs: prometheus.io/docs/instrumenting/exposition_formats */
struct family {
	const char *type, *help;
	const char *name[DIALECTS];
	const char *collections, *path;
};

static bool
below(struct span path, struct span top)
{
	return span_starts(path, top) &&
	    (path.n == top.n || top.n == 0 || path.p[top.n] == '/');
}

/* The name it goes by, with its head lines written; NULL: it is not asked for. */
static const char *
family_begin(struct scrape *s, const struct family *f)
{
	const char *name = f->name[s->dialect];

	if (name[0] == '\0' ||
	    (s->dialect == SAY_V2 && s->collection != '\0' &&
		strchr(f->collections, s->collection) == NULL) ||
	    (s->dialect == SAY_V3 && !below(span_str(f->path), s->below)))
		return NULL;
	s->found = true;
	buf_printf(s->out, "# HELP %s %s.\n# TYPE %s %s\n", name, f->help, name, f->type);
	return name;
}

/* Labels that every line of that form has, and the brace open behind. */
static void
put_labels(struct scrape *s, const char *name)
{
	static const char *const open[DIALECTS] = { "", "server=\"", "server=\"" };

	buf_printf(s->out, "%s{%s", name, open[s->dialect]);
	if (s->dialect != SAY_OWN)
		buf_printf(s->out, "%s\"", s->rq->s3->conf.address);
}

static void
put_label(struct scrape *s, const char *name, struct span value)
{
	if (s->out->p[s->out->n - 1] != '{')
		buf_char(s->out, ',');
	buf_printf(s->out, "%s=\"", name);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_char(s->out, '\\');
		if (value.p[i] == '\n')
			buf_str(s->out, "\\n");
		else
			buf_char(s->out, value.p[i]);
	}
	buf_char(s->out, '"');
}

static void
put_value(struct scrape *s, uint64_t v, unsigned scale)
{
	/* Prometheus takes no empty braces from some, and no line needs them. */
	if (s->out->p[s->out->n - 1] == '{')
		s->out->n--;
	else
		buf_char(s->out, '}');
	buf_char(s->out, ' ');
	buf_u64(s->out, v / scale);
	if (scale > 1)
		buf_printf(s->out, ".%0*u", scale == 1000 ? 3 : 6, (unsigned)(v % scale));
	buf_char(s->out, '\n');
}

/* The operation, as each form calls it. */
static void
put_operation(struct scrape *s, const struct op *op)
{
	static const char *const label[DIALECTS] = { "operation", "api", "name" };
	char text[64];
	size_t n = 0;

	for (; op->name[n] != '\0' && n < sizeof text; n++)
		text[n] = s->dialect == SAY_V2 ? char_lower(op->name[n]) : op->name[n];
	put_label(s, label[s->dialect], span_of(text, n));
	if (s->dialect == SAY_V3)
		put_label(s, "type", SPAN_LIT("s3"));
}

static void
put_each(struct scrape *s, const struct family *f, enum tally_count which)
{
	const char *name = family_begin(s, f);

	for (size_t i = 0; name != NULL && i < OP_COUNT; i++) {
		if (s->sum[i].count[TALLY_REQUESTS] == 0)
			continue;
		put_labels(s, name);
		put_operation(s, &ops[i]);
		put_value(s, s->sum[i].count[which], 1);
	}
}

static void
put_one(
    struct scrape *s, const struct family *f, enum value v, unsigned scale, bool drive)
{
	const char *name = family_begin(s, f);

	if (name == NULL)
		return;
	put_labels(s, name);
	if (drive)
		put_label(s, "drive", span_str(s->rq->s3->conf.dir));
	put_value(s, s->value[v], scale);
}

static void
put_buckets(struct scrape *s, const struct family *f, size_t at)
{
	const char *name = family_begin(s, f);

	for (size_t i = 0; name != NULL && i < s->census.n; i++) {
		const struct census_bucket *b = &s->census.bucket[i];
		uint64_t v;

		memcpy(&v, (const char *)b + at, sizeof v);
		put_labels(s, name);
		put_label(s, "bucket", b->name);
		put_value(s, v, 1);
	}
}

static void
put_bound(struct scrape *s, unsigned i)
{
	put_label(s, "le",
	    span_str(arena_printf(s->rq->arena, "%g", tally_bound_ms[i] / 1000.0)));
}

/* Times to the first byte: a histogram of Prometheus's, which MinIO calls a gauge. */
static void
put_waits(struct scrape *s)
{
	const struct family f = { s->dialect == SAY_OWN ? "histogram" : "gauge",
		"Time to the first byte of the answer, by operation",
		{ "trug_request_wait_seconds",
		    "minio_s3_requests_ttfb_seconds_distribution",
		    "minio_api_requests_ttfb_seconds_distribution" },
		"CN", "/api/requests" };
	const char *name = family_begin(s, &f);
	const char *bucket =
	    s->dialect == SAY_OWN ? "trug_request_wait_seconds_bucket" : name;

	for (size_t i = 0; name != NULL && i < OP_COUNT; i++) {
		const struct tally_sum *sum = &s->sum[i];
		uint64_t n = 0;

		if (sum->count[TALLY_REQUESTS] == 0)
			continue;
		for (unsigned k = 0; k <= TALLY_BOUNDS; k++) {
			n += sum->within[k];
			put_labels(s, bucket);
			put_operation(s, &ops[i]);
			if (k < TALLY_BOUNDS)
				put_bound(s, k);
			else
				put_label(s, "le", SPAN_LIT("+Inf"));
			put_value(s, n, 1);
		}
		if (s->dialect != SAY_OWN)
			continue;
		put_labels(s, "trug_request_wait_seconds_sum");
		put_operation(s, &ops[i]);
		put_value(s, sum->count[TALLY_WAIT_US], 1000000);
		put_labels(s, "trug_request_wait_seconds_count");
		put_operation(s, &ops[i]);
		put_value(s, n, 1);
	}
}

static void
put_version(struct scrape *s)
{
	const struct family f = { "gauge", "The version that runs",
		{ "trug_version_info", "minio_software_version_info", "" }, "N", "" };
	const char *name = family_begin(s, &f);

	if (name == NULL)
		return;
	put_labels(s, name);
	put_label(s, "version", SPAN_LIT(PACKAGE_VERSION));
	put_value(s, 1, 1);
}

static void
put_all(struct scrape *s)
{
#define FAMILY(type, own, v2, collections, v3, path, help) \
	&(const struct family){ type, help, { own, v2, v3 }, collections, path }
#define EACH(count, type, own, v2, collections, v3, path, help) \
	put_each(s, FAMILY(type, own, v2, collections, v3, path, help), TALLY_##count);
#define ONE(value, scale, type, own, v2, collections, v3, path, help) \
	put_one(s, FAMILY(type, own, v2, collections, v3, path, help), VALUE_##value, \
	    scale, false);
#define DRIVE(value, scale, type, own, v2, collections, v3, path, help) \
	put_one(s, FAMILY(type, own, v2, collections, v3, path, help), VALUE_##value, \
	    scale, true);
#define BUCKET(field, type, own, v2, collections, v3, path, help) \
	put_buckets(s, FAMILY(type, own, v2, collections, v3, path, help), \
	    offsetof(struct census_bucket, field));
#include "s3/metrics.def"
#undef EACH
#undef ONE
#undef DRIVE
#undef BUCKET
#undef FAMILY
	put_waits(s);
	put_version(s);
}

/* ---- who may ---- */

/* What `mc admin prometheus generate` makes: a token that an access key's secret signs. */
static enum err
bearer_check(struct rq *rq, struct span token)
{
	struct jwt j;
	int64_t expires;
	enum err e = jwt_parse(rq->arena, token, &j, &rq->fail);
	bool good;

	if (e != OK)
		return e;
	e = roster_find(rq->loop->roster, jwt_text(&j, "sub"), SPAN_NONE,
	    rq->real_ms / 1000, &rq->credential);
	good = e == OK && !rq->credential->temporary && jwt_time(&j, "exp", &expires) &&
	    expires > rq->real_ms / 1000 &&
	    jwt_check_secret(
		&j, span_of(rq->credential->secret.secret, rq->credential->secret.n));
	jwt_free(&j);
	if (!good)
		return fail_set(&rq->fail, E_ACCESS_DENIED);
	rq->who = &rq->credential->who;
	return OK;
}

static enum err
metrics_allow(struct rq *rq)
{
	struct span how = http_req_header(rq->http, "authorization"),
		    bearer = SPAN_LIT("Bearer ");
	enum err e;

	if (rq->s3->conf.metrics_public)
		return OK;
	e = address_query(rq);
	if (e == OK)
		e = span_starts(how, bearer)
		    ? bearer_check(rq, span_trim(span_from(how, bearer.n)))
		    : sign_check(rq);
	return e == OK ? allow_admin(rq, "admin:Prometheus") : e;
}

/* ---- the paths ---- */

static bool
path_parse(struct span path, struct scrape *s)
{
	static const struct {
		const char *path;
		enum dialect dialect;
		char collection;
	} known[] = { { "/_trug/metrics", SAY_OWN, 0 },
		{ "/minio/prometheus/metrics", SAY_V2, 0 },
		{ "/minio/v2/metrics/cluster", SAY_V2, 'C' },
		{ "/minio/v2/metrics/node", SAY_V2, 'N' },
		{ "/minio/v2/metrics/bucket", SAY_V2, 'B' },
		{ "/minio/v2/metrics/resource", SAY_V2, 'R' } };
	struct span v3 = SPAN_LIT("/minio/metrics/v3");

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (span_is(path, known[i].path)) {
			s->dialect = known[i].dialect;
			s->collection = known[i].collection;
			return true;
		}
	if (!below(path, v3))
		return false;
	s->dialect = SAY_V3;
	s->below = span_from(path, v3.n);
	if (s->below.n > 0 && s->below.p[s->below.n - 1] == '/')
		s->below.n--;
	return true;
}

enum err
metrics_step(struct rq *rq, bool *mine)
{
	struct scrape s = { .rq = rq };
	enum err e;

	*mine = rq->http->method == HTTP_GET && path_parse(rq->http->path, &s);
	if (!*mine)
		return OK;
	e = metrics_allow(rq);
	if (e == OK)
		e = take_all(&s);
	if (e != OK)
		return e;
	reply_begin(rq, 200);
	reply_header_str(rq, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
	reply_header_str(rq, "Cache-Control", "no-store");
	s.out = &rq->loop->out;
	put_all(&s);
	if (!s.found)
		return fail_msg(
		    &rq->fail, E_NOT_IMPLEMENTED, "No such metrics are kept.");
	rq_finish(rq);
	return OK;
}
