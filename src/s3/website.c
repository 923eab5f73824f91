/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buckets as websites: docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html.
 * Only GET and HEAD, always anonymous; what is wrong is told in HTML. Objects go out the way
 * of GetObject, with its ranges and conditions.
 */
#include "config.h"

#include <stdio.h>

#include "codec/uri.h"
#include "model/site.h"
#include "object/document.h"
#include "s3_priv.h"

struct web {
	struct site site;
	struct fail *why; /* what the page that is served stands for; NULL: for itself */
};

/* ---- hosts ---- */

static struct span
without_port(struct span host)
{
	if (host.n > 0 && host.p[0] == '[')
		return span_head(host, span_find(host, ']', 0) + 1);
	return span_head(host, span_find(host, ':', 0));
}

/* The bucket in "<bucket>.<web domain>", or n = 0. */
static struct span
domain_bucket(const struct s3 *s, struct span host)
{
	host = without_port(host);
	for (size_t i = 0; i < s->conf.nweb_domains; i++) {
		struct span d = span_str(s->conf.web_domains[i]);
		size_t at = host.n - d.n;

		if (host.n > d.n + 1 && host.p[at - 1] == '.' &&
		    span_ieq(span_from(host, at), d))
			return span_head(host, at - 1);
	}
	return SPAN_NONE;
}

bool
website_asked(const struct s3 *s, const struct http_req *http)
{
	return s->conf.nweb_domains > 0 && domain_bucket(s, http->host).n > 0;
}

/* On a port of its own a host that is below no known name is a bucket of that name, as
 * with a CNAME to AWS's endpoint. */
static struct span
web_bucket(struct rq *rq)
{
	struct span host = rq->http->host, bucket = domain_bucket(rq->s3, host);

	if (bucket.n == 0)
		bucket = address_host_bucket(rq, host);
	if (bucket.n == 0)
		bucket = without_port(host);
	return arena_lower(rq->arena, bucket);
}

/* ---- pages ---- */

static const char *
reason(unsigned status)
{
	static const struct {
		unsigned status;
		const char *text;
	} rows[] = { { 302, "Found" }, { 400, "Bad Request" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 412, "Precondition Failed" },
		{ 416, "Requested Range Not Satisfiable" },
		{ 500, "Internal Server Error" }, { 503, "Service Unavailable" } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].status == status)
			return rows[i].text;
	return "Error";
}

/* Of what a client sent nothing may become a tag. */
static void
put_text(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '&')
			buf_str(b, "&amp;");
		else if (c == '<')
			buf_str(b, "&lt;");
		else if (c == '>')
			buf_str(b, "&gt;");
		else if (c == '"')
			buf_str(b, "&quot;");
		else if (c >= ' ' && c != 0x7f)
			buf_char(b, (char)c);
	}
}

static void
put_item(struct buf *b, const char *name, struct span text)
{
	buf_printf(b, "<li>%s: ", name);
	put_text(b, text);
	buf_str(b, "</li>\n");
}

static void
put_failure(struct buf *b, const struct fail *f)
{
	put_item(b, "Code", span_str(err_row(f->code)->code));
	put_item(b, "Message", span_str(fail_text(f)));
	for (unsigned i = 0; i < f->pairs; i++)
		put_item(b, f->pair[i].name, f->pair[i].value);
}

static void
page_begin(struct rq *rq, unsigned status)
{
	struct buf *b = &rq->loop->out;

	reply_header_str(rq, "Content-Type", "text/html; charset=utf-8");
	buf_printf(b,
	    "<html>\n<head><title>%u %s</title></head>\n<body>\n<h1>%u %s</h1>\n<ul>\n",
	    status, reason(status), status, reason(status));
}

static void
page_ids(struct rq *rq)
{
	struct buf *b = &rq->loop->out;

	put_item(b, "RequestId", span_str(rq->id));
	put_item(b, "HostId", span_str(rq->id_2));
	buf_str(b, "</ul>\n");
}

/* Values of a client's making: what a header can't hold is percent-encoded. */
static void
put_header(struct rq *rq, const char *name, struct span value)
{
	struct buf *b = &rq->loop->head;

	buf_printf(b, "%s: ", name);
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c >= ' ' && c < 0x7f)
			buf_char(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
	buf_str(b, "\r\n");
}

static void
put_error_headers(struct rq *rq, const struct fail *f)
{
	char name[64];

	reply_header_str(rq, "x-amz-error-code", err_row(f->code)->code);
	reply_header_str(rq, "x-amz-error-message", fail_text(f));
	for (unsigned i = 0; i < f->pairs; i++) {
		(void)snprintf(
		    name, sizeof name, "x-amz-error-detail-%s", f->pair[i].name);
		put_header(rq, name, f->pair[i].value);
	}
}

void
website_error_headers(struct rq *rq)
{
	if (rq->web != NULL && rq->web->why != NULL)
		put_error_headers(rq, rq->web->why);
}

