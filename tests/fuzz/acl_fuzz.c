/* SPDX-License-Identifier: Apache-2.0 */
/* A list that is taken, as a document or as a header, comes back from what is stored; what is
 * read as stored never breaks anything. */
#include "config.h"

#include "model/acl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
round_trip(struct arena *a, const struct acl *acl)
{
	struct span row = acl_render(a, acl), again;
	struct buf xml = { 0 };
	struct acl back;

	MUST(acl->n <= ACL_GRANTS_MAX);
	MUST(acl_read(a, row, &back) == OK);
	again = acl_render(a, &back);
	MUST(span_eq(row, again));
	acl_put_xml(&xml, &back);
	if (acl->owner.n > 0) {
		MUST(acl_parse_xml(a, buf_view(&xml), &back, NULL) == OK);
		MUST(span_eq(acl_render(a, &back), row));
	}
	buf_fini(&xml);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct acl acl, header = { 0 };
	struct arena a;

	arena_init(&a, 0);
	if (acl_parse_xml(&a, in, &acl, NULL) == OK)
		round_trip(&a, &acl);
	if (acl_add_header(&a, ACL_READ, "x-amz-grant-read", in, &header, NULL) == OK)
		round_trip(&a, &header);
	if (acl_read(&a, in, &acl) == OK)
		MUST(acl.n <= ACL_GRANTS_MAX);
	arena_fini(&a);
	return 0;
}
