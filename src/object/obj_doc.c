/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/document.h"

#include "base/clock.h"
#include "codec/hex.h"
#include "model/replication.h"
#include "object/acl.h"
#include "object/analytics.h"
#include "object/event.h"
#include "object/object.h"
#include "object/replica.h"
#include "object/version.h"

enum { HEAD = 9, KEY_MAX = HEAD + DOC_ID_MAX };

static struct span
doc_key(char key[KEY_MAX], uint64_t bucket, unsigned doc, struct span id)
{
	MUST(id.n <= DOC_ID_MAX);
	be64_put(key, bucket);
	key[8] = (char)doc;
	if (id.n > 0)
		memcpy(key + HEAD, id.p, id.n);
	return span_of(key, HEAD + id.n);
}

static enum err
missing(const struct obj_doc *d)
{
	enum err e = doc_row(d->doc)->missing;

	if (d->fail != NULL && d->fail->code == OK) {
		(void)fail_set(d->fail, e);
		if (d->id.n == 0)
			fail_pair(d->fail, "BucketName", d->bucket);
	}
	return e;
}

enum err
obj_doc_get(struct txn *t, const struct obj_doc *d, struct span *inner)
{
	const char *fallback = doc_row(d->doc)->fallback;
	char key[KEY_MAX];
	struct rec_doc rec;
	struct span row;
	enum err e =
	    table_get(t, T_DOCUMENT, doc_key(key, d->bucket_id, d->doc, d->id), &row);

	if (e == E_NOT_FOUND && fallback != NULL) {
		*inner = span_str(fallback);
		return OK;
	}
	if (e == E_NOT_FOUND)
		return missing(d);
	if (e == OK)
		e = rec_doc_get(row, &rec);
	if (e != OK)
		return e;
	if (rec.deleted)
		return missing(d);
	*inner = rec.inner;
	return OK;
}

enum err
obj_doc_find(struct txn *t, const struct obj_doc *d, struct span *inner, bool *own)
{
	char key[KEY_MAX];
	struct rec_doc rec;
	struct span row;
	enum err e =
	    table_get(t, T_DOCUMENT, doc_key(key, d->bucket_id, d->doc, d->id), &row);

	*own = false;
	if (e == E_NOT_FOUND)
		return OK;
	if (e == OK)
		e = rec_doc_get(row, &rec);
	if (e != OK)
		return e;
	*own = !rec.deleted;
	*inner = rec.inner;
	return OK;
}

static bool
count_row(void *ctx, struct span id, struct span inner)
{
	unsigned *n = ctx;

	(void)id;
	(void)inner;
	return ++*n < OBJ_DOCS_MAX;
}

/* A bucket whose list gives others something keeps its list (recorded answer). */
static enum err
enforced_check(struct txn *t, const struct rec_bucket *b, const struct obj_doc *d,
    const struct doc_text *text)
{
	struct span enforced = SPAN_LIT(">BucketOwnerEnforced<");
	struct arena a;
	struct acl acl;
	bool stored;
	enum err e;

	if (span_search(text->inner, enforced, 0) == text->inner.n)
		return OK;
	arena_init(&a, SIZE_MAX);
	e = obj_acl_bucket(t, b, &a, &acl, &stored);
	if (e == OK && stored && !acl_is_owners(&acl, acl.owner))
		e = fail_set(d->fail, E_INVALID_BUCKET_ACL);
	arena_fini(&a);
	return e;
}

/* Rules would delete versions without anybody's code. */
static enum err
rules_check(struct txn *t, const struct rec_bucket *b, struct fail *fail)
{
	enum mfa_delete is;
	enum err e = obj_mfa_delete(t, b, &is);

	if (e != OK || is != MFA_DELETE_ON)
		return e;
	return fail_msg(fail, E_INVALID_BUCKET_STATE,
	    "Lifecycle configuration is not supported on a bucket with Mfa "
	    "Authentication. "
	    "Disable Mfa Authentication before putting a lifecycle configuration.");
}

/* A bucket of this store that takes replicas. AWS does not tell one that is missing from one
 * without versions. */
static enum err
replica_place(struct txn *t, const struct rec_bucket *from,
    const struct replication_rule *r, struct fail *fail)
{
	struct rec_bucket b;
	struct rec_target target;
	enum err e;

	if ((r->flags & REPLICATE_REMOTE) != 0) {
		e = obj_target_get(t, r->arn, &target);
		return e == E_NOT_FOUND || (e == OK && target.bucket_id != from->id)
		    ? fail_set(fail, E_NO_REMOTE_TARGET)
		    : e;
	}
	e = obj_bucket_find(t, r->bucket, &b, NULL);
	if (e != OK && e != E_NO_SUCH_BUCKET)
		return e;
	if (e == OK && b.id == from->id)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "Destination bucket cannot be the same as the source bucket.");
	if (e != OK || b.versioning != VERSIONING_ENABLED)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "Destination bucket must have versioning enabled.");
	/* Nobody writes into another account's bucket by way of a rule of his own. */
	if (memcmp(b.account, from->account, ACCOUNT_DIGITS) != 0)
		return fail_set(fail, E_ACCESS_DENIED);
	return OK;
}

