/* SPDX-License-Identifier: Apache-2.0 */
#include "s3kit.h"

#include "auth/sigv2.h"

static struct op_index *all;

static void
begin(struct s3kit *k, enum http_method method, enum op_level level)
{
	kit_begin(k);
	k->s3.index = all;
	k->http.method = method;
	k->rq.bucket = level > LEVEL_SERVICE ? SPAN_LIT("bkt") : SPAN_NONE;
	k->rq.key = level > LEVEL_BUCKET ? SPAN_LIT("key") : SPAN_NONE;
}

/* What a row asks for. */
static void
ask(struct s3kit *k, const struct op *op)
{
	struct span rest = span_str(op->query), name, value;

	if (op->sub[0] != '\0')
		kit_param(k, span_str(op->sub), SPAN_NONE);
	while (rest.n > 0) {
		value = span_cut(&rest, ' ');
		name = span_cut(&value, '=');
		kit_param(k, name, value.n > 0 ? value : SPAN_LIT("1"));
	}
	if (op->header[0] != '\0')
		kit_header(k, op->header, "x");
}

static unsigned
parts(const struct op *op)
{
	struct span rest = span_str(op->query);
	unsigned n = op->header[0] != '\0';

	for (; rest.n > 0; n += 10)
		(void)span_cut(&rest, ' ');
	return n + (op->sub[0] != '\0' ? 100 : 0);
}

static void
route_find_each_by_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < OP_COUNT; i++) {
		const struct op *got = NULL;
		struct s3kit k;

		if (ops[i].level == LEVEL_CONTROL)
			continue;
		begin(&k, ops[i].method, ops[i].level);
		ask(&k, &ops[i]);
		assert_int_equal(route_find(&k.rq, &got), OK);
		assert_string_equal(got->name, ops[i].name);
		kit_end(&k);
	}
}

/* A request that is two rows at once goes to the one that asks for more; none tie. */
static void
route_find_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < OP_COUNT; i++)
		for (size_t j = 0; j < OP_COUNT; j++) {
			const struct op *a = &ops[i], *b = &ops[j], *got = NULL;
			struct s3kit k;

			if (i == j || a->method != b->method || a->level != b->level ||
			    a->level == LEVEL_CONTROL)
				continue;
			/* Two sub-resources in one request are no request of S3. */
			if (a->sub[0] != '\0' && b->sub[0] != '\0' &&
			    strcmp(a->sub, b->sub) != 0)
				continue;
			assert_int_not_equal(parts(a), parts(b));
			begin(&k, a->method, a->level);
			ask(&k, a);
			ask(&k, b);
			assert_int_equal(route_find(&k.rq, &got), OK);
			assert_true(parts(got) >= parts(a) && parts(got) >= parts(b));
			kit_end(&k);
		}
}

static const enum http_method methods[] = { HTTP_GET, HTTP_HEAD, HTTP_PUT, HTTP_POST,
	HTTP_DELETE };

static void
route_find_unknown_sub(void **state)
{
	static const char *const names[] = { "frobnicate", "ACL", "acl ", "", "policyy" };

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(methods); m++)
		for (int level = LEVEL_SERVICE; level < LEVELS; level++)
			for (size_t n = 0; n < ARRAY_LEN(names); n++) {
				const struct op *got = NULL;
				struct s3kit k;

				begin(&k, methods[m], (enum op_level)level);
				kit_param(&k, span_str(names[n]), SPAN_NONE);
				assert_int_equal(
				    route_find(&k.rq, &got), E_NOT_IMPLEMENTED);
				assert_int_equal(k.rq.fail.code, E_NOT_IMPLEMENTED);
				kit_end(&k);
			}
}

/* Where something is changed, not with a value either. */
static void
route_find_unknown_parameter(void **state)
{
	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(methods); m++)
		for (int level = LEVEL_BUCKET; level < LEVELS; level++) {
			bool write = methods[m] >= HTTP_PUT;
			const struct op *got = NULL;
			struct s3kit k;
			enum err e;

			begin(&k, methods[m], (enum op_level)level);
			kit_param(&k, SPAN_LIT("frobnicate"), SPAN_LIT("yes"));
			e = route_find(&k.rq, &got);
			if (write)
				assert_true(e != OK);
			else
				assert_int_equal(e, OK);
			kit_end(&k);
			begin(&k, methods[m], (enum op_level)level);
			kit_param(&k, SPAN_LIT("x-mark"), SPAN_LIT("yes"));
			e = route_find(&k.rq, &got);
			assert_true(e == OK || e == E_METHOD_NOT_ALLOWED);
			kit_end(&k);
		}
}

/* A known sub-resource with a method it has not never becomes a plain operation. */
static void
route_find_wrong_method(void **state)
{
	(void)state;
	for (size_t i = 0; i < OP_COUNT; i++)
		for (size_t m = 0; ops[i].level != LEVEL_CONTROL &&
		     ops[i].sub[0] != '\0' && m < ARRAY_LEN(methods);
		     m++)
			for (int level = LEVEL_BUCKET; level < LEVELS; level++) {
				const struct op *got = NULL;
				struct s3kit k;
				enum err e;

				begin(&k, methods[m], (enum op_level)level);
				kit_param(&k, span_str(ops[i].sub), SPAN_LIT(""));
				e = route_find(&k.rq, &got);
				if (e == OK)
					assert_string_equal(got->sub, ops[i].sub);
				else
					assert_int_equal(e, E_METHOD_NOT_ALLOWED);
				kit_end(&k);
			}
}

static void
route_find_by_value(void **state)
{
	const struct op *got = NULL;
	struct s3kit k;

	(void)state;
	begin(&k, HTTP_GET, LEVEL_BUCKET);
	kit_param(&k, SPAN_LIT("list-type"), SPAN_LIT("1"));
	assert_int_equal(route_find(&k.rq, &got), OK);
	assert_string_equal(got->name, "ListObjects");
	kit_end(&k);
	/* Half of a part's name at a bucket deletes no bucket. */
	begin(&k, HTTP_DELETE, LEVEL_BUCKET);
	kit_param(&k, SPAN_LIT("uploadId"), SPAN_LIT("x"));
	assert_int_equal(route_find(&k.rq, &got), E_NOT_IMPLEMENTED);
	kit_end(&k);
	begin(&k, HTTP_OTHER, LEVEL_OBJECT);
	assert_int_equal(route_find(&k.rq, &got), E_METHOD_NOT_ALLOWED);
	kit_end(&k);
}

static int
setup(void **state)
{
	(void)state;
	all = op_index_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	op_index_free(&all);
	return 0;
}

/* A sub-resource that a signature of version 2 does not cover could be added to a link. */
static void
ops_subs_are_signed(void **state)
{
	(void)state;
	for (size_t i = 0; i < OP_COUNT; i++)
		assert_true(ops[i].level == LEVEL_CONTROL || ops[i].sub[0] == '\0' ||
		    sigv2_signs(span_str(ops[i].sub)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(route_find_each_by_its_own),
		cmocka_unit_test(route_find_pairs),
		cmocka_unit_test(route_find_unknown_sub),
		cmocka_unit_test(route_find_unknown_parameter),
		cmocka_unit_test(route_find_wrong_method),
		cmocka_unit_test(route_find_by_value),
		cmocka_unit_test(ops_subs_are_signed),
	};

	return cmocka_run_group_tests_name("route", tests, setup, teardown);
}
