/* SPDX-License-Identifier: Apache-2.0 */
/* A store with the model's tables, for what counts and queues in them. */
#ifndef TESTS_MODEL_STOREKIT_H
#define TESTS_MODEL_STOREKIT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "model/rec.h"
#include "store/store.h"

#include <cmocka.h>
#undef fail_msg

#include "../../scratch.h"

struct storekit {
	char dir[256];
	struct store *store;
};

static inline int
storekit_setup(void **state)
{
	static struct storekit k;
	struct store_conf conf = { .dir = k.dir,
		.durability = STORE_NONE,
		.map_size = (uint64_t)64 << 20,
		.tables = model_tables,
		.ntables = T_COUNT };
	struct fail fail;

	scratch_make(k.dir, sizeof k.dir, "model", NULL);
	fail_init(&fail, NULL);
	assert_int_equal(store_open(&k.store, &conf, &fail), OK);
	*state = &k;
	return 0;
}

static inline int
storekit_teardown(void **state)
{
	struct storekit *k = *state;

	store_close(&k->store);
	scratch_remove(k->dir);
	return 0;
}

#endif
