/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions of statements:
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
#include "config.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "codec/b64.h"
#include "codec/stamp.h"
#include "policy_priv.h"

static const struct {
	const char *name;
	enum condition_test test;
	enum condition_order order;
	bool negated;
} ops[] = {
	{ "StringEquals", TEST_STRING, ORDER_EQUAL, false },
	{ "StringNotEquals", TEST_STRING, ORDER_EQUAL, true },
	{ "StringEqualsIgnoreCase", TEST_STRING_FOLD, ORDER_EQUAL, false },
	{ "StringNotEqualsIgnoreCase", TEST_STRING_FOLD, ORDER_EQUAL, true },
	{ "StringLike", TEST_STRING_LIKE, ORDER_EQUAL, false },
	{ "StringNotLike", TEST_STRING_LIKE, ORDER_EQUAL, true },
	{ "NumericEquals", TEST_NUMBER, ORDER_EQUAL, false },
	{ "NumericNotEquals", TEST_NUMBER, ORDER_EQUAL, true },
	{ "NumericLessThan", TEST_NUMBER, ORDER_LESS, false },
	{ "NumericLessThanEquals", TEST_NUMBER, ORDER_LESS_EQUAL, false },
	{ "NumericGreaterThan", TEST_NUMBER, ORDER_GREATER, false },
	{ "NumericGreaterThanEquals", TEST_NUMBER, ORDER_GREATER_EQUAL, false },
	{ "DateEquals", TEST_DATE, ORDER_EQUAL, false },
	{ "DateNotEquals", TEST_DATE, ORDER_EQUAL, true },
	{ "DateLessThan", TEST_DATE, ORDER_LESS, false },
	{ "DateLessThanEquals", TEST_DATE, ORDER_LESS_EQUAL, false },
	{ "DateGreaterThan", TEST_DATE, ORDER_GREATER, false },
	{ "DateGreaterThanEquals", TEST_DATE, ORDER_GREATER_EQUAL, false },
	{ "Bool", TEST_BOOL, ORDER_EQUAL, false },
	{ "BinaryEquals", TEST_BINARY, ORDER_EQUAL, false },
	{ "IpAddress", TEST_IP, ORDER_EQUAL, false },
	{ "NotIpAddress", TEST_IP, ORDER_EQUAL, true },
	{ "ArnEquals", TEST_ARN, ORDER_EQUAL, false },
	{ "ArnNotEquals", TEST_ARN, ORDER_EQUAL, true },
	{ "ArnLike", TEST_ARN, ORDER_EQUAL, false },
	{ "ArnNotLike", TEST_ARN, ORDER_EQUAL, true },
	{ "Null", TEST_NULL, ORDER_EQUAL, false },
};

bool
condition_op_find(struct span name, struct condition_op *out)
{
	static const struct span all = { "ForAllValues:", 13 },
				 any = { "ForAnyValue:", 12 }, exists = { "IfExists", 8 };
	struct condition_op op = { 0 };

	if (span_starts(name, all))
		op.set = SET_ALL;
	else if (span_starts(name, any))
		op.set = SET_ANY;
	name = span_from(name, op.set == SET_ALL ? all.n : op.set == SET_ANY ? any.n : 0);
	if (span_ends(name, exists)) {
		op.if_exists = true;
		name.n -= exists.n;
	}
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (span_is(name, ops[i].name)) {
			op.test = ops[i].test;
			op.order = ops[i].order;
			op.negated = ops[i].negated;
			*out = op;
			return op.test != TEST_NULL || !op.if_exists;
		}
	return false;
}

/* ---- values ---- */

static bool
number_parse(struct span s, double *out)
{
	char text[64];
	size_t digits = 0;
	char *end;

	if (s.n == 0 || s.n >= sizeof text)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (strchr("+-.eE", s.p[i]) == NULL || s.p[i] == '\0')
			return false;
	}
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	*out = strtod(text, &end);
	return digits > 0 && *end == '\0' && isfinite(*out);
}

