/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the evaluator every row of decisions.tsv, which says what AWS's pages say. */
#include "config.h"

#include "access/policy.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/io.h"
#include "base/mem.h"

#include <cmocka.h>

enum { FIELDS = 12, NAMED_MAX = 512, SET_MAX = 8, KEYS_MAX = 8, ROWS_MIN = 400 };
static const int64_t now_ms = INT64_C(1781524800000); /* 2026-06-15T12:00:00Z */

struct named {
	struct span name;
	struct policy *policy; /* or NULL */
	struct identity who;
};

struct table {
	struct arena arena;
	struct named rule[NAMED_MAX], who[NAMED_MAX], policy[NAMED_MAX];
	size_t nrule, nwho, npolicy;
	unsigned rows, wrong, line;
};

/* What a row sets up. */
struct row {
	struct table *t;
	struct policy_request request;
	struct policy_case c;
	struct identity who;
	const struct policy *set[3][SET_MAX];
	enum policy_match acl;
	struct field key[KEYS_MAX];
	size_t nkey;
	struct span values[KEYS_MAX][SET_MAX];
};

static struct named *
find(struct named *list, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(list[i].name, name))
			return &list[i];
	return NULL;
}

static struct named *
must_find(struct table *t, struct named *list, size_t n, struct span name)
{
	struct named *x = find(list, n, name);

	if (x == NULL)
		fail_msg("line %u: no %.*s", t->line, (int)name.n, name.p);
	return x;
}

/* ---- definitions ---- */

static void
who_add(struct table *t, const struct span *f)
{
	static const char *const kinds[] = { "nobody", "root", "user", "session",
		"federated" };
	struct named *x = &t->who[t->nwho++];
	struct span rest = f[9], one;
	struct field *tag = arena_array(&t->arena, SET_MAX, sizeof *tag);

	assert_true(t->nwho < NAMED_MAX);
	*x = (struct named){ .name = f[1] };
	x->who = (struct identity){ .account = f[3],
		.canonical_id = f[4],
		.arn = f[5],
		.role_arn = f[6],
		.user_id = f[7],
		.user_name = f[8],
		.tag = tag };
	while (!span_is(f[2], kinds[x->who.kind]))
		x->who.kind++;
	while (rest.n > 0) {
		one = span_cut(&rest, ',');
		tag[x->who.ntag].name = span_cut(&one, '=');
		tag[x->who.ntag++].value = one;
	}
}

static struct policy *
policy_of(struct table *t, struct span place, struct span json)
{
	struct policy *p = NULL;
	struct fail fail;
	enum policy_place at = span_is(place, "bucket") ? POLICY_BUCKET
	    : span_is(place, "trust")                   ? POLICY_TRUST
							: POLICY_IDENTITY;

	fail_init(&fail, NULL);
	if (policy_parse(&p, json, at, SPAN_LIT("b"), &fail) != OK)
		fail_msg("line %u: %s", t->line, fail_text(&fail));
	return p;
}

static void
policy_add(struct table *t, const struct span *f)
{
	struct named *x = &t->policy[t->npolicy++];

	assert_true(t->npolicy < NAMED_MAX);
	*x = (struct named){ .name = f[1], .policy = policy_of(t, f[2], f[3]) };
}

/* ---- rows ---- */

static bool
value(void *ctx, const struct policy_ask *ask, struct policy_values *out)
{
	struct row *r = ctx;

	for (size_t i = 0; i < r->nkey; i++)
		if (span_ieq(r->key[i].name, ask->name)) {
			struct span rest = r->key[i].value;

			out->n = 0;
			out->value = r->values[i];
			do
				r->values[i][out->n++] = span_cut(&rest, '|');
			while (rest.n > 0);
			return true;
		}
	return false;
}

static enum policy_match
acl(void *ctx)
{
	return ((struct row *)ctx)->acl;
}

static void
context_set(struct row *r, struct span context)
{
	while (context.n > 0) {
		struct span one = span_cut(&context, ';');

		assert_true(r->nkey < KEYS_MAX);
		r->key[r->nkey].name = span_cut(&one, '=');
		r->key[r->nkey++].value = one;
	}
}

static void
set_add(struct row *r, unsigned which, struct policy_set *set, const struct policy *p)
{
	assert_true(set->n < SET_MAX);
	r->set[which][set->n++] = p;
	set->policy = r->set[which];
}

static void
policies_set(struct row *r, struct span list)
{
	struct table *t = r->t;

	while (list.n > 0 && !span_is(list, "-")) {
		struct span one = span_cut(&list, ';'), kind = span_cut(&one, ':');
		const struct policy *p = kind.n == 1 && strchr("irbs", kind.p[0]) != NULL
		    ? must_find(t, t->policy, t->npolicy, one)->policy
		    : NULL;

		switch (kind.p[0]) {
		case 'i':
			set_add(r, 0, &r->who.policies, p);
			break;
		case 'b':
			r->who.has_boundary = true;
			set_add(r, 1, &r->who.boundary, p);
			break;
		case 's':
			r->who.has_session_policy = true;
			set_add(r, 2, &r->who.session, p);
			break;
		case 'r':
			r->c.resource = p;
			break;
		case 'p':
			r->c.no_public = true;
			break;
		case 'a':
			r->acl =
			    span_is(one, "public") ? POLICY_BY_NAME : POLICY_BY_ACCOUNT;
			r->c.acl = acl;
			r->c.acl_ctx = r;
			break;
		case 'f':
			r->request.federated = one;
			break;
		case 'v':
			r->request.service = one;
			break;
		default:
			fail_msg("line %u: what is %.*s?", t->line, (int)kind.n, kind.p);
		}
	}
}

