/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "http/outbound.h"

#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo
#include <dlfcn.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { STREAM_BUFFER = 256 << 10 }; /* bytes a callback at most */

/* What is used of the library; linked in, it would cost each start its time and memory. */
static struct {
	CURLcode (*global_init)(long flags);
	CURL *(*init)(void);
	CURLcode (*setopt)(CURL *c, CURLoption o, ...);
	CURLcode (*perform)(CURL *c);
	CURLcode (*getinfo)(CURL *c, CURLINFO i, ...);
	void (*cleanup)(CURL *c);
	void (*reset)(CURL *c);
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
		{ "curl_easy_cleanup", &lib.cleanup }, { "curl_easy_reset", &lib.reset },
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

/* One request under way. */
struct sending {
	struct outbound *o;
	const struct outbound_stream *stream; /* one that does nothing, without */
	CURL *curl;
	uint64_t moved_us; /* when something last did */
	curl_off_t moved;
	unsigned begun; /* times it went out */
	bool stalled;
};

static const struct outbound_stream no_stream;

static void
moved(struct sending *s)
{
	s->moved_us = clock_mono_us();
}

/* ---- what comes ---- */

static unsigned
status_of(const struct sending *s)
{
	long status = 0;

	(void)lib.getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	return (unsigned)status;
}

/* What a stream takes may make it wait: that is no stall of the other side's. */
static size_t
take(char *p, size_t size, size_t n, void *ctx)
{
	struct sending *s = ctx;
	struct outbound *o = s->o;
	size_t room = o->max - o->answer.n;
	bool ok = true;

	(void)size; /* is 1 */
	if (s->stream->write != NULL)
		ok = s->stream->write(s->stream->ctx, status_of(s), p, n);
	else
		buf_put(&o->answer, p, n < room ? n : room);
	moved(s);
	return ok ? n : 0;
}

static size_t
take_header(char *p, size_t size, size_t n, void *ctx)
{
	struct sending *s = ctx;
	struct span line = span_of(p, n), name;

	(void)size;
	while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == '\n'))
		line.n--;
	name = span_cut(&line, ':');
	s->stream->header(s->stream->ctx, name, span_trim(line));
	return n;
}

/* ---- what goes ---- */

static size_t
give(char *p, size_t size, size_t n, void *ctx)
{
	struct sending *s = ctx;
	size_t got = 0;

	if (!s->stream->read(s->stream->ctx, p, size * n, &got))
		return CURL_READFUNC_ABORT;
	moved(s);
	return got;
}

