/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML in by expat into a small tree in an arena; XML out by appending to a buf with a
 * careful formatter. No DTD, no entities of the sender's, bounded depth and node count.
 */
#ifndef CODEC_XML_H
#define CODEC_XML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct xml_node {
	struct span name; /* local name, without namespace or prefix */
	struct span space; /* namespace URI, n = 0 for none */
	struct span text; /* all character data directly inside, joined, not trimmed */
	struct field *attr; /* names as "local" or "nsuri local" */
	size_t nattr;
	struct xml_node *child, *next, *parent;
};

/* E_MALFORMED_XML for anything that is not one well-formed document within limits
 * (depth 32, 200,000 nodes, arena's cap). */
NODISCARD enum err xml_parse(
    struct arena *a, struct span in, struct xml_node **root, struct fail *fail);
/* First child of that local name, or NULL. */
struct xml_node *xml_child(const struct xml_node *n, const char *name);
struct xml_node *xml_next(const struct xml_node *n, const char *name); /* next sibling */
unsigned xml_children(const struct xml_node *n); /* how many */
/* Text of that child; p == NULL when there is none. */
struct span xml_text(const struct xml_node *n, const char *name);

/* ---- out ---- */
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define XML_S3NS "http://s3.amazonaws.com/doc/2006-03-01/"

/* Character data escaped as AWS does: & < > " as &amp; &lt; &gt; &quot;, CR as &#13;, other
 * characters XML 1.0 forbids as &#x..; . Eight clean bytes at a time. */
void xml_escape(struct buf *b, struct span s);
void xml_open(struct buf *b, const char *name); /* <name> */
void xml_close(struct buf *b, const char *name);
void xml_put(struct buf *b, const char *name, struct span text); /* <name>text</name> */
void xml_put_str(struct buf *b, const char *name, const char *text);
void xml_put_u64(struct buf *b, const char *name, uint64_t v);
void xml_put_bool(struct buf *b, const char *name, bool v);

#endif