/* The forms of ISO 8601 that the W3C allows, or seconds since 1970. */
static bool
date_parse(struct span s, int64_t *out)
{
	struct buf b = { 0 };
	double seconds;
	bool ok;

	if (s.n > 4 && s.p[4] != '-' && number_parse(s, &seconds)) {
		if (fabs(seconds) > 1e14)
			return false;
		*out = (int64_t)(seconds * 1000);
		return true;
	}
	buf_span(&b, s);
	if (s.n == 4)
		buf_str(&b, "-01-01");
	else if (s.n == 7)
		buf_str(&b, "-01");
	else if (s.n > 16 && s.p[13] == ':' && s.p[16] != ':') {
		/* No seconds. */
		b.n = 16;
		buf_str(&b, ":00");
		buf_span(&b, span_from(s, 16));
	}
	ok = stamp_iso_parse(buf_view(&b), out);
	buf_fini(&b);
	return ok;
}

static bool
bool_parse(struct span s, bool *out)
{
	*out = span_ieq(s, SPAN_LIT("true"));
	return *out || span_ieq(s, SPAN_LIT("false"));
}

bool
condition_ip_parse(struct span s, bool network, struct condition_ip *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct span rest = s, address = span_cut(&rest, '/');
	char text[INET6_ADDRSTRLEN];
	uint64_t bits = 128;

	if (address.n == 0 || address.n >= sizeof text || (!network && address.n < s.n))
		return false;
	memcpy(text, address.p, address.n);
	text[address.n] = '\0';
	out->v4 = inet_pton(AF_INET, text, out->address + 12) == 1;
	if (out->v4)
		memcpy(out->address, mapped, sizeof mapped);
	else if (inet_pton(AF_INET6, text, out->address) != 1)
		return false;
	if (address.n < s.n) {
		if (!span_u64(rest, &bits) || bits > (out->v4 ? 32 : 128))
			return false;
		bits += out->v4 ? 96 : 0;
	}
	out->bits = (unsigned)bits;
	return true;
}

static bool
ip_within(const struct condition_ip *net, const struct condition_ip *one)
{
	unsigned whole = net->bits / 8, left = net->bits % 8;

	if (memcmp(net->address, one->address, whole) != 0)
		return false;
	return left == 0 ||
	    ((net->address[whole] ^ one->address[whole]) >> (8 - left)) == 0;
}

bool
condition_value_ok(const struct condition_op *op, struct span s)
{
	struct condition_ip ip;
	uint8_t *room;
	int64_t when;
	double number;
	bool yes;
	size_t n;

	switch (op->test) {
	case TEST_NUMBER:
		return number_parse(s, &number);
	case TEST_DATE:
		return date_parse(s, &when);
	case TEST_BOOL:
	case TEST_NULL:
		return bool_parse(s, &yes);
	case TEST_IP:
		return condition_ip_parse(s, true, &ip);
	case TEST_BINARY:
		room = mem_alloc(s.n + 1);
		yes = b64_parse(room, s.n, &n, s);
		mem_free(room);
		return yes;
	default:
		return true;
	}
}

/* ---- one value against one ---- */

static bool
order_holds(enum condition_order order, int cmp)
{
	switch (order) {
	case ORDER_LESS:
		return cmp < 0;
	case ORDER_LESS_EQUAL:
		return cmp <= 0;
	case ORDER_GREATER:
		return cmp > 0;
	case ORDER_GREATER_EQUAL:
		return cmp >= 0;
	default:
		return cmp == 0;
	}
}

/* The six parts of an ARN are looked at one by one; the last takes all other colons. */
static bool
arn_part(struct span *rest, unsigned i, struct span *out)
{
	if (i == 5) {
		*out = *rest;
		return true;
	}
	if (span_find(*rest, ':', 0) == rest->n)
		return false;
	*out = span_cut(rest, ':');
	return true;
}

