/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of zip archives, by libzip, which is loaded on first use: linked in it would cost
 * each start its time and memory.
 */
#include "config.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <zip.h>

#include "base/mem.h"
#include "codec/uri.h"
#include "seed_priv.h"

static struct {
	zip_t *(*open)(const char *path, int flags, int *error);
	void (*discard)(zip_t *z);
	zip_int64_t (*count)(zip_t *z, zip_flags_t flags);
	int (*stat)(zip_t *z, zip_uint64_t i, zip_flags_t flags, zip_stat_t *st);
	zip_file_t *(*fopen)(zip_t *z, zip_uint64_t i, zip_flags_t flags);
	zip_int64_t (*fread)(zip_file_t *f, void *p, zip_uint64_t n);
	int (*fclose)(zip_file_t *f);
	bool there;
} lib;

static pthread_once_t lib_once = PTHREAD_ONCE_INIT;

static void
lib_load(void)
{
	static const char *const versions[] = { "libzip.so.4", "libzip.so.5" };
	const struct {
		const char *name;
		void *at;
	} rows[] = { { "zip_open", &lib.open }, { "zip_discard", &lib.discard },
		{ "zip_get_num_entries", &lib.count }, { "zip_stat_index", &lib.stat },
		{ "zip_fopen_index", &lib.fopen }, { "zip_fread", &lib.fread },
		{ "zip_fclose", &lib.fclose } };
	void *so = NULL, *sym;

	for (size_t i = 0; i < ARRAY_LEN(versions) && so == NULL; i++)
		so = dlopen(versions[i], RTLD_NOW | RTLD_LOCAL);
	if (so == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		sym = dlsym(so, rows[i].name);
		if (sym == NULL)
			return;
		/* Data and functions have one form here (POSIX, dlsym). */
		memcpy(rows[i].at, &sym, sizeof sym);
	}
	lib.there = true;
}

struct seed_zip {
	zip_t *archive;
	zip_file_t *file;
	char *path;
};

enum err
seed_zip_open(
    struct seed_zip **out, const char *path, const struct seed *s, struct fail *fail)
{
	struct seed_zip *z;
	zip_t *archive;
	int error = 0;

	MUST(pthread_once(&lib_once, lib_load) == 0);
	if (!lib.there)
		return seed_wrong(s, fail, span_str(path),
		    "can't be read: libzip (libzip.so.4 or .5) is not installed");
	archive = lib.open(path, ZIP_RDONLY, &error);
	if (archive == NULL)
		return seed_wrong(s, fail, span_str(path),
		    "is no zip that can be read (%d); allowed: a folder or a zip", error);
	z = mem_zalloc(sizeof *z);
	z->archive = archive;
	z->path = mem_dup(path);
	*out = z;
	return OK;
}

void
seed_zip_close(struct seed_zip **zip)
{
	struct seed_zip *z = *zip;

	if (z == NULL)
		return;
	*zip = NULL;
	seed_zip_leave(z);
	lib.discard(z->archive);
	mem_free(z->path);
	mem_free(z);
}

const char *
seed_zip_path(const struct seed_zip *z)
{
	return z->path;
}

enum err
seed_zip_enter(struct seed_zip *z, uint64_t member, uint64_t *length)
{
	zip_stat_t st;

	if (lib.stat(z->archive, member, 0, &st) != 0 || (st.valid & ZIP_STAT_SIZE) == 0)
		return E_IO;
	z->file = lib.fopen(z->archive, member, 0);
	if (z->file == NULL)
		return E_IO;
	*length = st.size;
	return OK;
}

enum err
seed_zip_read(struct seed_zip *z, void *p, size_t cap, size_t *n)
{
	zip_int64_t got = lib.fread(z->file, p, cap);

	*n = got > 0 ? (size_t)got : 0;
	return got >= 0 ? OK : E_IO;
}

void
seed_zip_leave(struct seed_zip *z)
{
	if (z->file != NULL)
		(void)lib.fclose(z->file);
	z->file = NULL;
}

static enum err
member_add(struct seed *s, struct span bucket, struct span prefix,
    const struct seed_zip *z, uint64_t i, struct fail *fail)
{
	struct buf key = { 0 };
	struct seed_step *step;
	const char *type;
	zip_stat_t st;

	if (lib.stat(z->archive, i, ZIP_FL_ENC_GUESS, &st) != 0 ||
	    (st.valid & (ZIP_STAT_NAME | ZIP_STAT_SIZE)) !=
		(ZIP_STAT_NAME | ZIP_STAT_SIZE))
		return seed_wrong(s, fail, span_str(z->path), "member %llu can't be read",
		    (unsigned long long)i);
	if (span_ends(span_str(st.name), SPAN_LIT("/"))) /* a folder */
		return OK;
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
	    st.encryption_method != ZIP_EM_NONE)
		return seed_wrong(s, fail, span_str(z->path),
		    "'%.200s' is encrypted; allowed: plain members", st.name);
	buf_span(&key, prefix);
	buf_str(&key, st.name);
	if (!uri_utf8(buf_view(&key)) || key.n > 1024) {
		buf_fini(&key);
		return seed_wrong(s, fail, span_str(z->path),
		    "'%.200s' can't be a key; allowed: UTF-8 of at most 1024 bytes",
		    st.name);
	}
	step = seed_step_new(s, PASS_OBJECT, "PUT", bucket,
	    span_str(arena_printf(&s->arena, "%s(%s)", z->path, st.name)));
	step->key = arena_span(&s->arena, buf_view(&key));
	step->zip = arena_str(&s->arena, span_str(z->path));
	step->member = i;
	type = seed_type(step->key);
	if (type != NULL)
		step->lines =
		    span_str(arena_printf(&s->arena, "content-type: %s\r\n", type));
	buf_fini(&key);
	return OK;
}

enum err
seed_zip_add(struct seed *s, struct span bucket, struct span prefix, const char *path,
    struct fail *fail)
{
	struct seed_zip *z = NULL;
	zip_int64_t n;
	enum err e = seed_zip_open(&z, path, s, fail);

	if (e != OK)
		return e;
	n = lib.count(z->archive, 0);
	for (zip_int64_t i = 0; e == OK && i < n; i++)
		e = member_add(s, bucket, prefix, z, (uint64_t)i, fail);
	seed_zip_close(&z);
	return e;
}
