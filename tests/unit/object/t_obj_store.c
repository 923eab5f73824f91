/* SPDX-License-Identifier: Apache-2.0 */
/* Writes of objects and parts; at the end nothing is counted wrong (kit_teardown). */
#include "objkit.h"

enum { MID = 20000, LARGE = 600000 };

static struct field meta[] = { { { "x-amz-meta-a", 12 }, { "1", 1 } } };

static void
put(struct objkit *k, const char *key, size_t n, unsigned seed)
{
	char *p = kit_bytes(n, seed);

	(void)kit_put(k, key, span_of(p, n));
	mem_free(p);
}

static void
same(struct objkit *k, const char *key, size_t n, unsigned seed)
{
	char *p = kit_bytes(n, seed);

	kit_same(k, key, span_of(p, n));
	mem_free(p);
}

static enum err
delete_fn(struct txn *t, struct objkit *k, void *arg)
{
	const struct obj_drop how = { .now_ms = 1 };
	struct obj_deleted did;

	return obj_delete(t, &k->bucket, span_str(arg), NULL, &how, &did, &k->fail);
}

static void
drop(struct objkit *k, const char *key)
{
	char *name = mem_dup(key);

	assert_int_equal(kit_write(k, delete_fn, name), OK);
	mem_free(name);
}

static void
obj_put_overwrite_delete(void **state)
{
	static const size_t sizes[] = { 0, 3, MID, LARGE };
	struct objkit *k = *state;

	kit_usage(k, CLASS_STANDARD, 0, 0);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		for (size_t j = 0; j < ARRAY_LEN(sizes); j++) {
			put(k, "key", sizes[i], 1);
			same(k, "key", sizes[i], 1);
			put(k, "key", sizes[j], 2);
			same(k, "key", sizes[j], 2);
			kit_usage(k, CLASS_STANDARD, 1, sizes[j]);
		}
	put(k, "other", MID, 3);
	kit_usage(k, CLASS_STANDARD, 2, LARGE + MID);
	kit_verify(k);
	drop(k, "key");
	drop(k, "key");
	drop(k, "other");
	kit_usage(k, CLASS_STANDARD, 0, 0);
	kit_verify(k);
}

static void
obj_put_conditions(void **state)
{
	struct objkit *k = *state;
	struct obj_cond none = { .if_none_match = SPAN_LIT("*") },
			match = { .if_match = SPAN_LIT("\"0\"") };
	struct attrs no = { 0 };
	struct rec_object rec;

	assert_int_equal(
	    kit_put_cond(k, "c", SPAN_LIT("x"), match, no, &rec), E_NO_SUCH_KEY);
	assert_int_equal(k->fail.code, E_NO_SUCH_KEY);
	assert_int_equal(kit_put_cond(k, "c", SPAN_LIT("x"), none, no, &rec), OK);
	assert_int_equal(k->fail.code, OK);
	assert_int_equal(
	    kit_put_cond(k, "c", SPAN_LIT("y"), none, no, &rec), E_PRECONDITION);
	assert_int_equal(
	    kit_put_cond(k, "c", SPAN_LIT("y"), match, no, &rec), E_PRECONDITION);
	kit_same(k, "c", SPAN_LIT("x"));
	drop(k, "c");
}

static enum err
attrs_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct rec_object *rec = arg;
	struct attrs a;
	enum err e = obj_attrs(t, rec, &k->arena, &a);

	assert_int_equal(a.n, (rec->flags & OBJECT_HAS_ATTR) != 0 ? 1 : 0);
	return e;
}

static void
obj_put_metadata(void **state)
{
	struct objkit *k = *state;
	struct attrs with = { meta, 1 }, without = { 0 };
	struct obj_cond any = { 0 };
	struct rec_object rec;

	assert_int_equal(kit_put_cond(k, "m", SPAN_LIT("x"), any, with, &rec), OK);
	assert_int_equal(rec.flags, OBJECT_HAS_ATTR);
	assert_int_equal(kit_read(k, attrs_fn, &rec), OK);
	assert_int_equal(kit_put_cond(k, "m", SPAN_LIT("x"), any, without, &rec), OK);
	assert_int_equal(rec.flags, 0);
	assert_int_equal(kit_read(k, attrs_fn, &rec), OK);
	drop(k, "m");
}

/* ---- copies ---- */