static void
judge(struct row *r, struct span want, struct span rule)
{
	struct table *t = r->t;
	struct policy_decision d;

	(void)must_find(t, t->rule, t->nrule, rule);
	policy_decide(&r->c, &d);
	t->rows++;
	/* A reason is given both ways. */
	assert_true(d.kind != POLICY_KIND_NONE && (!d.allowed || !d.explicit));
	if (d.allowed == span_is(want, "allow"))
		return;
	t->wrong++;
	print_error("decisions.tsv:%u: %s, by %s; the table says %.*s (%.*s)\n", t->line,
	    d.allowed ? "allowed" : "denied", policy_kind_name(d.kind), (int)want.n,
	    want.p, (int)rule.n, rule.p);
}

static void
row_init(struct row *r, struct table *t, struct span who)
{
	*r = (struct row){ .t = t,
		.who = must_find(t, t->who, t->nwho, who)->who,
		.request = { .now_ms = now_ms, .value = value } };
	r->request.who = &r->who;
	r->request.ctx = r;
	r->c.request = &r->request;
}

static void
ask_row(struct table *t, const struct span *f)
{
	struct row r;

	row_init(&r, t, f[3]);
	r.request.action = f[4];
	r.request.resource = f[5];
	r.c.account = span_is(f[6], "-") ? SPAN_NONE : f[6];
	policies_set(&r, f[7]);
	context_set(&r, f[8]);
	judge(&r, f[1], f[2]);
}

static void
cond_row(struct table *t, const struct span *f)
{
	struct buf json = { 0 };
	struct policy *p;
	struct row r;

	row_init(&r, t, f[3]);
	buf_str(&json,
	    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
	    "\"Principal\":\"*\",\"Action\":\"s3:GetObject\","
	    "\"Resource\":\"arn:aws:s3:::b/*\",\"Condition\":");
	buf_span(&json, f[4]);
	buf_str(&json, "}]}");
	p = policy_of(t, SPAN_LIT("bucket"), buf_view(&json));
	r.request.action = SPAN_LIT("s3:GetObject");
	r.request.resource = SPAN_LIT("arn:aws:s3:::b/k");
	/* Of no account in the table: nothing but this policy decides. */
	r.c.account =
	    r.who.kind == IDENTITY_ROOT ? SPAN_LIT("999999999999") : r.who.account;
	if (r.c.account.n == 0)
		r.c.account = SPAN_LIT("999999999999");
	r.c.resource = p;
	context_set(&r, f[5]);
	judge(&r, f[1], f[2]);
	policy_free(&p);
	buf_fini(&json);
}

static void
line_take(struct table *t, struct span line)
{
	struct span f[FIELDS] = { { NULL, 0 } };
	size_t n = 0;

	if (line.n == 0 || line.p[0] == '#')
		return;
	while (n < FIELDS && line.n > 0)
		f[n++] = span_cut(&line, '\t');
	if (span_is(f[0], "rule"))
		t->rule[t->nrule++] = (struct named){ .name = f[1] };
	else if (span_is(f[0], "who"))
		who_add(t, f);
	else if (span_is(f[0], "policy"))
		policy_add(t, f);
	else if (span_is(f[0], "ask"))
		ask_row(t, f);
	else if (span_is(f[0], "cond"))
		cond_row(t, f);
	else
		fail_msg("line %u: what is %.*s?", t->line, (int)f[0].n, f[0].p);
}

static void
decisions(void **state)
{
	struct table *t = mem_zalloc(sizeof *t);
	const char *dir = getenv("top_srcdir");
	struct buf path = { 0 }, text = { 0 };
	struct span rest;

	(void)state;
	arena_init(&t->arena, 0);
	buf_printf(&path, "%s/tests/unit/access/decisions.tsv", dir != NULL ? dir : "..");
	assert_int_equal(io_read_file(buf_cstr(&path), &text, 1 << 20), 0);
	rest = buf_view(&text);
	while (rest.n > 0) {
		t->line++;
		line_take(t, span_cut(&rest, '\n'));
	}
	print_message("# %u decisions\n", t->rows);
	assert_true(t->rows >= ROWS_MIN);
	assert_int_equal(t->wrong, 0);
	for (size_t i = 0; i < t->npolicy; i++)
		policy_free(&t->policy[i].policy);
	buf_fini(&path);
	buf_fini(&text);
	arena_fini(&t->arena);
	mem_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(decisions) };

	return cmocka_run_group_tests_name("access/decisions", tests, NULL, NULL);
}
