/* SPDX-License-Identifier: Apache-2.0 */
/* What a bucket may hold: MinIO's hard quota. It is asked in the transaction that writes, by
 * the counts that the same transaction keeps. */
#include "config.h"

#include "model/meter.h"
#include "object/object.h"

enum err
obj_quota_set(struct txn *t, struct span bucket, uint64_t bytes, struct fail *fail)
{
	struct rec_bucket b;
	struct buf row = { 0 };
	enum err e = obj_bucket_find(t, bucket, &b, fail);

	if (e != OK || b.quota == bytes)
		return e;
	b.quota = bytes;
	rec_bucket_put(&row, &b);
	e = table_put(t, T_BUCKET, bucket, buf_view(&row));
	buf_fini(&row);
	return e;
}

enum err
obj_quota_check(struct txn *t, const struct rec_bucket *b, uint64_t less, uint64_t more,
    struct fail *fail)
{
	uint64_t used;
	enum err e;

	if (b->quota == 0)
		return OK;
	e = usage_bytes(t, b->id, &used);
	if (e != OK)
		return e;
	used -= less < used ? less : used;
	if (used < b->quota && more < b->quota - used)
		return OK;
	(void)fail_set(fail, E_QUOTA);
	fail_pair(fail, "BucketName", b->name);
	return E_QUOTA;
}
