/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/object.h"

static void
obj_write_back(struct task *t)
{
	struct obj_write *w = CONTAINER_OF(t, struct obj_write, back);

	w->then(w, w->write.result);
}

static void
obj_write_done(struct store_write *sw)
{
	struct obj_write *w = CONTAINER_OF(sw, struct obj_write, write);

	inbox_post(w->inbox, &w->back);
}

void
obj_write_post(struct obj_write *w, struct store *store, store_fn fn, struct inbox *inbox,
    void (*then)(struct obj_write *w, enum err e))
{
	*w = (struct obj_write){
		.write = { .fn = fn, .done = obj_write_done },
		.back = { .fn = obj_write_back },
		.inbox = inbox,
		.then = then,
	};
	store_write(store, &w->write);
}
