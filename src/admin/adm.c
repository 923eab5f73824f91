/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "admin/adm.h"

#include "iam/minio.h"

#include "adm_priv.h"

static const struct adm_row {
	const char *method, *path;
	/* OK: it answers later, or has; else the failure is the answer */
	enum err (*fn)(struct adm *c, struct s3_call *call);
} rows[] = {
#define ADM(method, path, fn, params, what) { #method, path, fn },
#include "admin/adm.def"
#undef ADM
};

static const struct minio_row {
	const char *method, *path, *right;
	enum err (*fn)(struct adm *c, struct s3_call *call);
} minio_rows[] = {
#define MINIO(method, path, fn, right, what) { #method, path, right, fn },
#include "admin/minio.def"
#undef MINIO
};

/* A row's "tier/" stands for what is named behind it. */
static bool
is_path(struct span name, struct span row)
{
	return span_eq(name, row) ||
	    (row.p[row.n - 1] == '/' && name.n > row.n && span_starts(name, row));
}

static const struct minio_row *
minio_find(struct span method, struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(minio_rows); i++)
		if (is_path(name, span_str(minio_rows[i].path)) &&
		    span_is(method, minio_rows[i].method))
			return &minio_rows[i];
	return NULL;
}

static const char *
minio_right(struct span method, struct span name)
{
	const struct minio_row *row = minio_find(method, name);

	return row != NULL ? row->right : NULL;
}

static bool
minio_own(struct span method, struct span name)
{
	const struct minio_iam_row *row = minio_iam_find(method, name);

	return row != NULL && (row->flags & MINIO_IAM_OWN) != 0;
}

enum err
adm_bad(struct s3_call *call, const char *name, const char *allowed)
{
	return fail_argument(call->fail, name, s3_call_param(call, name),
	    "Invalid %s; allowed: %s", name, allowed);
}

static enum err
dispatch(struct adm *c, struct s3_call *call)
{
	bool known = false;

	if (call->minio)
		return minio_find(call->method, call->name)->fn(c, call);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!span_is(call->name, rows[i].path))
			continue;
		known = true;
		if (span_is(call->method, rows[i].method))
			return rows[i].fn(c, call);
	}
	return fail_set(call->fail, known ? E_METHOD_NOT_ALLOWED : E_NOT_IMPLEMENTED);
}

static void
hook(void *ctx, struct s3_call *call)
{
	enum err e = dispatch(ctx, call);

	/* Where it was taken up another thread may hold the call by now. */
	if (e == OK)
		return;
	call->err = e;
	s3_call_done(call);
}

struct s3_control
adm_hook(struct adm *c)
{
	return (struct s3_control){
		.ctx = c, .call = hook, .minio_right = minio_right, .minio_own = minio_own
	};
}

bool
adm_span_parse(struct span s, int64_t *ms)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 },
		{ 'w', 604800000 } };
	uint64_t n;

	if (s.n < 2 || !span_u64(span_head(s, s.n - 1), &n) || n > 100000000)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (s.p[s.n - 1] == units[i].unit) {
			*ms = (int64_t)n * units[i].ms;
			return true;
		}
	return false;
}
