/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP/1.1 edge: listeners, loops, connections, TLS. It parses heads, moves bodies,
 * writes replies and calls an application (struct http_app); it knows no S3 word and
 * renders no error document: the application does, by http_app.error.
 *
 * Life of a request, all on its loop's thread: head() -> [http_body_want() -> body_room()/
 * body_data()... -> body_end()] -> http_reply() -> done(). Between head() and http_reply()
 * the application holds the baton and may pass it to other threads, but calls back only on
 * the loop (inbox). http_reply() may come at any time, also before the body is read: the
 * rest is then read and dropped within limits, or the connection is closed politely.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/task.h"

struct http_conn;
struct http_server;

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_PUT,
	HTTP_POST,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_OTHER
};

#define HTTP_UNKNOWN_LENGTH UINT64_MAX
#define HTTP_REQ_MAGIC 0x52455131u

struct http_req {
	unsigned magic;
	struct http_conn *conn; /* the edge's */
	struct arena arena; /* freed after done(); spans below live in it */
	enum http_method method;
	struct span method_name;
	struct span path; /* raw, from '/' to '?'; "*" for OPTIONS * */
	struct span query; /* raw, behind '?'; n = 0 for none */
	struct span host; /* Host header, or the authority of an absolute-form target */
	struct field
	    *header; /* names lower case, values trimmed, in order, duplicates kept */
	size_t nheader;
	uint64_t names; /* of the headers there are: http_name_bit() of each */
	uint64_t length; /* Content-Length; 0: none; HTTP_UNKNOWN_LENGTH: chunked */
	bool has_length; /* a Content-Length header was sent */
	bool expects_continue, tls;
	bool lets_wait; /* set by the application: no "100 Continue" is sent */
	bool inside; /* of the server's own making (http/inside.h) */
	bool http10;
	bool gone; /* the client is gone: stop soon, and reply all the same */
	struct sockaddr_storage peer;
	uint64_t id; /* unlike all others of this process */
	uint64_t start_us; /* clock_mono_us() at the first byte of the head */
	uint64_t received; /* body bytes read so far */
	void *loop; /* what http_app.loop_new made for this loop */
	void *app; /* the application's own */
};

/* Tells names apart, well enough to know most that are not there. The numbers are such that
 * hardly a name that is asked for shares its bit with one that clients send. */
static inline uint64_t
http_name_bit(const char *name, size_t n)
{
	unsigned char middle = (unsigned char)name[n / 2],
		      late = (unsigned char)name[n > 1 ? n - 2 : 0];

	return UINT64_C(1) << ((n + 47u * middle + 37u * late) % 64);
}

/* The same as http_req_header(), for a name that may be there. */
struct span http_req_find(const struct http_req *rq, const char *name, size_t n);

/* First header of that (lower case) name; p == NULL when absent. */
static inline struct span
http_req_header(const struct http_req *rq, const char *name)
{
	size_t n = strlen(name);

	return (rq->names & http_name_bit(name, n)) == 0 ? SPAN_NONE
							 : http_req_find(rq, name, n);
}

/* "TLSv1.3" and the cipher's name, or NULL for a plain connection. */
const char *http_req_tls(const struct http_req *rq, const char **cipher);

/* Mailbox of the request's loop, for work that comes back from other threads. */
struct inbox *http_req_inbox(const struct http_req *rq);

/* The next bytes of a reply's body. */
struct http_piece {
	const void
	    *mem; /* borrowed until the following next() or close(), or NULL: from fd */
	int fd;
	uint64_t off, len;
};

enum http_more { HTTP_MORE, HTTP_END, HTTP_WAIT, HTTP_BROKEN };

/* A body that comes in pieces; embedded in the application's own. */
struct http_source {
	/* HTTP_WAIT: nothing now, http_source_ready() later. HTTP_BROKEN: cut the connection,
	 * so that short data never has a good length. [loop] */
	enum http_more (*next)(struct http_source *s, struct http_piece *out);
	/* Called once, whether all went out or not. [loop] */
	void (*close)(struct http_source *s);
};

