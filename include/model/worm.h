/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Object lock ("write once, read many"): what protects one version, how long, and which
 * changes of that are allowed. Rules only; where a version is dropped the object layer asks
 * them. Times are the store's, in ms. [any]
 * docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html, object-lock-managing.html
 */
#ifndef MODEL_WORM_H
#define MODEL_WORM_H

#include "base/arena.h"
#include "base/err.h"

enum worm_mode { WORM_NONE, WORM_GOVERNANCE, WORM_COMPLIANCE, WORM_MODES };
enum worm_hold { HOLD_NEVER, HOLD_OFF, HOLD_ON }; /* never: nobody ever said */

/* A period: days or years, never both; a year is 365 days. Zeroed is none. */
struct worm_period {
	uint32_t days, years;
};
enum { WORM_DAYS_MAX = 36500, WORM_YEARS_MAX = 100 };

struct worm {
	uint8_t mode; /* enum worm_mode */
	uint8_t legal; /* enum worm_hold */
	uint8_t event; /* enum worm_hold; ON needs a mode and a duration */
	int64_t until_ms; /* 0: none but what the event hold makes */
	struct worm_period
	    duration; /* how long it lasts once the event hold is released */
};

/* As stored in SIDE_LOCK; p == NULL when w says nothing. */
struct span worm_render(struct arena *a, const struct worm *w);
NODISCARD enum err worm_read(struct span in, struct worm *out); /* in.p == NULL: none */

/* "GOVERNANCE", "COMPLIANCE" and back. */
const char *worm_mode_name(unsigned mode);
bool worm_mode_find(struct span name, uint8_t *out);

/* The date that holds now: under an event hold it moves with the time. */
int64_t worm_until(const struct worm *w, int64_t now_ms);
/* May the version go? bypass: somebody with the right to asked for it; a legal hold and
 * COMPLIANCE do not care. */
bool worm_may_drop(const struct worm *w, int64_t now_ms, bool bypass);

/* What PutObjectRetention asks for. */
struct worm_change {
	uint8_t mode; /* WORM_NONE: take it away */
	uint8_t event; /* HOLD_NEVER: not said */
	int64_t until_ms; /* 0: not said */
	struct worm_period duration;
};
/* *w becomes what c makes of it. E_OBJECT_LOCKED: weaker than what holds. E_INVALID_REQUEST
 * with a message: no such hold to release, and no date. */
NODISCARD enum err worm_change(struct worm *w, const struct worm_change *c,
    int64_t now_ms, bool bypass, struct fail *fail);

/* What a bucket gives to versions that say nothing themselves. */
struct worm_default {
	uint8_t mode; /* WORM_NONE: no default */
	struct worm_period period, event;
};
/* inner: of the bucket's document as doc_parse() wrote it. */
void worm_default_read(struct span inner, struct worm_default *out);
/* For a version made now that has no retention of its own. */
void worm_default_apply(const struct worm_default *d, int64_t now_ms, struct worm *w);

#endif
