/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object's tags: as a header says them (a query string), as a document does, and as they
 * lie in the object's SIDE_TAGS. Always in the order of their keys, which is AWS's. [any]
 * docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
 */
#ifndef MODEL_TAGS_H
#define MODEL_TAGS_H

#include "base/arena.h"
#include "base/err.h"

enum { TAGS_MAX = 10 }; /* of an object */

struct tags {
	struct field *tag; /* key, value */
	size_t n;
};

/* E_INVALID_TAG with <TagKey> and, where there is a value, <TagValue>. */
NODISCARD enum err tags_refuse(
    struct fail *fail, const char *text, struct span key, struct span value);
/* key or value too long or of the wrong characters: E_INVALID_TAG. */
NODISCARD enum err tags_check_text(struct span key, struct span value, struct fail *fail);

/* x-amz-tagging: "a=b&c=d". E_INVALID_ARGUMENT for what is no such text, else as below. */
NODISCARD enum err tags_parse_header(
    struct arena *a, struct span in, struct tags *out, struct fail *fail);
/* <Tagging>. E_MALFORMED_XML, E_BAD_REQUEST (too many), E_INVALID_TAG. */
NODISCARD enum err tags_parse_xml(
    struct arena *a, struct span in, struct tags *out, struct fail *fail);
void tags_put_xml(struct buf *out, const struct tags *t);

/* Value of the side: p == NULL for no tags. */
struct span tags_render(struct arena *a, const struct tags *t);
/* in.p == NULL: none. Borrows. */
NODISCARD enum err tags_read(struct arena *a, struct span in, struct tags *out);
unsigned tags_count(struct span in);

#endif
