/* SPDX-License-Identifier: Apache-2.0 */
/* The language of declared state: every member is known and right, or it is refused. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "codec/b64.h"
#include "codec/json.h"
#include "codec/uri.h"
#include "codec/xml.h"
#include "seed_priv.h"

enum { PLACE = 400, KEY_MAX = 1024 };

#define BUCKET_MEMBERS "name versioning object_lock ownership tags policy objects"
#define OBJECT_MEMBERS \
	"key text base64 json file from prefix content_type metadata tags headers"

struct reading {
	struct seed *s;
	const char *dir;
	struct fail *fail;
	struct span bucket; /* the one being read */
	char place[PLACE]; /* "FILE: buckets[0].objects[2]" */
};

/* ---- where, and what is wrong there ---- */

static enum err wrong(struct reading *r, const char *member, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static enum err
wrong(struct reading *r, const char *member, const char *fmt, ...)
{
	char text[300];
	size_t n = strlen(r->place);
	bool at_root = n > 0 && r->place[n - 1] == ' ';
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return fail_msg(r->fail, E_CONFIG, "%s: %s%s%s%s%s", r->s->what, r->place,
	    member[0] != '\0' && !at_root ? "." : "", member,
	    member[0] != '\0' || !at_root ? ": " : "", text);
}

static size_t
enter(struct reading *r, const char *name, size_t i)
{
	size_t n = strlen(r->place);

	(void)snprintf(r->place + n, PLACE - n, "%s%s[%zu]",
	    n > 0 && r->place[n - 1] != ' ' ? "." : "", name, i);
	return n;
}

static void
leave(struct reading *r, size_t n)
{
	r->place[n] = '\0';
}

static struct span
place_of(struct reading *r, const char *member)
{
	return span_str(arena_printf(&r->s->arena, "%s.%s", r->place, member));
}

/* ---- members ---- */

static bool
word_in(const char *words, const char *word)
{
	struct span rest = span_str(words);

	while (rest.n > 0)
		if (span_is(span_cut(&rest, ' '), word))
			return true;
	return false;
}

/* Only those in the list, or documents where there may be some; each once. */
static enum err
members(struct reading *r, const cJSON *object, const char *known, bool documents)
{
	const cJSON *m;

	if (!cJSON_IsObject(object))
		return wrong(r, "", "must be an object");
	cJSON_ArrayForEach(m, object)
	{
		if (!word_in(known, m->string) &&
		    !(documents && seed_doc_find(m->string) != NULL))
			return wrong(r, m->string, "is not known; allowed: %s%s", known,
			    documents ? " and the documents of buckets (cors, lifecycle, "
					"website ...)"
				      : "");
		if (cJSON_GetObjectItemCaseSensitive(object, m->string) != m)
			return wrong(r, m->string, "is there twice; allowed: once");
	}
	return OK;
}

static const cJSON *
member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* p == NULL: it is not there. */
static enum err
text(struct reading *r, const cJSON *object, const char *name, struct span *out)
{
	const cJSON *v = member(object, name);

	*out = SPAN_NONE;
	if (v == NULL)
		return OK;
	if (!cJSON_IsString(v))
		return wrong(r, name, "must be a text");
	*out = arena_span(&r->s->arena, span_str(v->valuestring));
	return OK;
}

/* An object of names and texts, each told to row(). */
static enum err
texts(struct reading *r, const cJSON *object, const char *name,
    void (*row)(struct buf *out, const char *name, const char *value), struct buf *out)
{
	const cJSON *v = member(object, name), *one;

	if (v == NULL)
		return OK;
	if (!cJSON_IsObject(v))
		return wrong(r, name, "must be an object of names and texts");
	cJSON_ArrayForEach(one, v)
	{
		if (!cJSON_IsString(one) || one->string[0] == '\0')
			return wrong(
			    r, name, "'%.64s' is wrong; allowed: a text", one->string);
		row(out, one->string, one->valuestring);
	}
	return OK;
}

static char *
json_text(const cJSON *v)
{
	char *json = cJSON_PrintUnformatted(v);

	MUST(json != NULL);
	return json;
}

/* ---- headers ---- */

static bool
is_header(struct span name, struct span value)
{
	bool good = name.n > 0;

	for (size_t i = 0; i < name.n; i++)
		good &= name.p[i] > ' ' && name.p[i] < 0x7f && name.p[i] != ':';
	for (size_t i = 0; i < value.n; i++)
		good &= (uint8_t)value.p[i] >= ' ' && value.p[i] != 0x7f;
	return good;
}

/* Checked before: no line may end within. */
static void
header_row(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s: %s\r\n", name, value);
}

static void
meta_row(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "x-amz-meta-%s: %s\r\n", name, value);
}

