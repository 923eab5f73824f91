/* SPDX-License-Identifier: Apache-2.0 */
/* First byte: the place. What was taken is evaluated for callers of every kind, and a policy
 * without an allow allows nobody. */
#include "config.h"

#include "access/policy.h"
#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
value(void *ctx, const struct policy_ask *ask, struct policy_values *out)
{
	static const struct span many[] = { { "a", 1 }, { "10.1.2.3", 8 },
		{ "2026-01-01", 10 }, { "arn:aws:s3:::b", 14 }, { "true", 4 },
		{ "", 0 } };

	(void)ctx;
	out->value = many + ask->key % 5;
	out->n = ask->key % 3;
	return ask->key % 7 != 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct field tags[] = { { { "team", 4 }, { "x", 1 } } };
	static const struct identity who = { .kind = IDENTITY_SESSION,
		.account = { "000000000000", 12 },
		.arn = { "arn:aws:sts::000000000000:assumed-role/r/s", 42 },
		.role_arn = { "arn:aws:iam::000000000000:role/r", 32 },
		.tag = tags,
		.ntag = 1,
		.session_began = 1 };
	struct policy_request r = { .who = &who,
		.action = SPAN_LIT("s3:GetObject"),
		.resource = SPAN_LIT("arn:aws:s3:::b/k"),
		.value = value };
	struct policy *p = NULL;
	struct policy_verdict v;
	struct fail fail;
	enum policy_place place;
	struct span json;

	if (size == 0)
		return 0;
	place = (enum policy_place)(data[0] % (POLICY_KEY + 1));
	json = span_of(data + 1, size - 1);
	fail_init(&fail, NULL);
	if (policy_parse(&p, json, place,
		place == POLICY_BUCKET ? SPAN_LIT("b") : SPAN_NONE, &fail) != OK) {
		MUST(
		    fail.code == E_MALFORMED_POLICY || fail.code == E_MALFORMED_DOCUMENT);
		return 0;
	}
	policy_eval(p, &r, &v);
	/* Without a variable or an escape "Allow" is written as it is read. */
	if (v.effect == POLICY_ALLOW && memchr(data, '\\', size) == NULL)
		MUST(span_search(json, SPAN_LIT("\"Allow\""), 0) < json.n);
	r.who = NULL;
	policy_eval(p, &r, &v);
	if (v.effect == POLICY_ALLOW && place == POLICY_BUCKET)
		MUST(v.match == POLICY_BY_NAME);
	policy_free(&p);
	return 0;
}
