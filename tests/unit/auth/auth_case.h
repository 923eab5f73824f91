/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of this layer share: a checker that knows one key, AWS's published one,
 * and requests that are written down as text (tests/vec).
 */
#ifndef TESTS_UNIT_AUTH_AUTH_CASE_H
#define TESTS_UNIT_AUTH_AUTH_CASE_H

#include <string.h>

#include "auth/sigv4.h"
#include "base/err.h"

#define CASE_KEY "AKIAIOSFODNN7EXAMPLE"
#define CASE_SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

enum { CASE_HEADERS = 64 };

struct auth_case {
	struct auth_conf conf;
	struct sigv4 *s;
	struct arena arena;
	struct auth_request rq;
	struct field header[CASE_HEADERS];
	struct span body; /* hexadecimal */
	struct auth_result result;
	struct fail fail;
	const char *hint;
	unsigned asked; /* for the secret */
	uint64_t generation;
	const char *secret;
};

static inline enum err
case_secret(void *ctx, struct span access_key, struct auth_secret *out)
{
	struct auth_case *c = ctx;

	c->asked++;
	if (!span_is(access_key, CASE_KEY))
		return E_NOT_FOUND;
	out->n = strlen(c->secret);
	memcpy(out->secret, c->secret, out->n);
	out->generation = c->generation;
	return OK;
}

static inline void
case_init(struct auth_case *c)
{
	memset(c, 0, sizeof *c);
	c->conf = (struct auth_conf){
		.region = "us-east-1", .skew_s = 900, .secret = case_secret, .ctx = c
	};
	c->secret = CASE_SECRET;
	c->s = sigv4_new(&c->conf);
	arena_init(&c->arena, 0);
	c->rq.arena = &c->arena;
	c->rq.header = c->header;
}

static inline void
case_fini(struct auth_case *c)
{
	sigv4_free(&c->s);
	arena_fini(&c->arena);
}

static inline void
case_header(struct auth_case *c, const char *name, const char *value)
{
	MUST(c->rq.nheader < CASE_HEADERS);
	c->header[c->rq.nheader++] = (struct field){ span_str(name), span_str(value) };
}

/* "GET /path?query" */
static inline void
case_line(struct auth_case *c, struct span line)
{
	c->rq.method = span_cut(&line, ' ');
	c->rq.path = span_cut(&line, '?');
	c->rq.query = line;
}

/* The next of the requests in text, which is cut off its front; false at the end. */
static inline bool
case_next(struct auth_case *c, struct span *text, struct span *name)
{
	struct span line, value;
	bool found = false;

	while (text->n > 0 && !(found && text->p[0] == '=')) {
		value = span_cut(text, '\n');
		if (value.n == 0 || value.p[0] == '#')
			continue;
		line = span_cut(&value, ' ');
		if (span_is(line, "=")) {
			found = true;
			*name = value;
			c->rq.nheader = 0;
			c->rq.bucket = SPAN_NONE;
			c->body = SPAN_NONE;
		} else if (span_is(line, "now")) {
			uint64_t now;

			MUST(span_u64(value, &now));
			c->rq.now = (int64_t)now;
		} else if (span_is(line, "line")) {
			case_line(c, value);
		} else if (span_is(line, "bucket")) {
			c->rq.bucket = value;
		} else if (span_is(line, "body")) {
			c->body = value;
		} else {
			MUST(span_is(line, "header") && c->rq.nheader < CASE_HEADERS);
			line = span_cut(&value, ':');
			c->header[c->rq.nheader++] =
			    (struct field){ line, span_trim(value) };
		}
	}
	return found;
}

static inline enum err
case_check(struct auth_case *c)
{
	fail_init(&c->fail, &c->arena);
	return sigv4_check(c->s, &c->rq, &c->result, &c->hint, &c->fail);
}

/* The value of a pair of the error, or "" */
static inline const char *
case_pair(const struct auth_case *c, const char *name)
{
	for (unsigned i = 0; i < c->fail.pairs; i++)
		if (strcmp(c->fail.pair[i].name, name) == 0)
			return c->fail.pair[i].value.p;
	return "";
}

#endif