unsigned
website_status(const struct rq *rq)
{
	return rq->web != NULL && rq->web->why != NULL
	    ? err_row(rq->web->why->code)->status
	    : 0;
}

enum err
website_code(const struct rq *rq)
{
	return rq->web->why != NULL ? rq->web->why->code : rq->fail.code;
}

/* A page of our own making; with why also the one that was to be served is lacking. */
void
website_error_page(struct rq *rq)
{
	const struct fail *why = rq->web->why != NULL ? rq->web->why : &rq->fail;
	struct buf *b = &rq->loop->out;

	rq->status = err_row(why->code)->status;
	put_error_headers(rq, why);
	page_begin(rq, rq->status);
	put_failure(b, why);
	page_ids(rq);
	if (rq->web->why != NULL) {
		buf_str(b,
		    "<h3>An Error Occurred While Attempting to Retrieve a Custom Error "
		    "Document</h3>\n<ul>\n");
		put_failure(b, &rq->fail);
		buf_str(b, "</ul>\n");
	}
	buf_str(b, "<hr/>\n</body>\n</html>\n");
}

/* ---- elsewhere ---- */

static void
send_on(struct rq *rq, const struct site_rule *r, struct span key)
{
	struct buf url = { 0 };

	site_location(&url, r, key, rq->http->tls ? SPAN_LIT("https") : SPAN_LIT("http"),
	    rq->http->host, rq->http->query);
	reply_begin(rq, r->code);
	reply_header(rq, "Location", buf_view(&url));
	buf_fini(&url);
}

/* An object may say where else to look. */
static void
send_to(struct rq *rq, struct span location)
{
	reply_begin(rq, 301);
	put_header(rq, "Location", location);
}

/* "folder" has an index page: relative links in it need the slash behind. */
static void
send_to_folder(struct rq *rq, struct span key)
{
	struct buf *b = &rq->loop->out, path = { 0 };

	buf_char(&path, '/');
	uri_encode(&path, key, true);
	buf_char(&path, '/');
	reply_begin(rq, 302);
	reply_header_str(rq, "x-amz-error-code", "Found");
	reply_header_str(rq, "x-amz-error-message", "Resource Found");
	reply_header(rq, "Location", buf_view(&path));
	page_begin(rq, 302);
	put_item(b, "Code", SPAN_LIT("Found"));
	put_item(b, "Message", SPAN_LIT("Resource Found"));
	page_ids(rq);
	buf_str(b, "<hr/>\n</body>\n</html>\n");
	buf_fini(&path);
}

/* ---- objects ---- */

struct look {
	struct rq *rq;
	struct span key;
	bool found;
	struct span redirect; /* n = 0: none */
};

static enum err
look_read(struct txn *t, void *arg)
{
	struct look *l = arg;
	struct rq *rq = l->rq;
	struct obj_version now = { .which = VERSION_CURRENT };
	struct rec_object rec;
	struct attrs attrs;
	enum err e = obj_version_find(t, &rq->bkt, l->key, &now, &rec, NULL);

	l->found = e == OK;
	if (e == E_NO_SUCH_KEY)
		return OK;
	if (e == OK)
		e = obj_attrs(t, &rec, rq->arena, &attrs);
	for (size_t i = 0; e == OK && i < attrs.n; i++)
		if (span_is(attrs.field[i].name, OBJ_REDIRECT))
			l->redirect = attrs.field[i].value;
	return e;
}

/* May everybody do that? */
static enum err
may(struct rq *rq, enum op_number op, struct span key)
{
	const struct op *was = rq->op;
	struct span asked = rq->key;
	enum err e;

	rq->op = &ops[op];
	rq->key = key;
	e = rq_allow(rq);
	rq->op = was;
	rq->key = asked;
	return e;
}

/* Who may not list is not told what there is not. */
static enum err
missing(struct rq *rq, struct span key)
{
	enum err e = may(rq, OP_ListObjectsV2, SPAN_NONE);

	if (e != OK)
		return e;
	(void)fail_set(&rq->fail, E_NO_SUCH_KEY);
	fail_pair(&rq->fail, "Key", key);
	return E_NO_SUCH_KEY;
}

static enum err
look(struct rq *rq, struct span key, struct look *l)
{
	enum err e = may(rq, OP_GetObject, key);

	*l = (struct look){ .rq = rq, .key = key };
	if (e == OK && key.n <= KEY_MAX)
		e = store_read(rq->loop->reader, look_read, l);
	return e;
}

static enum err
serve(struct rq *rq, struct span key)
{
	rq->key = key;
	return op_get_object_begin(rq);
}

static struct span
joined(struct rq *rq, struct span a, const char *between, struct span b)
{
	struct buf text = { 0 };
	struct span all;

	buf_span(&text, a);
	buf_str(&text, between);
	buf_span(&text, b);
	all = arena_span(rq->arena, buf_view(&text));
	buf_fini(&text);
	return all;
}

