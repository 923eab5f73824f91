/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations of targets: the JSON file, and MinIO's environment names. */
#include "config.h"

#include "base/mem.h"
#include "codec/json.h"

#include "targets_priv.h"

/* ---- the file ---- */

/* Numbers and booleans may stand without quotes. */
static const char *
value_text(const cJSON *v, char room[32])
{
	struct buf b = { 0 };

	if (cJSON_IsString(v))
		return v->valuestring;
	if (cJSON_IsBool(v))
		return cJSON_IsTrue(v) ? "on" : "off";
	if (!cJSON_IsNumber(v) || v->valuedouble < 0 || v->valuedouble > INT32_MAX ||
	    v->valuedouble != (double)(int64_t)v->valuedouble)
		return NULL;
	buf_u64(&b, (uint64_t)v->valuedouble);
	memcpy(room, buf_cstr(&b), b.n + 1);
	buf_fini(&b);
	return room;
}

static const char *
member_text(const cJSON *o, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

	return cJSON_IsString(v) ? v->valuestring : "";
}

static enum err
read_one(struct targets *t, const cJSON *o, struct fail *fail)
{
	struct targets_draft d = { .kind = member_text(o, "kind"),
		.id = member_text(o, "id") };
	char room[TARGET_PARAMS_MAX][32];
	const struct target_kind *kind = target_kind_find(span_str(d.kind));

	if (!cJSON_IsObject(o))
		return fail_msg(fail, E_CONFIG,
		    "\"targets\" has what is no object; allowed: {\"kind\", \"id\", "
		    "...}");
	if (kind == NULL)
		return targets_no_kind(d.kind, fail);
	for (const cJSON *v = o->child; v != NULL; v = v->next) {
		struct target_param *p = &d.param[d.nparam];

		if (strcmp(v->string, "kind") == 0 || strcmp(v->string, "id") == 0)
			continue;
		if (targets_rule(kind, span_str(v->string)) == NULL ||
		    d.nparam == TARGET_PARAMS_MAX)
			return fail_msg(fail, E_CONFIG,
			    "target %s:%s: there is no parameter '%s'", d.kind, d.id,
			    v->string);
		p->name = v->string;
		p->value = value_text(v, room[d.nparam]);
		if (p->value == NULL)
			return fail_msg(fail, E_CONFIG,
			    "target %s:%s: %s is no text; allowed: text, a number, true "
			    "or false",
			    d.kind, d.id, v->string);
		d.nparam++;
	}
	return targets_add(t, &d, fail);
}

static void
wipe(cJSON *v)
{
	for (; v != NULL; v = v->next) {
		if (cJSON_IsString(v))
			mem_wipe(v->valuestring, strlen(v->valuestring));
		wipe(v->child);
	}
}

enum err
targets_read(struct targets *t, struct span json, struct fail *fail)
{
	const cJSON *list, *one;
	cJSON *root;
	struct fail why;
	enum err e;

	fail_init(&why, NULL);
	e = json_parse(json, &root, &why);
	if (e != OK)
		return fail_msg(fail, E_CONFIG, "%s", fail_text(&why));
	list = cJSON_GetObjectItemCaseSensitive(root, "targets");
	if (!cJSON_IsArray(list) || cJSON_GetArraySize(root) != 1)
		e = fail_msg(fail, E_CONFIG,
		    "it is not what is allowed: {\"targets\": [{\"kind\", \"id\", "
		    "...}]}");
	if (e == OK)
		cJSON_ArrayForEach(one, list) if (e == OK) e = read_one(t, one, fail);
	wipe(root);
	cJSON_Delete(root);
	return e;
}

enum err
targets_parse(struct targets **out, struct span json, struct fail *fail)
{
	struct targets *t = targets_new();
	enum err e = targets_read(t, json, fail);

	if (e == OK)
		*out = t;
	else
		targets_free(&t);
	return e;
}

/* ---- the environment ---- */

#define PREFIX "MINIO_NOTIFY_"

/* "WEBHOOK_" at the start of rest? */
static bool
kind_taken(const struct target_kind *kind, struct span *rest)
{
	const char *name = kind->env != NULL ? kind->env : kind->name;
	size_t n = strlen(name);

	if (rest->n <= n || rest->p[n] != '_' ||
	    !span_ieq(span_head(*rest, n), span_str(name)))
		return false;
	*rest = span_from(*rest, n + 1);
	return true;
}

