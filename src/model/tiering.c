/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/tiering.h"

#include "model/doc.h"
#include "model_priv.h"

enum { ACCESS_VERSION = 1, INFREQUENT_DAYS = 30, INSTANT_DAYS = 90 };

const char *
access_name(uint8_t tier)
{
	static const char *const names[ACCESS_TIERS] = { "FREQUENT", "INFREQUENT",
		"ARCHIVE_INSTANT_ACCESS", "ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS" };

	return tier < ACCESS_TIERS ? names[tier] : "";
}

/* ---- the row ---- */

enum err
access_get(struct txn *t, const struct rec_object *rec, struct access *out)
{
	struct access a = { .last_ms = rec->mtime_ms, .since_ms = rec->mtime_ms };
	uint8_t key[8];
	struct dec d = { 0 };
	enum err e;

	be64_put(key, rec->number);
	e = table_get(t, T_ACCESS, span_of(key, sizeof key), &d.in);
	if (e == OK) {
		if (dec_u8(&d) != ACCESS_VERSION)
			return E_CORRUPT;
		a.tier = dec_u8(&d);
		a.last_ms = (int64_t)dec_u64(&d);
		a.since_ms = (int64_t)dec_u64(&d);
		e = a.tier < ACCESS_TIERS ? dec_end(&d) : E_CORRUPT;
	} else if (e == E_NOT_FOUND)
		e = OK;
	if (e == OK)
		*out = a;
	return e;
}

enum err
access_put(struct txn *t, uint64_t number, const struct access *a)
{
	struct buf b = { 0 };
	uint8_t key[8];
	enum err e;

	be64_put(key, number);
	enc_u8(&b, ACCESS_VERSION);
	enc_u8(&b, a->tier);
	enc_u64(&b, (uint64_t)a->last_ms);
	enc_u64(&b, (uint64_t)a->since_ms);
	e = table_put(t, T_ACCESS, span_of(key, sizeof key), buf_view(&b));
	buf_fini(&b);
	return e;
}

enum err
access_drop(struct txn *t, uint64_t number)
{
	uint8_t key[8];
	enum err e;

	be64_put(key, number);
	e = table_del(t, T_ACCESS, span_of(key, sizeof key));
	return e == E_NOT_FOUND ? OK : e;
}

/* A restore that was asked for while it lies where it lies now. */
static enum restore_state
restored(const struct access *a, const struct restore *r, int64_t now_ms)
{
	return r->asked_ms < a->since_ms ? RESTORE_NONE : restore_state(r, now_ms);
}

bool
access_is_archived(const struct access *a, const struct restore *r, int64_t now_ms)
{
	return a->tier >= ACCESS_ARCHIVE && restored(a, r, now_ms) != RESTORE_DONE;
}

/* ---- configurations ---- */

static enum err
days_read(const struct xml_node *root, struct tiering_rule *r)
{
	for (const struct xml_node *n = xml_child(root, "Tiering"); n != NULL;
	     n = xml_next(n, "Tiering")) {
		struct span tier = xml_text(n, "AccessTier");
		uint64_t days;

		if (!span_u64(span_trim(xml_text(n, "Days")), &days) || days > INT32_MAX)
			return E_CORRUPT;
		if (span_is(tier, "ARCHIVE_ACCESS"))
			r->archive_days = (unsigned)days;
		else if (span_is(tier, "DEEP_ARCHIVE_ACCESS"))
			r->deep_days = (unsigned)days;
	}
	return OK;
}

enum err
tiering_add(struct arena *a, struct tiering *t, struct span inner, struct fail *fail)
{
	struct tiering_rule r = { .which = { .smaller_than = UINT64_MAX } };
	struct xml_node *root;
	enum err e = doc_tree(a, DOC_TIERING, inner, &root, fail);

	if (e == OK && xml_child(root, "Filter") != NULL)
		e = life_filter_read(a, root, &r.which, fail);
	if (e == OK)
		e = days_read(root, &r);
	if (e != OK)
		return e;
	r.which.enabled = span_is(span_trim(xml_text(root, "Status")), "Enabled");
	if (t->n == t->cap) {
		struct tiering_rule *more;

		t->cap = t->cap == 0 ? 8 : t->cap * 2;
		more = arena_array(a, t->cap, sizeof *more);
		if (t->n > 0)
			memcpy(more, t->rule, t->n * sizeof *more);
		t->rule = more;
	}
	t->rule[t->n++] = r;
	t->wants_tags |= r.which.tags.n > 0;
	return OK;
}

/* ---- what is due ---- */

struct judging {
	const struct tiering *t;
	int64_t last_ms, now_ms;
	int64_t *next_ms;
	uint8_t tier;
};

static void
step_down(struct judging *j, unsigned days, uint8_t tier)
{
	int64_t due = life_midnight(j->last_ms, days, j->t->day_ms);

	if (days == 0)
		return;
	if (due > j->now_ms) {
		if (due < *j->next_ms)
			*j->next_ms = due;
	} else if (tier > j->tier)
		j->tier = tier;
}

struct access
tiering_judge(const struct tiering *t, const struct life_object *o,
    const struct access *was, const struct restore *r, int64_t now_ms, int64_t *next_ms)
{
	struct access now = *was;
	struct judging j = { .t = t, .now_ms = now_ms, .next_ms = next_ms };
	enum restore_state back = restored(was, r, now_ms);

	if (was->tier >= ACCESS_ARCHIVE && back == RESTORE_ONGOING) {
		if (r->ready_ms < *next_ms)
			*next_ms = r->ready_ms;
		return now;
	}
	if (was->tier >= ACCESS_ARCHIVE && back == RESTORE_DONE)
		now = (struct access){ ACCESS_FREQUENT, r->ready_ms, r->ready_ms };
	j.last_ms = now.last_ms;
	step_down(&j, INFREQUENT_DAYS, ACCESS_INFREQUENT);
	step_down(&j, INSTANT_DAYS, ACCESS_ARCHIVE_INSTANT);
	for (size_t i = 0; i < t->n; i++)
		if (life_rule_means(&t->rule[i].which, o)) {
			step_down(&j, t->rule[i].archive_days, ACCESS_ARCHIVE);
			step_down(&j, t->rule[i].deep_days, ACCESS_DEEP_ARCHIVE);
		}
	/* What no configuration asks for any more stays archived until it is restored. */
	if (j.tier > now.tier) {
		now.tier = j.tier;
		now.since_ms = now_ms;
	}
	return now;
}
