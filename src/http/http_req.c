/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "http/http.h"

#include "loop_priv.h"

struct span
http_req_find(const struct http_req *rq, const char *name, size_t n)
{
	for (size_t i = 0; i < rq->nheader; i++) {
		const struct span *s = &rq->header[i].name;

		if (s->n == n && s->p[0] == name[0] && memcmp(s->p, name, n) == 0)
			return rq->header[i].value;
	}
	return SPAN_NONE;
}

struct inbox *
http_req_inbox(const struct http_req *rq)
{
	CHECK(rq, HTTP_REQ_MAGIC);
	return rq->conn->loop->inbox;
}
