/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of version 4 and 2. A request as text: "METHOD /path?query", then "name: value" lines. Any access key exists,
 * so that everything behind the form is reached too. */
#include "config.h"

#include <stddef.h>
#include <stdint.h>

#include "auth/sigv2.h"

enum { FUZZ_HEADERS = 64, FUZZ_NOW = 1369353600, FUZZ_NOW_V2 = 1175080000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static enum err
fuzz_secret(void *ctx, struct span access_key, struct auth_secret *out)
{
	static const char secret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

	(void)ctx;
	MUST(access_key.n > 0);
	memcpy(out->secret, secret, sizeof secret - 1);
	out->n = sizeof secret - 1;
	out->generation = 1;
	return OK;
}

static void
fuzz_check(struct sigv4 *s, struct auth_request *rq)
{
	struct auth_result out;
	struct fail fail;
	const char *hint;
	enum err e, again;

	fail_init(&fail, rq->arena);
	e = sigv4_check(s, rq, &out, &hint, &fail);
	MUST(e == fail.code);
	if (e == OK && out.kind != AUTH_ANONYMOUS)
		MUST(strlen(out.signature) == 64 && out.access_key.n > 0);
	again = sigv4_check(s, rq, &out, NULL, NULL); /* with the key cached */
	MUST(again == e);
}

static void
fuzz_check_v2(struct auth_request *rq)
{
	/* wide enough for all of the published examples */
	static const struct auth_conf conf = { .skew_s = 60000, .secret = fuzz_secret };
	struct auth_result out;
	struct fail fail;
	enum err e;

	if (!sigv2_asked(rq))
		return;
	fail_init(&fail, rq->arena);
	e = sigv2_check(&conf, rq, &out, &fail);
	MUST(e == fail.code);
	if (e == OK)
		MUST(strlen(out.signature) == 28 && out.access_key.n > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct auth_conf conf = {
		.region = "us-east-1", .skew_s = 900, .secret = fuzz_secret
	};
	struct span text = span_of(data, n), line, name;
	struct field header[FUZZ_HEADERS];
	struct auth_request rq = { .header = header, .now = FUZZ_NOW };
	struct arena arena;
	struct sigv4 *s;

	line = n > 0 ? span_cut(&text, '\n') : SPAN_LIT("");
	rq.method = span_cut(&line, ' ');
	rq.path = span_cut(&line, '?');
	rq.query = line;
	while (text.n > 0 && rq.nheader < FUZZ_HEADERS) {
		line = span_cut(&text, '\n');
		name = span_cut(&line, ':');
		header[rq.nheader++] = (struct field){ name, span_trim(line) };
	}
	arena_init(&arena, 0);
	rq.arena = &arena;
	s = sigv4_new(&conf);
	fuzz_check(s, &rq);
	sigv4_free(&s);
	rq.bucket = SPAN_LIT("johnsmith");
	rq.now = FUZZ_NOW_V2;
	fuzz_check_v2(&rq);
	arena_fini(&arena);
	return 0;
}
