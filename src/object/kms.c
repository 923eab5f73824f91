/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/kms.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/rand.h"
#include "codec/hex.h"
#include "codec/json.h"
#include "model/rec.h"

enum { KMS_MAGIC = 0x6b6d7331, SALT = 16, AT_SALT = 2, AT_BUCKET = AT_SALT + SALT };
enum { WRAP_HEAD = AT_BUCKET + 8, WRAPPED = WRAP_HEAD + SEAL_BOX + SEAL_KEY };

#define INNER_ID "00000000-0000-0000-0000-000000000000"
#define SECRETS_ID "00000000-0000-0000-0000-000000000001"
#define PURPOSE "trug kms key"

struct kms_key {
	size_t number;
	char id[KEY_ID_TEXT + 1];
	char *name, *arn, *policy;
	uint8_t state;
	bool managed, dirty; /* dirty: its row is to be written */
	int64_t created_ms;
	size_t n;
	uint16_t
	    first; /* number of material[0]: versions that went are not counted anew */
	uint8_t (*material)[SEAL_KEY];
};

struct kms {
	unsigned magic;
	struct store *store;
	char *region, *account;
	struct kms_key **key;
	size_t n;
};

/* ---- one key ---- */

static bool
is_uuid(struct span s)
{
	if (s.n != KEY_ID_TEXT)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

static void
uuid_draw(char out[KEY_ID_TEXT + 1])
{
	uint8_t raw[16];
	char hex[32];

	rand_bytes(raw, sizeof raw);
	raw[6] = (uint8_t)((raw[6] & 0x0f) | 0x40);
	raw[8] = (uint8_t)((raw[8] & 0x3f) | 0x80);
	hex_render(hex, raw, sizeof raw);
	(void)snprintf(out, KEY_ID_TEXT + 1, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
	    hex + 12, hex + 16, hex + 20);
}

static void
key_free(struct kms_key *key)
{
	mem_wipe(key->material, key->n * sizeof *key->material);
	mem_free(key->material);
	mem_free(key->name);
	mem_free(key->arn);
	mem_free(key->policy);
	mem_free(key);
}

static struct kms_key *
key_add(struct kms *k, struct span id, struct span name)
{
	struct kms_key *key = mem_zalloc(sizeof *key);
	struct buf arn = { 0 };

	if (id.n > 0)
		memcpy(key->id, id.p, KEY_ID_TEXT);
	else
		uuid_draw(key->id);
	key->name = mem_span(name);
	key->policy = mem_dup("");
	buf_printf(&arn, "arn:aws:kms:%s:%s:key/%s", k->region, k->account, key->id);
	key->arn = mem_span(buf_view(&arn));
	buf_fini(&arn);
	k->key = mem_realloc(k->key, (k->n + 1) * sizeof(struct kms_key *));
	key->number = k->n;
	k->key[k->n++] = key;
	return key;
}

/* A larger array, and nothing left where the smaller one was. */
static void
material_room(struct kms_key *key, size_t n)
{
	uint8_t(*more)[SEAL_KEY] = mem_array(n, sizeof *more);

	if (key->n > 0) {
		memcpy(more, key->material, key->n * sizeof *more);
		mem_wipe(key->material, key->n * sizeof *more);
	}
	mem_free(key->material);
	key->material = more;
}

static void
key_draw(struct kms_key *key)
{
	material_room(key, key->n + 1);
	rand_bytes(key->material[key->n++], SEAL_KEY);
	key->dirty = true;
}

/* ---- rows ---- */

static struct span
material_aad(char out[KEY_ID_TEXT + 2], const char *id, size_t version)
{
	memcpy(out, id, KEY_ID_TEXT);
	be16_put(out + KEY_ID_TEXT, (uint16_t)version);
	return span_of(out, KEY_ID_TEXT + 2);
}

struct loading {
	struct kms *kms;
	const struct keyring *keys;
	struct arena arena;
	struct fail *fail;
};

static enum err
row_material(struct loading *l, struct kms_key *key, const struct rec_kms *r)
{
	char aad[KEY_ID_TEXT + 2];
	enum err e = OK;

	material_room(key, r->n);
	for (size_t i = 0; i < r->n && e == OK; i++) {
		if (r->sealed[i].n < 2 || r->sealed[i].n != 2 + KEYRING_BOX + SEAL_KEY)
			return E_CORRUPT;
		if (i == 0)
			key->first = be16_get(r->sealed[i].p);
		e = keyring_open(l->keys, PURPOSE,
		    material_aad(aad, key->id, be16_get(r->sealed[i].p)),
		    span_from(r->sealed[i], 2), key->material[i]);
		if (!keyring_is_current(l->keys, span_from(r->sealed[i], 2)))
			key->dirty = true;
		if (e == OK)
			key->n = i + 1;
	}
	return e;
}

static enum err
row_load(struct loading *l, struct span id, struct span row)
{
	struct rec_kms r;
	struct kms_key *key;
	enum err e = rec_kms_get(&l->arena, row, &r);

	if (e != OK || !is_uuid(id))
		return fail_msg(
		    l->fail, E_CORRUPT, "the record of an encryption key cannot be read");
	key = key_add(l->kms, id, r.name);
	key->state = r.state;
	key->managed = r.managed;
	key->created_ms = r.created_ms;
	mem_free(key->policy);
	key->policy = mem_span(r.policy);
	e = row_material(l, key, &r);
	if (e == E_NOT_FOUND)
		return fail_msg(l->fail, E_CONFIG,
		    "master-key-file: the store's keys are sealed by a master key that "
		    "is "
		    "not given; allowed: that key, alone or behind a new one");
	return e == OK ? OK
		       : fail_msg(l->fail, e, "encryption key %s is damaged", key->id);
}

static enum err
rows_load(struct txn *t, void *arg)
{
	struct loading *l = arg;
	struct table_cursor c;
	enum err e = table_begin(t, T_KMS, &c);

	if (e != OK)
		return e;
	for (e = table_seek(&c, SPAN_NONE); e == OK; e = table_next(&c)) {
		e = row_load(l, c.key, c.value);
		if (e != OK)
			break;
	}
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
row_save(struct txn *t, const struct kms_key *key, const struct keyring *keys)
{
	struct rec_kms r = { .state = key->state,
		.managed = key->managed,
		.created_ms = key->created_ms,
		.name = span_str(key->name),
		.policy = span_str(key->policy),
		.n = key->n };
	struct buf row = { 0 }, *sealed = mem_array(key->n, sizeof *sealed);
	char aad[KEY_ID_TEXT + 2];
	enum err e;

	r.sealed = mem_array(key->n, sizeof *r.sealed);
	for (size_t i = 0; i < key->n; i++) {
		size_t version = key->first + i;

		be16_put(buf_grow(&sealed[i], 2), (uint16_t)version);
		keyring_seal(keys, PURPOSE, material_aad(aad, key->id, version),
		    span_of(key->material[i], SEAL_KEY), &sealed[i]);
		r.sealed[i] = buf_view(&sealed[i]);
	}
	rec_kms_put(&row, &r);
	e = table_put(t, T_KMS, span_of(key->id, KEY_ID_TEXT), buf_view(&row));
	for (size_t i = 0; i < key->n; i++)
		buf_fini(&sealed[i]);
	buf_fini(&row);
	mem_free(sealed);
	mem_free(r.sealed);
	return e;
}

struct saving {
	const struct kms *kms;
	const struct keyring *keys;
};

static enum err
rows_save(struct txn *t, void *arg)
{
	struct saving *s = arg;
	enum err e = OK;

	for (size_t i = 0; i < s->kms->n && e == OK; i++)
		if (s->kms->key[i]->dirty)
			e = row_save(t, s->kms->key[i], s->keys);
	return e;
}

static enum err
save(struct kms *k, const struct keyring *keys)
{
	struct saving s = { .kms = k, .keys = keys };
	bool dirty = false;
	enum err e;

	for (size_t i = 0; i < k->n; i++)
		dirty = dirty || k->key[i]->dirty;
	if (!dirty)
		return OK;
	e = store_write_wait(k->store, rows_save, &s);
	for (size_t i = 0; i < k->n && e == OK; i++)
		k->key[i]->dirty = false;
	return e;
}

/* ---- what there has to be ---- */

static struct kms_key *
by_id(const struct kms *k, struct span id)
{
	for (size_t i = 0; i < k->n; i++)
		if (span_eq(id, span_of(k->key[i]->id, KEY_ID_TEXT)))
			return k->key[i];
	return NULL;
}

static struct kms_key *
by_name(const struct kms *k, struct span name)
{
	for (size_t i = 0; i < k->n && name.n > 0; i++)
		if (span_is(name, k->key[i]->name))
			return k->key[i];
	return NULL;
}

static bool
name_ok(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			(c >= 'A' && c <= 'Z') || strchr("/_.-", c) != NULL))
			return false;
	}
	return s.n > 0 && s.n <= KEY_NAME_MAX && !span_starts(s, SPAN_LIT("aws/"));
}

