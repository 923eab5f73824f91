/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>

#include "s3kit.h"

static void
test_names(void **state)
{
	char name[TIER_NAME];
	enum tier t;

	(void)state;
	for (unsigned i = 0; i < TIERS; i++) {
		assert_true(tier_find(span_str(tier_name((enum tier)i)), &t));
		assert_int_equal(t, i);
	}
	assert_false(tier_find(SPAN_LIT("AWS"), &t));
	assert_false(tier_find(SPAN_LIT(""), &t));
	tier_point_name(name, TP_LINK_EXPIRED);
	assert_string_equal(name, "link-expired");
	tier_limit_name(name, TL_METADATA);
	assert_string_equal(name, "metadata");
}

static void
test_options(void **state)
{
	static const char *const bad[] = { "", "r2", "r2.link-expired", "link-expired=no",
		"r2.link-expired=", "r2.link-expired=nonsense", "azure.metadata=1",
		"r2.metadata=many", "r2.metadata=-1", "aws.link-expired=expired-400",
		"r2.LINK-EXPIRED=expired-400" };
	struct tier_table t = tier_table;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(tier_option(&t, span_str(bad[i])));
	assert_memory_equal(&t, &tier_table, sizeof t);
	/* What TIER_OTHER lists, for the tier it is listed for. */
	assert_true(tier_option(&t, SPAN_LIT("r2.link-expired=expired-400")));
	assert_int_equal(t.value[TIER_R2][TP_LINK_EXPIRED], TV_EXPIRED_400);
	/* What any tier says. */
	assert_true(tier_option(&t, SPAN_LIT("aws.sigv2=accept")));
	assert_int_equal(t.value[TIER_AWS][TP_SIGV2], TV_ACCEPT);
	assert_true(tier_option(&t, SPAN_LIT("minio.metadata=77")));
	assert_int_equal(t.max[TIER_MINIO][TL_METADATA], 77);
}

static void
test_text(void **state)
{
	const enum tier two[] = { TIER_AWS, TIER_R2 }, same[] = { TIER_AWS, TIER_AWS };
	struct buf b = { 0 };

	(void)state;
	tier_text(&b, two, 2, false);
	assert_non_null(strstr(buf_cstr(&b), "bucket-dots"));
	assert_null(strstr(buf_cstr(&b), "list-order"));
	b.n = 0;
	tier_text(&b, same, 2, false);
	assert_null(strstr(buf_cstr(&b), "bucket-dots"));
	b.n = 0;
	tier_text(&b, two, 1, false);
	assert_non_null(strstr(buf_cstr(&b), "list-order"));
	buf_fini(&b);
}

/* ---- whose answers a bucket gives ---- */

static enum tier
tier_of(struct s3kit *k, struct profile *p, const char *bucket)
{
	k->s3.profile = p;
	k->rq.bucket = span_str(bucket);
	profile_begin(&k->rq);
	profile_bucket(&k->rq);
	assert_ptr_equal(k->rq.says, p->table.value[k->rq.tier]);
	return (enum tier)k->rq.tier;
}

static void
test_buckets(void **state)
{
	const struct profile_conf conf = { TIER_AWS, "", "a*=minio,abc=r2, ab* = open",
		"" };
	const struct profile_conf good = { TIER_AWS, "", "a*=minio, abc=r2,ab*=open,",
		"" };
	struct profile *p;
	struct fail fail;
	struct s3kit k;

	(void)state;
	fail_init(&fail, NULL);
	assert_int_equal(profile_new(&p, &conf, &fail), E_CONFIG);
	assert_int_equal(profile_new(&p, &good, NULL), OK);
	kit_begin(&k);
	assert_int_equal(tier_of(&k, p, "other"), TIER_AWS);
	assert_int_equal(tier_of(&k, p, "ax"), TIER_MINIO);
	assert_int_equal(tier_of(&k, p, "a"), TIER_MINIO);
	assert_int_equal(tier_of(&k, p, "abd"), TIER_OPEN); /* the longer beginning */
	assert_int_equal(tier_of(&k, p, "abc"), TIER_R2); /* the whole name */
	/* What was bound later goes before no closer rule of the settings. */
	assert_int_equal(profile_bind(p, SPAN_LIT("abc"), TIER_MINIO), OK);
	assert_int_equal(tier_of(&k, p, "abc"), TIER_MINIO);
	assert_int_equal(profile_bind(p, SPAN_LIT("abc"), TIERS), OK);
	assert_int_equal(tier_of(&k, p, "abc"), TIER_R2);
	assert_int_equal(profile_bind(p, SPAN_LIT("a=b"), TIER_AWS), E_INVALID_ARGUMENT);
	assert_int_equal(profile_bind(p, SPAN_LIT("a\nb"), TIER_AWS), E_INVALID_ARGUMENT);
	assert_int_equal(profile_bind(p, SPAN_LIT(""), TIER_AWS), E_INVALID_ARGUMENT);
	kit_end(&k);
	profile_free(&p);
	assert_null(p);
}

