/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/version.h"

#include "model/tiering.h"
#include "object/event.h"
#include "object/meter.h"

#include "obj_priv.h"

enum err
obj_class_set(struct txn *t, const struct rec_bucket *b, struct span key,
    const struct obj_version *v, uint8_t class, int64_t now_ms, struct fail *fail)
{
	struct obj_change change = {
		.event = EVENT_TRANSITION, .bucket = b, .key = key, .now_ms = now_ms
	};
	struct rec_object rec;
	enum err e = obj_version_find(t, b, key, v, &rec, fail);

	if (e == OK)
		e = obj_meter_leave(t, b, &rec, now_ms);
	if (e == OK)
		e = usage_add(t, b->id, rec.class, -1, -(int64_t)rec.size);
	if (e == OK && rec.class == CLASS_INTELLIGENT_TIERING)
		e = access_drop(t, rec.number);
	if (e != OK)
		return e;
	rec.class = class;
	e = usage_add(t, b->id, class, 1, (int64_t)rec.size);
	if (e == OK)
		e = obj_meter_enter(t, b, &rec, now_ms);
	if (e == OK)
		e = obj_row_rewrite(t, b, key, &rec);
	change.rec = &rec;
	change.class = span_str(class_name(class));
	return e == OK ? obj_event(t, &change) : e;
}