static struct kms_key *
key_make(struct kms *k, struct span id, struct span name, int64_t now_ms)
{
	struct kms_key *key = key_add(k, id, name);

	key->created_ms = now_ms;
	key_draw(key);
	return key;
}

/* The key of that name, and of that id where one is given. */
static enum err
key_have(struct kms *k, struct span name, struct span id, int64_t now_ms,
    struct kms_key **out, struct fail *fail)
{
	struct kms_key *key;

	if (!name_ok(name) || (id.n > 0 && !is_uuid(id)))
		return fail_msg(fail, E_CONFIG,
		    "kms-keys: '%.*s' is not allowed; allowed: NAME or NAME=UUID, names "
		    "of "
		    "letters, digits and / _ . -",
		    (int)span_head(name, 64).n, name.p);
	key = by_name(k, name);
	if (key != NULL && id.n > 0 && !span_is(id, key->id))
		return fail_msg(fail, E_CONFIG,
		    "kms-keys: '%.*s' has another id in this store; allowed: %s",
		    (int)name.n, name.p, key->id);
	if (key == NULL && id.n > 0 && by_id(k, id) != NULL)
		return fail_msg(fail, E_CONFIG,
		    "kms-keys: the id of '%.*s' is another key's; allowed: one of its "
		    "own",
		    (int)name.n, name.p);
	*out = key != NULL ? key : key_make(k, id, name, now_ms);
	return OK;
}

