/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "iam/oidc.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/mem.h"

enum { PROVIDERS_MAX = 16, KEYS_FILE_MAX = 1 << 20, PAUSE_MS = 10000 };

struct oidc_provider {
	struct iam_oidc *of;
	struct lock lock; /* keys, seen */
	char *issuer, *audiences, *jwks;
	bool by_url;
	struct jwks *keys;
	struct stat seen; /* the file, before it was read */
};

struct iam_oidc {
	struct lock lock; /* wanted, stopped */
	struct cond cond;
	bool wanted, stopped;
	size_t n;
	struct oidc_provider provider[PROVIDERS_MAX];
};

static bool
is_url(struct span s)
{
	return span_starts(s, SPAN_LIT("https://")) ||
	    span_starts(s, SPAN_LIT("http://"));
}

static enum err
keys_read(struct oidc_provider *p, struct fail *fail)
{
	struct buf text = { 0 };
	struct jwks *keys = NULL, *old;
	struct stat seen = { 0 };
	int rc;
	enum err e;

	(void)stat(p->jwks, &seen);
	rc = io_read_file(p->jwks, &text, KEYS_FILE_MAX);

	if (rc != 0)
		e = fail_msg(fail, E_CONFIG,
		    "oidc: '%s' can't be read (%s); allowed: a file with a JSON Web Key "
		    "Set",
		    p->jwks, strerrordesc_np(-rc));
	else
		e = jwks_parse(&keys, buf_view(&text), NULL);
	if (e != OK)
		(void)fail_msg(fail, E_CONFIG,
		    "oidc: '%s' is no JSON Web Key Set; allowed: {\"keys\": [...]}",
		    p->jwks);
	buf_fini(&text);
	if (e != OK)
		return e;
	lock_take(&p->lock);
	old = p->keys;
	p->keys = keys;
	p->seen = seen;
	lock_drop(&p->lock);
	jwks_free(&old);
	return OK;
}

static enum err
provider_parse(struct oidc_provider *p, struct span text, struct fail *fail)
{
	struct span rest = text, value, name;
	char **slot;

	while (rest.n > 0) {
		value = span_trim(span_cut(&rest, ','));
		name = span_trim(span_cut(&value, '='));
		value = span_trim(value);
		slot = span_is(name, "issuer")  ? &p->issuer
		    : span_is(name, "audience") ? &p->audiences
		    : span_is(name, "jwks")     ? &p->jwks
						: NULL;
		if (slot == NULL || *slot != NULL || value.n == 0)
			return fail_msg(fail, E_CONFIG,
			    "oidc: '%.*s' is wrong here; allowed: "
			    "issuer=URL,audience=NAME,jwks=FILE-OR-URL, each once",
			    (int)span_head(name, 64).n, name.p);
		*slot = mem_span(value);
	}
	if (p->issuer == NULL || p->audiences == NULL || p->jwks == NULL)
		return fail_msg(fail, E_CONFIG,
		    "oidc: '%.*s' lacks something; allowed: "
		    "issuer=URL,audience=NAME,jwks=FILE-OR-URL",
		    (int)span_head(text, 128).n, text.p);
	if (!is_url(span_str(p->issuer)))
		return fail_msg(fail, E_CONFIG,
		    "oidc: issuer '%s' is no URL; allowed: https://HOST[/PATH]",
		    p->issuer);
	p->by_url = is_url(span_str(p->jwks));
	return p->by_url ? OK : keys_read(p, fail);
}

enum err
oidc_new(struct iam_oidc **out, const char *text, struct fail *fail)
{
	struct span rest = span_str(text), one;
	struct iam_oidc *o;
	enum err e = OK;

	*out = NULL;
	if (rest.n == 0)
		return OK;
	o = mem_zalloc(sizeof *o);
	lock_init(&o->lock, LOCK_KEYCACHE);
	cond_init(&o->cond);
	while (rest.n > 0 && e == OK) {
		one = span_trim(span_cut(&rest, ';'));
		if (one.n == 0)
			continue;
		if (o->n == PROVIDERS_MAX) {
			e = fail_msg(fail, E_CONFIG,
			    "oidc: more than %d providers; allowed: at most %d",
			    PROVIDERS_MAX, PROVIDERS_MAX);
			break;
		}
		lock_init(&o->provider[o->n].lock, LOCK_KEYCACHE);
		o->provider[o->n].of = o;
		e = provider_parse(&o->provider[o->n++], one, fail);
	}
	if (e == OK)
		*out = o;
	else
		oidc_free(&o);
	return e;
}

