/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "codec/md5.h"

#include <cmocka.h>

enum { STREAMS = 37, LONGEST = 5000 };

static void
check(const char *text, const char *hex)
{
	uint8_t got[MD5_SIZE];
	char out[2 * MD5_SIZE];
	struct md5 m;

	md5_init(&m);
	md5_add(&m, text, strlen(text));
	md5_end(&m, got);
	hex_render(out, got, sizeof got);
	assert_memory_equal(out, hex, sizeof out);
}

/* RFC 1321 A.5 */
static void
test_vectors(void **state)
{
	(void)state;
	check("", "d41d8cd98f00b204e9800998ecf8427e");
	check("a", "0cc175b9c0f1b6a831c399e269772661");
	check("abc", "900150983cd24fb0d6963f7d28e17f72");
	check("message digest", "f96b697d7cb7938d525a2f31aaf161d0");
	check("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b");
	check("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
	    "d174ab98d277d9f5a5611c2c9f419d9f");
	check("12345678901234567890123456789012345678901234567890123456789012345678901234"
	      "567890",
	    "57edf4a22be3c955ac49da2e2107b67a");
}

/* Every length around blocks, in two pieces cut anywhere, against OpenSSL's. */
static void
test_lengths(void **state)
{
	uint8_t data[300], want[MD5_SIZE], got[MD5_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 131 + i / 7);
	for (size_t n = 0; n <= sizeof data; n++) {
		digest_of(DIGEST_MD5, span_of((char *)data, n), want);
		for (size_t cut = 0; cut <= n; cut += 13) {
			struct md5 m;

			md5_init(&m);
			md5_add(&m, data, cut);
			md5_add(&m, data + cut, n - cut);
			md5_end(&m, got);
			assert_memory_equal(got, want, MD5_SIZE);
		}
	}
}

struct stream {
	struct md5 md5;
	size_t n, at;
	char *p;
};

/* As many jobs at once as a round has, of lengths in which no block begins where another
 * does. */
static void
feed(struct stream *s, unsigned count, unsigned *seed)
{
	for (size_t left = 1; left > 0;) {
		struct md5_job job[STREAMS];
		size_t n = 0;

		left = 0;
		for (unsigned i = 0; i < count; i++) {
			size_t most = s[i].n - s[i].at, take;

			take = most == 0 ? 0 : (size_t)rand_r(seed) % (most + 1);
			if (rand_r(seed) % 4 == 0)
				take = most;
			job[n++] = (struct md5_job){ &s[i].md5, s[i].p + s[i].at, take };
			s[i].at += take;
			left += s[i].n - s[i].at;
		}
		md5_add_all(job, n);
	}
}

static void
test_many(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct stream s[STREAMS];
		unsigned count = 1 + round % STREAMS;
		uint8_t want[MD5_SIZE], got[MD5_SIZE];

		md5_limit(round % 3);
		for (unsigned i = 0; i < count; i++) {
			md5_init(&s[i].md5);
			s[i].n = (size_t)rand_r(&seed) % LONGEST;
			s[i].at = 0;
			s[i].p = mem_alloc(s[i].n + 1);
			for (size_t j = 0; j < s[i].n; j++)
				s[i].p[j] = (char)rand_r(&seed);
		}
		feed(s, count, &seed);
		for (unsigned i = 0; i < count; i++) {
			md5_end(&s[i].md5, got);
			digest_of(DIGEST_MD5, span_of(s[i].p, s[i].n), want);
			assert_memory_equal(got, want, MD5_SIZE);
			mem_free(s[i].p);
		}
	}
	md5_limit(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