static enum err
names_have(struct kms *k, const struct kms_conf *c, struct fail *fail)
{
	struct span rest = span_str(c->names), one, name;
	struct kms_key *key;
	enum err e = OK;

	while (rest.n > 0 && e == OK) {
		one = span_trim(span_cut(&rest, ','));
		if (one.n == 0)
			continue;
		name = span_cut(&one, '=');
		e = key_have(k, name, one, c->now_ms, &key, fail);
	}
	return e;
}

/* ---- the file: {"keys": [{"name", "id", "state", "policy"}]} ---- */

static struct span
text_of(const cJSON *o, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

	return cJSON_IsString(v) ? span_str(v->valuestring) : SPAN_NONE;
}

static enum err
file_bad(struct fail *fail, const char *what)
{
	return fail_msg(fail, E_CONFIG,
	    "kms-file: %s; allowed: {\"keys\": [{\"name\": ..., \"id\": UUID, \"state\": "
	    "Enabled, Disabled or PendingDeletion, \"policy\": {...}}]}",
	    what);
}

static bool
state_parse(struct span s, uint8_t *out)
{
	static const char *const names[KEY_STATES] = { "Enabled", "Disabled",
		"PendingDeletion" };

	*out = KEY_ENABLED;
	for (uint8_t i = 0; i < KEY_STATES; i++)
		if (span_is(s, names[i])) {
			*out = i;
			return true;
		}
	return s.p == NULL;
}

