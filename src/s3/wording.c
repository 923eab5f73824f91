/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failures in the words of the request's tier. They are told in AWS's everywhere else, so
 * that nobody below has to know of tiers.
 */
#include "config.h"

#include <stdio.h>

#include "s3_priv.h"

static const struct word {
	enum tier_point point;
	enum tier_value value;
	enum err from;
	const char *begin; /* of the text it was told with */
	enum err to;
	const char *text; /* NULL: as it was told; "": that of to */
} words[] = {
#define WORD(point, value, from, begin, to, text) \
	{ TP_##point, TV_##value, from, begin, to, text },
#include "s3/wording.def"
#undef WORD
};

static bool
fits(const struct word *w, const struct fail *f)
{
	return w->from == f->code &&
	    strncmp(fail_text(f), w->begin, strlen(w->begin)) == 0;
}

/* Which tiers say it so, and open does not? */
static unsigned
others(const struct tier_table *t, const struct word *w)
{
	unsigned tiers = 0;

	for (unsigned i = TIER_AWS; i < TIERS; i++)
		if (t->value[i][w->point] == w->value &&
		    t->value[TIER_OPEN][w->point] != w->value)
			tiers |= 1u << i;
	return tiers;
}

static void
tell(struct fail *f, const struct word *w)
{
	f->code = w->to;
	if (w->text == NULL)
		return;
	f->text = NULL;
	(void)snprintf(f->message, sizeof f->message, "%s", w->text);
}

void
wording_choose(struct rq *rq)
{
	struct fail *f = &rq->fail;

	ignore_note(rq, f->code);
	if (rq->tier == TIER_OPEN)
		notice_failure(rq);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		const struct word *w = &words[i];

		if (!fits(w, f))
			continue;
		if (rq->tier == TIER_OPEN)
			profile_note(rq, w->point, others(&rq->s3->profile->table, w));
		else if (rq->says[w->point] == w->value) {
			tell(f, w);
			return;
		}
	}
}
