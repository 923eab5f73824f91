/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "access/managed.h"

const struct managed managed_rows[] = {
#define MANAGED(id, name, path, version, created, description, document) \
	{ id, name, path, version, created, description, document },
#include "access/managed.def"
#undef MANAGED
};

size_t
managed_count(void)
{
	return ARRAY_LEN(managed_rows);
}

bool
managed_arn_split(struct span arn, struct managed_arn *out)
{
	static const char head[] = "arn:aws:iam::";
	struct span rest = arn;
	size_t at;

	if (!span_starts(arn, SPAN_LIT(head)))
		return false;
	rest = span_from(arn, sizeof head - 1);
	out->account = span_cut(&rest, ':');
	out->kind = span_cut(&rest, '/');
	for (at = rest.n; at > 0 && rest.p[at - 1] != '/'; at--)
		continue;
	out->name = span_from(rest, at);
	/* with the '/' before it */
	out->path = rest.p == NULL ? SPAN_LIT("/") : span_of(rest.p - 1, at + 1);
	return out->name.n > 0;
}

const struct managed *
managed_find(struct span arn)
{
	struct managed_arn part;

	if (!managed_arn_split(arn, &part) || !span_is(part.account, "aws") ||
	    !span_is(part.kind, "policy"))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(managed_rows); i++)
		if (span_is(part.name, managed_rows[i].name) &&
		    span_is(part.path, managed_rows[i].path))
			return &managed_rows[i];
	return NULL;
}

enum err
managed_text(struct txn *t, struct arena *a, struct span arn, struct span *out)
{
	const struct managed *built_in = managed_find(arn);
	struct managed_arn part;
	struct entity policy;
	char number[24];
	struct buf b = { 0 };
	const struct field *version;
	enum err e;

	if (built_in != NULL) {
		*out = span_str(built_in->document);
		return OK;
	}
	if (!managed_arn_split(arn, &part) || !span_is(part.kind, "policy"))
		return E_NOT_FOUND;
	e = directory_get(t, a, ENTITY_POLICY, part.account, part.name, &policy);
	if (e != OK)
		return e;
	if (!span_eq(policy.path, part.path))
		return E_NOT_FOUND;
	buf_u64(&b, policy.number);
	MUST(b.n <= sizeof number);
	memcpy(number, b.p, b.n);
	version = entity_find(&policy.versions, span_of(number, b.n));
	buf_fini(&b);
	if (version == NULL)
		return E_CORRUPT;
	*out = arena_span(a, entity_version_text(version->value));
	return OK;
}