struct http_resp {
	unsigned status;
	struct span headers; /* rendered "Name: value\r\n" lines; Date, Content-Length,
				Transfer-Encoding and Connection are the edge's */
	uint64_t length; /* of the body; HTTP_UNKNOWN_LENGTH: chunked (closed for 1.0) */
	struct span body; /* borrowed during http_reply() only: sent or copied there */
	struct http_source *source; /* or this; NULL for none */
	bool close; /* close the connection after it */
};

struct http_done {
	unsigned status; /* 0: no reply went out */
	uint64_t sent; /* body bytes */
	uint64_t received; /* body bytes */
	bool aborted; /* the client went away before the end */
};

struct http_app {
	void *ctx;
	/* Per loop, on its thread, before its first request and after its last. */
	void *(*loop_new)(void *ctx, struct inbox *inbox);
	void (*loop_free)(void *ctx, void *loop);
	void (*head)(void *ctx, struct http_req *rq);
	/* Where the next body bytes go (they are received right there), or NULL with *cap 0 to
	 * pause until http_body_resume(). */
	void *(*body_room)(void *ctx, struct http_req *rq, size_t *cap);
	/* n > 0 bytes stand at the start of the room last given. */
	void (*body_data)(void *ctx, struct http_req *rq, size_t n);
	void (*body_end)(void *ctx, struct http_req *rq);
	/* The client is gone, or the body timed out or broke (why), while the application holds
	 * the baton; once. E_GONE also tells of a client that only shut its side: if it still
	 * reads, the reply reaches it. It must still http_reply(), which sends what can be
	 * sent. */
	void (*gone)(void *ctx, struct http_req *rq, enum err why);
	/* A head that cannot be parsed or is over a limit: fill out from why (a short XML
	 * document; memory from rq->arena). rq has whatever was understood. */
	void (*error)(
	    void *ctx, struct http_req *rq, enum err why, struct http_resp *out);
	/* The reply is out or dropped; rq is freed behind this. Behind error() it is called only
	 * where that has set rq->app. */
	void (*done)(void *ctx, struct http_req *rq, const struct http_done *info);
};

struct http_conf {
	const char *address; /* "127.0.0.1:9000", "[::1]:0"; port 0 picks one */
	const char *setting; /* what address is called in messages; NULL: "address" */
	unsigned loops;
	unsigned max_connections;
	unsigned max_head; /* bytes of request line and headers */
	unsigned max_line; /* bytes of the request line */
	unsigned max_headers;
	uint64_t max_body; /* over it: E_ENTITY_TOO_LARGE by http_app.error */
	unsigned idle_ms; /* between requests */
	unsigned head_ms; /* first byte to the end of the head */
	unsigned body_ms; /* without any byte of the body, in or out */
	size_t arena_cap; /* bytes per request */
	const char *tls_dir; /* holds public.crt and private.key; NULL: plain */
	const char *server_name; /* Server header of the edge's own replies; NULL */
};

/* Listen (exclusively: a port in use is an error) and make loops; nothing is accepted yet.
 * fail names the setting, the value and what is allowed. app and conf are borrowed. */
NODISCARD enum err http_server_new(struct http_server **out, const struct http_conf *conf,
    const struct http_app *app, struct fail *fail);
uint16_t http_server_port(const struct http_server *s);
void http_server_start(struct http_server *s); /* spawns the loops, accepts */
/* Stop accepting, close idle connections, let requests finish; returns when none is left
 * or after ms. */
void http_server_drain(struct http_server *s, unsigned ms);
void http_server_free(struct http_server **s);

/* ---- for the application, on the request's loop ---- */

/* Ask for the body: sends "100 Continue" where the client waits for it (once, also for an
 * empty body). Without it the body is never read into the application. */
void http_body_want(struct http_req *rq);
void http_body_resume(struct http_req *rq);
/* The one reply. May call source->next() and done() before it returns: rq must not be
 * touched behind it. */
void http_reply(struct http_req *rq, const struct http_resp *resp);
void http_source_ready(struct http_req *rq);

#endif
