/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/log.h"
#include "base/mem.h"
#include "s3_priv.h"

enum err
sign_check(struct rq *rq)
{
	struct auth_request a = {
		.method = rq->http->method_name,
		.path = rq->http->path,
		.query = rq->http->query,
		.header = rq->http->header,
		.nheader = rq->http->nheader,
		.now = rq->real_ms / 1000,
		.arena = rq->arena,
	};
	const char *hint = NULL;
	enum err e = sigv4_check(rq->loop->sigv4, &a, &rq->auth, &hint, &rq->fail);

	if (e == E_SIGNATURE)
		log_warn("request %s: signature does not match%s%s", rq->id,
		    hint != NULL ? ": " : "", hint != NULL ? hint : "");
	return e;
}
