/* SPDX-License-Identifier: Apache-2.0 */
/* Where the master keys come from. */
#include "config.h"

#include "server/master.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "access/policy.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "model/rec.h"

enum { FILE_MAX = 64 << 10 };

static void
secret_fini(struct buf *b)
{
	if (b->p != NULL)
		mem_wipe(b->p, b->cap);
	buf_fini(b);
}

static enum err
file_bad(const char *from, const char *path, int rc, struct fail *fail)
{
	return fail_msg(fail, E_CONFIG,
	    "%s: '%s' can't be read (%s); allowed: a file with a master key a line, the "
	    "present one first",
	    from, path, strerrordesc_np(-rc));
}

static void
warn_if_open(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & 0077) != 0)
		log_warn("master key: others than the owner may read %s", path);
}

static enum err
add_file(struct keyring *k, const char *from, const char *path, struct fail *fail)
{
	size_t before = keyring_count(k);
	struct buf text = { 0 };
	int rc;
	enum err e;

	buf_reserve(&text, FILE_MAX + 8192); /* it does not move: no copy stays behind */
	rc = io_read_file(path, &text, FILE_MAX);
	if (rc != 0)
		e = file_bad(from, path, rc, fail);
	else
		e = keyring_add_lines(k, buf_view(&text), fail);
	if (e == OK && before == 0 && keyring_count(k) == 0)
		e = fail_msg(fail, E_CONFIG, "%s: '%s' holds no master key", from, path);
	secret_fini(&text);
	if (e == OK)
		warn_if_open(path);
	return e;
}

static enum err
add_env(struct keyring *k, const char *name, struct fail *fail)
{
	const char *text = getenv(name);

	return text != NULL ? keyring_add_lines(k, span_str(text), fail) : OK;
}

/* The key that was made when nobody gave one. It stays good, so that a store can be given
 * a key from elsewhere later. */
static enum err
add_own(struct keyring *k, const char *dir, struct fail *fail)
{
	struct buf path = { 0 }, text = { 0 };
	struct stat st;
	int rc = 0;
	enum err e = OK;

	buf_printf(&path, "%s/" MASTER_OWN, dir);
	if (stat(buf_cstr(&path), &st) != 0 && keyring_count(k) == 0) {
		buf_reserve(&text, 256);
		keyring_generate(&text);
		rc = io_write_file(buf_cstr(&path), buf_view(&text), 0600);
		secret_fini(&text);
		if (rc != 0)
			e = fail_msg(fail, E_CONFIG,
			    "master-key-file: '%s' can't be written (%s); allowed: a "
			    "directory that can be, or a key given",
			    buf_cstr(&path), strerrordesc_np(-rc));
	}
	if (e == OK && stat(buf_cstr(&path), &st) == 0)
		e = add_file(k, "master-key-file", buf_cstr(&path), fail);
	buf_fini(&path);
	return e;
}

enum err
master_load(struct keyring **out, const char *file, const char *dir, struct fail *fail)
{
	struct keyring *k = keyring_new();
	const char *minio = getenv("MINIO_KMS_SECRET_KEY_FILE");
	enum err e = OK;

	if (file[0] != '\0')
		e = add_file(k, "master-key-file", file, fail);
	if (e == OK)
		e = add_env(k, "TRUG_MASTER_KEY", fail);
	if (e == OK)
		e = add_env(k, "MINIO_KMS_SECRET_KEY", fail);
	if (e == OK && minio != NULL)
		e = add_file(k, "MINIO_KMS_SECRET_KEY_FILE", minio, fail);
	if (e == OK)
		e = add_own(k, dir, fail);
	if (e == OK)
		*out = k;
	else
		keyring_free(&k);
	return e;
}

/* MinIO's variable names a key that its clients use by that name. */
static void
names_put(struct buf *out, const char *names)
{
	struct span text = span_str(getenv("MINIO_KMS_SECRET_KEY"));
	size_t colon = span_find(text, ':', 0);

	buf_str(out, names);
	if (colon < text.n && colon > 0) {
		buf_char(out, ',');
		buf_span(out, span_head(text, colon));
	}
}

/* A policy that cannot be read would deny everybody: better now. */
static enum err
policies_check(const struct kms *k, struct fail *fail)
{
	struct policy *p;
	struct fail why;

	for (size_t i = 0; i < kms_count(k); i++) {
		struct span text = kms_key_policy(kms_at(k, i)),
			    arn = kms_key_arn(kms_at(k, i));

		if (text.n == 0)
			continue;
		fail_init(&why, NULL);
		if (policy_parse(&p, text, POLICY_KEY, SPAN_NONE, &why) != OK)
			return fail_msg(fail, E_CONFIG,
			    "kms-file: the policy of %.*s can't be read: %s", (int)arn.n,
			    arn.p, fail_text(&why));
		policy_free(&p);
	}
	return OK;
}

enum err
master_kms(struct kms **out, const struct conf *c, struct store *store,
    const struct keyring *keys, struct fail *fail)
{
	struct buf names = { 0 }, file = { 0 };
	struct kms *k = NULL;
	struct kms_conf kc = { .store = store,
		.keys = keys,
		.region = c->region,
		.account = ACCOUNT_ROOT,
		.now_ms = clock_now_ms() };
	enum err e = OK;
	int rc = 0;

	if (c->kms_file[0] != '\0')
		rc = io_read_file(c->kms_file, &file, FILE_MAX);
	if (rc != 0)
		e = fail_msg(fail, E_CONFIG,
		    "kms-file: '%s' can't be read (%s); allowed: a JSON file of at most "
		    "64 KiB",
		    c->kms_file, strerrordesc_np(-rc));
	names_put(&names, c->kms_keys);
	kc.names = buf_cstr(&names);
	kc.file = buf_view(&file);
	if (e == OK)
		e = kms_open(&k, &kc, fail);
	if (e == OK)
		e = policies_check(k, fail);
	if (e == OK)
		*out = k;
	else
		kms_free(&k);
	buf_fini(&names);
	buf_fini(&file);
	return e;
}
