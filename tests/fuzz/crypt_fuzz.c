/* SPDX-License-Identifier: Apache-2.0 */
/* How an object is encrypted, and the keys: what is read as stored never breaks anything,
 * and what can be read is written back byte for byte. And texts of master keys. */
#include "config.h"

#include "codec/keyring.h"
#include "codec/sealed.h"
#include "model/rec_crypt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fuzz_crypt(struct span in)
{
	struct buf out = { 0 };
	struct rec_crypt r;

	if (rec_crypt_get(in, &r) != OK)
		return;
	MUST(rec_crypt_name(r.mode) != NULL);
	rec_crypt_put(&out, &r);
	MUST(span_eq(buf_view(&out), in));
	buf_fini(&out);
}

static void
fuzz_kms(struct span in)
{
	struct buf out = { 0 };
	struct rec_kms r;
	struct arena a;

	arena_init(&a, 0);
	if (rec_kms_get(&a, in, &r) == OK) {
		rec_kms_put(&out, &r);
		MUST(span_eq(buf_view(&out), in));
	}
	buf_fini(&out);
	arena_fini(&a);
}

static void
fuzz_keyring(struct span in)
{
	struct keyring *k = keyring_new();

	(void)!keyring_add_lines(k, in, NULL);
	keyring_free(&k);
}

/* A stream that nobody made opens nowhere, whatever its head says. */
static void
fuzz_sealed(struct span in)
{
	struct sealed_keys keys = { .two = in.n % 2 == 1 };
	uint8_t piece[SEALED_STEP];
	struct sealed_in *s;
	size_t n;

	if (in.n < SEALED_HEAD)
		return;
	s = sealed_in_new(&keys, (const uint8_t *)in.p);
	in = span_from(in, SEALED_HEAD);
	n = in.n < sizeof piece ? in.n : sizeof piece;
	if (n > 0)
		memcpy(piece, in.p, n);
	if (s != NULL)
		MUST(!sealed_in_open(s, 0, true, piece, n));
	sealed_in_free(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	uint64_t plain;

	fuzz_crypt(in);
	fuzz_kms(in);
	fuzz_keyring(in);
	fuzz_sealed(in);
	if (size >= 8 && sealed_plain(be64_get(data) >> 8, &plain))
		MUST(sealed_size(plain) == be64_get(data) >> 8);
	return 0;
}
