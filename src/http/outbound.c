/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "http/outbound.h"

#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo
#include <dlfcn.h>
#include <pthread.h>

#include "base/mem.h"

/* What is used of the library; linked in, it would cost each start its time and memory. */
static struct {
	CURLcode (*global_init)(long flags);
	CURL *(*init)(void);
	CURLcode (*setopt)(CURL *c, CURLoption o, ...);
	CURLcode (*perform)(CURL *c);
	CURLcode (*getinfo)(CURL *c, CURLINFO i, ...);
	void (*cleanup)(CURL *c);
	struct curl_slist *(*slist_append)(struct curl_slist *l, const char *s);
	void (*slist_free)(struct curl_slist *l);
	const char *(*strerror)(CURLcode e);
	bool there;
} lib;

static pthread_once_t lib_once = PTHREAD_ONCE_INIT;

static void
lib_load(void)
{
	const struct {
		const char *name;
		void *at;
	} rows[] = { { "curl_global_init", &lib.global_init },
		{ "curl_easy_init", &lib.init }, { "curl_easy_setopt", &lib.setopt },
		{ "curl_easy_perform", &lib.perform },
		{ "curl_easy_getinfo", &lib.getinfo },
		{ "curl_easy_cleanup", &lib.cleanup },
		{ "curl_slist_append", &lib.slist_append },
		{ "curl_slist_free_all", &lib.slist_free },
		{ "curl_easy_strerror", &lib.strerror } };
	void *so = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL), *sym;

	if (so == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		sym = dlsym(so, rows[i].name);
		if (sym == NULL)
			return;
		/* Data and functions have one form here (POSIX, dlsym). */
		memcpy(rows[i].at, &sym, sizeof sym);
	}
	lib.there = lib.global_init(CURL_GLOBAL_ALL) == CURLE_OK;
}

bool
outbound_is_url(struct span text)
{
	return (span_starts(text, SPAN_LIT("http://")) && text.n > 7) ||
	    (span_starts(text, SPAN_LIT("https://")) && text.n > 8);
}

static size_t
keep(char *p, size_t size, size_t n, void *ctx)
{
	struct outbound *o = ctx;
	size_t room = o->max - o->answer.n;

	(void)size; /* is 1 */
	buf_put(&o->answer, p, n < room ? n : room);
	return n;
}

static struct curl_slist *
headers(const struct outbound *o)
{
	struct curl_slist *list = NULL;
	struct buf line = { 0 };

	for (size_t i = 0; i < o->nheader; i++) {
		line.n = 0;
		buf_span(&line, o->header[i].name);
		buf_str(&line, ": ");
		buf_span(&line, o->header[i].value);
		list = lib.slist_append(list, buf_cstr(&line));
	}
	/* No "Expect: 100-continue", and the pause that comes with it. */
	list = lib.slist_append(list, "Expect:");
	buf_fini(&line);
	return list;
}

static void
setup(CURL *c, struct outbound *o, struct curl_slist *list)
{
	(void)lib.setopt(c, CURLOPT_URL, o->url);
	(void)lib.setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)lib.setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)lib.setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	(void)lib.setopt(c, CURLOPT_TIMEOUT_MS, (long)o->timeout_ms);
	(void)lib.setopt(c, CURLOPT_HTTPHEADER, list);
	(void)lib.setopt(c, CURLOPT_USERAGENT, "trug");
	(void)lib.setopt(c, CURLOPT_WRITEFUNCTION, keep);
	(void)lib.setopt(c, CURLOPT_WRITEDATA, o);
	if (o->body.n > 0) {
		(void)lib.setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)o->body.n);
		(void)lib.setopt(c, CURLOPT_POSTFIELDS, o->body.p);
	}
	(void)lib.setopt(c, CURLOPT_CUSTOMREQUEST, o->method);
}

enum err
outbound_send(struct outbound *o, struct fail *fail)
{
	struct curl_slist *list;
	CURLcode code;
	long status = 0;
	CURL *c;

	MUST(pthread_once(&lib_once, lib_load) == 0);
	c = lib.there ? lib.init() : NULL;
	if (c == NULL)
		return fail_msg(fail, E_NO_RESOURCE,
		    "libcurl.so.4 can't be loaded; install the package libcurl4");
	o->status = 0;
	o->answer.n = 0;
	list = headers(o);
	setup(c, o, list);
	code = lib.perform(c);
	if (code == CURLE_OK)
		(void)lib.getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	lib.slist_free(list);
	lib.cleanup(c);
	if (code != CURLE_OK)
		return fail_msg(fail, E_GONE, "%s", lib.strerror(code));
	o->status = (unsigned)status;
	return OK;
}