static enum err
copy(struct objkit *k, const char *from, const char *to, uint8_t class, uint64_t number)
{
	struct obj_copy c = { .dest = kit_dest(k, to),
		.source = { .bucket = SPAN_LIT("bkt"), .key = span_str(from) },
		.class = class,
		.arena = &k->arena,
		.now_ms = 6000 };
	enum err e = kit_find(k, from, &c.source.seen);

	if (e != OK)
		return e;
	if (number != 0)
		c.source.seen.number = number;
	fail_clear(&k->fail);
	kit_now = k;
	obj_copy_post(&c, k->store, k->inbox, kit_write_then);
	return kit_wait(k);
}

static void
obj_copy_outlives_its_source(void **state)
{
	static const size_t sizes[] = { 0, 3, MID, LARGE };
	struct objkit *k = *state;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		put(k, "src", sizes[i], 4);
		assert_int_equal(copy(k, "src", "dst", CLASS_GLACIER, 0), OK);
		assert_int_equal(copy(k, "dst", "dst", CLASS_STANDARD_IA, 0), OK);
		kit_usage(k, CLASS_STANDARD, 1, sizes[i]);
		kit_usage(k, CLASS_GLACIER, 0, 0);
		kit_usage(k, CLASS_STANDARD_IA, 1, sizes[i]);
		kit_verify(k);
		drop(k, "src");
		store_sweep_now(k->store);
		same(k, "dst", sizes[i], 4);
		drop(k, "dst");
		kit_usage(k, CLASS_STANDARD_IA, 0, 0);
	}
}

static void
obj_copy_source_changed(void **state)
{
	struct objkit *k = *state;

	put(k, "src", 10, 5);
	assert_int_equal(copy(k, "src", "dst", CLASS_STANDARD, 1), E_OPERATION_ABORTED);
	assert_int_equal(copy(k, "gone", "dst", CLASS_STANDARD, 0), E_NO_SUCH_KEY);
	drop(k, "src");
}

/* ---- what a pin keeps ---- */

static void
obj_read_of_what_is_overwritten(void **state)
{
	static const size_t sizes[] = { 3, MID, LARGE };
	struct objkit *k = *state;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct obj_read r;
		struct kit_get g = { .key = "pinned", .read = &r };
		struct buf got = { 0 };
		char *want = kit_bytes(sizes[i], 6);

		put(k, "pinned", sizes[i], 6);
		obj_read_pin(&r, k->store, k->reader);
		assert_int_equal(kit_read(k, kit_get_fn, &g), OK);
		put(k, "pinned", 5, 7);
		drop(k, "pinned");
		store_sweep_now(k->store);
		kit_read_all(&r, &got);
		assert_true(span_eq(buf_view(&got), span_of(want, sizes[i])));
		obj_read_end(&r);
		obj_read_end(&r);
		buf_fini(&got);
		mem_free(want);
	}
}

/* ---- hashing ---- */

static void
hash_then(struct obj_hash *h, enum err e)
{
	(void)h;
	kit_now->told = true;
	kit_now->err = e;
}

static void
obj_hash_of_an_object(void **state)
{
	static const size_t sizes[] = { 0, 3, MID, LARGE };
	struct objkit *k = *state;

	kit_now = k;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct obj_hash h = { .store = k->store,
			.inbox = k->inbox,
			.kind = CHECKSUM_CRC64NVME,
			.then = hash_then };
		struct kit_get g = { .key = "hash", .read = &h.from.read };

		put(k, "hash", sizes[i], 8);
		obj_read_pin(&h.from.read, k->store, k->reader);
		assert_int_equal(kit_read(k, kit_get_fn, &g), OK);
		drop(k, "hash");
		obj_hash_post(&h, k->pool);
		assert_int_equal(kit_wait(k), OK);
		obj_read_end(&h.from.read);
		assert_memory_equal(h.md5, g.rec.etag, 16);
		assert_memory_equal(h.checksum.value, g.rec.checksum.value, 8);
	}
}

/* ---- multipart ---- */

struct upload {
	const char *key;
	struct rec_upload rec;
	char id[UPLOAD_ID_TEXT];
};

static enum err
upload_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct upload *u = arg;
	struct obj_dest d = kit_dest(k, u->key);

	return obj_upload_create(t, &d, &u->rec);
}

static struct upload
upload_begin(struct objkit *k, const char *key, uint8_t checksum, bool given)
{
	struct upload u = { .key = key,
		.rec = { .salt = 99,
		    .checksum = checksum,
		    .composite = checksum == CHECKSUM_SHA256,
		    .checksum_given = given,
		    .attrs = { meta, 1 } } };

	assert_int_equal(kit_write(k, upload_fn, &u), OK);
	upload_id_render(u.id, u.rec.number, u.rec.salt);
	return u;
}

