/* SPDX-License-Identifier: Apache-2.0 */
/* Folders: of declarations, and of files that become objects. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "codec/uri.h"
#include "seed_priv.h"

enum { DEPTH = 64, JSON_MAX = 256 << 20 };

/* Names in a folder, in order. */
struct names {
	char **name;
	size_t n, cap;
};

static void
names_add(void *arg, const char *name)
{
	struct names *l = arg;

	if (l->n == l->cap) {
		l->cap = l->cap > 0 ? l->cap * 2 : 32;
		l->name = mem_realloc(l->name, l->cap * sizeof *l->name);
	}
	l->name[l->n++] = mem_dup(name);
}

static int
name_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
names_read(struct names *l, const char *path)
{
	int rc = io_list(path, names_add, l);

	if (l->n > 0)
		qsort(l->name, l->n, sizeof *l->name, name_cmp);
	return rc;
}

static void
names_free(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		mem_free(l->name[i]);
	mem_free(l->name);
}

static enum err
unreadable(struct seed *s, const char *path, int rc, struct fail *fail)
{
	return seed_wrong(s, fail, span_str(path),
	    "can't be read (%s); allowed: a file of JSON, a folder, a zip",
	    strerrordesc_np(-rc));
}

/* ---- files that become objects ---- */

struct tree {
	struct seed *s;
	struct span bucket;
	struct fail *fail;
};

static enum err tree_folder(
    struct tree *t, const char *path, struct span prefix, unsigned depth);

static enum err
tree_file(struct tree *t, const char *path, struct span key)
{
	const char *type = seed_type(key);
	struct seed_step *step;

	if (!uri_utf8(key) || key.n > 1024)
		return seed_wrong(t->s, t->fail, span_str(path),
		    "can't be a key; allowed: UTF-8 of at most 1024 bytes");
	step = seed_step_new(t->s, PASS_OBJECT, "PUT", t->bucket, span_str(path));
	step->key = key;
	step->file = arena_str(&t->s->arena, span_str(path));
	if (type != NULL)
		step->lines =
		    span_str(arena_printf(&t->s->arena, "content-type: %s\r\n", type));
	return OK;
}

static enum err
tree_entry(struct tree *t, const char *folder, const char *name, struct span prefix,
    unsigned depth)
{
	struct buf path = { 0 }, key = { 0 };
	struct stat st;
	enum err e = OK;

	buf_printf(&path, "%s/%s", folder, name);
	buf_span(&key, prefix);
	buf_str(&key, name);
	if (stat(buf_cstr(&path), &st) != 0)
		e = unreadable(t->s, path.p, -errno, t->fail);
	else if (S_ISDIR(st.st_mode)) {
		buf_char(&key, '/');
		e = tree_folder(
		    t, path.p, arena_span(&t->s->arena, buf_view(&key)), depth + 1);
	} else if (S_ISREG(st.st_mode))
		e = tree_file(t, path.p, arena_span(&t->s->arena, buf_view(&key)));
	else
		log_warn("%s: %s is no file: passed over", t->s->what, path.p);
	buf_fini(&path);
	buf_fini(&key);
	return e;
}

static enum err
tree_folder(struct tree *t, const char *path, struct span prefix, unsigned depth)
{
	struct names l = { 0 };
	int rc = names_read(&l, path);
	enum err e = rc == 0 ? OK : unreadable(t->s, path, rc, t->fail);

	if (depth > DEPTH)
		e = seed_wrong(t->s, t->fail, span_str(path),
		    "lies too deep; allowed: %d folders in each other", DEPTH);
	for (size_t i = 0; e == OK && i < l.n; i++)
		e = tree_entry(t, path, l.name[i], prefix, depth);
	names_free(&l);
	return e;
}

enum err
seed_add_tree(struct seed *s, struct span bucket, struct span prefix, const char *path,
    struct fail *fail)
{
	struct tree t = { s, arena_span(&s->arena, bucket), fail };
	struct stat st;

	if (stat(path, &st) != 0)
		return unreadable(s, path, -errno, fail);
	seed_bucket(s, bucket, false, span_str(path));
	return S_ISDIR(st.st_mode) ? tree_folder(&t, path, prefix, 0)
				   : seed_zip_add(s, t.bucket, prefix, path, fail);
}

/* ---- folders of declarations ---- */

static enum err
json_file(struct seed *s, const char *path, const char *dir, struct fail *fail)
{
	struct buf text = { 0 };
	int rc = io_read_file(path, &text, JSON_MAX);
	enum err e = rc == 0 ? seed_add_json(s, buf_view(&text), path, dir, fail)
			     : unreadable(s, path, rc, fail);

	if (text.p != NULL)
		mem_wipe(text.p, text.n);
	buf_fini(&text);
	return e;
}

static enum err
folder_entry(struct seed *s, const char *dir, const char *name, struct fail *fail)
{
	struct span v = span_str(name), bucket = v;
	struct buf path = { 0 };
	struct stat st;
	enum err e = OK;

	if (span_ends(v, SPAN_LIT(".zip")))
		bucket.n -= 4;
	buf_printf(&path, "%s/%s", dir, name);
	if (stat(buf_cstr(&path), &st) != 0)
		e = unreadable(s, path.p, -errno, fail);
	else if (S_ISREG(st.st_mode) && span_ends(v, SPAN_LIT(".json")))
		e = json_file(s, path.p, dir, fail);
	else if ((S_ISDIR(st.st_mode) || bucket.n < v.n) && seed_may_be_bucket(bucket))
		e = seed_add_tree(s, bucket, SPAN_NONE, path.p, fail);
	else
		log_warn(
		    "%s: %s is passed over: no .json, no folder or zip with the name "
		    "of a bucket; scripts are not run",
		    s->what, path.p);
	buf_fini(&path);
	return e;
}

enum err
seed_add_path(struct seed *s, const char *path, struct fail *fail)
{
	struct names l = { 0 };
	struct stat st;
	char *dir, *slash;
	enum err e = OK;
	int rc;

	if (stat(path, &st) != 0)
		return unreadable(s, path, -errno, fail);
	if (!S_ISDIR(st.st_mode)) {
		dir = mem_dup(path);
		slash = strrchr(dir, '/');
		if (slash != NULL)
			slash[slash == dir] = '\0';
		e = json_file(s, path, slash != NULL ? dir : ".", fail);
		mem_free(dir);
		return e;
	}
	rc = names_read(&l, path);
	if (rc != 0)
		e = unreadable(s, path, rc, fail);
	/* Hidden ones are what mounts leave there. */
	for (size_t i = 0; e == OK && i < l.n; i++)
		if (l.name[i][0] != '.')
			e = folder_entry(s, path, l.name[i], fail);
	names_free(&l);
	return e;
}
