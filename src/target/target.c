/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "target/target.h"

static const struct target_kind *const kinds[] = {
#define KIND(name) &name##_kind,
#include "target/kinds.def"
#undef KIND
};

const struct target_kind *
target_kind_find(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (span_is(name, kinds[i]->name))
			return kinds[i];
	return NULL;
}

const char *
target_param(const struct target_conf *c, const char *name)
{
	for (size_t i = 0; i < c->nparam; i++)
		if (strcmp(c->param[i].name, name) == 0)
			return c->param[i].value;
	return "";
}

bool
target_flag(const struct target_conf *c, const char *name, bool otherwise)
{
	struct span v = span_str(target_param(c, name));

	if (v.n == 0)
		return otherwise;
	return span_ieq(v, SPAN_LIT("on")) || span_ieq(v, SPAN_LIT("true")) ||
	    span_is(v, "1");
}

unsigned
target_number(const struct target_conf *c, const char *name, unsigned otherwise)
{
	uint64_t n;

	if (!span_u64(span_str(target_param(c, name)), &n) || n > INT32_MAX)
		return otherwise;
	return (unsigned)n;
}

static bool
is_secret(const struct target_conf *c, const char *name)
{
	const struct target_kind *kind = target_kind_find(span_str(c->kind));

	for (size_t i = 0; kind != NULL && kind->rules[i].name != NULL; i++)
		if (strcmp(kind->rules[i].name, name) == 0)
			return kind->rules[i].type == TARGET_SECRET;
	return false;
}

enum err
target_refuse(
    const struct target_conf *c, const char *name, const char *what, struct fail *fail)
{
	const char *value = target_param(c, name);

	if (value[0] == '\0')
		return fail_msg(
		    fail, E_CONFIG, "target %s:%s: %s %s", c->kind, c->id, name, what);
	return fail_msg(fail, E_CONFIG, "target %s:%s: %s: '%s' %s", c->kind, c->id, name,
	    is_secret(c, name) ? "..." : value, what);
}