static struct obj_part_want
part(struct objkit *k, struct upload *u, unsigned number, struct span data)
{
	struct body_conf c = kit_body_conf(k, data.n);
	struct obj_put_part p = { .bucket = k->bucket,
		.key = span_str(u->key),
		.upload_id = span_of(u->id, sizeof u->id),
		.number = number,
		.arena = &k->arena,
		.fail = &k->fail,
		.now_ms = 7000 };
	struct body *b;
	char *etag = arena_alloc(&k->arena, ETAG_TEXT);

	c.checksum = u->rec.checksum;
	b = body_new(&c);
	assert_int_equal(kit_feed(k, b, data, SIZE_MAX, OK), OK);
	p.body = b;
	kit_now = k;
	obj_put_part_post(&p, k->store, k->inbox, kit_write_then);
	assert_int_equal(kit_wait(k), OK);
	body_free(&b, true);
	return (struct obj_part_want){ .number = number,
		.etag = span_of(etag, obj_etag_hex(etag, p.rec.etag, 0)) };
}

static enum err
complete_fn(struct txn *t, struct objkit *k, void *arg)
{
	(void)k;
	return obj_complete(t, arg);
}

static enum err
complete(struct objkit *k, struct upload *u, const struct obj_part_want *want, size_t n,
    struct obj_complete *c)
{
	c->dest = kit_dest(k, u->key);
	c->bucket = k->bucket;
	c->upload_id = span_of(u->id, sizeof u->id);
	c->part = want;
	c->n = n;
	c->now_ms = 8000;
	c->arena = &k->arena;
	return kit_write(k, complete_fn, c);
}

static enum err
kept_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct rec_object *rec = arg;
	struct obj_part_kept *kept;
	size_t n;
	enum err e = obj_parts_kept(t, rec, &k->arena, &kept, &n);

	assert_int_equal(e, OK);
	assert_int_equal(n, 2);
	assert_int_equal(kept[1].number, 9);
	assert_int_equal(kept[1].size, MID);
	assert_int_equal(kept[1].checksum.kind, rec->checksum.kind);
	return OK;
}

static void
obj_complete_joins(void **state)
{
	struct objkit *k = *state;
	size_t n = UPLOAD_PART_MIN + MID;
	char *p = kit_bytes(n, 10);
	static const uint8_t kinds[] = { CHECKSUM_CRC32, CHECKSUM_CRC64NVME,
		CHECKSUM_SHA256 };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct upload u = upload_begin(k, "up", kinds[i], true);
		struct obj_complete c = { 0 };
		struct obj_part_want want[2];
		struct checksum_calc calc;
		struct checksum sum;

		(void)part(k, &u, 2, SPAN_LIT("replaced"));
		want[0] = part(k, &u, 2, span_of(p, UPLOAD_PART_MIN));
		(void)part(k, &u, 5, SPAN_LIT("left out"));
		want[1] = part(k, &u, 9, span_of(p + UPLOAD_PART_MIN, MID));
		kit_verify(k);
		assert_int_equal(complete(k, &u, want, 2, &c), OK);
		kit_same(k, "up", span_of(p, n));
		kit_usage(k, CLASS_STANDARD, 1, n);
		assert_int_equal(c.rec.parts, 2);
		assert_int_equal(c.rec.flags, OBJECT_HAS_ATTR | OBJECT_HAS_PARTS);
		assert_int_equal(kit_read(k, kept_fn, &c.rec), OK);
		checksum_begin(&calc, kinds[i]);
		checksum_add(&calc, p, n);
		checksum_end(&calc, &sum);
		if (!u.rec.composite)
			assert_memory_equal(c.rec.checksum.value, sum.value, sum.n);
		assert_int_equal(c.rec.checksum.composite, u.rec.composite);
		assert_int_equal(complete(k, &u, want, 2, &c), E_NO_SUCH_UPLOAD);
		kit_verify(k);
	}
	drop(k, "up");
	kit_usage(k, CLASS_STANDARD, 0, 0);
	mem_free(p);
}

