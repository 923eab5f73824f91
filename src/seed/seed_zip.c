/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of zip archives, by libzip, which is loaded on first use: linked in it would cost
 * each start its time and memory.
 */
#include "config.h"

#include <string.h>
#include <zip.h>

#include "base/mem.h"
#include "base/solib.h"
#include "codec/uri.h"
#include "seed_priv.h"

#define FUNCS(F) \
	F(zip_discard) \
	F(zip_fclose) \
	F(zip_fopen_index) \
	F(zip_fread) \
	F(zip_get_num_entries) \
	F(zip_open) \
	F(zip_stat_index)
static struct {
	FUNCS(SOLIB_MEMBER)
} lib;
static const struct solib_sym syms[] = { FUNCS(SOLIB_SYM) };
static struct solib solib = { SONAME_ZIP, "libzip4", SOLIB_SYMS(syms) };

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
	struct fail why;
	int error = 0;

	fail_init(&why, NULL);
	if (solib_load(&solib, &why) != OK)
		return seed_wrong(
		    s, fail, span_str(path), "can't be read: %s", fail_text(&why));
	archive = lib.zip_open(path, ZIP_RDONLY, &error);
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
	lib.zip_discard(z->archive);
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

	if (lib.zip_stat_index(z->archive, member, 0, &st) != 0 ||
	    (st.valid & ZIP_STAT_SIZE) == 0)
		return E_IO;
	z->file = lib.zip_fopen_index(z->archive, member, 0);
	if (z->file == NULL)
		return E_IO;
	*length = st.size;
	return OK;
}

enum err
seed_zip_read(struct seed_zip *z, void *p, size_t cap, size_t *n)
{
	zip_int64_t got = lib.zip_fread(z->file, p, cap);

	*n = got > 0 ? (size_t)got : 0;
	return got >= 0 ? OK : E_IO;
}

void
seed_zip_leave(struct seed_zip *z)
{
	if (z->file != NULL)
		(void)lib.zip_fclose(z->file);
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

	if (lib.zip_stat_index(z->archive, i, ZIP_FL_ENC_GUESS, &st) != 0 ||
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
	n = lib.zip_get_num_entries(z->archive, 0);
	for (zip_int64_t i = 0; e == OK && i < n; i++)
		e = member_add(s, bucket, prefix, z, (uint64_t)i, fail);
	seed_zip_close(&z);
	return e;
}