static enum err
replication_check(struct txn *t, const struct rec_bucket *b, const struct doc_text *text,
    struct fail *fail)
{
	struct replication r;
	struct arena a;
	enum err e = OK;

	if (b->versioning != VERSIONING_ENABLED)
		return fail_msg(fail, E_INVALID_REQUEST,
		    "Versioning must be 'Enabled' on the bucket to apply a replication "
		    "configuration");
	arena_init(&a, SIZE_MAX);
	e = replication_get(&a, text->rules, &r);
	for (size_t i = 0; e == OK && i < r.n; i++)
		e = replica_place(t, b, &r.rule[i], fail);
	arena_fini(&a);
	return e;
}

static enum err
put_allowed(struct txn *t, const struct obj_doc *d, const struct doc_text *text)
{
	char key[KEY_MAX];
	struct rec_bucket b;
	struct span old;
	unsigned n = 0;
	enum err e = obj_bucket_find(t, d->bucket, &b, d->fail);

	if (e == OK && b.id != d->bucket_id)
		e = fail_set(d->fail, E_NO_SUCH_BUCKET);
	if (e == OK && d->doc == DOC_OBJECT_LOCK && b.versioning != VERSIONING_ENABLED)
		e = fail_msg(d->fail, E_INVALID_BUCKET_STATE,
		    "Versioning must be 'Enabled' on the bucket to apply a Object Lock "
		    "configuration");
	if (e == OK && d->doc == DOC_LIFECYCLE)
		e = rules_check(t, &b, d->fail);
	if (e == OK && d->doc == DOC_REPLICATION)
		e = replication_check(t, &b, text, d->fail);
	if (e == OK && d->doc == DOC_OWNERSHIP)
		e = enforced_check(t, &b, d, text);
	if (e == OK && text->target.n > 0 &&
	    obj_bucket_find(t, text->target, &b, NULL) != OK) {
		e = fail_set(d->fail, E_INVALID_LOG_TARGET);
		fail_pair(d->fail, "TargetBucket", text->target);
	}
	if (e != OK || d->id.n == 0)
		return e;
	e = table_get(t, T_DOCUMENT, doc_key(key, d->bucket_id, d->doc, d->id), &old);
	if (e != E_NOT_FOUND)
		return e;
	e = obj_doc_each(t, d->bucket_id, d->doc, SPAN_NONE, count_row, &n);
	return e == OK && n >= OBJ_DOCS_MAX ? fail_set(d->fail, E_TOO_MANY_CONFIGURATIONS)
					    : e;
}

static enum err
doc_write(struct txn *t, const struct obj_doc *d, const struct rec_doc *rec)
{
	char key[KEY_MAX];
	struct buf row = { 0 };
	enum err e;

	rec_doc_put(&row, rec);
	e = table_put(
	    t, T_DOCUMENT, doc_key(key, d->bucket_id, d->doc, d->id), buf_view(&row));
	buf_fini(&row);
	return e;
}

static enum err
doc_remove(struct txn *t, const struct obj_doc *d)
{
	char key[KEY_MAX];

	return table_del(t, T_DOCUMENT, doc_key(key, d->bucket_id, d->doc, d->id));
}

static bool
wants_existing(const struct replication *r, struct span arn)
{
	const unsigned both = REPLICATE_ENABLED | REPLICATE_EXISTING;

	for (size_t i = 0; i < r->n; i++)
		if ((r->rule[i].flags & both) == both && span_eq(r->rule[i].arn, arn))
			return true;
	return false;
}

/* Rules that want what is there already have it looked through, unless rules before them
 * did: what came since went there as it came. */
static enum err
scans_start(struct txn *t, const struct rec_bucket *b, const struct replication *old,
    const struct replication *r)
{
	enum err e = OK;

	for (size_t i = 0; i < r->n && e == OK; i++) {
		char id[2 * ORIGIN_SIZE];
		uint8_t raw[ORIGIN_SIZE];
		struct rec_scan scan = { .bucket = r->source,
			.arn = r->rule[i].arn,
			.begun_ms = clock_real_ms(),
			.before_ms = clock_now_ms() + 1 };

		if (!wants_existing(r, scan.arn) || wants_existing(old, scan.arn))
			continue;
		version_origin_new(raw);
		hex_render(id, raw, sizeof raw);
		scan.id = span_of(id, sizeof id);
		e = obj_scan_start(t, b, &scan);
	}
	return e == E_NOT_FOUND ? OK : e;
}