static void
tag_row(struct buf *out, const char *name, const char *value)
{
	if (out->n > 0)
		buf_char(out, '&');
	uri_encode(out, span_str(name), false);
	buf_char(out, '=');
	uri_encode(out, span_str(value), false);
}

static enum err
headers_check(struct reading *r, const cJSON *object, const char *name)
{
	const cJSON *v = member(object, name), *one;

	cJSON_ArrayForEach(one, v)
	{
		if (cJSON_IsString(one) &&
		    !is_header(span_str(one->string), span_str(one->valuestring)))
			return wrong(r, name,
			    "'%.64s' can't be a header; allowed: names and texts without "
			    "control characters",
			    one->string);
	}
	return OK;
}

static enum err
object_headers(struct reading *r, const cJSON *one, struct span key, struct buf *out)
{
	struct buf tags = { 0 };
	struct span type;
	enum err e = headers_check(r, one, "metadata");

	if (e == OK)
		e = headers_check(r, one, "headers");
	if (e == OK)
		e = text(r, one, "content_type", &type);
	if (e == OK && type.p != NULL && !is_header(SPAN_LIT("t"), type))
		e = wrong(r, "content_type", "has a control character");
	if (e == OK && type.p == NULL && seed_type(key) != NULL &&
	    (member(one, "headers") == NULL ||
		cJSON_GetObjectItem(member(one, "headers"), "content-type") == NULL))
		type = span_str(seed_type(key));
	if (e == OK && type.n > 0)
		buf_printf(out, "content-type: %.*s\r\n", (int)type.n, type.p);
	if (e == OK)
		e = texts(r, one, "metadata", meta_row, out);
	if (e == OK)
		e = texts(r, one, "headers", header_row, out);
	if (e == OK)
		e = texts(r, one, "tags", tag_row, &tags);
	if (e == OK && tags.n > 0)
		buf_printf(out, "x-amz-tagging: %s\r\n", buf_cstr(&tags));
	buf_fini(&tags);
	return e;
}

/* ---- objects ---- */

static enum err
file_find(struct reading *r, const char *name, struct span v, const char **out)
{
	if (r->dir == NULL)
		return wrong(r, name,
		    "is a file of the server; allowed here: text, base64 and json");
	*out = v.n > 0 && v.p[0] == '/'
	    ? arena_str(&r->s->arena, v)
	    : arena_printf(&r->s->arena, "%s/%.*s", r->dir, (int)v.n, v.p);
	return OK;
}

static enum err
object_base64(struct reading *r, struct span in, struct span *out)
{
	char *room = arena_alloc(&r->s->arena, in.n + 1);
	size_t n;

	if (!b64_parse(room, in.n + 1, &n, in))
		return wrong(r, "base64",
		    "is no base64; allowed: A-Z a-z 0-9 + / and = at the end");
	*out = span_of(room, n);
	return OK;
}

static enum err
object_body(struct reading *r, const cJSON *one, struct seed_step *step)
{
	static const char *const forms[] = { "text", "base64", "json", "file" };
	struct span v = SPAN_NONE;
	struct stat st;
	unsigned n = 0;
	char *json;
	enum err e;

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		n += member(one, forms[i]) != NULL;
	if (n > 1)
		return wrong(r, "",
		    "has more than one body; allowed: one of text, base64, "
		    "json, file");
	step->body = SPAN_LIT("");
	if (member(one, "json") != NULL) {
		json = json_text(member(one, "json"));
		step->body = arena_span(&r->s->arena, span_str(json));
		cJSON_free(json);
		return OK;
	}
	e = text(r, one, "text", &v);
	if (e == OK && v.p != NULL)
		step->body = v;
	if (e == OK)
		e = text(r, one, "base64", &v);
	if (e == OK && v.p != NULL)
		e = object_base64(r, v, &step->body);
	if (e == OK)
		e = text(r, one, "file", &v);
	if (e != OK || v.p == NULL)
		return e;
	e = file_find(r, "file", v, &step->file);
	if (e == OK && (stat(step->file, &st) != 0 || !S_ISREG(st.st_mode)))
		e = wrong(r, "file", "'%s' is no file that can be read", step->file);
	return e;
}

/* {"from": FOLDER-OR-ZIP, "prefix": P}: many at once. */
static enum err
object_tree(struct reading *r, const cJSON *one)
{
	struct span from, prefix;
	const char *path;
	enum err e = text(r, one, "from", &from);

	if (e == OK)
		e = text(r, one, "prefix", &prefix);
	if (e == OK && cJSON_GetArraySize(one) > 1 + (prefix.p != NULL))
		e = wrong(r, "from", "stands with others; allowed: from and prefix");
	if (e == OK)
		e = file_find(r, "from", from, &path);
	return e == OK ? seed_add_tree(r->s, r->bucket, prefix, path, r->fail) : e;
}

