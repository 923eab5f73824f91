/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies from JSON:
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html. The sentences
 * are those of S3 or IAM; where a sentence of theirs is not known, the nearest that is.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "codec/json.h"
#include "policy_priv.h"

enum { RAW_MAX = 128 << 10, POLICY_ARENA = 8 << 20 };

struct parse {
	struct policy *p;
	enum policy_place place;
	struct span scope;
	struct fail *fail;
};

static bool
is_resource(const struct parse *x)
{
	return x->place == POLICY_BUCKET || x->place == POLICY_ACCESS_POINT;
}

/* S3's sentence, or IAM's. */
static enum err
refuse(struct parse *x, const char *s3, const char *iam)
{
	bool s3_speaks = is_resource(x);

	return fail_msg(x->fail, s3_speaks ? E_MALFORMED_POLICY : E_MALFORMED_DOCUMENT,
	    "%s", s3_speaks ? s3 : iam);
}

#define IAM_SYNTAX "Syntax errors in policy."
#define S3_SYNTAX "Invalid policy syntax."

static enum err
syntax(struct parse *x)
{
	return refuse(x, S3_SYNTAX, IAM_SYNTAX);
}

static enum err
missing(struct parse *x, const char *field, const char *iam)
{
	return refuse(
	    x, arena_printf(&x->p->arena, "Missing required field %s", field), iam);
}

/* ---- JSON ---- */

static const cJSON *
member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* Known names only, and none twice. */
static enum err
members_check(struct parse *x, const cJSON *object, const char *const *names)
{
	const cJSON *c;
	size_t i;

	cJSON_ArrayForEach(c, object)
	{
		for (i = 0; names[i] != NULL && strcmp(names[i], c->string) != 0; i++)
			;
		if (names[i] == NULL)
			return refuse(x,
			    arena_printf(&x->p->arena, "Unknown field %.200s", c->string),
			    IAM_SYNTAX);
		if (member(object, c->string) != c)
			return syntax(x);
	}
	return OK;
}

/* A text, or a list of texts; numbers and truth values too where plain is set. */
static bool
text_read(struct arena *a, const cJSON *item, bool plain, struct span *out)
{
	char number[32];

	if (cJSON_IsString(item)) {
		*out = arena_span(a, span_str(item->valuestring));
		return true;
	}
	if (!plain)
		return false;
	if (cJSON_IsBool(item)) {
		*out = cJSON_IsTrue(item) ? SPAN_LIT("true") : SPAN_LIT("false");
		return true;
	}
	if (!cJSON_IsNumber(item) || !isfinite(item->valuedouble))
		return false;
	/* floor() would take libm where the compiler has no instruction for it. */
	if (fabs(item->valuedouble) < 1e15 &&
	    (double)(int64_t)item->valuedouble == item->valuedouble)
		(void)snprintf(number, sizeof number, "%.0f", item->valuedouble);
	else
		(void)snprintf(number, sizeof number, "%.17g", item->valuedouble);
	*out = arena_span(a, span_str(number));
	return true;
}

static bool
texts_read(struct arena *a, const cJSON *item, bool plain, struct policy_texts *out)
{
	size_t n = cJSON_IsArray(item) ? (size_t)cJSON_GetArraySize(item) : 1, i = 0;
	struct span *v = arena_array(a, n > 0 ? n : 1, sizeof *v);
	const cJSON *c;

	*out = (struct policy_texts){ .v = v, .n = n };
	if (!cJSON_IsArray(item))
		return text_read(a, item, plain, &v[0]);
	cJSON_ArrayForEach(c, item) if (!text_read(a, c, plain, &v[i++])) return false;
	return true;
}

static struct pattern *
patterns_compile(struct parse *x, const struct policy_texts *texts, unsigned flags)
{
	struct pattern *p =
	    arena_array(&x->p->arena, texts->n > 0 ? texts->n : 1, sizeof *p);

	if (!x->p->variables)
		flags &= ~(unsigned)PATTERN_VARIABLES;
	for (size_t i = 0; i < texts->n; i++)
		p[i] = pattern_compile(&x->p->arena, texts->v[i], flags);
	return p;
}