static int
give_again(void *ctx, curl_off_t at, int whence)
{
	struct sending *s = ctx;

	if (at != 0 || whence != SEEK_SET || s->stream->rewind == NULL)
		return CURL_SEEKFUNC_CANTSEEK;
	return s->stream->rewind(s->stream->ctx) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

/* Before the request goes out, by whatever connection: libcurl repeats what died on one
 * from before, and does not ask unless there is something to rewind. */
static int
go_out(void *ctx, char *to, char *from, int to_port, int from_port)
{
	struct sending *s = ctx;
	const struct outbound_stream *m = s->stream;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	if (s->begun++ > 0 && m->again != NULL && !m->again(m->ctx))
		return CURL_PREREQFUNC_ABORT;
	return CURL_PREREQFUNC_OK;
}

/* ---- how long ---- */

static int
watch(void *ctx, curl_off_t all_down, curl_off_t down, curl_off_t all_up, curl_off_t up)
{
	struct sending *s = ctx;
	const struct outbound_stream *m = s->stream;

	(void)all_down;
	(void)all_up;
	if (down + up != s->moved) {
		s->moved = down + up;
		moved(s);
	}
	if (m->stall_ms > 0 &&
	    clock_mono_us() - s->moved_us > (uint64_t)m->stall_ms * 1000)
		s->stalled = true;
	return s->stalled || (m->go_on != NULL && !m->go_on(m->ctx));
}

/* ---- all of it ---- */

static bool
has_type(const struct outbound *o)
{
	for (size_t i = 0; i < o->nheader; i++)
		if (span_ieq(o->header[i].name, SPAN_LIT("content-type")))
			return true;
	return false;
}

static struct curl_slist *
headers(const struct outbound *o)
{
	struct curl_slist *list = NULL;
	struct buf line = { 0 };

	for (size_t i = 0; i < o->nheader; i++) {
		line.n = 0;
		buf_span(&line, o->header[i].name);
		/* curl's way to say a header without value. */
		buf_str(&line, o->header[i].value.n > 0 ? ": " : ";");
		buf_span(&line, o->header[i].value);
		list = lib.slist_append(list, buf_cstr(&line));
	}
	/* No "Expect: 100-continue", and the pause that comes with it. */
	list = lib.slist_append(list, "Expect:");
	/* A stream's body has the type that is said, or none, but not a form's. */
	if (o->stream != NULL && !has_type(o))
		list = lib.slist_append(list, "Content-Type:");
	buf_fini(&line);
	return list;
}

/* ---- where it goes ---- */

struct place {
	const struct outbound *o;
	struct span host;
	bool refused;
};

/* The host of http://USER@HOST:PORT/PATH, brackets of IPv6 left away. */
static struct span
host_of(const char *url)
{
	struct span rest = span_str(url), host;
	size_t at = span_search(rest, SPAN_LIT("://"), 0), end;

	rest = span_from(rest, at + 3);
	for (end = 0; end < rest.n && strchr("/?#", rest.p[end]) == NULL; end++)
		continue;
	host = span_head(rest, end);
	while ((at = span_find(host, '@', 0)) < host.n)
		host = span_from(host, at + 1);
	if (host.n > 0 && host.p[0] == '[')
		return span_head(span_from(host, 1), span_find(host, ']', 1) - 1);
	return span_head(host, span_find(host, ':', 0));
}

/* The address is known, and nothing sent yet. */
static curl_socket_t
socket_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct place *p = ctx;

	(void)purpose;
	if (!outbound_net_allows(p->o->net, p->host, &to->addr)) {
		p->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static bool
is_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static void
setup_trust(CURL *c, const struct outbound *o)
{
	if (is_given(o->cert))
		(void)lib.setopt(c, CURLOPT_SSLCERT, o->cert);
	if (is_given(o->key))
		(void)lib.setopt(c, CURLOPT_SSLKEY, o->key);
	if (is_given(o->ca))
		(void)lib.setopt(c, CURLOPT_CAINFO, o->ca);
	if (o->unverified) {
		(void)lib.setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
		(void)lib.setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (is_given(o->sign)) {
		(void)lib.setopt(c, CURLOPT_AWS_SIGV4, o->sign);
		(void)lib.setopt(c, CURLOPT_USERPWD, o->user);
	}
}

static void
setup_stream(CURL *c, struct sending *s)
{
	const struct outbound_stream *m = s->stream;

	if (m->header != NULL) {
		(void)lib.setopt(c, CURLOPT_HEADERFUNCTION, take_header);
		(void)lib.setopt(c, CURLOPT_HEADERDATA, s);
	}
	if (m->read != NULL) {
		(void)lib.setopt(c, CURLOPT_UPLOAD, 1L);
		(void)lib.setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)m->length);
		(void)lib.setopt(c, CURLOPT_READFUNCTION, give);
		(void)lib.setopt(c, CURLOPT_READDATA, s);
		(void)lib.setopt(c, CURLOPT_SEEKFUNCTION, give_again);
		(void)lib.setopt(c, CURLOPT_SEEKDATA, s);
		(void)lib.setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, (long)STREAM_BUFFER);
	}
	if (m->again != NULL) {
		(void)lib.setopt(c, CURLOPT_PREREQFUNCTION, go_out);
		(void)lib.setopt(c, CURLOPT_PREREQDATA, s);
	}
	(void)lib.setopt(c, CURLOPT_BUFFERSIZE, (long)STREAM_BUFFER);
	(void)lib.setopt(c, CURLOPT_NOPROGRESS, 0L);
	(void)lib.setopt(c, CURLOPT_XFERINFOFUNCTION, watch);
	(void)lib.setopt(c, CURLOPT_XFERINFODATA, s);
	(void)lib.setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	if (m->connect_ms > 0)
		(void)lib.setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)m->connect_ms);
	(void)lib.setopt(c, CURLOPT_MAX_SEND_SPEED_LARGE, (curl_off_t)m->rate);
	(void)lib.setopt(c, CURLOPT_MAX_RECV_SPEED_LARGE, (curl_off_t)m->rate);
}

