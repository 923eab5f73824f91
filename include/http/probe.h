/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One GET of one URL, waited for: what `trug health` and `trug wait` ask a running server.
 * No redirects, no certificates checked: it is for probes of one's own server, which say
 * nothing secret. [any; blocks]
 */
#ifndef HTTP_PROBE_H
#define HTTP_PROBE_H

#include "base/buf.h"
#include "base/err.h"

/* http[s]://HOST[:PORT][/PATH]; *status as answered, the head and body's first bytes are
 * passed over. E_CONFIG: url is none. E_IO: no answer within ms. fail says which. */
NODISCARD enum err probe_get(
    const char *url, unsigned ms, unsigned *status, struct fail *fail);

#endif
