/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "conn_priv.h"

#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop_priv.h"

static ssize_t
io_errno(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK ? CONN_AGAIN : CONN_FAILED;
}

unsigned
conn_io_queued(const struct http_conn *c)
{
	int n;

	return ioctl(c->fd, SIOCOUTQ, &n) == 0 && n > 0 ? (unsigned)n : 0;
}

static ssize_t
io_tls_recv(struct http_conn *c, void *p, size_t n)
{
	ssize_t got = tls_read(c->ssl, p, n);

	if (got >= 0)
		return got;
	if (got == TLS_FAILED)
		return CONN_FAILED;
	/* A key update is to be answered first and the socket is full. */
	c->read_wants_write = got == TLS_WANT_WRITE;
	return CONN_AGAIN;
}

ssize_t
conn_io_recv(struct http_conn *c, void *p, size_t n)
{
	ssize_t got;

	if (c->ssl != NULL)
		return io_tls_recv(c, p, n);
	do
		got = recv(c->fd, p, n, 0);
	while (got < 0 && errno == EINTR);
	return got >= 0 ? got : io_errno();
}

ssize_t
conn_io_fill(struct http_conn *c, bool *readable)
{
	struct loop *l = c->loop;
	size_t room;
	ssize_t got;

	if (l->at > 0 && l->n > 0)
		memmove(l->buf, l->buf + l->at, l->n);
	l->at = 0;
	room = l->cap - l->n;
	MUST(room > 0);
	got = conn_io_recv(c, l->buf + l->n, room);
	if (got > 0)
		l->n += (size_t)got;
	/* What comes short empties the socket: no second call to be told so. A TLS record
	 * may be there only in part, and the loop shows what of the next is on the socket. */
	if (got <= 0 || (c->ssl == NULL && (size_t)got < room) ||
	    (c->ssl != NULL && !tls_pending(c->ssl)))
		*readable = false;
	return got;
}

/* Head and the body's beginning in one record and one system call. */
static ssize_t
io_tls_send(struct http_conn *c, const struct iovec *iov, unsigned n)
{
	char record[OUT_RECORD];
	const void *p = iov[0].iov_base;
	size_t len = iov[0].iov_len;
	ssize_t put;

	if (n > 1 && len < sizeof record) {
		len = 0;
		for (unsigned i = 0; i < n && len < sizeof record; i++) {
			size_t part = iov[i].iov_len;

			if (part > sizeof record - len)
				part = sizeof record - len;
			memcpy(record + len, iov[i].iov_base, part);
			len += part;
		}
		p = record;
	}
	put = tls_write(c->ssl, p, len);
	return put >= 0 ? put : put == TLS_WANT_WRITE ? CONN_AGAIN : CONN_FAILED;
}

ssize_t
conn_io_send(struct http_conn *c, struct iovec *iov, unsigned n, bool more)
{
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = n };
	ssize_t put;

	if (c->ssl != NULL)
		return io_tls_send(c, iov, n);
	do
		put = sendmsg(c->fd, &m, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
	while (put < 0 && errno == EINTR);
	return put >= 0 ? put : io_errno();
}

static ssize_t
io_tls_file(struct http_conn *c, int fd, uint64_t off, uint64_t n)
{
	struct loop *l = c->loop;
	ssize_t put;
	int rc;

	if (l->file_buf == NULL)
		l->file_buf = mem_alloc(OUT_FILE_TLS);
	if (n > OUT_FILE_TLS)
		n = OUT_FILE_TLS;
	rc = io_pread(fd, l->file_buf, n, off);
	if (rc != 0) {
		log_error("http: reading a reply's body: %s", strerrordesc_np(-rc));
		return CONN_FAILED;
	}
	/* One call takes one record. After CONN_AGAIN the same bytes are read again: files of
	 * replies never change. */
	for (size_t at = 0; at < n; at += (size_t)put) {
		put = tls_write(c->ssl, l->file_buf + at, n - at);
		if (put > 0)
			continue;
		if (put != TLS_WANT_WRITE)
			return CONN_FAILED;
		return at > 0 ? (ssize_t)at : CONN_AGAIN;
	}
	return (ssize_t)n;
}

ssize_t
conn_io_file(struct http_conn *c, int fd, uint64_t off, uint64_t n)
{
	off_t at = (off_t)off;
	ssize_t put;

	if (c->ssl != NULL)
		return io_tls_file(c, fd, off, n);
	do
		put = sendfile(c->fd, fd, &at, n > OUT_FILE ? OUT_FILE : n);
	while (put < 0 && errno == EINTR);
	if (put > 0)
		return put;
	if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return CONN_AGAIN;
	if (put == 0 || (errno != EPIPE && errno != ECONNRESET))
		log_error("http: reading a reply's body: %s",
		    put == 0 ? "the file ends too early" : strerrordesc_np(errno));
	return CONN_FAILED;
}