static enum err
object_read(struct reading *r, const cJSON *one)
{
	struct seed_step *step;
	struct buf lines = { 0 };
	struct span key;
	enum err e = members(r, one, OBJECT_MEMBERS, false);

	if (e != OK || member(one, "from") != NULL)
		return e == OK ? object_tree(r, one) : e;
	if (member(one, "prefix") != NULL)
		return wrong(r, "prefix", "stands without from");
	e = text(r, one, "key", &key);
	if (e == OK && (key.n == 0 || key.n > KEY_MAX))
		e = wrong(r, "key", "%s; allowed: a text of 1 to %d bytes",
		    key.p == NULL    ? "is missing"
			: key.n == 0 ? "is empty"
				     : "is too long",
		    KEY_MAX);
	if (e == OK)
		e = object_headers(r, one, key, &lines);
	if (e == OK) {
		step = seed_step_new(
		    r->s, PASS_OBJECT, "PUT", r->bucket, span_str(r->place));
		step->key = key;
		step->lines = arena_span(&r->s->arena, buf_view(&lines));
		e = object_body(r, one, step);
	}
	buf_fini(&lines);
	return e;
}

/* ---- buckets ---- */

static struct seed_step *
setting(struct reading *r, enum seed_pass pass, const char *member_name, const char *sub,
    struct span body)
{
	struct seed_step *step =
	    seed_step_new(r->s, pass, "PUT", r->bucket, place_of(r, member_name));

	step->query = span_str(arena_printf(&r->s->arena, "%s=", sub));
	step->body = arena_span(&r->s->arena, body);
	return step;
}

static enum err
document_one(struct reading *r, const struct seed_doc *d, const cJSON *v)
{
	struct buf xml = { 0 };
	const char *bad = NULL;
	struct seed_step *step;
	const cJSON *id;
	enum err e = OK;

	if (!seed_doc_render(&xml, d, v, &bad))
		e = wrong(r, d->member,
		    "'%.64s' is wrong; allowed: the document as AWS's command line has "
		    "it, or a text of its XML",
		    bad);
	if (e == OK) {
		step = setting(r, d->pass, d->member, d->sub, buf_view(&xml));
		id = d->many ? member(v, "Id") : NULL;
		if (d->many && !cJSON_IsString(id))
			e = wrong(r, d->member, "has no Id; it must be a text");
		else if (d->many) {
			xml.n = 0;
			buf_printf(&xml, "%s=&id=", d->sub);
			uri_encode(&xml, span_str(id->valuestring), false);
			step->query = arena_span(&r->s->arena, buf_view(&xml));
		}
	}
	buf_fini(&xml);
	return e;
}

static enum err
documents(struct reading *r, const cJSON *bucket)
{
	const cJSON *m, *one;
	enum err e = OK;

	for (const struct seed_doc *d = seed_docs; e == OK && d->member != NULL; d++) {
		m = member(bucket, d->member);
		if (m == NULL || cJSON_IsTrue(m)) /* "object_lock": true */
			continue;
		if (!d->many)
			e = document_one(r, d, m);
		else if (!cJSON_IsArray(m))
			e = wrong(r, d->member, "must be a list");
		else
			cJSON_ArrayForEach(one, m)
			{
				if (e == OK)
					e = document_one(r, d, one);
			}
	}
	return e;
}

static void
tag_element(struct buf *out, const char *name, const char *value)
{
	xml_open(out, "Tag");
	xml_put_str(out, "Key", name);
	xml_put_str(out, "Value", value);
	xml_close(out, "Tag");
}

static enum err
bucket_tags(struct reading *r, const cJSON *bucket)
{
	struct buf xml = { 0 };
	enum err e;

	buf_str(&xml, "<Tagging><TagSet>");
	e = texts(r, bucket, "tags", tag_element, &xml);
	buf_str(&xml, "</TagSet></Tagging>");
	if (e == OK && member(bucket, "tags") != NULL)
		(void)setting(r, PASS_SETTING, "tags", "tagging", buf_view(&xml));
	buf_fini(&xml);
	return e;
}

/* One of a few words becomes an element of a document. */
static enum err
bucket_word(struct reading *r, const cJSON *bucket, const char *name, const char *words,
    const char *sub, const char *before, const char *after)
{
	struct buf xml = { 0 };
	struct span v;
	enum err e = text(r, bucket, name, &v);

	if (e != OK || v.p == NULL)
		return e;
	if (!word_in(words, v.p))
		return wrong(r, name, "'%.64s' is not allowed; allowed: %s", v.p, words);
	buf_printf(&xml, "%s%s%s", before, v.p, after);
	(void)setting(r, PASS_SETTING, name, sub, buf_view(&xml));
	buf_fini(&xml);
	return OK;
}

