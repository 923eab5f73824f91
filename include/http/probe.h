/* SPDX-License-Identifier: Apache-2.0 */
/* One request to a server, over a connection of its own (http/client.h). [any; blocks] */
#ifndef HTTP_PROBE_H
#define HTTP_PROBE_H

#include "base/buf.h"
#include "base/err.h"

struct probe {
	const char *url, *method;
	struct span lines; /* of its head, each with its line end */
	struct span body;
	unsigned ms;
};
/* body (NULL: not wanted) gets the answer's, a mebibyte at most. */
NODISCARD enum err probe_ask(
    const struct probe *p, unsigned *status, struct buf *body, struct fail *fail);

/* http[s]://HOST[:PORT][/PATH]; *status as answered, the head and body's first bytes are
 * passed over. E_CONFIG: url is none. E_IO: no answer within ms. fail says which. */
NODISCARD enum err probe_get(
    const char *url, unsigned ms, unsigned *status, struct fail *fail);

#endif
