/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/rand.h"

#include <sys/random.h>

#include "base/mini.h"

void
rand_bytes(void *out, size_t n)
{
	char *p = out;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		MUST(got > 0);
		p += got;
		n -= (size_t)got;
	}
}

/* xorshift128+: unlike, not secret. */
uint64_t
rand_fast(void)
{
	static _Thread_local uint64_t s[2];
	uint64_t a, b;

	while (s[0] == 0 || s[1] == 0)
		rand_bytes(s, sizeof s);
	a = s[0];
	b = s[1];
	s[0] = b;
	a ^= a << 23;
	s[1] = a ^ b ^ (a >> 17) ^ (b >> 26);
	return s[1] + b;
}