/* ---- principals ---- */

static enum err
principal_bad(struct parse *x, struct span type, struct span text)
{
	const char *who = arena_printf(&x->p->arena, "\"%.*s\":\"%.*s\"",
	    (int)span_head(type, 64).n, type.p, (int)span_head(text, 256).n, text.p);
	enum err e = refuse(x, "Invalid principal in policy",
	    arena_printf(&x->p->arena, "Invalid principal in policy: %s", who));

	if (is_resource(x))
		fail_pair_str(x->fail, "Detail", who);
	return e;
}

static enum err
principal_add(struct parse *x, struct statement *s, struct span type, struct span text)
{
	struct principal *old = s->principal, p;

	if (!policy_principal_parse(&x->p->arena, x->place, type, text, &p))
		return principal_bad(x, type, text);
	/* Whoever speaks of all speaks of the others, too: it stands first. */
	if (p.kind == PRINCIPAL_ANY && s->nprincipal > 0) {
		struct principal first = old[0];

		old[0] = p;
		p = first;
	}
	if ((s->nprincipal & (s->nprincipal - 1)) == 0) { /* full: 0, 1, 2, 4, 8 ... */
		s->principal = arena_array(
		    &x->p->arena, s->nprincipal > 0 ? s->nprincipal * 2 : 1, sizeof *old);
		if (s->nprincipal > 0)
			memcpy(s->principal, old, s->nprincipal * sizeof *old);
	}
	s->principal[s->nprincipal++] = p;
	return OK;
}

static enum err
principal_map(struct parse *x, struct statement *s, const cJSON *map)
{
	struct policy_texts texts;
	const cJSON *c;
	enum err e = OK;

	cJSON_ArrayForEach(c, map)
	{
		struct span type = span_str(c->string);

		if (member(map, c->string) != c)
			return syntax(x);
		if (!texts_read(&x->p->arena, c, false, &texts))
			return principal_bad(x, type, SPAN_NONE);
		for (size_t i = 0; i < texts.n && e == OK; i++)
			e = principal_add(x, s, type, texts.v[i]);
		if (e != OK)
			return e;
	}
	return s->nprincipal > 0
	    ? OK
	    : missing(x, "Principal cannot be empty!",
		  "Missing required field Principal cannot be empty!");
}

static enum err
principal_parse(struct parse *x, const cJSON *json, struct statement *s)
{
	const cJSON *yes = member(json, "Principal"), *no = member(json, "NotPrincipal");
	const cJSON *item = yes != NULL ? yes : no;

	if (x->place == POLICY_IDENTITY)
		return item == NULL
		    ? OK
		    : refuse(x, S3_SYNTAX,
			  "Policy document should not specify a principal.");
	if (item == NULL)
		return missing(x, "Principal", "Missing required field Principal");
	if (yes != NULL && no != NULL)
		return syntax(x);
	s->has_principal = true;
	s->not_principal = no != NULL;
	if (s->not_principal && !s->deny)
		return refuse(x, "Allow with NotPrincipal is not allowed.",
		    "Allow with NotPrincipal is not allowed.");
	if (cJSON_IsString(item))
		return principal_add(x, s,
		    strcmp(item->valuestring, "*") == 0 ? SPAN_LIT("AWS") : SPAN_LIT("*"),
		    span_str(item->valuestring));
	return cJSON_IsObject(item) ? principal_map(x, s, item) : syntax(x);
}

/* ---- actions and resources ---- */

static enum err
pair_read(struct parse *x, const cJSON *json, const char *yes, const char *no,
    struct policy_texts *out, bool *negated, bool *given)
{
	const cJSON *a = member(json, yes), *b = member(json, no);

	*given = a != NULL || b != NULL;
	*negated = a == NULL;
	*out = (struct policy_texts){ 0 };
	if (a != NULL && b != NULL)
		return syntax(x);
	if (*given && !texts_read(&x->p->arena, a != NULL ? a : b, false, out))
		return syntax(x);
	return OK;
}

