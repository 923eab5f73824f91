/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of a bucket in the index: kept as model/doc.h writes them, gone with the bucket.
 * Knows nothing of what they say.
 */
#ifndef OBJECT_DOCUMENT_H
#define OBJECT_DOCUMENT_H

#include "model/doc.h"
#include "model/rec.h"

enum { OBJ_DOCS_MAX = 1000 }; /* of one kind in one bucket */

struct obj_doc {
	struct span bucket; /* its name, for failures */
	uint64_t bucket_id;
	enum doc doc;
	struct span id; /* where there may be many, else n = 0 */
	struct fail *fail;
};
/* The document's content, or what stands for it while nobody put one; borrowed from the
 * snapshot. Its row's failure (with BucketName) when there is none. */
NODISCARD enum err obj_doc_get(
    struct txn *t, const struct obj_doc *d, struct span *inner);
/* The same where none is no failure; *own: somebody has put it. */
NODISCARD enum err obj_doc_find(
    struct txn *t, const struct obj_doc *d, struct span *inner, bool *own);
/* E_NO_SUCH_BUCKET when the bucket went meanwhile, E_INVALID_LOG_TARGET,
 * E_INVALID_BUCKET_STATE (object lock without versioning), E_TOO_MANY_CONFIGURATIONS. */
NODISCARD enum err obj_doc_put(
    struct txn *t, const struct obj_doc *d, const struct doc_text *text);
/* OK also when there was none, except for documents with an id. */
NODISCARD enum err obj_doc_delete(struct txn *t, const struct obj_doc *d);
NODISCARD enum err obj_doc_drop_all(struct txn *t, uint64_t bucket_id);
/* In the order of ids, behind after; row() says whether to go on. */
NODISCARD enum err obj_doc_each(struct txn *t, uint64_t bucket_id, enum doc doc,
    struct span after, bool (*row)(void *ctx, struct span id, struct span inner),
    void *ctx);

#endif
