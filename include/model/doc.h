/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of a bucket (?cors, ?tagging ...): what they must look like, checked against a
 * table per document, and one way to write them, which is what is kept and given back.
 * Does not store them (object/) and does not act on them.
 */
#ifndef MODEL_DOC_H
#define MODEL_DOC_H

#include "base/arena.h"
#include "base/err.h"
#include "codec/xml.h"

enum doc {
#define DOC(sym, sub, root, list, missing, fallback, kib) DOC_##sym,
#include "model/docs.def"
#undef DOC
	DOC_COUNT
};

enum { DOC_ID_MAX = 64, DOC_TAGS_MAX = 50 };

struct doc_row {
	const char *sub, *root;
	const char *list; /* "" unless there may be many */
	enum err missing;
	const char *fallback; /* or NULL */
	size_t max; /* bytes */
};
const struct doc_row *doc_row(enum doc d);
bool doc_find(const char *sub, enum doc *out);

/* What a client sent, checked. */
struct doc_text {
	struct span inner; /* the root's content in canonical form; arena */
	struct span target; /* a bucket that must exist; n = 0 for none */
	struct span rules; /* what acting on it reads instead; n = 0: nothing. Arena */
	bool nothing; /* as good as no document at all */
	bool
	    soon; /* in: lifecycle rules may move objects sooner than AWS's; read always */
};
/* id is the one in the request (documents of which there may be many). E_MALFORMED_XML, or
 * what AWS says to that mistake. */
NODISCARD enum err doc_parse(struct arena *a, enum doc d, struct span in, struct span id,
    struct doc_text *out, struct fail *fail);
/* The same for tags that came with CreateBucket: the children of <Tags>. */
NODISCARD enum err doc_parse_tags(struct arena *a, const struct xml_node *tags,
    struct doc_text *out, struct fail *fail);
bool doc_id_ok(struct span id);

/* <Root xmlns="...">inner</Root>, or without the namespace inside a list. */
void doc_render(struct buf *out, enum doc d, struct span inner, bool in_list);
/* What is kept, as a tree again. */
NODISCARD enum err doc_tree(struct arena *a, enum doc d, struct span inner,
    struct xml_node **root, struct fail *fail);

#endif