static bool
arn_like(const struct pattern *p, struct span have, const struct policy_request *r)
{
	struct pattern part = { .wild = true };
	struct buf b = { 0 };
	struct span want, a, h;
	bool ok = pattern_expand(p, r, &b);

	want = buf_view(&b);
	for (unsigned i = 0; ok && i < 6; i++) {
		ok = arn_part(&want, i, &a) && arn_part(&have, i, &h);
		part.text = a;
		ok = ok && pattern_match(&part, h, false, r);
	}
	buf_fini(&b);
	return ok;
}

static bool
number_holds(enum condition_order order, struct span want, struct span have)
{
	double a, b;

	return number_parse(have, &a) && number_parse(want, &b) &&
	    order_holds(order, (a > b) - (a < b));
}

static bool
date_holds(enum condition_order order, struct span want, struct span have)
{
	int64_t a, b;

	return date_parse(have, &a) && date_parse(want, &b) &&
	    order_holds(order, (a > b) - (a < b));
}

static bool
bool_holds(struct span want, struct span have)
{
	bool a, b;

	return bool_parse(have, &a) && bool_parse(want, &b) && a == b;
}

static bool
ip_holds(struct span want, struct span have)
{
	struct condition_ip net, one;

	return condition_ip_parse(want, true, &net) &&
	    condition_ip_parse(have, false, &one) && ip_within(&net, &one);
}

static bool
text_holds(const struct condition_op *op, struct span want, struct span have)
{
	switch (op->test) {
	case TEST_NUMBER:
		return number_holds(op->order, want, have);
	case TEST_DATE:
		return date_holds(op->order, want, have);
	case TEST_BOOL:
		return bool_holds(want, have);
	case TEST_IP:
		return ip_holds(want, have);
	default: /* base64 without padding games: equal texts are equal bytes */
		return span_eq(want, have);
	}
}

static bool
value_holds(const struct condition *c, const struct pattern *p, struct span have,
    const struct policy_request *r)
{
	struct buf b = { 0 };
	bool ok;

	switch (c->op.test) {
	case TEST_STRING:
	case TEST_STRING_LIKE:
		return pattern_match(p, have, false, r);
	case TEST_STRING_FOLD:
		return pattern_match(p, have, true, r);
	case TEST_ARN:
		return arn_like(p, have, r);
	default:
		break;
	}
	if (!p->variable)
		return text_holds(&c->op, p->text, have);
	ok = pattern_expand(p, r, &b) && text_holds(&c->op, buf_view(&b), have);
	buf_fini(&b);
	return ok;
}

/* ---- a condition ---- */

/* One value of the request: equal to any of the policy's, or with a negated operator to
 * none of them. */
static bool
one_holds(const struct condition *c, struct span have, const struct policy_request *r)
{
	for (size_t i = 0; i < c->n; i++)
		if (value_holds(c, &c->value[i], have, r))
			return !c->op.negated;
	return c->op.negated;
}

static bool
null_holds(const struct condition *c, bool absent, const struct policy_request *r)
{
	struct span have = absent ? SPAN_LIT("true") : SPAN_LIT("false");

	for (size_t i = 0; i < c->n; i++)
		if (value_holds(&(struct condition){ .op.test = TEST_BOOL }, &c->value[i],
			have, r))
			return true;
	return false;
}

static bool
absent_holds(const struct condition_op *op)
{
	if (op->if_exists)
		return true;
	if (op->set != SET_NONE)
		return op->set == SET_ALL;
	return op->negated;
}

bool
condition_holds(const struct condition *c, const struct policy_request *r)
{
	struct policy_values have = { 0 };
	bool present = policy_key_value(r, &c->ask, &have);

	if (c->op.test == TEST_NULL)
		return null_holds(c, !present || have.n == 0, r);
	if (!present || have.n == 0)
		return absent_holds(&c->op);
	for (size_t i = 0; i < have.n; i++) {
		/* An empty text is no value to ForAllValues. */
		bool ok = one_holds(c, have.value[i], r) ||
		    (c->op.set == SET_ALL && have.value[i].n == 0);

		if (ok != (c->op.set == SET_ALL))
			return ok;
	}
	return c->op.set == SET_ALL;
}
