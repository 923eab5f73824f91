/* SPDX-License-Identifier: Apache-2.0 */
/* A reply's body that is undone as it goes out; for op_get.c. */
#ifndef INFLATE_PRIV_H
#define INFLATE_PRIV_H

#include "codec/gunzip.h"
#include "s3_priv.h"

struct inflate {
	struct http_source source; /* what the reply is sent from */
	struct rq *rq;
	struct gunzip *gunzip;
	struct obj_plain *from; /* NULL: all of it was there from the start */
	bool sealed;
	struct span in; /* not looked at yet */
	const struct blob_extent *extent;
	uint64_t extent_done;
	char *room;
};

/* Is it kept as gzip, and has to be undone for this client? */
bool inflate_wanted(struct rq *rq, const struct attrs *attrs);
/* from is begun, and ended with the source; in: its first bytes, or all with from NULL,
 * borrowed to the end. [loop] */
NODISCARD enum err inflate_start(struct inflate *i, struct rq *rq, struct obj_plain *from,
    bool sealed, struct span in);
void inflate_drop(struct inflate *i); /* where no source was given away */

#endif
