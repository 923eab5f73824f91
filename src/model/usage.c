/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/remote_tier.h"

enum { USAGE_KEY = 9, USAGE_VALUE = 16 };

static struct span
usage_key(uint8_t out[USAGE_KEY], uint64_t bucket, uint8_t class)
{
	be64_put(out, bucket);
	out[8] = class;
	return span_of(out, USAGE_KEY);
}

enum err
usage_get(struct txn *t, uint64_t bucket, uint8_t class, struct usage *out)
{
	uint8_t key[USAGE_KEY];
	struct span row;
	enum err e = table_get(t, T_USAGE, usage_key(key, bucket, class), &row);

	*out = (struct usage){ 0 };
	if (e == E_NOT_FOUND)
		return OK;
	if (e == OK && row.n != USAGE_VALUE)
		return E_CORRUPT;
	if (e == OK)
		*out = (struct usage){ be64_get(row.p), be64_get(row.p + 8) };
	return e;
}

enum err
usage_add(struct txn *t, uint64_t bucket, uint8_t class, int64_t objects, int64_t bytes)
{
	uint8_t key[USAGE_KEY], value[USAGE_VALUE];
	struct usage u;
	enum err e = usage_get(t, bucket, class, &u);

	if (e != OK)
		return e;
	be64_put(value, u.objects + (uint64_t)objects);
	be64_put(value + 8, u.bytes + (uint64_t)bytes);
	return table_put(
	    t, T_USAGE, usage_key(key, bucket, class), span_of(value, sizeof value));
}

enum err
usage_drop(struct txn *t, uint64_t bucket)
{
	uint8_t key[USAGE_KEY];

	for (uint8_t class = 0; class < CLASS_TIER + TIER_SLOTS; class ++) {
		enum err e = class_is(class)
		    ? table_del(t, T_USAGE, usage_key(key, bucket, class))
		    : OK;

		if (e != OK && e != E_NOT_FOUND)
			return e;
	}
	return OK;
}