static enum err
file_key(struct kms *k, const cJSON *o, int64_t now_ms, struct fail *fail)
{
	const cJSON *policy = cJSON_GetObjectItemCaseSensitive(o, "policy");
	char *text;
	struct kms_key *key;
	uint8_t state;
	enum err e;

	for (const cJSON *f = o->child; f != NULL; f = f->next)
		if (strcmp(f->string, "name") != 0 && strcmp(f->string, "id") != 0 &&
		    strcmp(f->string, "state") != 0 && strcmp(f->string, "policy") != 0)
			return file_bad(fail, "a key has a field that is not known");
	if (!state_parse(text_of(o, "state"), &state))
		return file_bad(fail, "a key's state is not known");
	if (policy != NULL && !cJSON_IsObject(policy))
		return file_bad(fail, "a key's policy is no object");
	e = key_have(k, text_of(o, "name"), text_of(o, "id"), now_ms, &key, fail);
	if (e != OK)
		return e;
	text = policy != NULL ? cJSON_PrintUnformatted(policy) : NULL;
	if (key->state != state || strcmp(key->policy, text != NULL ? text : "") != 0)
		key->dirty = true;
	key->state = state;
	mem_free(key->policy);
	key->policy = mem_dup(text != NULL ? text : "");
	cJSON_free(text);
	return OK;
}

static enum err
file_have(struct kms *k, const struct kms_conf *c, struct fail *fail)
{
	const cJSON *keys, *o;
	cJSON *root = NULL;
	enum err e = OK;

	if (c->file.n == 0)
		return OK;
	if (json_parse(c->file, &root, NULL) != OK)
		return file_bad(fail, "the file is no JSON");
	keys = cJSON_GetObjectItemCaseSensitive(root, "keys");
	if (!cJSON_IsArray(keys))
		e = file_bad(fail, "there is no list of keys");
	else
		for (o = keys->child; o != NULL && e == OK; o = o->next)
			e = cJSON_IsObject(o) ? file_key(k, o, c->now_ms, fail)
					      : file_bad(fail, "a key is no object");
	cJSON_Delete(root);
	return e;
}

enum err
kms_open(struct kms **out, const struct kms_conf *c, struct fail *fail)
{
	struct kms *k = mem_zalloc(sizeof *k);
	struct loading l = { .kms = k, .keys = c->keys, .fail = fail };
	struct reader *reader = reader_new(c->store);
	enum err e;

	k->magic = KMS_MAGIC;
	k->store = c->store;
	k->region = mem_dup(c->region);
	k->account = mem_dup(c->account);
	arena_init(&l.arena, SIZE_MAX);
	e = store_read(reader, rows_load, &l);
	arena_fini(&l.arena);
	reader_free(&reader);
	if (e == OK && by_id(k, span_str(INNER_ID)) == NULL)
		key_make(k, span_str(INNER_ID), SPAN_LIT(""), c->now_ms)->managed = true;
	if (e == OK && by_id(k, span_str(SECRETS_ID)) == NULL)
		key_make(k, span_str(SECRETS_ID), SPAN_LIT(""), c->now_ms)->managed =
		    true;
	if (e == OK && by_name(k, SPAN_LIT("aws/s3")) == NULL)
		key_make(k, SPAN_NONE, SPAN_LIT("aws/s3"), c->now_ms)->managed = true;
	if (e == OK)
		e = names_have(k, c, fail);
	if (e == OK)
		e = file_have(k, c, fail);
	if (e == OK)
		e = save(k, c->keys);
	if (e == OK)
		*out = k;
	else {
		(void)fail_set(fail, e);
		kms_free(&k);
	}
	return e;
}

void
kms_free(struct kms **kms)
{
	struct kms *k = *kms;

	if (k == NULL)
		return;
	*kms = NULL;
	CHECK(k, KMS_MAGIC);
	for (size_t i = 0; i < k->n; i++)
		key_free(k->key[i]);
	mem_free(k->key);
	mem_free(k->region);
	mem_free(k->account);
	k->magic = 0;
	mem_free(k);
}

/* ---- finding ---- */

enum err
kms_usable(const struct kms_key *key, struct fail *fail)
{
	if (key->state == KEY_DISABLED)
		return fail_msg(fail, E_KMS_DISABLED, "%s is disabled.", key->arn);
	if (key->state == KEY_DELETING)
		return fail_msg(fail, E_KMS_STATE, "%s is pending deletion.", key->arn);
	return OK;
}

static enum err
id_unknown(const struct kms *k, struct span id, struct fail *fail)
{
	return fail_msg(fail, E_KMS_NOT_FOUND,
	    "Key 'arn:aws:kms:%s:%s:key/%.*s' does not exist", k->region, k->account,
	    (int)span_head(id, 64).n, id.p);
}