static enum err
action_parse(
    struct parse *x, const cJSON *json, struct statement *s, struct policy_texts *texts)
{
	const char *bad;
	bool given;
	enum err e =
	    pair_read(x, json, "Action", "NotAction", texts, &s->not_action, &given);

	if (e == OK && texts->n == 0)
		return missing(x, "Action", "Policy statement must contain actions.");
	if (e != OK)
		return e;
	bad = policy_check_actions(&x->p->arena, x->place, texts);
	if (bad != NULL)
		return refuse(x, bad, bad);
	s->action = patterns_compile(x, texts, PATTERN_WILD | PATTERN_FOLD);
	s->naction = texts->n;
	return OK;
}

static enum err
resource_parse(
    struct parse *x, const cJSON *json, struct statement *s, struct policy_texts *texts)
{
	const char *bad;
	bool given;
	enum err e = pair_read(
	    x, json, "Resource", "NotResource", texts, &s->not_resource, &given);

	if (e != OK)
		return e;
	if (x->place == POLICY_TRUST)
		return given ? refuse(x, S3_SYNTAX, "Has prohibited field Resource") : OK;
	if (texts->n == 0)
		return missing(x, "Resource", "Policy statement must contain resources.");
	bad = policy_check_resources(&x->p->arena, x->place, x->scope, texts);
	if (bad != NULL)
		return refuse(x, bad, bad);
	s->has_resource = true;
	s->resource = patterns_compile(x, texts, PATTERN_WILD | PATTERN_VARIABLES);
	s->nresource = texts->n;
	return OK;
}

/* ---- conditions ---- */

static unsigned
value_flags(enum condition_test test)
{
	return PATTERN_VARIABLES |
	    (test == TEST_STRING_LIKE || test == TEST_ARN ? PATTERN_WILD : 0u);
}

static enum err
values_check(struct parse *x, const struct condition *c, const struct policy_texts *texts,
    const char *op)
{
	for (size_t i = 0; i < texts->n; i++) {
		if (c->value[i].variable || condition_value_ok(&c->op, texts->v[i]))
			continue;
		if (c->op.test == TEST_IP)
			return refuse(x, "Invalid IP address in Conditions", IAM_SYNTAX);
		return refuse(x,
		    arena_printf(
			&x->p->arena, "Invalid value in Conditions for operator %s", op),
		    IAM_SYNTAX);
	}
	return OK;
}

static enum err
condition_parse(struct parse *x, const char *op, const cJSON *item, struct condition *c,
    const struct policy_texts *actions)
{
	struct policy_texts texts;
	enum err e;

	policy_key_find(arena_span(&x->p->arena, span_str(item->string)), &c->ask);
	if (is_resource(x) && !policy_check_key(&c->ask))
		return refuse(x, "Policy has an invalid condition key", IAM_SYNTAX);
	if (is_resource(x) && actions != NULL && !policy_check_carried(&c->ask, actions))
		return refuse(x,
		    "Conditions do not apply to combination of actions and resources in "
		    "statement",
		    IAM_SYNTAX);
	if (c->ask.name.n == 0 || !texts_read(&x->p->arena, item, true, &texts))
		return syntax(x);
	c->value = patterns_compile(x, &texts, value_flags(c->op.test));
	c->n = texts.n;
	e = values_check(x, c, &texts, op);
	return e;
}

/* Each key under each operator is a condition of its own; all have to hold. */
static enum err
operator_parse(struct parse *x, const cJSON *item, struct statement *s,
    const struct policy_texts *actions)
{
	struct condition_op op;
	const cJSON *c;
	enum err e = OK;

	if (!condition_op_find(span_str(item->string), &op))
		return refuse(x,
		    arena_printf(
			&x->p->arena, "Invalid Condition type : %.200s", item->string),
		    IAM_SYNTAX);
	if (!cJSON_IsObject(item))
		return syntax(x);
	cJSON_ArrayForEach(c, item)
	{
		if (member(item, c->string) != c)
			return syntax(x);
		s->condition[s->ncondition].op = op;
		e = condition_parse(
		    x, item->string, c, &s->condition[s->ncondition], actions);
		if (e != OK)
			return e;
		s->ncondition++;
	}
	return OK;
}

