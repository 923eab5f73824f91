/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Included by md5_lanes.c for each kind of vector: LANES streams side by side in NAME().
 * TARGET: the instructions it may use. LOAD(p, o, i): 16 bytes at offset o of the lanes i,
 * i + 4 and so on, each in its part of 16 bytes. LOW, HIGH, LOW2, HIGH2: shuffles within
 * those parts, of 4 and of 8 bytes.
 */
TARGET static void
NAME(uint32_t *const *h, const uint8_t *const *p, size_t n)
{
	typedef uint32_t vec __attribute__((vector_size(LANES * 4)));
	vec a, b, c, d, word[16];

	for (unsigned i = 0; i < LANES; i++) {
		a[i] = h[i][0];
		b[i] = h[i][1];
		c[i] = h[i][2];
		d[i] = h[i][3];
	}
	for (size_t at = 0; n > 0; n--, at += MD5_BLOCK) {
		vec a0 = a, b0 = b, c0 = c, d0 = d;

		for (unsigned i = 0; i < 16; i += 4) {
			vec r0 = LOAD(p, at + 4 * i, 0), r1 = LOAD(p, at + 4 * i, 1);
			vec r2 = LOAD(p, at + 4 * i, 2), r3 = LOAD(p, at + 4 * i, 3);
			vec l0 = __builtin_shufflevector(r0, r1, LOW);
			vec l1 = __builtin_shufflevector(r2, r3, LOW);
			vec h0 = __builtin_shufflevector(r0, r1, HIGH);
			vec h1 = __builtin_shufflevector(r2, r3, HIGH);

			word[i] = __builtin_shufflevector(l0, l1, LOW2);
			word[i + 1] = __builtin_shufflevector(l0, l1, HIGH2);
			word[i + 2] = __builtin_shufflevector(h0, h1, LOW2);
			word[i + 3] = __builtin_shufflevector(h0, h1, HIGH2);
		}
#define w(i) word[i]
		MD5_STEPS;
#undef w
		a += a0;
		b += b0;
		c += c0;
		d += d0;
	}
	for (unsigned i = 0; i < LANES; i++) {
		h[i][0] = a[i];
		h[i][1] = b[i];
		h[i][2] = c[i];
		h[i][3] = d[i];
	}
}
#undef TARGET
#undef NAME
#undef LANES
#undef LOAD
#undef LOW
#undef HIGH
#undef LOW2
#undef HIGH2
