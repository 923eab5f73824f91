/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection and the request that is on it. A connection that waits holds this struct
 * and nothing else; struct exchange (request, reply, the arena's first bytes) is lent from
 * the loop from the end of a head to the end of its reply.
 *
 * conn_run() is the only reader of the socket and is never nested: whatever the application
 * calls from within a callback only changes state, and a connection that then has more to
 * do is put on the loop's ready list. Nothing is freed but from that list. [loop]
 */
#ifndef HTTP_CONN_PRIV_H
#define HTTP_CONN_PRIV_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <netinet/in.h>
#include <sys/uio.h>

#include "http/http.h"

#include "deadline_priv.h"
#include "h1_priv.h"
#include "tls_priv.h"

struct loop;

#define CONN_MAGIC 0x434f4e31u

enum {
	EXCHANGE_SPACE = 6144, /* of arena in the exchange itself */
	CONN_DROP_MAX =
	    256 << 10, /* an unwanted body up to this is read to keep the connection */
	CONN_LINGER_MAX =
	    32 << 20, /* and up to this, so that the reply is seen, not a reset */
	CONN_READS = 8, /* per event: other connections want their turn */
	CONN_CHUNK_DIRECT =
	    16 << 10, /* chunk data left from which it is received in place */
	OUT_BURST = 4 << 20, /* bytes sent per event */
	OUT_FILE = 2 << 20, /* per sendfile(): one call must not hold the loop for long */
	OUT_FILE_TLS = 64 << 10, /* per read and SSL_write() */
	OUT_RECORD = 16 << 10 /* what one TLS record holds */
};

enum conn_state {
	CONN_SHAKE, /* TLS handshake */
	CONN_HEAD, /* idle, or in the midst of a head */
	CONN_BUSY, /* the application works or the reply goes out; not read from */
	CONN_BODY, /* body to the application */
	CONN_DROP, /* the reply is out, the rest of the body is thrown away */
	CONN_LINGER, /* our side is shut; waiting for the client's */
	CONN_DEAD /* closed; freed when the application has let go of the request */
};

struct out {
	struct buf unsent; /* what a full socket left over */
	size_t unsent_at;
	struct iovec lent[5]; /* head and small body, during http_reply() only */
	unsigned nlent;
	size_t head_left; /* bytes at the front of the above that are no body */
	char frame[24]; /* chunked coding before the piece */
	uint8_t frame_at, frame_n;
	bool replied, chunked, chunk_open, until_close, started;
	bool ended, last; /* nothing more is asked for; nothing more is to come */
	bool waiting, ready, pumping, close;
	unsigned status;
	struct http_source *source;
	struct http_piece piece;
	uint64_t left; /* body bytes still to come from the source, where known */
	uint64_t sent; /* body bytes */
	unsigned queued; /* what the kernel had to send when it took no more */
};

struct exchange {
	struct http_req rq;
	struct exchange *next; /* spare */
	struct out out;
	bool keep; /* as the head has it */
	bool failed; /* answered by http_app.error */
	char space[EXCHANGE_SPACE] __attribute__((aligned(16)));
};

struct http_conn {
	unsigned magic;
	int fd;
	struct loop *loop;
	struct exchange *x;
	struct ssl_st *ssl;
	struct http_conn *next, **link; /* all of the loop */
	struct http_conn *ready; /* list of those with something to do */
	struct deadline deadline;
	struct event rd, wr;
	struct buf in; /* read but not yet used: part of a head, a next request */
	struct h1_scan scan;
	uint64_t start_us; /* first byte of the head */
	uint64_t left; /* of an identity body */
	struct h1_chunk chunk;
	uint32_t drop_left;
	uint8_t state; /* enum conn_state */
	bool rd_on, wr_on, running, queued, speculate;
	bool chunked, continued, paused, broken, complete, read_wants_write;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} peer;
};

static inline struct exchange *
conn_exchange(struct http_req *rq)
{
	CHECK(rq, HTTP_REQ_MAGIC);
	return CONTAINER_OF(rq, struct exchange, rq);
}

/* conn.c */
void conn_new(struct loop *l, int fd, const struct sockaddr *peer, bool refuse);
/* Go on as far as possible; readable: the socket is worth a try. Not nested. */
void conn_run(struct http_conn *c, bool readable);
void conn_close(struct http_conn *c); /* now; tells the application, frees later */
void conn_linger(struct http_conn *c); /* close politely */
void conn_next(struct http_conn *c); /* the reply is out and the connection stays */
void conn_gone(struct http_conn *c, enum err why); /* tell the application, once */
void conn_expire(struct http_conn *c); /* its deadline has passed */
void conn_drain(struct http_conn *c, bool now); /* close if idle, or now */
void conn_exchange_free(struct http_conn *c);
void conn_free(struct http_conn *c); /* dead and without a request */

/* conn_body.c */
void conn_body_begin(struct http_conn *c); /* from rq->length */
/* A reply goes out now: can what is unread of the body be dropped and the connection stay? */
bool conn_body_keeps(struct http_conn *c);
/* One step; false: nothing more can be done before the socket is readable again. */
bool conn_body_step(struct http_conn *c, bool *readable);
bool conn_body_drop(struct http_conn *c, bool *readable);
void conn_body_broke(struct http_conn *c, enum err why); /* it will never be complete */
void conn_body_want(struct http_conn *c);
void conn_body_resume(struct http_conn *c);

/* conn_io.c: counts, or: */
enum { CONN_AGAIN = -1, CONN_FAILED = -2 };

ssize_t conn_io_recv(struct http_conn *c, void *p, size_t n); /* 0: end */
ssize_t conn_io_send(struct http_conn *c, struct iovec *iov, unsigned n, bool more);
ssize_t conn_io_file(struct http_conn *c, int fd, uint64_t off, uint64_t n);
/* Bytes sent and not yet acknowledged. */
unsigned conn_io_queued(const struct http_conn *c);
/* Fill the loop's buffer behind what is unused in it. */
ssize_t conn_io_fill(struct http_conn *c, bool *readable);

/* conn_out.c */
void conn_out_reply(struct http_conn *c, const struct http_resp *resp);
void conn_out_raw(struct http_conn *c, struct span text); /* a "100 Continue" */
void conn_out_pump(struct http_conn *c); /* [socket writable, or the source is ready] */
void conn_out_watch(struct http_conn *c, bool on); /* is the socket writable? */
void conn_out_cut(struct http_conn *c); /* a reply that can't be finished */
/* Has the client taken anything since the socket was full? */
bool conn_out_moves(struct http_conn *c);
void conn_out_drop(struct http_conn *c); /* its end, on a connection just closed */

#endif
