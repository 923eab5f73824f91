/* SPDX-License-Identifier: Apache-2.0 */
/* Versions that were there before a rule, or are to be sent once more. */
#include "config.h"

#include "object/replica.h"

#include "model/rec_crypt.h"

#include "obj_priv.h"

/* ---- how far ---- */

enum err
obj_scan_get(struct txn *t, uint64_t bucket_id, uint64_t queue, struct rec_scan *out)
{
	uint8_t key[STAT_KEY];
	struct span row;
	enum err e;

	stat_key_put(key, bucket_id, queue);
	e = table_get(t, T_REPL_SCAN, span_of(key, sizeof key), &row);
	return e == OK ? rec_scan_get(row, out) : e;
}

enum err
obj_scan_put(struct txn *t, uint64_t bucket_id, uint64_t queue, const struct rec_scan *r)
{
	uint8_t key[STAT_KEY];
	struct buf row = { 0 };
	enum err e;

	stat_key_put(key, bucket_id, queue);
	rec_scan_put(&row, r);
	e = table_put(t, T_REPL_SCAN, span_of(key, sizeof key), buf_view(&row));
	buf_fini(&row);
	return e;
}

enum err
obj_scan_start(struct txn *t, const struct rec_bucket *b, const struct rec_scan *want)
{
	uint64_t queue;
	enum err e = obj_replica_queue(t, b, want->arn, &queue);

	return e == OK ? obj_scan_put(t, b->id, queue, want) : e;
}

enum err
obj_scan_each(struct txn *t,
    bool (*row)(void *ctx, uint64_t bucket_id, uint64_t queue, const struct rec_scan *r),
    void *ctx)
{
	struct table_cursor c;
	struct rec_scan r;
	enum err e = table_begin(t, T_REPL_SCAN, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_LIT("")); e == OK; e = table_next(&c)) {
		e = c.key.n == STAT_KEY ? rec_scan_get(c.value, &r) : E_CORRUPT;
		if (e != OK || !row(ctx, be64_get(c.key.p), be64_get(c.key.p + 8), &r))
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

/* ---- one version ---- */

struct judged {
	const struct replication_rule *rule; /* NULL: it stays where it is */
	struct attrs attrs;
	struct replica replica;
};

static const struct replication_rule *
rule_for(const struct replication *rules, const struct replication_object *o,
    struct span arn, struct arena *a)
{
	const struct replication_rule **rule;
	size_t n = replication_match(rules, o, a, &rule);

	for (size_t i = 0; i < n; i++)
		if (span_eq(rule[i]->arn, arn))
			return rule[i];
	return NULL;
}

static enum err
judge(struct txn *t, const struct replication *rules, const struct rec_scan *scan,
    struct span key, const struct rec_object *rec, struct arena *a, struct judged *out)
{
	struct replication_object o = { .key = key,
		.marker = (rec->flags & OBJECT_IS_MARKER) != 0,
		.existing = !scan->again };
	struct rec_crypt crypt;
	struct span side;
	enum err e = obj_attrs(t, rec, a, &out->attrs);

	out->rule = NULL;
	if (e == OK)
		e = replica_read(side_get(&out->attrs, SIDE_REPLICA), &out->replica);
	if (e == OK)
		e = tags_read(a, side_get(&out->attrs, SIDE_TAGS), &o.tags);
	side = side_get(&out->attrs, SIDE_CRYPT);
	if (e == OK && side.p != NULL) {
		e = rec_crypt_get(side, &crypt);
		o.kms = e == OK && crypt.key.n > 0;
	}
	if (e != OK || out->replica.is_replica ||
	    (scan->before_ms != 0 && rec->mtime_ms >= scan->before_ms))
		return e;
	out->rule = rule_for(rules, &o, scan->arn, a);
	return OK;
}

static enum err
mark(struct txn *t, const struct rec_bucket *b, struct span key, struct rec_object *rec,
    struct judged *j, struct arena *a)
{
	uint8_t flags = rec->flags;
	enum err e;

	j->replica.status = REPLICA_PENDING;
	j->replica.pending++;
	side_set(a, &j->attrs, SIDE_REPLICA, replica_render(a, &j->replica));
	e = obj_attrs_put(t, rec, &j->attrs);
	return e == OK && rec->flags != flags ? obj_row_rewrite(t, b, key, rec) : e;
}

enum err
obj_scan_version(struct txn *t, const struct rec_bucket *b, uint64_t queue,
    struct rec_scan *scan, struct span key, uint64_t number, struct arena *a)
{
	struct replication rules;
	struct rec_object rec;
	struct rec_work w;
	struct judged j;
	enum err e = obj_version_at(t, b, key, number, &rec);

	if (e != OK)
		return e == E_NOT_FOUND ? OK : e;
	e = obj_replica_rules(t, b, a, &rules);
	if (e == OK)
		e = judge(t, &rules, scan, key, &rec, a, &j);
	if (e != OK || j.rule == NULL)
		return e;
	if ((rec.flags & OBJECT_IS_MARKER) == 0)
		e = mark(t, b, key, &rec, &j, a);
	w = obj_work_of(
	    b, key, &rec, (rec.flags & OBJECT_IS_MARKER) != 0 ? WORK_MARKER : WORK_PUT);
	w.existing = true;
	w.bucket = scan->bucket;
	w.arn = scan->arn;
	w.rule = j.rule->id;
	if (e == OK)
		e = obj_work_add(t, queue, &w);
	if (e == OK) {
		scan->queued++;
		scan->queued_bytes += w.size;
	}
	return e;
}
