/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of other stores that replicate to this one, in the words of MinIO's: they bring
 * the version's id and time along. Saying so is no right to it: that is s3:ReplicateObject
 * and s3:ReplicateDelete. Headers: internal/http/headers.go of MinIO's sources.
 */
#include "config.h"

#include "codec/stamp.h"
#include "model/rec_repl.h"
#include "s3_priv.h"

bool
headers_replica_asked(const struct rq *rq)
{
	return header_get(rq, "x-minio-source-replication-request").n > 0;
}

bool
headers_replica_marker(const struct rq *rq)
{
	return headers_replica_asked(rq) &&
	    span_is(header_get(rq, "x-minio-source-deletemarker"), "true");
}

enum err
headers_replica_arrival(struct rq *rq, struct obj_arrival *out)
{
	bool goes = rq->http->method == HTTP_DELETE;
	struct span mtime = header_get(rq, "x-minio-source-mtime");
	struct obj_version v;
	enum err e =
	    allow_also(rq, goes ? "s3:ReplicateDelete" : "s3:ReplicateObject", rq->key);

	*out = (struct obj_arrival){ .mtime_ms = rq->now_ms };
	if (e == OK)
		e = query_version(rq, &v);
	if (e != OK)
		return e;
	if (mtime.n > 0 && !stamp_iso_parse(mtime, &out->mtime_ms))
		return bad_argument(
		    rq, "x-minio-source-mtime", mtime, "Invalid time of the source");
	out->has_origin = v.which == VERSION_NUMBER;
	memcpy(out->origin, v.origin, ORIGIN_SIZE);
	return OK;
}

enum err
headers_replica_admit(struct rq *rq, struct attrs *attrs)
{
	struct replica r = { .status = REPLICA_REPLICA, .is_replica = true };
	struct obj_arrival a;
	enum err e;

	if (!headers_replica_asked(rq))
		return OK;
	e = headers_replica_arrival(rq, &a);
	if (e != OK)
		return e;
	r.has_origin = a.has_origin;
	memcpy(r.origin, a.origin, ORIGIN_SIZE);
	r.mtime_ms = a.mtime_ms;
	side_set(rq->arena, attrs, SIDE_REPLICA, replica_render(rq->arena, &r));
	return OK;
}