/* "key/UUID", "alias/NAME"; what is neither is called by its whole text. */
static enum err
find_local(const struct kms *k, struct span local, struct span whole,
    const struct kms_key **out, struct fail *fail)
{
	struct span alias = SPAN_LIT("alias/"), id = local;

	if (span_starts(local, alias)) {
		*out = by_name(k, span_from(local, alias.n));
		if (*out == NULL)
			return fail_msg(fail, E_KMS_NOT_FOUND,
			    "Alias arn:aws:kms:%s:%s:%.*s is not found.", k->region,
			    k->account, (int)span_head(local, 256).n, local.p);
		return OK;
	}
	if (span_starts(local, SPAN_LIT("key/")))
		id = span_from(local, 4);
	if (is_uuid(id)) {
		*out = by_id(k, id);
		return *out != NULL && (*out)->name[0] != '\0' ? OK
							       : id_unknown(k, id, fail);
	}
	if (span_starts(local, SPAN_LIT("aws/")))
		return fail_msg(fail, E_KMS_NOT_FOUND, "Invalid keyId %.*s",
		    (int)span_head(whole, 256).n, whole.p);
	/* MinIO's clients say the bare name; AWS knows no such form. */
	*out = by_name(k, local);
	if (*out != NULL)
		return OK;
	return fail_msg(fail, E_KMS_NOT_FOUND, "Invalid keyId '%.*s'",
	    (int)span_head(whole, 256).n, whole.p);
}

enum err
kms_find(
    const struct kms *k, struct span name, const struct kms_key **out, struct fail *fail)
{
	struct span rest = name, region, account;
	const struct kms_key *key = NULL;
	enum err e;

	CHECK(k, KMS_MAGIC);
	if (span_starts(name, SPAN_LIT("arn:aws:kms:"))) {
		rest = span_from(name, 12);
		if (span_find(rest, ':', 0) < rest.n) {
			region = span_cut(&rest, ':');
			account = span_cut(&rest, ':');
			if (!span_is(region, k->region))
				return fail_msg(fail, E_KMS_NOT_FOUND, "Invalid arn %.*s",
				    (int)span_head(region, 64).n, region.p);
			if (!span_is(account, k->account))
				return fail_msg(fail, E_KMS_NOT_FOUND,
				    "Key '%.*s' does not exist",
				    (int)span_head(name, 256).n, name.p);
		}
	}
	e = find_local(k, rest, name, &key, fail);
	if (e == OK)
		e = kms_usable(key, fail);
	if (e == OK)
		*out = key;
	return e;
}

const struct kms_key *
kms_by_id(const struct kms *k, struct span id)
{
	CHECK(k, KMS_MAGIC);
	return by_id(k, id);
}

const struct kms_key *
kms_default(const struct kms *k)
{
	return by_name(k, SPAN_LIT("aws/s3"));
}

const struct kms_key *
kms_inner(const struct kms *k)
{
	return by_id(k, span_str(INNER_ID));
}

struct keyring *
kms_secrets(const struct kms *k, const struct keyring *master)
{
	struct keyring *out = keyring_new();

	MUST(keyring_add_key(out, by_id(k, span_str(SECRETS_ID))->material[0], NULL) ==
		OK &&
	    keyring_add_all(out, master, NULL) == OK);
	return out;
}

size_t
kms_count(const struct kms *k)
{
	return k->n;
}

const struct kms_key *
kms_at(const struct kms *k, size_t number)
{
	MUST(number < k->n);
	return k->key[number];
}

bool
kms_has_named(const struct kms *k)
{
	for (size_t i = 0; k != NULL && i < k->n; i++)
		if (k->key[i]->name != NULL && !k->key[i]->managed)
			return true;
	return false;
}

size_t
kms_key_number(const struct kms_key *key)
{
	return key->number;
}

struct span
kms_key_id(const struct kms_key *key)
{
	return span_of(key->id, KEY_ID_TEXT);
}

struct span
kms_key_arn(const struct kms_key *key)
{
	return span_str(key->arn);
}

struct span
kms_key_policy(const struct kms_key *key)
{
	return span_str(key->policy);
}

bool
kms_key_managed(const struct kms_key *key)
{
	return key->managed;
}

