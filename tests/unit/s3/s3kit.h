/* SPDX-License-Identifier: Apache-2.0 */
/* A request as routing and addressing see it, without an edge. */
#ifndef S3_S3KIT_H
#define S3_S3KIT_H

/* cmocka wants the first four before it, and has a macro named as one of our functions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <string.h>

#include "../../../src/s3/s3_priv.h"

#include <cmocka.h>
#undef fail_msg

enum { KIT_PARAMS = 16, KIT_HEADERS = 8 };

struct s3kit {
	struct s3 s3;
	struct profile profile;
	struct http_req http;
	struct rq rq;
	struct arena arena;
	struct uri_param param[KIT_PARAMS];
	struct field header[KIT_HEADERS];
};

static inline void
kit_begin(struct s3kit *k)
{
	memset(k, 0, sizeof *k);
	arena_init(&k->arena, 0);
	k->http.header = k->header;
	k->rq.header = k->header;
	k->rq.magic = RQ_MAGIC;
	k->rq.http = &k->http;
	k->rq.s3 = &k->s3;
	k->s3.profile = &k->profile;
	k->profile.table = tier_table;
	k->rq.says = k->profile.table.value[TIER_OPEN];
	k->rq.arena = &k->arena;
	k->rq.param = k->param;
	fail_init(&k->rq.fail, &k->arena);
}

static inline void
kit_end(struct s3kit *k)
{
	arena_fini(&k->arena);
}

static inline void
kit_param(struct s3kit *k, struct span name, struct span value)
{
	for (size_t i = 0; i < k->rq.nparam; i++)
		if (span_eq(k->param[i].name, name))
			return;
	assert_true(k->rq.nparam < KIT_PARAMS);
	k->param[k->rq.nparam].name = name;
	k->param[k->rq.nparam++].value = value;
	if (name.n > 0)
		k->rq.params |= http_name_bit(name.p, name.n);
}

static inline void
kit_header(struct s3kit *k, const char *name, const char *value)
{
	assert_true(k->http.nheader < KIT_HEADERS);
	k->header[k->http.nheader++] = (struct field){ span_str(name), span_str(value) };
	k->http.names |= http_name_bit(name, strlen(name));
}

#endif
