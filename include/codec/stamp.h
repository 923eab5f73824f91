/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text: HTTP dates, ISO 8601 as in S3's XML, and SigV4's basic form. UTC only. */
#ifndef CODEC_STAMP_H
#define CODEC_STAMP_H

#include <stdint.h>

#include "base/buf.h"

enum { STAMP_HTTP = 29, STAMP_ISO = 24, STAMP_AMZ = 16 };

/* "Sat, 21 Nov 2026 11:34:53 GMT"; STAMP_HTTP characters, no NUL. */
void stamp_http(char *out, int64_t seconds);
/* "2026-11-21T11:34:53.000Z"; S3 shows whole seconds: ms is written as given. The date
 * part of the last call is cached per thread. */
void stamp_iso(char *out, int64_t ms);
/* "20261121T113453Z" */
void stamp_amz(char *out, int64_t seconds);

/* All three forms of RFC 9110 (IMF-fixdate, RFC 850, asctime); seconds since 1970. */
bool stamp_http_parse(struct span s, int64_t *out);
/* YYYY-MM-DDTHH:MM:SS[.fraction](Z|+hh:mm) or a date alone. */
bool stamp_iso_parse(struct span s, int64_t *ms);
bool stamp_amz_parse(struct span s, int64_t *out);

/* Calendar months, by their number since January 1970: which a time lies in, and when one
 * begins. */
unsigned stamp_month(int64_t ms);
int64_t stamp_month_ms(unsigned month);

#endif