/* Beside a replication document, the rules as those read them who replicate. */
static enum err
rules_write(struct txn *t, const struct obj_doc *d, struct span rules)
{
	struct obj_doc beside = *d;
	struct replication r, old;
	struct rec_bucket b;
	struct rec_doc rec = { 0 };
	struct buf row = { 0 };
	struct arena a;
	enum err e;

	if (d->doc != DOC_REPLICATION)
		return OK;
	beside.id = SPAN_LIT(REPLICATION_RULES_ID);
	e = obj_event_watch(t, d->bucket, WATCH_REPLICATION, rules.n > 0);
	if (e != OK)
		return e;
	if (rules.n == 0) {
		e = doc_remove(t, &beside);
		return e == E_NOT_FOUND ? OK : e;
	}
	arena_init(&a, SIZE_MAX);
	e = obj_bucket_find(t, d->bucket, &b, NULL);
	if (e == OK)
		e = obj_replica_rules(t, &b, &a, &old);
	if (e == OK)
		e = replication_get(&a, rules, &r);
	r.source = d->bucket;
	if (e == OK) {
		replication_put(&row, &r);
		rec.inner = buf_view(&row);
		e = doc_write(t, &beside, &rec);
	}
	if (e == OK)
		e = scans_start(t, &b, &old, &r);
	buf_fini(&row);
	arena_fini(&a);
	return e;
}

enum err
obj_doc_put(struct txn *t, const struct obj_doc *d, const struct doc_text *text)
{
	struct rec_doc rec = { .inner = text->inner };
	enum err e = put_allowed(t, d, text);

	if (e == OK)
		e = rules_write(t, d, text->rules);
	if (e != OK)
		return e;
	if (d->doc == DOC_ANALYTICS)
		e = obj_analytics_begin(t, d->bucket_id, d->id, clock_now_ms());
	if (e != OK)
		return e;
	if (!text->nothing)
		return doc_write(t, d, &rec);
	e = doc_remove(t, d);
	return e == E_NOT_FOUND ? OK : e;
}

enum err
obj_doc_delete(struct txn *t, const struct obj_doc *d)
{
	struct rec_doc gone = { .deleted = true };
	struct rec_bucket b;
	bool more;
	enum err e = obj_bucket_find(t, d->bucket, &b, d->fail);

	if (e == OK && b.id != d->bucket_id)
		e = fail_set(d->fail, E_NO_SUCH_BUCKET);
	if (e != OK)
		return e;
	/* What every bucket has from the start stays away only if that is written down, and
	 * what no bucket is without comes back. */
	if (doc_row(d->doc)->fallback != NULL && doc_row(d->doc)->missing != E_INTERNAL)
		return doc_write(t, d, &gone);
	e = rules_write(t, d, SPAN_NONE);
	if (e != OK)
		return e;
	e = doc_remove(t, d);
	if (e == E_NOT_FOUND)
		return d->id.n > 0 ? missing(d) : OK;
	if (e == OK && d->doc == DOC_ANALYTICS)
		e = obj_analytics_drop(t, d->bucket_id, d->id, SIZE_MAX, &more);
	return e;
}

enum err
obj_doc_drop_all(struct txn *t, uint64_t bucket_id)
{
	char from[8], key[KEY_MAX];
	struct table_cursor c;
	struct span row;
	enum err e = OK;

	be64_put(from, bucket_id);
	while (e == OK) {
		e = table_begin(t, T_DOCUMENT, &c);
		if (e != OK)
			return e;
		e = table_seek(&c, span_of(from, sizeof from));
		if (e == OK &&
		    (!span_starts(c.key, span_of(from, sizeof from)) ||
			c.key.n > sizeof key))
			e = E_NOT_FOUND;
		row = SPAN_NONE;
		if (e == OK) {
			memcpy(key, c.key.p, c.key.n);
			row = span_of(key, c.key.n);
		}
		table_end(&c);
		if (e == OK)
			e = table_del(t, T_DOCUMENT, row);
	}
	return e == E_NOT_FOUND ? OK : e;
}

enum err
obj_doc_each(struct txn *t, uint64_t bucket_id, enum doc doc, struct span after,
    bool (*row)(void *ctx, struct span id, struct span inner), void *ctx)
{
	char key[KEY_MAX], head[KEY_MAX];
	struct span prefix = doc_key(head, bucket_id, doc, SPAN_NONE), from;
	struct table_cursor c;
	struct rec_doc rec;
	enum err e = table_begin(t, T_DOCUMENT, &c);

	if (e != OK)
		return e;
	from = doc_key(key, bucket_id, doc, span_head(after, DOC_ID_MAX));
	for (e = table_seek(&c, from); e == OK; e = table_next(&c)) {
		if (!span_starts(c.key, prefix))
			break;
		if (after.n > 0 && span_cmp(c.key, from) <= 0)
			continue;
		e = rec_doc_get(c.value, &rec);
		if (e != OK || !row(ctx, span_from(c.key, HEAD), rec.inner))
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}