static void
setup(CURL *c, struct sending *s, struct curl_slist *list, struct place *place)
{
	struct outbound *o = s->o;

	(void)lib.setopt(c, CURLOPT_OPENSOCKETFUNCTION, socket_open);
	(void)lib.setopt(c, CURLOPT_OPENSOCKETDATA, place);
	/* A proxy would be asked to go where this server may not. */
	(void)lib.setopt(c, CURLOPT_PROXY, "");
	setup_trust(c, o);
	(void)lib.setopt(c, CURLOPT_URL, o->url);
	(void)lib.setopt(c, CURLOPT_PATH_AS_IS, 1L);
	(void)lib.setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)lib.setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)lib.setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)lib.setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	(void)lib.setopt(c, CURLOPT_TIMEOUT_MS, (long)o->timeout_ms);
	(void)lib.setopt(c, CURLOPT_HTTPHEADER, list);
	(void)lib.setopt(c, CURLOPT_USERAGENT, "trug");
	(void)lib.setopt(c, CURLOPT_WRITEFUNCTION, take);
	(void)lib.setopt(c, CURLOPT_WRITEDATA, s);
	if (strcmp(o->method, "HEAD") == 0)
		(void)lib.setopt(c, CURLOPT_NOBODY, 1L);
	/* PUT and POST say their length also where it is 0. */
	if (o->body.n > 0 || strcmp(o->method, "PUT") == 0 ||
	    strcmp(o->method, "POST") == 0) {
		(void)lib.setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)o->body.n);
		(void)lib.setopt(c, CURLOPT_POSTFIELDS, o->body.n > 0 ? o->body.p : "");
	}
	if (o->stream != NULL)
		setup_stream(c, s);
	(void)lib.setopt(c, CURLOPT_CUSTOMREQUEST, o->method);
}

/* ---- connections that are kept ---- */

struct outbound_link {
	CURL *curl;
};

static CURL *
handle(struct outbound_link **link)
{
	if (!lib.there)
		return NULL;
	if (link == NULL)
		return lib.init();
	if (*link == NULL) {
		*link = mem_zalloc(sizeof **link);
		(*link)->curl = lib.init();
	} else if ((*link)->curl != NULL)
		lib.reset((*link)->curl);
	return (*link)->curl;
}

void
outbound_link_free(struct outbound_link **link)
{
	if (*link == NULL)
		return;
	if ((*link)->curl != NULL)
		lib.cleanup((*link)->curl);
	mem_free(*link);
	*link = NULL;
}

enum err
outbound_send(struct outbound *o, struct fail *fail)
{
	struct place place = { .o = o, .host = host_of(o->url) };
	struct sending s = { .o = o,
		.stream = o->stream != NULL ? o->stream : &no_stream };
	struct curl_slist *list;
	CURLcode code;

	MUST(pthread_once(&lib_once, lib_load) == 0);
	s.curl = handle(o->link);
	if (s.curl == NULL)
		return fail_msg(fail, E_NO_RESOURCE,
		    "libcurl.so.4 can't be loaded; install the package libcurl4");
	o->status = 0;
	o->answer.n = 0;
	moved(&s);
	list = headers(o);
	setup(s.curl, &s, list, &place);
	code = lib.perform(s.curl);
	if (code == CURLE_OK)
		o->status = status_of(&s);
	lib.slist_free(list);
	if (o->link == NULL)
		lib.cleanup(s.curl);
	if (place.refused && code != CURLE_OK)
		return fail_msg(fail, E_GONE,
		    "connections to where '%.*s' is are not allowed (setting outgoing; "
		    "link-local addresses and those of metadata never are)",
		    (int)place.host.n, place.host.p);
	if (s.stalled)
		return fail_msg(fail, E_GONE, "nothing moved for %u seconds",
		    s.stream->stall_ms / 1000);
	if (code != CURLE_OK)
		return fail_msg(fail, E_GONE, "%s", lib.strerror(code));
	return OK;
}
