/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between OpenSSL and the socket. OpenSSL asks for five bytes, then for the record they
 * announce, which is two calls each; here one recv() takes what is there. The room for it is
 * the loop's: what a connection leaves behind is put away only when another one needs the
 * room. (Gathering records into one send() was tried: the copy costs what the calls do.)
 */
#include "config.h"

#include "tls_priv.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/mem.h"

/* Four full records: 16 KiB each, 5 bytes before and at most 256 around (RFC 8446 5.2). */
enum { ROOM = 4 * ((16 << 10) + 5 + 256) };

struct tls_wire {
	int fd;
	bool eof;
	struct tls_room *room;
	struct buf kept; /* read and not used, from kept_at on */
	size_t kept_at;
};

struct tls_room {
	struct tls_wire *of; /* whose bytes are in it */
	size_t at, n;
	char in[ROOM];
};

static BIO_METHOD *wire_method;
static pthread_once_t wire_once = PTHREAD_ONCE_INIT;

struct tls_room *
tls_room_new(void)
{
	return mem_zalloc(sizeof(struct tls_room));
}

void
tls_room_free(struct tls_room **r)
{
	mem_free(*r);
	*r = NULL;
}

/* ---- in ---- */

static void
room_clear(struct tls_room *r)
{
	if (r->of != NULL && r->n > 0)
		buf_put(&r->of->kept, r->in + r->at, r->n);
	r->of = NULL;
	r->n = 0;
}

static size_t
wire_take(struct tls_wire *w, char *p, size_t n)
{
	struct tls_room *r = w->room;
	size_t have = w->kept.n - w->kept_at;

	if (have > 0) {
		n = n < have ? n : have;
		memcpy(p, w->kept.p + w->kept_at, n);
		w->kept_at += n;
		if (n == have) {
			buf_fini(&w->kept);
			w->kept_at = 0;
		}
		return n;
	}
	n = n < r->n ? n : r->n;
	memcpy(p, r->in + r->at, n);
	r->at += n;
	r->n -= n;
	return n;
}

static bool
wire_has(const struct tls_wire *w)
{
	return w->kept.n > 0 || (w->room->of == w && w->room->n > 0);
}

static int
wire_read(BIO *bio, char *p, int n)
{
	struct tls_wire *w = BIO_get_data(bio);
	struct tls_room *r = w->room;
	ssize_t got;

	BIO_clear_retry_flags(bio);
	if (wire_has(w))
		return (int)wire_take(w, p, (size_t)n);
	room_clear(r);
	do
		got = recv(w->fd, r->in, sizeof r->in, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		BIO_set_retry_read(bio);
	w->eof = got == 0;
	if (got <= 0)
		return (int)got;
	r->of = w;
	r->at = 0;
	r->n = (size_t)got;
	return (int)wire_take(w, p, (size_t)n);
}

/* ---- out ---- */

static int
wire_write(BIO *bio, const char *p, int n)
{
	struct tls_wire *w = BIO_get_data(bio);
	ssize_t put;

	BIO_clear_retry_flags(bio);
	do
		put = send(w->fd, p, (size_t)n, MSG_NOSIGNAL);
	while (put < 0 && errno == EINTR);
	if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		BIO_set_retry_write(bio);
	return (int)put;
}

static long
wire_ctrl(BIO *bio, int cmd, long arg, void *p)
{
	const struct tls_wire *w = BIO_get_data(bio);

	(void)arg;
	(void)p;
	return cmd == BIO_CTRL_FLUSH || (cmd == BIO_CTRL_EOF && w->eof);
}

/* ---- life ---- */

static int
wire_destroy(BIO *bio)
{
	struct tls_wire *w = BIO_get_data(bio);

	if (w == NULL)
		return 1;
	if (w->room->of == w)
		w->room->of = NULL;
	buf_fini(&w->kept);
	mem_free(w);
	BIO_set_data(bio, NULL);
	return 1;
}

static void
wire_setup(void)
{
	wire_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "trug");
	MUST(wire_method != NULL);
	MUST(BIO_meth_set_read(wire_method, wire_read) == 1);
	MUST(BIO_meth_set_write(wire_method, wire_write) == 1);
	MUST(BIO_meth_set_ctrl(wire_method, wire_ctrl) == 1);
	MUST(BIO_meth_set_destroy(wire_method, wire_destroy) == 1);
}

void
tls_wire_set(SSL *ssl, int fd, struct tls_room *room)
{
	struct tls_wire *w = mem_zalloc(sizeof *w);
	BIO *bio;

	MUST(pthread_once(&wire_once, wire_setup) == 0);
	bio = BIO_new(wire_method);
	MUST(bio != NULL);
	w->fd = fd;
	w->room = room;
	BIO_set_data(bio, w);
	BIO_set_init(bio, 1);
	SSL_set_bio(ssl, bio, bio);
}

/* ---- what the connection asks ---- */

bool
tls_pending(SSL *ssl)
{
	return SSL_pending(ssl) > 0 || wire_has(BIO_get_data(SSL_get_rbio(ssl)));
}
