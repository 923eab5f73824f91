/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/document.h"
#include "object/version.h"

enum err
obj_mfa_delete(struct txn *t, const struct rec_bucket *b, enum mfa_delete *out)
{
	struct obj_doc at = { .bucket_id = b->id, .doc = DOC_MFA_DELETE };
	struct span inner;
	enum err e = E_NOT_FOUND;

	*out = MFA_DELETE_NEVER;
	if (b->versioning != VERSIONING_NEVER)
		e = obj_doc_get(t, &at, &inner);
	if (e == OK)
		*out = span_is(inner, "Enabled") ? MFA_DELETE_ON : MFA_DELETE_OFF;
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
mfa_delete_put(struct txn *t, struct span bucket, const struct rec_bucket *b,
    enum mfa_delete state, struct fail *fail)
{
	struct obj_doc at = {
		.bucket = bucket, .bucket_id = b->id, .doc = DOC_LIFECYCLE
	};
	struct doc_text text = { .inner = SPAN_LIT("Disabled") };
	struct span inner;
	enum err e;

	if (state == MFA_DELETE_ON) {
		e = obj_doc_get(t, &at, &inner);
		if (e == OK)
			return fail_msg(fail, E_INVALID_BUCKET_STATE,
			    "Mfa Authentication is not supported on a bucket with "
			    "lifecycle configuration. Delete lifecycle configuration "
			    "before enabling Mfa Authentication.");
		if (e != E_NO_SUCH_LIFECYCLE)
			return e;
		text.inner = SPAN_LIT("Enabled");
	}
	at.doc = DOC_MFA_DELETE;
	at.fail = fail;
	return obj_doc_put(t, &at, &text);
}

enum err
obj_versioning_set(struct txn *t, struct span bucket, uint8_t versioning,
    enum mfa_delete want, bool mfa, struct fail *fail)
{
	enum mfa_delete is;
	struct rec_bucket b;
	enum err e = obj_bucket_find(t, bucket, &b, fail);

	if (e == OK)
		e = obj_mfa_delete(t, &b, &is);
	if (e == OK && !mfa && (is == MFA_DELETE_ON || want == MFA_DELETE_ON))
		e = fail_set(fail, E_MFA_REQUIRED);
	if (e == OK)
		e = obj_version_set(t, bucket, versioning, fail);
	/* Off, where it never was on, is not worth a word. */
	if (e != OK || want == MFA_DELETE_NEVER || want == is ||
	    (want == MFA_DELETE_OFF && is == MFA_DELETE_NEVER))
		return e;
	return mfa_delete_put(t, bucket, &b, want, fail);
}
