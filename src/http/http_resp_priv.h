/* SPDX-License-Identifier: Apache-2.0 */
/* The edge's own lines of a reply's head. Pure. [any] */
#ifndef HTTP_HTTP_RESP_PRIV_H
#define HTTP_HTTP_RESP_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct http_resp_head {
	unsigned status;
	const char *date; /* 29 bytes */
	const char *server; /* NULL: no such header */
	uint64_t length;
	bool bodyless; /* by its status */
	bool chunked, close, http10;
	char top[384]; /* where the two parts stand */
	char bottom[96];
};

/* top goes before the application's headers, bottom behind them; both borrow from h. */
void http_resp_render(struct http_resp_head *h, struct span *top, struct span *bottom);

#endif