/* "ENDPOINT" or "ENDPOINT_id": of names that fit, the longest. */
static const struct target_rule *
rule_taken(const struct target_kind *kind, struct span rest, struct span *id)
{
	const struct target_rule *best = NULL, *r;
	char name[64];
	size_t longest = rest.n < sizeof name - 1 ? rest.n : sizeof name - 1;

	for (size_t n = longest; n > 0 && best == NULL; n--) {
		if (n < rest.n && rest.p[n] != '_')
			continue;
		for (size_t i = 0; i < n; i++)
			name[i] = char_lower(rest.p[i]);
		r = targets_rule(kind, span_of(name, n));
		if (r != NULL) {
			best = r;
			*id = n < rest.n ? span_from(rest, n + 1) : SPAN_LIT("_");
		}
	}
	return best;
}

struct seen {
	const struct target_kind *kind;
	struct targets_draft draft;
	struct seen *next;
};

static struct seen *
seen_of(struct seen **all, const struct target_kind *kind, struct span id)
{
	struct seen **at = all;

	for (; *at != NULL; at = &(*at)->next)
		if ((*at)->kind == kind && span_is(id, (*at)->draft.id))
			return *at;
	*at = mem_zalloc(sizeof **at);
	(*at)->kind = kind;
	(*at)->draft.kind = kind->name;
	(*at)->draft.id = mem_span(id);
	return *at;
}

static const struct target_kind *
kind_of(struct span *rest)
{
	static const struct target_kind *const kinds[] = {
#define KIND(name) &name##_kind,
#include "target/kinds.def"
#undef KIND
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kind_taken(kinds[i], rest))
			return kinds[i];
	return NULL;
}

/* A kind that is not here is none of this server's, unless it is enabled. */
static enum err
unknown_kind(struct span name, const char *value, struct fail *fail)
{
	char word[64] = "";
	size_t n = span_find(name, '_', 0);

	if (span_search(name, SPAN_LIT("_ENABLE"), 0) == name.n ||
	    !(span_ieq(span_str(value), SPAN_LIT("on")) ||
		span_ieq(span_str(value), SPAN_LIT("true"))))
		return OK;
	for (size_t i = 0; i < n && i < sizeof word - 1; i++)
		word[i] = char_lower(name.p[i]);
	return targets_no_kind(word, fail);
}

static enum err
variable_take(struct seen **all, const char *text, struct fail *fail)
{
	const char *value = strchr(text, '=');
	struct span name, id;
	const struct target_kind *kind;
	const struct target_rule *rule;
	struct seen *s;

	if (value == NULL || strncmp(text, PREFIX, sizeof PREFIX - 1) != 0)
		return OK;
	name = span_from(span_of(text, (size_t)(value - text)), sizeof PREFIX - 1);
	value++;
	kind = kind_of(&name);
	if (kind == NULL)
		return unknown_kind(name, value, fail);
	rule = rule_taken(kind, name, &id);
	if (rule == NULL)
		return fail_msg(fail, E_CONFIG, "%.*s: target %s has no such parameter",
		    (int)(value - 1 - text), text, kind->name);
	s = seen_of(all, kind, id);
	if (s->draft.nparam < TARGET_PARAMS_MAX)
		s->draft.param[s->draft.nparam++] =
		    (struct target_param){ rule->name, value };
	return OK;
}

static bool
is_enabled(const struct targets_draft *d)
{
	for (size_t i = 0; i < d->nparam; i++)
		if (strcmp(d->param[i].name, "enable") == 0)
			return span_ieq(span_str(d->param[i].value), SPAN_LIT("on")) ||
			    span_ieq(span_str(d->param[i].value), SPAN_LIT("true")) ||
			    strcmp(d->param[i].value, "1") == 0;
	return false; /* as with MinIO */
}

enum err
targets_environment(struct targets *t, char **env, struct fail *fail)
{
	struct seen *all = NULL, *s;
	enum err e = OK;

	for (size_t i = 0; e == OK && env != NULL && env[i] != NULL; i++)
		e = variable_take(&all, env[i], fail);
	while ((s = all) != NULL) {
		if (e == OK && is_enabled(&s->draft))
			e = targets_add(t, &s->draft, fail);
		all = s->next;
		mem_free((char *)(uintptr_t)s->draft.id);
		mem_free(s);
	}
	return e;
}