static enum err
bucket_policy(struct reading *r, const cJSON *bucket)
{
	const cJSON *v = member(bucket, "policy");
	char *json;

	if (v == NULL)
		return OK;
	if (!cJSON_IsObject(v))
		return wrong(r, "policy", "must be a policy (an object)");
	json = json_text(v);
	(void)setting(r, PASS_LATE, "policy", "policy", span_str(json));
	cJSON_free(json);
	return OK;
}

static enum err
bucket_objects(struct reading *r, const cJSON *bucket)
{
	const cJSON *list = member(bucket, "objects"), *one;
	size_t i = 0, at;
	enum err e = OK;

	if (list != NULL && !cJSON_IsArray(list))
		return wrong(r, "objects", "must be a list");
	cJSON_ArrayForEach(one, list)
	{
		at = enter(r, "objects", i++);
		e = object_read(r, one);
		if (e != OK)
			break;
		leave(r, at);
	}
	return e;
}

static enum err
bucket_read(struct reading *r, const cJSON *one)
{
	const cJSON *lock;
	struct span name;
	enum err e = members(r, one, BUCKET_MEMBERS, true);

	if (e == OK)
		e = text(r, one, "name", &name);
	if (e == OK && !seed_may_be_bucket(name))
		e = wrong(r, "name",
		    "'%.*s' is no bucket name; allowed: 3 to 63 of a-z "
		    "0-9 . -",
		    (int)span_head(name, 80).n, name.p != NULL ? name.p : "");
	if (e != OK)
		return e;
	lock = member(one, "object_lock");
	r->bucket = name;
	seed_bucket(r->s, name, lock != NULL && !cJSON_IsFalse(lock), span_str(r->place));
	e = bucket_word(r, one, "versioning", "Enabled Suspended", "versioning",
	    "<VersioningConfiguration><Status>", "</Status></VersioningConfiguration>");
	if (e == OK)
		e = bucket_word(r, one, "ownership",
		    "BucketOwnerEnforced BucketOwnerPreferred ObjectWriter",
		    "ownershipControls", "<OwnershipControls><Rule><ObjectOwnership>",
		    "</ObjectOwnership></Rule></OwnershipControls>");
	if (e == OK)
		e = bucket_tags(r, one);
	if (e == OK)
		e = documents(r, one);
	if (e == OK)
		e = bucket_policy(r, one);
	return e == OK ? bucket_objects(r, one) : e;
}

/* Accounts are for who knows identities; here they are only gathered. */
static enum err
accounts_read(struct reading *r, const cJSON *list)
{
	const cJSON *one;
	char *json;

	if (list == NULL)
		return OK;
	if (!cJSON_IsArray(list))
		return wrong(r, "accounts", "must be a list");
	cJSON_ArrayForEach(one, list)
	{
		json = json_text(one);
		if (r->s->accounts.n > 0)
			buf_char(&r->s->accounts, ',');
		buf_str(&r->s->accounts, json);
		mem_wipe(json, strlen(json));
		cJSON_free(json);
	}
	return OK;
}

static enum err
root_read(struct reading *r, const cJSON *root)
{
	const cJSON *list, *one;
	size_t i = 0, at;
	enum err e = members(r, root, "accounts buckets", false);

	if (e == OK)
		e = accounts_read(r, member(root, "accounts"));
	list = e == OK ? member(root, "buckets") : NULL;
	if (list != NULL && !cJSON_IsArray(list))
		e = wrong(r, "buckets", "must be a list");
	cJSON_ArrayForEach(one, list)
	{
		if (e != OK)
			break;
		at = enter(r, "buckets", i++);
		e = bucket_read(r, one);
		leave(r, e == OK ? at : strlen(r->place));
	}
	return e;
}

enum err
seed_add_json(
    struct seed *s, struct span in, const char *name, const char *dir, struct fail *fail)
{
	struct reading r = { .s = s, .dir = dir, .fail = fail };
	struct fail why;
	cJSON *tree = NULL;
	enum err e;

	fail_init(&why, NULL);
	(void)snprintf(r.place, PLACE / 2, "%s", name);
	(void)snprintf(r.place + strlen(r.place), 3, ": ");
	if (json_parse(in, &tree, &why) != OK)
		return wrong(&r, "", "%s; allowed: JSON", fail_text(&why));
	e = root_read(&r, tree);
	cJSON_Delete(tree);
	return e;
}
