/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical request and the string to sign. The rules are S3's: the path is decoded
 * once and encoded again, never normalised; sources as in auth/sigv4.h. The fields below
 * the line exist to try what a client may have done otherwise (sigv4hint.c).
 */
#ifndef AUTH_CANON_PRIV_H
#define AUTH_CANON_PRIV_H

#include "base/arena.h"
#include "base/buf.h"

enum canon_path { CANON_PATH_S3, CANON_PATH_RAW, CANON_PATH_TWICE, CANON_PATH_MERGED };

struct canon_in {
	struct span method, path, query;
	const struct field *header;
	size_t nheader;
	struct span signed_headers, payload;
	struct arena *arena;
	/* ---- */
	enum canon_path path_as;
	bool plus_stays; /* '+' in the query is itself, no space */
	bool values_stay; /* parameters of one name in the order they came */
	struct field instead; /* a header's other value; name.n = 0 for none */
};

enum canon_result { CANON_OK, CANON_BAD_QUERY, CANON_BAD_HEADERS };

/* Replaces what out holds. seen (nheader bytes, zeroed, or NULL) gets a 1 for each header
 * that is signed. CANON_BAD_HEADERS: a header listed twice, or too many; CANON_BAD_QUERY:
 * too many parameters. */
NODISCARD enum canon_result canon_render(
    struct buf *out, const struct canon_in *in, uint8_t *seen);

/* Replaces what out holds. */
void canon_string_to_sign(
    struct buf *out, struct span amz_date, struct span scope, struct span canonical);

#endif
