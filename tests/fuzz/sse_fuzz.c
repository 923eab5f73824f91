/* SPDX-License-Identifier: Apache-2.0 */
/* Encryption in headers: lines "name-behind-the-prefix: value". Whatever they say, either a
 * failure is told in words or the answer is whole. */
#include "config.h"

#include "../../src/s3/sse_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 8 };

static size_t
fields_of(struct arena *a, struct span in, struct field *f)
{
	size_t n = 0;

	while (in.n > 0 && n < LINES) {
		struct span value = span_cut(&in, '\n'), name = span_cut(&value, ':');
		char *text =
		    arena_printf(a, "x-amz-%.*s", (int)span_head(name, 80).n, name.p);

		f[n].name = span_str(text);
		f[n++].value = span_trim(value);
	}
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct op op = { .name = "PutObject", .action = "s3:PutObject" };
	static const struct identity who;
	struct sse_default def = { .mode = size > 0 ? data[0] % 3 : 0 };
	struct field field[LINES];
	struct http_req http = { .header = field };
	struct profile profile = { .table = tier_table };
	struct s3 s3 = { .conf = { .region = "us-east-1" }, .profile = &profile };
	struct sse_customer customer;
	struct crypt_want want;
	struct arena a;
	struct rq *rq;
	enum err e;

	arena_init(&a, 0);
	rq = arena_zalloc(&a, sizeof *rq);
	http.nheader = fields_of(&a, span_of(data, size), field);
	*rq = (struct rq){ .magic = RQ_MAGIC,
		.http = &http,
		.s3 = &s3,
		.arena = &a,
		.op = &op,
		.who = &who,
		.header = field,
		.nheader = http.nheader,
		.says = profile.table.value[TIER_OPEN] };
	for (size_t i = 0; i < http.nheader; i++)
		if (field[i].name.n > 0)
			http.names |= http_name_bit(field[i].name.p, field[i].name.n);
	fail_init(&rq->fail, &a);
	/* Not signed: what names a key of the store stops before it is looked for. */
	e = sse_want(rq, &def, &want);
	MUST(e == rq->fail.code);
	MUST(e != OK || want.mode < CRYPT_MODES);
	fail_clear(&rq->fail);
	e = sse_customer_take(rq, SSE_COPY_SOURCE, true, &customer);
	MUST(e == rq->fail.code &&
	    (e != OK || !customer.given || field[0].value.p != NULL));
	arena_fini(&a);
	return 0;
}