/* ---- wrapping: version (2), salt (16), bucket (8), box ---- */

static void
wrapping_key(const uint8_t material[SEAL_KEY], const uint8_t *head, uint8_t out[SEAL_KEY])
{
	uint8_t bucket[SEAL_KEY];

	if (be64_get(head + AT_BUCKET) != 0) {
		seal_derive(
		    material, "trug bucket key", span_of(head + AT_BUCKET, 8), bucket);
		material = bucket;
	}
	seal_derive(material, "trug data key", span_of(head + AT_SALT, SALT), out);
	mem_wipe(bucket, sizeof bucket);
}

/* What is bound: the head and the caller's. */
static struct span
whole_aad(struct buf *b, const uint8_t *head, struct span aad)
{
	buf_put(b, head, WRAP_HEAD);
	buf_span(b, aad);
	return buf_view(b);
}

void
kms_wrap(const struct kms_key *key, uint64_t bucket, struct span aad,
    const uint8_t data[SEAL_KEY], struct buf *out)
{
	uint8_t head[WRAP_HEAD], kek[SEAL_KEY];
	struct buf whole = { 0 };

	be16_put(head, (uint16_t)(key->first + key->n - 1));
	rand_bytes(head + AT_SALT, SALT);
	be64_put(head + AT_BUCKET, bucket);
	wrapping_key(key->material[key->n - 1], head, kek);
	buf_put(out, head, sizeof head);
	seal_box_put(out, kek, whole_aad(&whole, head, aad), span_of(data, SEAL_KEY));
	buf_fini(&whole);
	mem_wipe(kek, sizeof kek);
}

enum err
kms_unwrap(const struct kms_key *key, struct span aad, struct span wrapped,
    uint8_t data[SEAL_KEY])
{
	const uint8_t *head = (const uint8_t *)wrapped.p;
	struct buf whole = { 0 };
	uint8_t kek[SEAL_KEY];
	unsigned version;
	bool good;

	if (wrapped.n != WRAPPED)
		return E_CORRUPT;
	version = be16_get(head);
	if (version < key->first || version - key->first >= key->n)
		return E_CORRUPT;
	wrapping_key(key->material[version - key->first], head, kek);
	good = seal_box_open(
	    kek, whole_aad(&whole, head, aad), span_from(wrapped, WRAP_HEAD), data);
	buf_fini(&whole);
	mem_wipe(kek, sizeof kek);
	return good ? OK : E_CORRUPT;
}

bool
kms_is_current(const struct kms_key *key, struct span wrapped)
{
	return wrapped.n == WRAPPED &&
	    be16_get(wrapped.p) == (uint16_t)(key->first + key->n - 1);
}

enum err
kms_rewrap(
    const struct kms_key *key, struct span aad, struct span wrapped, struct buf *out)
{
	uint8_t data[SEAL_KEY];
	enum err e = kms_unwrap(key, aad, wrapped, data);

	if (e == OK)
		kms_wrap(key, be64_get(wrapped.p + AT_BUCKET), aad, data, out);
	mem_wipe(data, sizeof data);
	return e;
}

/* ---- rotation ---- */

enum err
kms_rotate(struct kms *k, const struct keyring *keys)
{
	CHECK(k, KMS_MAGIC);
	for (size_t i = 0; i < k->n; i++)
		if (k->key[i]->n > 1)
			return OK; /* one that was broken off goes on */
	for (size_t i = 0; i < k->n; i++)
		if (strcmp(k->key[i]->id, SECRETS_ID) != 0)
			key_draw(k->key[i]);
	return save(k, keys);
}

enum err
kms_forget(struct kms *k, const struct keyring *keys)
{
	CHECK(k, KMS_MAGIC);
	for (size_t i = 0; i < k->n; i++) {
		struct kms_key *key = k->key[i];

		if (key->n < 2)
			continue;
		memcpy(key->material[0], key->material[key->n - 1], SEAL_KEY);
		mem_wipe(key->material[1], (key->n - 1) * SEAL_KEY);
		key->first = (uint16_t)(key->first + key->n - 1);
		key->n = 1;
		key->dirty = true;
	}
	return save(k, keys);
}
