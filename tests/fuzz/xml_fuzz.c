/* SPDX-License-Identifier: Apache-2.0 */
/* The tree's links hold, and every text that was parsed is the same after xml_put() and
 * another parse. */
#include "config.h"

#include "codec/uri.h"
#include "codec/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(struct span text)
{
	struct buf b = { 0 };
	struct arena a;
	struct xml_node *root;

	arena_init(&a, 0);
	xml_put(&b, "T", text);
	MUST(uri_utf8(text));
	MUST(arena_failed(&a) || xml_parse(&a, buf_view(&b), &root, NULL) != OK ||
	    span_eq(root->text, text));
	arena_fini(&a);
	buf_fini(&b);
}

static void
check_node(const struct xml_node *n, int depth)
{
	MUST(depth <= 32 && n->name.n > 0);
	check_text(n->text);
	for (size_t i = 0; i < n->nattr; i++)
		MUST(n->attr[i].name.n > 0);
	for (const struct xml_node *c = n->child; c != NULL; c = c->next) {
		MUST(c->parent == n);
		check_node(c, depth + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct xml_node *root = NULL;
	struct buf b = { 0 };
	struct fail fail;
	struct arena a;

	arena_init(&a, 0);
	fail_init(&fail, &a);
	if (xml_parse(&a, in, &root, &fail) == OK)
		check_node(root, 1);
	else
		MUST(fail.code == E_MALFORMED_XML && root == NULL);
	xml_escape(&b, in);
	MUST(uri_utf8(buf_view(&b)));
	MUST(b.n == 0 || memchr(b.p, '<', b.n) == NULL);
	buf_fini(&b);
	arena_fini(&a);
	return 0;
}
