/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/keyring.h"

#include "base/mem.h"
#include "base/rand.h"
#include "codec/b64.h"
#include "codec/digest.h"
#include "codec/hex.h"

enum {
	KEYRING_MAGIC = 0x6b72696e,
	KEYS_GIVEN = 16,
	KEYS_MAX = KEYS_GIVEN + 1,
	HEX_TEXT = 2 * SEAL_KEY
};

struct master {
	uint8_t id[KEYRING_ID]; /* of the key, tells nothing about it */
	uint8_t key[SEAL_KEY];
};

struct keyring {
	unsigned magic;
	size_t n;
	struct master master[KEYS_MAX];
};

struct keyring *
keyring_new(void)
{
	struct keyring *k = mem_zalloc(sizeof *k);

	k->magic = KEYRING_MAGIC;
	return k;
}

void
keyring_free(struct keyring **keyring)
{
	struct keyring *k = *keyring;

	if (k == NULL)
		return;
	*keyring = NULL;
	CHECK(k, KEYRING_MAGIC);
	mem_wipe(k, sizeof *k);
	mem_free(k);
}

static bool
key_parse(struct span text, uint8_t out[SEAL_KEY])
{
	size_t n;

	if (text.n == HEX_TEXT)
		return hex_parse(out, SEAL_KEY, text);
	return b64_parse(out, SEAL_KEY, &n, text) && n == SEAL_KEY;
}

static struct span
line_trim(struct span s)
{
	while (s.n > 0 && (s.p[s.n - 1] == '\r' || s.p[s.n - 1] == '\n'))
		s.n--;
	return span_trim(s);
}

static const struct master *
master_find(const struct keyring *k, const uint8_t id[KEYRING_ID])
{
	for (size_t i = 0; i < k->n; i++)
		if (memcmp(k->master[i].id, id, KEYRING_ID) == 0)
			return &k->master[i];
	return NULL;
}

enum err
keyring_add_key(struct keyring *k, const uint8_t key[SEAL_KEY], struct fail *fail)
{
	uint8_t id[SEAL_KEY];
	struct master *m = &k->master[k->n];

	CHECK(k, KEYRING_MAGIC);
	seal_derive(key, "trug master key id", SPAN_NONE, id);
	if (master_find(k, id) != NULL)
		return OK;
	if (k->n == KEYS_MAX)
		return fail_msg(fail, E_CONFIG,
		    "there are too many master keys; allowed: %d", KEYS_GIVEN);
	memcpy(m->id, id, sizeof m->id);
	memcpy(m->key, key, SEAL_KEY);
	k->n++;
	return OK;
}

enum err
keyring_add_all(struct keyring *k, const struct keyring *from, struct fail *fail)
{
	enum err e = OK;

	for (size_t i = 0; i < from->n && e == OK; i++)
		e = keyring_add_key(k, from->master[i].key, fail);
	return e;
}

enum err
keyring_add(struct keyring *k, struct span text, struct fail *fail)
{
	struct span key = line_trim(text);
	uint8_t raw[SEAL_KEY];
	size_t colon = span_find(key, ':', 0);
	enum err e;

	if (colon < key.n)
		key = span_from(key, colon + 1);
	if (key_parse(key, raw))
		e = k->n < KEYS_GIVEN
		    ? keyring_add_key(k, raw, fail)
		    : fail_msg(fail, E_CONFIG,
			  "there are too many master keys; allowed: %d", KEYS_GIVEN);
	else
		e = fail_msg(fail, E_CONFIG,
		    "a master key cannot be read; allowed: NAME:KEY or KEY, where KEY is "
		    "32 bytes in base64 or 64 hexadecimal digits");
	mem_wipe(raw, sizeof raw);
	return e;
}

enum err
keyring_add_lines(struct keyring *k, struct span text, struct fail *fail)
{
	struct span rest = text, line;
	enum err e = OK;

	while (rest.n > 0 && e == OK) {
		line = line_trim(span_cut(&rest, '\n'));
		if (line.n > 0 && line.p[0] != '#')
			e = keyring_add(k, line, fail);
	}
	return e;
}

size_t
keyring_count(const struct keyring *k)
{
	return k->n;
}

void
keyring_generate(struct buf *out)
{
	char text[B64_LEN(SEAL_KEY)];
	uint8_t key[SEAL_KEY];

	rand_bytes(key, sizeof key);
	buf_str(out, "trug:");
	buf_put(out, text, b64_render(text, key, sizeof key));
	buf_char(out, '\n');
	mem_wipe(key, sizeof key);
	mem_wipe(text, sizeof text);
}

void
keyring_seal(const struct keyring *k, const char *purpose, struct span aad,
    struct span plain, struct buf *out)
{
	uint8_t key[SEAL_KEY];

	CHECK(k, KEYRING_MAGIC);
	MUST(k->n > 0);
	seal_derive(k->master[0].key, purpose, SPAN_NONE, key);
	buf_put(out, k->master[0].id, KEYRING_ID);
	seal_box_put(out, key, aad, plain);
	mem_wipe(key, sizeof key);
}

enum err
keyring_open(const struct keyring *k, const char *purpose, struct span aad,
    struct span sealed, uint8_t *out)
{
	const struct master *m;
	uint8_t key[SEAL_KEY];
	bool good;

	CHECK(k, KEYRING_MAGIC);
	if (sealed.n < KEYRING_BOX)
		return E_CORRUPT;
	m = master_find(k, (const uint8_t *)sealed.p);
	if (m == NULL)
		return E_NOT_FOUND;
	seal_derive(m->key, purpose, SPAN_NONE, key);
	good = seal_box_open(key, aad, span_from(sealed, KEYRING_ID), out);
	mem_wipe(key, sizeof key);
	return good ? OK : E_CORRUPT;
}

bool
keyring_is_current(const struct keyring *k, struct span sealed)
{
	CHECK(k, KEYRING_MAGIC);
	return k->n > 0 && sealed.n >= KEYRING_ID &&
	    memcmp(k->master[0].id, sealed.p, KEYRING_ID) == 0;
}