static enum err
conditions_parse(struct parse *x, const cJSON *json, struct statement *s,
    const struct policy_texts *actions)
{
	const cJSON *map = member(json, "Condition"), *c;
	size_t n = 0;
	enum err e = OK;

	if (map == NULL)
		return OK;
	if (!cJSON_IsObject(map))
		return syntax(x);
	cJSON_ArrayForEach(c, map) n += (size_t)cJSON_GetArraySize(c);
	s->condition = arena_array(&x->p->arena, n > 0 ? n : 1, sizeof *s->condition);
	cJSON_ArrayForEach(c, map)
	{
		if (member(map, c->string) != c)
			return syntax(x);
		e = operator_parse(x, c, s, s->not_action ? NULL : actions);
		if (e != OK)
			return e;
	}
	return OK;
}

/* ---- statements ---- */

static enum err
effect_parse(struct parse *x, const cJSON *json, struct statement *s)
{
	const cJSON *item = member(json, "Effect");

	if (item == NULL)
		return missing(x, "Effect", IAM_SYNTAX);
	if (!cJSON_IsString(item))
		return syntax(x);
	s->deny = strcmp(item->valuestring, "Deny") == 0;
	if (!s->deny && strcmp(item->valuestring, "Allow") != 0)
		return refuse(x,
		    arena_printf(
			&x->p->arena, "Invalid effect: %.200s", item->valuestring),
		    IAM_SYNTAX);
	return OK;
}

static enum err
sid_parse(struct parse *x, const cJSON *json, struct statement *s)
{
	const cJSON *item = member(json, "Sid");

	if (item == NULL)
		return OK;
	if (!cJSON_IsString(item))
		return syntax(x);
	s->sid = arena_span(&x->p->arena, span_str(item->valuestring));
	for (size_t i = 0; i < s->sid.n && !is_resource(x) && x->place != POLICY_KEY;
	     i++) {
		char c = s->sid.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9')))
			return refuse(x, S3_SYNTAX,
			    "Statement IDs (SID) must be alpha-numeric. Check that your "
			    "input satisfies the regular expression [0-9A-Za-z]*");
	}
	for (size_t i = 0; s->sid.n > 0 && i < x->p->n; i++)
		if (span_eq(x->p->statement[i].sid, s->sid))
			return refuse(x, "The Statement Ids in the policy are not unique",
			    "Statement IDs (SID) in a single policy must be unique.");
	return OK;
}

static enum err
statement_parse(struct parse *x, const cJSON *json, struct statement *s)
{
	static const char *const names[] = { "Sid", "Effect", "Principal", "NotPrincipal",
		"Action", "NotAction", "Resource", "NotResource", "Condition", NULL };
	struct policy_texts actions, resources;
	enum err e = OK;

	if (!cJSON_IsObject(json))
		return syntax(x);
	e = members_check(x, json, names);
	if (e == OK)
		e = sid_parse(x, json, s);
	if (e == OK)
		e = effect_parse(x, json, s);
	if (e == OK)
		e = principal_parse(x, json, s);
	if (e == OK)
		e = action_parse(x, json, s, &actions);
	if (e == OK)
		e = resource_parse(x, json, s, &resources);
	if (e == OK && x->place == POLICY_BUCKET && !s->not_action && !s->not_resource &&
	    !policy_check_applies(&actions, &resources))
		e = refuse(x, "Action does not apply to any resource(s) in statement",
		    IAM_SYNTAX);
	if (e == OK)
		e = conditions_parse(x, json, s, &actions);
	return e;
}