static void
obj_complete_refuses(void **state)
{
	struct objkit *k = *state;
	struct upload u = upload_begin(k, "bad", CHECKSUM_CRC64NVME, false);
	struct obj_part_want want[2] = { part(k, &u, 1, SPAN_LIT("a")),
		part(k, &u, 2, SPAN_LIT("b")) };
	struct obj_part_want bent[2] = { want[1], want[0] };
	struct obj_complete c = { 0 };

	assert_int_equal(complete(k, &u, bent, 2, &c), E_INVALID_PART_ORDER);
	assert_int_equal(complete(k, &u, want, 2, &c), E_ENTITY_TOO_SMALL);
	bent[0] = want[0];
	bent[0].etag = SPAN_LIT("*");
	assert_int_equal(complete(k, &u, bent, 1, &c), E_INVALID_PART);
	bent[0] = want[0];
	bent[0].number = 3;
	assert_int_equal(complete(k, &u, bent, 1, &c), E_INVALID_PART);
	c.has_size = true;
	c.size = 2;
	assert_int_equal(complete(k, &u, want, 1, &c), E_INVALID_REQUEST);
	c.size = 1;
	c.expect = (struct checksum){ .kind = CHECKSUM_CRC64NVME, .n = 8 };
	assert_int_equal(complete(k, &u, want, 1, &c), E_BAD_DIGEST);
	c.expect.kind = CHECKSUM_NONE;
	u.id[31] ^= 1; /* a number without its salt opens nothing */
	assert_int_equal(complete(k, &u, want, 1, &c), E_NO_SUCH_UPLOAD);
	u.id[31] ^= 1;
	kit_verify(k);
	assert_int_equal(complete(k, &u, want, 1, &c), OK);
	kit_same(k, "bad", SPAN_LIT("a"));
	assert_int_equal(c.rec.parts, 1);
	drop(k, "bad");
}

static void
obj_complete_empty_parts(void **state)
{
	struct objkit *k = *state;
	char *p = kit_bytes(UPLOAD_PART_MIN, 11);
	struct upload u = upload_begin(k, "e", CHECKSUM_CRC64NVME, false);
	struct obj_part_want want[2] = { part(k, &u, 1, span_of(p, UPLOAD_PART_MIN)),
		part(k, &u, 2, SPAN_NONE) };
	struct obj_complete c = { 0 };

	assert_int_equal(complete(k, &u, want, 2, &c), OK);
	kit_same(k, "e", span_of(p, UPLOAD_PART_MIN));
	u = upload_begin(k, "e", CHECKSUM_CRC64NVME, false);
	want[0] = part(k, &u, 1, SPAN_NONE);
	c = (struct obj_complete){ 0 };
	assert_int_equal(complete(k, &u, want, 1, &c), OK);
	kit_same(k, "e", SPAN_NONE);
	kit_usage(k, CLASS_STANDARD, 1, 0);
	drop(k, "e");
	mem_free(p);
}

/* A condition at the end meets what happened meanwhile (AWS: 409, not 412). */
static void
obj_complete_conflicts(void **state)
{
	struct objkit *k = *state;
	struct obj_complete c = { .dest.cond.if_none_match = SPAN_LIT("*") };
	struct upload u, later;
	struct obj_part_want want;

	put(k, "race", 3, 12);
	u = upload_begin(k, "race", CHECKSUM_CRC64NVME, false);
	want = part(k, &u, 1, SPAN_LIT("x"));
	drop(k, "race");
	later = upload_begin(k, "race", CHECKSUM_CRC64NVME, false);
	/* complete() fills dest anew: the condition goes in behind it */
	(void)later;
	c.dest = kit_dest(k, "race");
	c.dest.cond.if_none_match = SPAN_LIT("*");
	c.bucket = k->bucket;
	c.upload_id = span_of(u.id, sizeof u.id);
	c.part = &want;
	c.n = 1;
	c.arena = &k->arena;
	assert_int_equal(kit_write(k, complete_fn, &c), E_CONDITIONAL_CONFLICT);
	want = part(k, &later, 1, SPAN_LIT("y"));
	c.upload_id = span_of(later.id, sizeof later.id);
	assert_int_equal(kit_write(k, complete_fn, &c), OK);
	kit_same(k, "race", SPAN_LIT("y"));
	drop(k, "race");
}

/* ---- parts that are copies ---- */

static struct obj_part_want
copy_part(struct objkit *k, struct upload *u, unsigned number, const char *from,
    uint64_t off, struct span data)
{
	struct obj_copy_part c = { .source = { .bucket = SPAN_LIT("bkt"),
				       .key = span_str(from) },
		.off = off,
		.len = data.n,
		.bucket = k->bucket,
		.key = span_str(u->key),
		.upload_id = span_of(u->id, sizeof u->id),
		.number = number,
		.arena = &k->arena,
		.fail = &k->fail };
	char *etag = arena_alloc(&k->arena, ETAG_TEXT);

	assert_int_equal(kit_find(k, from, &c.source.seen), OK);
	digest_of(DIGEST_MD5, data, c.rec.etag);
	c.rec.checksum = (struct checksum){ .kind = CHECKSUM_CRC64NVME, .n = 8 };
	kit_now = k;
	obj_copy_part_post(&c, k->store, k->inbox, kit_write_then);
	assert_int_equal(kit_wait(k), OK);
	return (struct obj_part_want){ .number = number,
		.etag = span_of(etag, obj_etag_hex(etag, c.rec.etag, 0)) };
}

