/* SPDX-License-Identifier: Apache-2.0 */
/* What the wire cases can't see from outside: which callbacks come, how often, and that
 * nothing is left when a server ends. The echo application counts. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail_msg /* a word of base/err.h */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "echo_app.h"

struct fixture {
	struct echo_app echo;
	struct http_conf conf;
	struct http_server *server;
};

static int
conn_setup(void **state)
{
	static struct fixture f;
	struct fail fail;

	(void)signal(SIGPIPE, SIG_IGN);
	echo_app_init(&f.echo);
	f.conf = (struct http_conf){ .address = "127.0.0.1:0",
		.loops = 1,
		.max_connections = 100,
		.max_head = 4096,
		.max_line = 1024,
		.max_headers = 20,
		.max_body = 100000,
		.idle_ms = 60000,
		.head_ms = 10000,
		.body_ms = 150 };
	fail_init(&fail, NULL);
	assert_int_equal(http_server_new(&f.server, &f.conf, &f.echo.app, &fail), OK);
	http_server_start(f.server);
	*state = &f;
	return 0;
}

/* Everything that began has ended, whatever the test did. */
static int
conn_teardown(void **state)
{
	struct fixture *f = *state;

	http_server_free(&f->server);
	assert_null(f->server);
	assert_int_equal(atomic_load(&f->echo.heads), atomic_load(&f->echo.dones));
	assert_int_equal(atomic_load(&f->echo.loops), 0);
	echo_app_fini(&f->echo);
	return 0;
}

static int
client_open(const struct fixture *f)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct timeval tv = { .tv_sec = 5 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_port = htons(http_server_port(f->server));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv), 0);
	return fd;
}

