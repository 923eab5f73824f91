/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/object.h"

#include "object/body.h"

enum { SIDE_BY_SIDE = 64 };

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

static void
obj_write_prepare(struct store_write *const *write, size_t n)
{
	struct body *body[SIDE_BY_SIDE];
	size_t part;

	for (; n > 0; n -= part, write += part) {
		part = n < SIDE_BY_SIDE ? n : SIDE_BY_SIDE;
		for (size_t i = 0; i < part; i++)
			body[i] = CONTAINER_OF(write[i], struct obj_write, write)->body;
		body_hash_all(body, part);
	}
}

void
obj_write_post(struct obj_write *w, struct store *store, store_fn fn, struct inbox *inbox,
    void (*then)(struct obj_write *w, enum err e))
{
	obj_write_post_body(w, store, fn, NULL, inbox, then);
}

void
obj_write_post_body(struct obj_write *w, struct store *store, store_fn fn,
    struct body *body, struct inbox *inbox, void (*then)(struct obj_write *w, enum err e))
{
	*w = (struct obj_write){
		.write = { .fn = fn,
		    .prepare = body != NULL ? obj_write_prepare : NULL,
		    .done = obj_write_done },
		.back = { .fn = obj_write_back },
		.inbox = inbox,
		.body = body,
		.then = then,
	};
	store_write(store, &w->write);
}
