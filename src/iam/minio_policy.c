/* SPDX-License-Identifier: Apache-2.0 */
/* MinIO's canned policies: managed policies of the account, and five that are always there. */
#include "config.h"

#include <stdio.h>

#include "minio_priv.h"

enum { VERSIONS_MAX = 5 };

static const struct canned {
	const char *name, *document;
} canned[] = {
#define CANNED(name, document) { name, document },
#include "iam/canned.def"
#undef CANNED
};

static const struct canned *
canned_find(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(canned); i++)
		if (span_is(name, canned[i].name))
			return &canned[i];
	return NULL;
}

/* ---- taken ---- */

static bool
is_of_server(const char *action)
{
	static const char *const services[] = { "admin:", "kms:", "sts:" };

	for (size_t i = 0; i < ARRAY_LEN(services); i++)
		if (strncmp(action, services[i], strlen(services[i])) == 0)
			return true;
	return false;
}

/* Is every action of the statement about the server, which has no ARN? */
static bool
all_of_server(const cJSON *statement)
{
	const cJSON *action = cJSON_GetObjectItemCaseSensitive(statement, "Action"), *one;

	if (cJSON_IsString(action))
		return is_of_server(action->valuestring);
	cJSON_ArrayForEach(one, action)
	{
		if (!cJSON_IsString(one) || !is_of_server(one->valuestring))
			return false;
	}
	return cJSON_GetArraySize(action) > 0;
}

/* Adds what is missing; did it? */
static bool
resources_add(cJSON *policy)
{
	cJSON *list = cJSON_GetObjectItemCaseSensitive(policy, "Statement"), *one;
	bool added = false;

	cJSON_ArrayForEach(one, list)
	{
		if (cJSON_IsObject(one) && all_of_server(one) &&
		    !cJSON_HasObjectItem(one, "Resource") &&
		    !cJSON_HasObjectItem(one, "NotResource"))
			added = cJSON_AddStringToObject(one, "Resource", "*") != NULL;
	}
	return added;
}

enum err
minio_policy_take(struct arena *a, struct span text, struct span *out, struct fail *fail)
{
	struct fail why;
	struct policy *p;
	cJSON *json = NULL;
	char *printed = NULL;
	enum err e;

	fail_init(&why, a);
	e = json_parse(text, &json, &why);
	if (e == OK && resources_add(json))
		printed = cJSON_PrintUnformatted(json);
	if (printed != NULL)
		text = span_str(printed);
	if (e == OK)
		e = policy_parse(&p, text, POLICY_IDENTITY, SPAN_NONE, &why);
	if (e == OK) {
		policy_free(&p);
		*out = arena_span(a, text);
	} else
		e = fail_msg(fail, E_MINIO_POLICY, "%s", fail_text(&why));
	cJSON_free(printed);
	cJSON_Delete(json);
	return e;
}

/* ---- made ---- */

static struct span
version_value(struct iam_call *c, struct span text)
{
	char *p = arena_alloc(c->arena, text.n + 8);

	be64_put(p, (uint64_t)c->now_ms);
	memcpy(p + 8, text.p, text.n);
	return span_of(p, text.n + 8);
}

/* The text becomes the policy's newest and standing version; the oldest may go for it. */
static enum err
policy_save(struct minio_call *m, struct entity *p, struct span text)
{
	struct iam_call *c = &m->c;

	p->number = ++p->last;
	p->changed_ms = c->now_ms;
	if (p->versions.n >= VERSIONS_MAX)
		(void)iam_list_remove(&p->versions, p->versions.field[0].name);
	iam_list_add(c, &p->versions,
	    span_str(arena_printf(c->arena, "%llu", (unsigned long long)p->number)),
	    version_value(c, text));
	return iam_save(c, p);
}

static enum err
policy_load(struct minio_call *m, struct span name, struct entity *out)
{
	return name.n > ENTITY_NAME_MAX
	    ? E_NOT_FOUND
	    : directory_get(
		  m->c.txn, m->c.arena, ENTITY_POLICY, iam_account(&m->c), name, out);
}

static enum err
policy_make(struct minio_call *m, struct span name, struct entity *out)
{
	struct iam_call *c = &m->c;
	enum err e = directory_taken(c->txn, ENTITY_POLICY, iam_account(c), name);

	if (e == OK)
		return fail_msg(c->fail, E_MINIO_ARGUMENT,
		    "There is a policy whose name differs only in the case of letters.");
	if (e != E_NOT_FOUND)
		return e;
	*out = (struct entity){ .kind = ENTITY_POLICY,
		.id = iam_new_id(c, "ANPA"),
		.name = name,
		.path = SPAN_LIT("/"),
		.created_ms = c->now_ms };
	return OK;
}