void
oidc_free(struct iam_oidc **oidc)
{
	struct iam_oidc *o = *oidc;

	if (o == NULL)
		return;
	*oidc = NULL;
	for (size_t i = 0; i < o->n; i++) {
		struct oidc_provider *p = &o->provider[i];

		mem_free(p->issuer);
		mem_free(p->audiences);
		mem_free(p->jwks);
		jwks_free(&p->keys);
		lock_fini(&p->lock);
	}
	cond_fini(&o->cond);
	lock_fini(&o->lock);
	mem_free(o);
}

struct oidc_provider *
oidc_find(const struct iam_oidc *o, struct span issuer)
{
	if (o == NULL)
		return NULL;
	for (size_t i = 0; i < o->n; i++)
		if (span_is(issuer, o->provider[i].issuer))
			return (struct oidc_provider *)(uintptr_t)&o->provider[i];
	return NULL;
}

struct span
oidc_host(const struct oidc_provider *p)
{
	struct span s = span_str(p->issuer);

	s = span_from(s, span_search(s, SPAN_LIT("://"), 0) + 3);
	if (s.n > 0 && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

bool
oidc_audience(const struct oidc_provider *p, struct span audience)
{
	struct span rest = span_str(p->audiences);

	while (rest.n > 0)
		if (span_eq(span_cut(&rest, ' '), audience))
			return audience.n > 0;
	return false;
}

static bool
check_now(struct oidc_provider *p, const struct jwt *j)
{
	bool holds;

	lock_take(&p->lock);
	holds = p->keys != NULL && jwks_check(p->keys, j);
	lock_drop(&p->lock);
	return holds;
}

/* Is there another file now than the one that was read? */
static bool
has_changed(struct oidc_provider *p)
{
	struct stat now;
	bool changed;

	if (p->by_url || stat(p->jwks, &now) != 0)
		return false;
	lock_take(&p->lock);
	changed = now.st_ino != p->seen.st_ino || now.st_size != p->seen.st_size ||
	    now.st_mtim.tv_sec != p->seen.st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != p->seen.st_mtim.tv_nsec;
	lock_drop(&p->lock);
	return changed;
}

static void
want_keys(struct iam_oidc *o)
{
	lock_take(&o->lock);
	o->wanted = true;
	cond_signal(&o->cond);
	lock_drop(&o->lock);
}

bool
oidc_wait(struct iam_oidc *o, uint64_t ms)
{
	uint64_t end = clock_mono_us() / 1000 + ms,
		 pause = clock_mono_us() / 1000 + PAUSE_MS, now;
	bool go;

	lock_take(&o->lock);
	for (;;) {
		now = clock_mono_us() / 1000;
		if (o->stopped || now >= end || (o->wanted && now >= pause))
			break;
		(void)cond_wait_ms(&o->cond, &o->lock, (o->wanted ? pause : end) - now);
	}
	o->wanted = false;
	go = !o->stopped;
	lock_drop(&o->lock);
	return go;
}

void
oidc_stop(struct iam_oidc *o)
{
	lock_take(&o->lock);
	o->stopped = true;
	cond_signal(&o->cond);
	lock_drop(&o->lock);
}

bool
oidc_check(struct oidc_provider *p, const struct jwt *j)
{
	struct fail fail;

	if (check_now(p, j))
		return true;
	if (p->by_url)
		want_keys(p->of);
	if (!has_changed(p))
		return false;
	fail_init(&fail, NULL);
	if (keys_read(p, &fail) != OK) {
		log_warn("%s", fail_text(&fail));
		return false;
	}
	return check_now(p, j);
}

const char *
oidc_url(const struct iam_oidc *o, size_t n)
{
	for (size_t i = 0; o != NULL && i < o->n; i++)
		if (o->provider[i].by_url && n-- == 0)
			return o->provider[i].jwks;
	return NULL;
}

enum err
oidc_set_keys(struct iam_oidc *o, size_t n, struct span json, struct fail *fail)
{
	struct jwks *keys, *old;
	enum err e = jwks_parse(&keys, json, fail);

	if (e != OK)
		return e;
	for (size_t i = 0; i < o->n; i++)
		if (o->provider[i].by_url && n-- == 0) {
			lock_take(&o->provider[i].lock);
			old = o->provider[i].keys;
			o->provider[i].keys = keys;
			lock_drop(&o->provider[i].lock);
			jwks_free(&old);
			return OK;
		}
	jwks_free(&keys);
	return E_NOT_FOUND;
}
