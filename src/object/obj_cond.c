/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>

#include "base/clock.h"
#include "codec/hex.h"
#include "object/object.h"

size_t
obj_etag_hex(char out[ETAG_TEXT], const uint8_t etag[16], unsigned parts)
{
	size_t n = 32;

	hex_render(out, etag, 16);
	if (parts > 0)
		n += (size_t)snprintf(out + n, ETAG_TEXT - n, "-%u", parts);
	return n;
}

size_t
obj_etag(char out[ETAG_TEXT], const struct rec_object *rec)
{
	return obj_etag_hex(out, rec->etag, rec->parts);
}

/* Lists, quotes and weak marks are accepted as RFC 9110 has them; S3 also takes bare text. */
bool
obj_etag_in(struct span list, const char *etag, size_t n)
{
	struct span one;

	while (list.n > 0) {
		one = span_trim(span_cut(&list, ','));
		if (span_starts(one, SPAN_LIT("W/")))
			one = span_from(one, 2);
		if (one.n >= 2 && one.p[0] == '"' && one.p[one.n - 1] == '"')
			one = span_of(one.p + 1, one.n - 2);
		if (span_is(one, "*") || span_eq(one, span_of(etag, n)))
			return true;
	}
	return false;
}

bool
obj_cond_given(const struct obj_cond *c)
{
	return c->if_match.p != NULL || c->if_none_match.p != NULL || c->has_modified ||
	    c->has_unmodified;
}

static enum err
cond_failed(const struct obj_cond *c, const char *name, struct fail *fail)
{
	char text[64];

	(void)snprintf(
	    text, sizeof text, "%s%s", c->prefix != NULL ? c->prefix : "", name);
	if (fail != NULL && fail->code == OK) {
		(void)fail_set(fail, E_PRECONDITION);
		fail_pair_str(fail, "Condition", text);
	}
	return E_PRECONDITION;
}

/* RFC 9110, 13.2.2; times compare in whole seconds. For a copy's source what would be
 * "not modified" is a failed precondition. */
enum err
obj_cond_read(const struct obj_cond *c, const struct rec_object *rec, struct fail *fail)
{
	char etag[ETAG_TEXT];
	size_t n = obj_etag(etag, rec);
	int64_t mtime = rec->mtime_ms / 1000;
	bool copy = c->prefix != NULL && c->prefix[0] != '\0';

	if (c->if_match.p != NULL) {
		if (!obj_etag_in(c->if_match, etag, n))
			return cond_failed(c, "If-Match", fail);
	} else if (c->has_unmodified && mtime > c->unmodified_since)
		return cond_failed(c, "If-Unmodified-Since", fail);
	if (c->if_none_match.p != NULL) {
		if (obj_etag_in(c->if_none_match, etag, n))
			return copy ? cond_failed(c, "If-None-Match", fail)
				    : fail_set(fail, E_NOT_MODIFIED);
	} else if (c->has_modified && mtime <= c->modified_since &&
	    c->modified_since <= clock_real())
		return copy ? cond_failed(c, "If-Modified-Since", fail)
			    : fail_set(fail, E_NOT_MODIFIED);
	return OK;
}

enum err
obj_cond_write(const struct obj_cond *c, const struct rec_object *rec, struct fail *fail)
{
	char etag[ETAG_TEXT];

	if (c->if_match.p != NULL) {
		if (rec == NULL)
			return c->absent_fails ? cond_failed(c, "If-Match", fail)
					       : E_NO_SUCH_KEY;
		if (!obj_etag_in(c->if_match, etag, obj_etag(etag, rec)))
			return cond_failed(c, "If-Match", fail);
	}
	if (c->if_none_match.p != NULL && rec != NULL &&
	    obj_etag_in(c->if_none_match, etag, obj_etag(etag, rec)))
		return cond_failed(c, "If-None-Match", fail);
	if (rec != NULL && c->has_unmodified &&
	    rec->mtime_ms / 1000 > c->unmodified_since)
		return cond_failed(c, "If-Unmodified-Since", fail);
	if (rec != NULL && c->has_modified && rec->mtime_ms / 1000 <= c->modified_since)
		return cond_failed(c, "If-Modified-Since", fail);
	return OK;
}