enum err
minio_add_policy(struct minio_call *m)
{
	struct span name = minio_param(m, "name"), text;
	struct entity p;
	enum err e = minio_need_name(m, name, MINIO_POLICY_MAX, E_MINIO_ARGUMENT);

	if (e == OK && m->raw.n > POLICY_RESOURCE_MAX)
		e = fail_set(m->c.fail, E_ENTITY_TOO_LARGE);
	if (e == OK)
		e = minio_policy_take(m->c.arena, m->raw, &text, m->c.fail);
	if (e != OK)
		return e;
	e = policy_load(m, name, &p);
	if (e == OK)
		e = minio_declared(m, &p);
	else if (e == E_NOT_FOUND)
		e = policy_make(m, name, &p);
	return e == OK ? policy_save(m, &p, text) : e;
}

/* ---- found ---- */

static struct span
aws_arn(struct minio_call *m, struct span name)
{
	for (size_t i = 0; i < managed_count(); i++)
		if (span_is(name, managed_rows[i].name))
			return span_str(
			    arena_printf(m->c.arena, "arn:aws:iam::aws:policy%s%s",
				managed_rows[i].path, managed_rows[i].name));
	return SPAN_NONE;
}

enum err
minio_policy_arn(struct minio_call *m, struct span name, bool make, struct span *out)
{
	const struct canned *built_in = canned_find(name);
	struct entity p;
	enum err e = policy_load(m, name, &p);

	if (e == E_NOT_FOUND && built_in == NULL) {
		*out = aws_arn(m, name);
		return out->n > 0 ? OK : fail_set(m->c.fail, E_MINIO_NO_POLICY);
	}
	if (e == E_NOT_FOUND && !make) {
		*out = SPAN_NONE;
		return OK;
	}
	if (e == E_NOT_FOUND) {
		e = policy_make(m, name, &p);
		if (e == OK)
			e = policy_save(m, &p, span_str(built_in->document));
	}
	if (e == OK)
		*out = iam_arn(&m->c, &p);
	return e;
}

struct span
minio_policy_name(struct span arn)
{
	struct managed_arn part;

	return managed_arn_split(arn, &part) ? part.name : arn;
}

void
minio_put_attached(struct buf *b, const struct entity *e)
{
	struct buf names = { 0 };

	for (size_t i = 0; i < e->attached.n; i++) {
		buf_str(&names, i > 0 ? "," : "");
		buf_span(&names, minio_policy_name(e->attached.field[i].name));
	}
	json_put(b, buf_view(&names));
	buf_fini(&names);
}

void
minio_list_attached(struct buf *b, const struct entity *e)
{
	buf_char(b, '[');
	for (size_t i = 0; i < e->attached.n; i++) {
		buf_str(b, i > 0 ? "," : "");
		json_put(b, minio_policy_name(e->attached.field[i].name));
	}
	buf_char(b, ']');
}

/* The standing version's text, or n = 0. */
static struct span
policy_text(const struct entity *p)
{
	char number[24];
	int n = snprintf(number, sizeof number, "%llu", (unsigned long long)p->number);
	const struct field *v = entity_find(&p->versions, span_of(number, (size_t)n));

	return v != NULL ? entity_version_text(v->value) : SPAN_LIT("");
}

/* ---- shown ---- */

enum err
minio_policy_info(struct minio_call *m)
{
	struct buf *b = &m->c.out;
	struct span name = minio_param(m, "name"), text;
	const struct canned *built_in = canned_find(name);
	struct entity p = { 0 };
	enum err e = policy_load(m, name, &p);

	if (e == E_NOT_FOUND && built_in == NULL)
		return fail_set(m->c.fail, E_MINIO_NO_POLICY);
	if (e != OK && e != E_NOT_FOUND)
		return e;
	text = e == OK ? policy_text(&p) : span_str(built_in->document);
	if (!span_is(minio_param(m, "v"), "2")) {
		buf_span(b, text);
		return OK;
	}
	buf_char(b, '{');
	json_span(b, "PolicyName", name);
	json_name(b, "Policy");
	buf_span(b, text);
	minio_put_time(b, "CreateDate", p.created_ms);
	minio_put_time(b, "UpdateDate", p.changed_ms);
	buf_char(b, '}');
	return OK;
}

struct listing {
	struct buf *out;
	size_t n;
	bool hidden[ARRAY_LEN(canned)]; /* the account has one of that name */
};

static void
list_one(struct listing *l, struct span name, struct span text)
{
	if (text.n == 0)
		return;
	buf_str(l->out, l->n++ > 0 ? "," : "");
	json_put(l->out, name);
	buf_char(l->out, ':');
	buf_span(l->out, text);
}

static bool
list_row(void *ctx, const struct entity *p)
{
	struct listing *l = ctx;

	for (size_t i = 0; i < ARRAY_LEN(canned); i++)
		l->hidden[i] = l->hidden[i] || span_is(p->name, canned[i].name);
	list_one(l, p->name, policy_text(p));
	return true;
}