static enum err
serve_key(struct rq *rq)
{
	struct span index = rq->web->site.index, key = rq->key;
	bool folder = key.n == 0 || key.p[key.n - 1] == '/';
	struct look l, page;
	enum err e;

	if (folder)
		key = joined(rq, key, "", index);
	e = look(rq, key, &l);
	if (e != OK)
		return e;
	if (l.found && l.redirect.n > 0) {
		send_to(rq, l.redirect);
		return OK;
	}
	if (l.found)
		return serve(rq, key);
	if (!folder && look(rq, joined(rq, key, "/", index), &page) == OK && page.found) {
		send_to_folder(rq, key);
		return OK;
	}
	fail_clear(&rq->fail);
	return missing(rq, key);
}

/* Something was answered with a status that rules or a page of the site's may stand for. */
static enum err
instead(struct rq *rq, struct span asked)
{
	struct web *w = rq->web;
	const struct err_row *row = err_row(rq->fail.code);
	const struct site_rule *r = site_rule_find(&w->site, asked, row->status);
	struct look l;
	enum err e;

	if (r != NULL) {
		fail_clear(&rq->fail);
		send_on(rq, r, asked);
		return OK;
	}
	if (w->site.error_key.n == 0 || row->status >= 500)
		return rq->fail.code;
	w->why = arena_alloc(rq->arena, sizeof *w->why);
	*w->why = rq->fail;
	fail_clear(&rq->fail);
	e = look(rq, w->site.error_key, &l);
	if (e == OK && l.found)
		return serve(rq, w->site.error_key);
	return e == OK ? missing(rq, w->site.error_key) : e;
}

/* ---- the request ---- */

static enum err
site_read(struct txn *t, void *arg)
{
	struct rq *rq = arg;
	struct obj_doc d = { .bucket = rq->bucket,
		.bucket_id = rq->bkt.id,
		.doc = DOC_WEBSITE,
		.fail = &rq->fail };
	struct span inner;
	enum err e = obj_doc_get(t, &d, &inner);

	return e == OK ? site_parse(rq->arena, inner, &rq->web->site) : e;
}

static enum err
web_key(struct rq *rq)
{
	struct span path = rq->http->path;
	char *text = arena_alloc(rq->arena, path.n + 1);
	size_t n;

	if (path.n == 0 || path.p[0] != '/')
		return fail_set(&rq->fail, E_INVALID_URI);
	path = span_from(path, 1);
	n = uri_decode(text, path, false);
	if (n == (size_t)-1 || !uri_utf8(span_of(text, n)))
		return fail_set(&rq->fail, E_INVALID_URI);
	rq->key = span_of(text, n);
	return OK;
}

static enum err
web_method(struct rq *rq)
{
	enum http_method m = rq->http->method;

	rq->op = &ops[m == HTTP_HEAD ? OP_HeadObject : OP_GetObject];
	if (m == HTTP_GET || m == HTTP_HEAD || m == HTTP_OPTIONS)
		return OK;
	(void)fail_set(&rq->fail, E_METHOD_NOT_ALLOWED);
	fail_pair(&rq->fail, "Method", rq->http->method_name);
	fail_pair_str(&rq->fail, "ResourceType", "OBJECT");
	return E_METHOD_NOT_ALLOWED;
}

static enum err
web_find(struct rq *rq)
{
	enum err e = web_method(rq);

	if (e == OK)
		e = web_key(rq);
	if (e != OK)
		return e;
	rq->bucket = web_bucket(rq);
	e = bucket_find(rq);
	if (e == OK)
		e = store_read(rq->loop->reader, site_read, rq);
	return e == OK ? step_cors(rq) : e;
}

static enum err
web_answer(struct rq *rq)
{
	const struct site *s = &rq->web->site;
	const struct site_rule *r = site_rule_find(s, rq->key, 0);
	struct span asked = rq->key;
	enum err e;

	if (s->redirects_all)
		r = &s->all;
	if (r != NULL) {
		send_on(rq, r, rq->key);
		return OK;
	}
	e = serve_key(rq);
	if (e == OK)
		return OK;
	if (rq->fail.code == OK)
		(void)fail_set(&rq->fail, e);
	return instead(rq, asked);
}

void
website_head(struct s3 *s3, struct http_req *http)
{
	struct rq *rq = rq_new(s3, http);
	enum err e;

	http->app = rq;
	rq->web = arena_zalloc(rq->arena, sizeof *rq->web);
	(void)step_admit(rq);
	e = web_find(rq);
	if (e == OK && http->method != HTTP_OPTIONS)
		e = web_answer(rq);
	if (e == OK && arena_failed(rq->arena))
		e = E_SLOW_DOWN;
	if (e != OK)
		(void)fail_set(&rq->fail, e);
	rq->step = STEP_REPLY;
	rq_run(rq);
}