static enum err
statements_parse(struct parse *x, const cJSON *item)
{
	size_t n = cJSON_IsArray(item) ? (size_t)cJSON_GetArraySize(item) : 1;
	const cJSON *c;
	enum err e = OK;

	if (n == 0)
		return refuse(
		    x, "Could not parse the policy: Statement is empty!", IAM_SYNTAX);
	x->p->statement = arena_array(&x->p->arena, n, sizeof *x->p->statement);
	if (!cJSON_IsArray(item)) {
		e = statement_parse(x, item, &x->p->statement[0]);
		x->p->n = 1;
		return e;
	}
	cJSON_ArrayForEach(c, item)
	{
		e = statement_parse(x, c, &x->p->statement[x->p->n]);
		if (e != OK)
			return e;
		x->p->n++;
	}
	return OK;
}

/* ---- the document ---- */

static enum err
version_parse(struct parse *x, const cJSON *json)
{
	const cJSON *item = member(json, "Version");
	const char *v = cJSON_IsString(item) ? item->valuestring : "";

	x->p->variables = strcmp(v, "2012-10-17") == 0;
	if (item != NULL && !x->p->variables && strcmp(v, "2008-10-17") != 0)
		return refuse(
		    x, "The policy must contain a valid version string", IAM_SYNTAX);
	if (x->place == POLICY_IDENTITY && !x->p->variables)
		return refuse(x, S3_SYNTAX,
		    "Policy document must be version 2012-10-17 or greater.");
	return OK;
}

static enum err
document_parse(struct parse *x, const cJSON *json)
{
	static const char *const names[] = { "Version", "Id", "Statement", NULL };
	const cJSON *id, *statement;
	enum err e;

	if (!cJSON_IsObject(json))
		return syntax(x);
	e = members_check(x, json, names);
	if (e == OK)
		e = version_parse(x, json);
	if (e != OK)
		return e;
	id = member(json, "Id");
	if (id != NULL && !cJSON_IsString(id))
		return syntax(x);
	statement = member(json, "Statement");
	return statement != NULL ? statements_parse(x, statement)
				 : missing(x, "Statement", IAM_SYNTAX);
}

/* Bytes of the document without the white space between its words. */
static size_t
normal_size(struct span in)
{
	bool quoted = false;
	size_t n = 0;

	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];

		if (quoted && c == '\\' && i + 1 < in.n) {
			n += 2;
			i++;
			continue;
		}
		quoted = quoted != (c == '"');
		n += quoted || strchr(" \t\r\n", c) == NULL;
	}
	return n;
}

static enum err
size_check(struct parse *x, struct span json)
{
	if (json.n <= (is_resource(x) ? POLICY_RESOURCE_MAX : RAW_MAX) ||
	    (json.n <= RAW_MAX && normal_size(json) <= POLICY_RESOURCE_MAX))
		return OK;
	return refuse(x,
	    "Normalized policy document exceeds the maximum allowed size of 20480 bytes",
	    IAM_SYNTAX);
}

enum err
policy_parse(struct policy **out, struct span json, enum policy_place place,
    struct span scope, struct fail *fail)
{
	struct parse x = { .place = place, .scope = scope, .fail = fail };
	cJSON *tree = NULL;
	enum err e;

	x.p = mem_zalloc(sizeof *x.p);
	x.p->magic = POLICY_MAGIC;
	atomic_init(&x.p->refs, 1);
	arena_init(&x.p->arena, POLICY_ARENA);
	/* IAM does not mind white space before the brace. */
	while (!is_resource(&x) && json.n > 0 && strchr(" \t\r\n", json.p[0]) != NULL)
		json = span_from(json, 1);
	e = json.n > 0 && json.p[0] == '{'
	    ? size_check(&x, json)
	    : refuse(&x, "Policies must be valid JSON and the first byte must be '{'",
		  IAM_SYNTAX);
	if (e == OK && json_parse(json, &tree, NULL) != OK)
		e = refuse(&x, "This policy contains invalid Json", IAM_SYNTAX);
	if (e == OK)
		e = document_parse(&x, tree);
	cJSON_Delete(tree);
	if (e != OK) {
		policy_free(&x.p);
		return e;
	}
	x.p->is_public = policy_public_find(x.p);
	*out = x.p;
	return OK;
}
