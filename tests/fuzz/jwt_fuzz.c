/* SPDX-License-Identifier: Apache-2.0 */
/* A token of any bytes is refused or has three parts, and no key has signed it; the same for
 * key sets. The first line is the key set, the rest the token. */
#include "config.h"

#include "codec/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_token(struct span token, const struct jwks *keys)
{
	struct arena a;
	struct fail fail;
	struct jwt j;
	int64_t at;

	arena_init(&a, 0);
	fail_init(&fail, NULL);
	if (jwt_parse(&a, token, &j, &fail) == OK) {
		MUST(span_starts(token, j.signing_input));
		MUST(j.signing_input.n < token.n && j.signature.n > 0);
		(void)jwt_text(&j, "iss");
		if (jwt_time(&j, "exp", &at))
			MUST(at >= 0);
		if (keys != NULL)
			(void)jwks_check(keys, &j);
		jwt_free(&j);
	} else
		MUST(fail.code == E_INVALID_TOKEN && fail.message[0] != '\0');
	arena_fini(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size), set = span_cut(&rest, '\n');
	struct jwks *keys = NULL;
	struct fail fail;

	fail_init(&fail, NULL);
	if (jwks_parse(&keys, set, &fail) != OK) {
		MUST(fail.code == E_CONFIG && fail.message[0] != '\0');
		keys = NULL;
	}
	check_token(rest, keys);
	jwks_free(&keys);
	return 0;
}