static void
obj_copy_part_of_copies(void **state)
{
	struct objkit *k = *state;
	size_t n = UPLOAD_PART_MIN + MID + 1, cut = UPLOAD_PART_MIN + 7;
	char *p = kit_bytes(n, 13);
	const char *from = "gen0", *to = "gen1";

	(void)kit_put(k, from, span_of(p, n));
	for (unsigned i = 0; i < 12; i++) {
		struct upload u = upload_begin(k, to, CHECKSUM_CRC64NVME, false);
		struct obj_complete c = { 0 };
		const char *was = from;
		struct obj_part_want want[3] = {
			copy_part(k, &u, 1, from, 0, span_of(p, cut)),
			copy_part(k, &u, 2, from, cut, span_of(p + cut, n - cut)),
		};

		if (i % 3 == 2) { /* whole, as one part */
			want[0] = copy_part(k, &u, 1, from, 0, span_of(p, n));
			assert_int_equal(complete(k, &u, want, 1, &c), OK);
		} else
			assert_int_equal(complete(k, &u, want, 2, &c), OK);
		kit_same(k, to, span_of(p, n));
		drop(k, from);
		kit_verify(k);
		kit_same(k, to, span_of(p, n));
		from = to;
		to = was;
	}
	drop(k, from);
	mem_free(p);
}

/* ---- the end of uploads and buckets ---- */

static enum err
abort_fn(struct txn *t, struct objkit *k, void *arg)
{
	struct upload *u = arg;

	return obj_upload_drop(t, &k->bucket, span_str(u->key), &u->rec);
}

static void
obj_upload_drop_frees(void **state)
{
	struct objkit *k = *state;
	struct upload u = upload_begin(k, "ab", CHECKSUM_CRC64NVME, false);
	char *p = kit_bytes(LARGE, 14);

	for (unsigned i = 1; i < 5; i++)
		(void)part(k, &u, i, span_of(p, i * 100000));
	assert_int_equal(kit_write(k, abort_fn, &u), OK);
	kit_verify(k);
	mem_free(p);
}

static enum err
bucket_drop_fn(struct txn *t, struct objkit *k, void *arg)
{
	(void)arg;
	return obj_bucket_delete(t, SPAN_LIT("bkt"), &k->fail);
}

static void
obj_bucket_delete_takes_uploads(void **state)
{
	struct objkit *k = *state;
	static char name[] = "bkt";
	struct upload u = upload_begin(k, "left", CHECKSUM_CRC64NVME, false);
	struct obj_put p = { .dest = kit_dest(k, "late"), .now_ms = 1 };
	struct body *b;

	(void)part(k, &u, 1, SPAN_LIT("part"));
	put(k, "key", 3, 15);
	assert_int_equal(kit_write(k, bucket_drop_fn, NULL), E_BUCKET_NOT_EMPTY);
	drop(k, "key");
	assert_int_equal(kit_write(k, bucket_drop_fn, NULL), OK);
	assert_int_equal(kit_write(k, bucket_drop_fn, NULL), E_NO_SUCH_BUCKET);
	kit_verify(k);
	/* Made anew: what was meant for the old one does not land in it. */
	assert_int_equal(kit_write(k, kit_make_bucket, name), OK);
	p.body = b = kit_body(k, SPAN_LIT("late"));
	kit_now = k;
	obj_put_post(&p, k->store, k->inbox, kit_write_then);
	assert_int_equal(kit_wait(k), E_NO_SUCH_BUCKET);
	body_free(&b, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(obj_put_overwrite_delete),
		cmocka_unit_test(obj_put_conditions),
		cmocka_unit_test(obj_put_metadata),
		cmocka_unit_test(obj_copy_outlives_its_source),
		cmocka_unit_test(obj_copy_source_changed),
		cmocka_unit_test(obj_read_of_what_is_overwritten),
		cmocka_unit_test(obj_hash_of_an_object),
		cmocka_unit_test(obj_complete_joins),
		cmocka_unit_test(obj_complete_refuses),
		cmocka_unit_test(obj_complete_empty_parts),
		cmocka_unit_test(obj_complete_conflicts),
		cmocka_unit_test(obj_copy_part_of_copies),
		cmocka_unit_test(obj_upload_drop_frees),
		cmocka_unit_test(obj_bucket_delete_takes_uploads),
	};

	return cmocka_run_group_tests_name("obj_store", tests, kit_setup, kit_teardown);
}
