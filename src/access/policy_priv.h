/* SPDX-License-Identifier: Apache-2.0 */
/* What a parsed policy is made of, and what the files of the evaluator call of each other. */
#ifndef ACCESS_POLICY_PRIV_H
#define ACCESS_POLICY_PRIV_H

#include <stdatomic.h>

#include "access/policy.h"
#include "base/arena.h"
#include "base/err.h"

/* ---- texts with wildcards and variables: pattern.c ---- */

struct pattern {
	struct span text; /* wildcards and variables as marks that no UTF-8 has */
	bool wild, variable;
};
enum pattern_flag {
	PATTERN_WILD = 1, /* * and ? are wildcards */
	PATTERN_VARIABLES = 2, /* ${name} stands for a value of the request */
	PATTERN_FOLD = 4 /* ASCII case does not count */
};
struct pattern pattern_compile(struct arena *a, struct span text, unsigned flags);
/* false also when a variable has no value. */
bool pattern_match(const struct pattern *p, struct span subject, bool fold,
    const struct policy_request *r);
/* The text with its variables' values into out; false when one has none. */
bool pattern_expand(
    const struct pattern *p, const struct policy_request *r, struct buf *out);
/* Wildcards only: text as in a policy, not compiled. */
bool pattern_glob(struct span text, struct span subject, bool fold);

/* ---- conditions: condition.c ---- */

enum condition_test {
	TEST_STRING, /* exact */
	TEST_STRING_FOLD,
	TEST_STRING_LIKE,
	TEST_NUMBER,
	TEST_DATE,
	TEST_BOOL,
	TEST_BINARY,
	TEST_IP,
	TEST_ARN,
	TEST_NULL
};
enum condition_order {
	ORDER_EQUAL,
	ORDER_LESS,
	ORDER_LESS_EQUAL,
	ORDER_GREATER,
	ORDER_GREATER_EQUAL
};
enum condition_set { SET_NONE, SET_ALL, SET_ANY };

struct condition_op {
	enum condition_test test;
	enum condition_order order;
	bool negated, if_exists;
	enum condition_set set;
};

struct condition_ip {
	uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
	unsigned bits; /* of 128 */
	bool v4;
};

struct condition {
	struct condition_op op;
	struct policy_ask ask;
	struct pattern *value;
	size_t n;
};

/* "ForAnyValue:StringLikeIfExists"; false: there is no such operator. */
bool condition_op_find(struct span name, struct condition_op *out);
/* Does a value read as what the operator compares? Values with variables always may. */
bool condition_value_ok(const struct condition_op *op, struct span text);
bool condition_ip_parse(struct span text, bool network, struct condition_ip *out);
bool condition_holds(const struct condition *c, const struct policy_request *r);

/* ---- context keys: key.c ---- */

void policy_key_find(struct span name, struct policy_ask *out);
/* Actions that carry the key: words, "" for all. */
const char *policy_key_actions(enum policy_key key);
/* What the evaluator knows itself, then what the request's owner says. */
bool policy_key_value(const struct policy_request *r, const struct policy_ask *ask,
    struct policy_values *out);

/* ---- the policy ---- */

enum principal_kind {
	PRINCIPAL_ANY,
	PRINCIPAL_ACCOUNT, /* 12 digits */
	PRINCIPAL_CANONICAL,
	PRINCIPAL_ARN,
	PRINCIPAL_SERVICE,
	PRINCIPAL_FEDERATED
};
struct principal {
	enum principal_kind kind;
	struct span text;
};

struct statement {
	struct span sid;
	bool deny, has_principal, not_principal, not_action, has_resource, not_resource;
	struct principal *principal;
	size_t nprincipal;
	struct pattern *action, *resource;
	size_t naction, nresource;
	struct condition *condition;
	size_t ncondition;
};

#define POLICY_MAGIC 0x504f4c31u

struct policy {
	unsigned magic;
	atomic_uint refs;
	struct arena arena;
	bool is_public, variables;
	struct statement *statement;
	size_t n;
};

/* policy_principal.c */
NODISCARD bool policy_principal_parse(struct arena *a, enum policy_place place,
    struct span type, struct span text, struct principal *out);
enum policy_match policy_principal_match(
    const struct statement *s, const struct policy_request *r);

/* policy_public.c */
bool policy_public_find(const struct policy *p);

/* policy_check.c: what S3 and IAM say of actions and resources; NULL: nothing. [arena] */
struct policy_texts {
	const struct span *v;
	size_t n;
};
const char *policy_check_actions(
    struct arena *a, enum policy_place place, const struct policy_texts *actions);
const char *policy_check_resources(struct arena *a, enum policy_place place,
    struct span scope, const struct policy_texts *resources);
/* S3's: every action is done to one of the resources. */
bool policy_check_applies(
    const struct policy_texts *actions, const struct policy_texts *resources);
/* S3's: the key is one of its own or AWS's; and some action carries it. */
bool policy_check_key(const struct policy_ask *ask);
bool policy_check_carried(
    const struct policy_ask *ask, const struct policy_texts *actions);

#endif