static void
test_hosts(void **state)
{
	const struct profile_conf conf = { TIER_OPEN, "localhost=minio,aws.localhost=aws",
		"", "" };
	static const struct {
		const char *host;
		enum tier want;
	} rows[] = { { "localhost", TIER_MINIO }, { "localhost:9000", TIER_MINIO },
		{ "b.localhost:9000", TIER_MINIO }, { "AWS.localhost", TIER_AWS },
		{ "b.aws.localhost", TIER_AWS }, { "xaws.localhost", TIER_MINIO },
		{ "otherhost", TIER_OPEN }, { "", TIER_OPEN } };
	struct profile *p;
	struct s3kit k;

	(void)state;
	assert_int_equal(profile_new(&p, &conf, NULL), OK);
	kit_begin(&k);
	k.s3.profile = p;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		k.http.host = span_str(rows[i].host);
		profile_begin(&k.rq);
		profile_host(&k.rq);
		assert_int_equal(k.rq.tier, rows[i].want);
	}
	kit_end(&k);
	profile_free(&p);
}

/* ---- the report ---- */

static void
add(struct portability *p, unsigned at, const char *op, const char *key)
{
	const struct portability_seen s = { .at = at,
		.tiers = TIER_BIT_MINIO,
		.operation = op,
		.bucket = SPAN_LIT("bucket"),
		.key = span_str(key),
		.now_ms = 1000 };

	portability_add(p, &s);
}

static bool
tells(struct portability *p, const char *text)
{
	struct buf b = { 0 };
	bool found;

	portability_json(p, &tier_table, &b);
	found = strstr(buf_cstr(&b), text) != NULL;
	buf_fini(&b);
	return found;
}

static void
test_report(void **state)
{
	struct portability *p = portability_new();
	static const char put[] = "PutObject";
	struct buf line = { 0 };

	(void)state;
	portability_line(p, &line);
	assert_int_equal(line.n, 0);
	assert_true(tells(p, "\"minio\": [],"));
	add(p, TP_KEY_SLASHES, put, "a//1");
	assert_true(tells(p, "\"key\": \"a//1\", \"count\": 1,"));
	add(p, TP_KEY_SLASHES, put, "a//2");
	assert_true(tells(p, "\"key\": \"a//*\", \"count\": 2,"));
	add(p, TP_KEY_SLASHES, put, "a//");
	assert_true(tells(p, "\"key\": \"a//*\", \"count\": 3,"));
	add(p, TP_KEY_SLASHES, put, "z");
	assert_true(tells(p, "\"key\": \"*\", \"count\": 4,"));
	assert_true(tells(p, "\"aws\": [],"));
	portability_line(p, &line);
	assert_non_null(strstr(buf_cstr(&line), "aws 0, minio 1, r2 0"));
	portability_clear(p);
	assert_true(tells(p, "\"minio\": [],"));
	buf_fini(&line);
	portability_free(&p);
}

static void
test_report_is_bounded(void **state)
{
	static char names[PORTABILITY_ENTRIES + 3][8];
	struct portability *p = portability_new();
	char longest[2000];

	(void)state;
	memset(longest, 'k', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		(void)snprintf(names[i], sizeof names[i], "%zu", i);
		add(p, TP_KEY_SLASHES, names[i], longest);
	}
	assert_true(tells(p, "\"no_room\": 3,"));
	assert_true(tells(p, "k*\", \"count\": 1"));
	portability_missed(p);
	assert_true(tells(p, "\"requests_cut_short\": 1"));
	portability_free(&p);
}

/* ---- what a request notes ---- */

static void
test_notes(void **state)
{
	struct s3kit k;

	(void)state;
	kit_begin(&k);
	k.profile.differs[TP_KEY_SLASHES] = TIER_BIT_MINIO;
	assert_null(k.rq.met);
	assert_int_equal(tier_says(&k.rq, TP_KEY_SLASHES), TV_ACCEPT);
	assert_int_equal(tier_says_of(&k.rq, TP_KEY_SLASHES, TIER_BIT_R2), TV_ACCEPT);
	assert_int_equal(k.rq.met->n, 1);
	assert_int_equal(k.rq.met->note[0].tiers, TIER_BIT_MINIO | TIER_BIT_R2);
	assert_int_equal(tier_says_of(&k.rq, TP_KEY_DOTS, 0), TV_ACCEPT);
	assert_int_equal(k.rq.met->n, 1);
	/* 3,000 bytes of metadata are too many for all but R2. */
	assert_true(tier_over(&k.rq, TL_METADATA, 3000));
	assert_int_equal(k.rq.met->n, 2);
	assert_int_equal(k.rq.met->note[1].at, TIER_POINTS + TL_METADATA);
	assert_int_equal(k.rq.met->note[1].tiers, TIER_BIT_R2);
	for (unsigned i = 0; i < PROFILE_NOTES; i++)
		profile_note(&k.rq, TP_CLASSES + i, TIER_BIT_AWS);
	assert_int_equal(k.rq.met->n, PROFILE_NOTES);
	assert_true(k.rq.met->more);
	kit_end(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_names),
		cmocka_unit_test(test_options), cmocka_unit_test(test_text),
		cmocka_unit_test(test_buckets), cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_report), cmocka_unit_test(test_report_is_bounded),
		cmocka_unit_test(test_notes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
