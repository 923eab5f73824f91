/* SPDX-License-Identifier: Apache-2.0 */
/* A reply's body out of a tier: workers ask for one stretch while another is sent, so a loop
 * never waits for a tier, and a slow client holds two stretches and no thread. */
#ifndef AWAY_PRIV_H
#define AWAY_PRIV_H

#include "object/remote.h"
#include "s3_priv.h"

struct away;

/* The first bytes of [off, off + len) of an object whose bytes are at r; keys: of a sealed
 * one, else NULL. All is copied. rq is resumed when they are here, or can't be had. */
NODISCARD enum err away_begin(struct rq *rq, const struct rec_remote *r,
    const struct sealed_keys *keys, uint64_t off, uint64_t len, struct away **out);
struct http_source *away_source(struct away *a); /* which then owns a */
void away_drop(struct away **a); /* when there is no such reply */

#endif