static void
client_send(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Everything up to the end, or to what ends with tail. */
static const char *
client_read(int fd, const char *tail)
{
	static char text[16384];
	size_t n = 0, t = tail == NULL ? 0 : strlen(tail);
	ssize_t got;

	while (n < sizeof text - 1 &&
	    (got = recv(fd, text + n, sizeof text - 1 - n, 0)) > 0) {
		n += (size_t)got;
		if (t > 0 && n >= t && memcmp(text + n - t, tail, t) == 0)
			break;
	}
	text[n] = '\0';
	return text;
}

static void
client_reset(int fd)
{
	struct linger hard = { 1, 0 };

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
	(void)close(fd);
}

/* Until the counter says so, or a minute. */
static void
wait_for(const _Atomic unsigned *counter, unsigned want)
{
	for (int i = 0; i < 60000 && atomic_load(counter) < want; i++)
		(void)usleep(1000);
	assert_int_equal(atomic_load(counter), want);
}

/* The server's end of our connection; this process has both. */
static int
server_end(int fd)
{
	struct sockaddr_in mine, theirs;
	socklen_t len = sizeof mine;

	assert_int_equal(getsockname(fd, (struct sockaddr *)&mine, &len), 0);
	for (int at = 3; at < 1024; at++) {
		len = sizeof theirs;
		if (at != fd && getpeername(at, (struct sockaddr *)&theirs, &len) == 0 &&
		    theirs.sin_family == AF_INET && theirs.sin_port == mine.sin_port)
			return at;
	}
	return -1;
}

/* Whatever the system's default is. */
static void
conn_of_this_machine_is_not_paced(void **state)
{
	struct fixture *f = *state;
	int fd = client_open(f);
	char name[16] = "";
	socklen_t len = sizeof name;

	client_send(fd, "GET /slow?ms=20 HTTP/1.1\r\nHost: h\r\n\r\n");
	wait_for(&f->echo.heads, 1);
	assert_int_equal(
	    getsockopt(server_end(fd), IPPROTO_TCP, TCP_CONGESTION, name, &len), 0);
	assert_string_equal(name, "reno");
	(void)client_read(fd, "\r\n\r\n");
	(void)close(fd);
	wait_for(&f->echo.dones, 1);
}

static void
conn_reset_while_busy(void **state)
{
	struct fixture *f = *state;
	int fd = client_open(f);

	client_send(fd, "GET /slow?ms=100 HTTP/1.1\r\nHost: h\r\n\r\n");
	wait_for(&f->echo.heads, 1);
	client_reset(fd);
	wait_for(&f->echo.gones, 1);
	assert_int_equal(atomic_load(&f->echo.last_gone), E_GONE);
	assert_int_equal(atomic_load(&f->echo.dones), 0);
	wait_for(&f->echo.dones, 1);
	assert_int_equal(atomic_load(&f->echo.aborted), 1);
	assert_int_equal(atomic_load(&f->echo.last_status), 0);
}

static void
conn_reset_within_body(void **state)
{
	struct fixture *f = *state;
	int fd = client_open(f);

	client_send(
	    fd, "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhello");
	wait_for(&f->echo.heads, 1);
	client_reset(fd);
	wait_for(&f->echo.dones, 1);
	assert_int_equal(atomic_load(&f->echo.gones), 1);
	assert_int_equal(atomic_load(&f->echo.aborted), 1);
}

static void
conn_reset_within_reply(void **state)
{
	struct fixture *f = *state;
	int fd = client_open(f);
	char first;

	client_send(fd, "GET /stream?n=50000000 HTTP/1.1\r\nHost: h\r\n\r\n");
	/* Its status has gone out before any byte of it is here. */
	assert_int_equal(recv(fd, &first, 1, 0), 1);
	client_reset(fd);
	wait_for(&f->echo.dones, 1);
	assert_int_equal(atomic_load(&f->echo.gones), 0);
	assert_int_equal(atomic_load(&f->echo.aborted), 1);
	assert_int_equal(atomic_load(&f->echo.last_status), 200);
}

static void
conn_body_times_out(void **state)
{
	struct fixture *f = *state;
	int fd = client_open(f);

	client_send(
	    fd, "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhello");
	assert_non_null(strstr(client_read(fd, NULL), "RequestTimeout"));
	wait_for(&f->echo.dones, 1);
	assert_int_equal(atomic_load(&f->echo.last_gone), E_REQUEST_TIMEOUT);
	assert_int_equal(atomic_load(&f->echo.received), 5);
	(void)close(fd);
}

static void
conn_body_over_limit(void **state)
{
	struct fixture *f = *state;
	int fd = client_open(f);
	static char chunk[60000];

	client_send(
	    fd, "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\n\r\n");
	assert_non_null(strstr(client_read(fd, NULL), "EntityTooLarge"));
	(void)close(fd);
	assert_int_equal(atomic_load(&f->echo.heads), 0);
	fd = client_open(f);
	memset(chunk, 'x', sizeof chunk - 1);
	client_send(
	    fd, "PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 2; i++) {
		client_send(fd, "ea5f\r\n"); /* 59999 */
		client_send(fd, chunk);
		client_send(fd, "\r\n");
	}
	assert_non_null(strstr(client_read(fd, NULL), "EntityTooLarge"));
	assert_int_equal(atomic_load(&f->echo.last_gone), E_ENTITY_TOO_LARGE);
	(void)close(fd);
}

static void
conn_counts_bytes(void **state)
{
	struct fixture *f = *state;
	int fd = client_open(f);

	client_send(fd,
	    "PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "2\r\nab\r\n3\r\ncde\r\n0\r\nX: y\r\n\r\n");
	assert_non_null(strstr(client_read(fd, "abcde"), "200 OK"));
	wait_for(&f->echo.dones, 1);
	assert_int_equal(atomic_load(&f->echo.received), 5);
	assert_int_equal(atomic_load(&f->echo.sent), 5);
	client_send(fd, "GET /stream?n=30&chunked=1&piece=7 HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_non_null(strstr(client_read(fd, "0\r\n\r\n"), "chunked"));
	wait_for(&f->echo.dones, 2);
	assert_int_equal(atomic_load(&f->echo.sent), 35);
	client_send(fd, "HEAD /stream?n=30 HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_non_null(strstr(client_read(fd, "\r\n\r\n"), "Content-Length: 30"));
	wait_for(&f->echo.dones, 3);
	assert_int_equal(atomic_load(&f->echo.sent), 35);
	(void)close(fd);
}

static void
conn_refused_head_has_no_done(void **state)
{
	struct fixture *f = *state;
	int fd = client_open(f);

	client_send(fd, "GET / HTTP/1.1\r\n\r\n");
	assert_non_null(strstr(client_read(fd, NULL), "BadRequest"));
	assert_int_equal(atomic_load(&f->echo.errors), 1);
	assert_int_equal(atomic_load(&f->echo.dones), 0);
	(void)close(fd);
}

/* Freed without a drain: requests the application holds are waited for, others are cut. */
static void
server_free_while_busy(void **state)
{
	struct fixture *f = *state;
	int fd[4];

	for (int i = 0; i < 4; i++)
		fd[i] = client_open(f);
	client_send(fd[0], "GET /slow?ms=200 HTTP/1.1\r\nHost: h\r\n\r\n");
	client_send(fd[1], "GET /stream?n=50000000 HTTP/1.1\r\nHost: h\r\n\r\n");
	client_send(
	    fd[2], "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhello");
	wait_for(&f->echo.heads, 3);
	http_server_free(&f->server);
	assert_int_equal(atomic_load(&f->echo.dones), 3);
	for (int i = 0; i < 4; i++)
		(void)close(fd[i]);
}

static void
server_drain_waits(void **state)
{
	struct fixture *f = *state;
	int busy = client_open(f), idle = client_open(f);

	client_send(busy, "GET /slow?ms=100 HTTP/1.1\r\nHost: h\r\n\r\n");
	wait_for(&f->echo.heads, 1);
	http_server_drain(f->server, 5000);
	assert_int_equal(atomic_load(&f->echo.dones), 1);
	assert_non_null(strstr(client_read(busy, NULL), "Connection: close"));
	assert_string_equal(client_read(idle, NULL), "");
	(void)close(busy);
	(void)close(idle);
}

static void
server_new_names_what_is_wrong(void **state)
{
	struct fixture *f = *state;
	struct http_conf conf = f->conf;
	struct http_server *s = NULL;
	struct fail why;
	char taken[32];

	(void)snprintf(taken, sizeof taken, "127.0.0.1:%u", http_server_port(f->server));
	conf.loops = 2;
	conf.address = taken;
	fail_init(&why, NULL);
	assert_int_equal(http_server_new(&s, &conf, &f->echo.app, &why), E_CONFIG);
	assert_non_null(strstr(why.message, "another process"));
	for (const char *const *a =
		 (const char *const[]){ "", "9000", ":9000", "localhost:1", "127.0.0.1",
		     "127.0.0.1:", "127.0.0.1:65536", "::1:9000", "[::1]", NULL };
	     *a != NULL; a++) {
		conf.address = *a;
		fail_init(&why, NULL);
		assert_int_equal(
		    http_server_new(&s, &conf, &f->echo.app, &why), E_CONFIG);
		assert_non_null(strstr(why.message, "allowed"));
	}
	conf.address = "127.0.0.1:0";
	conf.max_head = 1;
	fail_init(&why, NULL);
	assert_int_equal(http_server_new(&s, &conf, &f->echo.app, &why), E_CONFIG);
	assert_non_null(strstr(why.message, "max-head: 1 is not allowed"));
	conf.max_head = 4096;
	conf.tls_dir = "/nonexistent";
	fail_init(&why, NULL);
	assert_int_equal(http_server_new(&s, &conf, &f->echo.app, &why), E_CONFIG);
	assert_non_null(strstr(why.message, "/nonexistent/public.crt"));
	conf.tls_dir = NULL;
	assert_int_equal(http_server_new(&s, &conf, &f->echo.app, &why), OK);
	http_server_free(&s); /* never started */
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, conn_setup, conn_teardown)
	const struct CMUnitTest tests[] = {
		T(conn_of_this_machine_is_not_paced),
		T(conn_reset_while_busy),
		T(conn_reset_within_body),
		T(conn_reset_within_reply),
		T(conn_body_times_out),
		T(conn_body_over_limit),
		T(conn_counts_bytes),
		T(conn_refused_head_has_no_done),
		T(server_free_while_busy),
		T(server_drain_waits),
		T(server_new_names_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