enum err
minio_list_policies(struct minio_call *m)
{
	struct listing l = { .out = &m->c.out };
	enum err e;

	if (minio_param(m, "bucket").n > 0)
		return fail_msg(m->c.fail, E_NOT_IMPLEMENTED,
		    "Policies of a bucket are not listed; leave out the parameter "
		    "bucket.");
	buf_char(l.out, '{');
	e = directory_each(
	    m->c.txn, ENTITY_POLICY, iam_account(&m->c), SPAN_NONE, list_row, &l);
	for (size_t i = 0; i < ARRAY_LEN(canned); i++)
		if (!l.hidden[i])
			list_one(
			    &l, span_str(canned[i].name), span_str(canned[i].document));
	buf_char(l.out, '}');
	return e;
}

/* ---- its end ---- */

static bool
any_row(void *ctx, enum entity_kind to, struct span name)
{
	bool *any = ctx;

	(void)to;
	(void)name;
	*any = true;
	return false;
}

enum err
minio_remove_policy(struct minio_call *m)
{
	struct iam_call *c = &m->c;
	struct span name = minio_param(m, "name");
	struct directory_link l = { .kind = DIRECTORY_ATTACHED,
		.account = iam_account(c) };
	struct entity p;
	bool any = false;
	enum err e = policy_load(m, name, &p);

	if (e == E_NOT_FOUND && canned_find(name) != NULL)
		return fail_msg(c->fail, E_MINIO_ARGUMENT,
		    "The policy is built in and can't be removed.");
	if (e == E_NOT_FOUND)
		return fail_set(c->fail, E_MINIO_NO_POLICY);
	if (e == OK)
		e = minio_declared(m, &p);
	l.from = p.id;
	if (e == OK)
		e = directory_links(c->txn, &l, any_row, &any);
	l.kind = DIRECTORY_BOUNDS;
	if (e == OK)
		e = directory_links(c->txn, &l, any_row, &any);
	if (e == OK && any)
		return fail_set(c->fail, E_MINIO_POLICY_USED);
	return e == OK ? directory_del(c->txn, ENTITY_POLICY, iam_account(c), p.name) : e;
}

/* ---- all that a user may ---- */

struct combining {
	struct minio_call *m;
	struct buf doc;
	size_t n;
};

/* The statements of one policy. */
static void
combine_text(struct combining *k, struct span text)
{
	const cJSON *list, *one;
	cJSON *json = NULL;
	char *printed;

	if (json_parse(text, &json, NULL) != OK)
		return;
	list = cJSON_GetObjectItemCaseSensitive(json, "Statement");
	for (one = cJSON_IsArray(list) ? list->child : list; one != NULL;
	     one = one->next) {
		printed = cJSON_PrintUnformatted(one);
		if (printed == NULL)
			break;
		buf_str(&k->doc, k->n++ > 0 ? "," : "");
		buf_str(&k->doc, printed);
		cJSON_free(printed);
		if (!cJSON_IsArray(list))
			break;
	}
	cJSON_Delete(json);
}

static enum err
combine_entity(struct combining *k, const struct entity *e)
{
	struct span text;
	enum err bad = OK;

	for (size_t i = 0; i < e->inlines.n; i++)
		combine_text(k, e->inlines.field[i].value);
	for (size_t i = 0; bad == OK && i < e->attached.n; i++) {
		bad = managed_text(
		    k->m->c.txn, k->m->c.arena, e->attached.field[i].name, &text);
		if (bad == OK)
			combine_text(k, text);
		bad = bad == E_NOT_FOUND ? OK : bad;
	}
	return bad;
}

static enum err
combine_user(struct combining *k, struct span name)
{
	struct entity user, group;
	enum err e = minio_load_user(k->m, name, &user);

	if (e == OK)
		e = combine_entity(k, &user);
	for (size_t i = 0; e == OK && i < user.groups.n; i++) {
		e = directory_get(k->m->c.txn, k->m->c.arena, ENTITY_GROUP,
		    iam_account(&k->m->c), user.groups.field[i].name, &group);
		if (e == OK && group.number != ENTITY_GROUP_OFF)
			e = combine_entity(k, &group);
		e = e == E_NOT_FOUND ? OK : e;
	}
	return e;
}

enum err
minio_put_combined(struct minio_call *m, struct span user, struct buf *out)
{
	struct combining k = { .m = m };
	enum err e = OK;

	buf_str(&k.doc, "{\"Version\":\"2012-10-17\",\"Statement\":[");
	if (user.n > 0)
		e = combine_user(&k, user);
	buf_str(&k.doc, "]}");
	json_put(out, buf_view(&k.doc));
	buf_fini(&k.doc);
	return e;
}
