/* SPDX-License-Identifier: Apache-2.0 */
/* The client against a server of a few lines that answers what a test tells it to. */
#include "config.h"

#include "remote/s3.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#include <cmocka.h>

enum { ANSWERS = 24, SEEN = 1 << 20, PART = 5 << 20 };

/* Says its answers one after the other, each on a connection of its own. */
static struct fake {
	int listener;
	pthread_t thread;
	char url[64];
	const char
	    *answer[ANSWERS]; /* NULL: says nothing and closes; "..." : says nothing */
	size_t n;
	/* what it was asked: heads, one behind the other */
	struct buf heads;
	uint64_t bodies; /* bytes of bodies */
	size_t asked;
} fake;

static size_t
read_some(int fd, char *to, size_t n)
{
	ssize_t got = recv(fd, to, n, 0);

	return got > 0 ? (size_t)got : 0;
}

static uint64_t
length_of(struct span head)
{
	size_t at = span_search(head, SPAN_LIT("Content-Length: "), 0);
	struct span rest = span_from(head, at + 16);
	uint64_t n = 0;

	(void)span_u64(span_head(rest, span_find(rest, '\r', 0)), &n);
	return n;
}

static void
serve_one(int fd, const char *answer)
{
	struct buf in = { 0 };
	char *room = mem_alloc(SEEN);
	size_t end, got;
	uint64_t left;

	do {
		got = read_some(fd, room, SEEN);
		buf_put(&in, room, got);
		end = span_search(buf_view(&in), SPAN_LIT("\r\n\r\n"), 0);
	} while (got > 0 && end == in.n);
	buf_put(&fake.heads, in.p, end + 2);
	left = length_of(span_head(buf_view(&in), end));
	fake.bodies += left;
	left -= in.n - end - 4;
	while (left > 0 && (got = read_some(fd, room, SEEN)) > 0)
		left -= got;
	fake.asked++;
	if (answer != NULL && strcmp(answer, "...") == 0)
		(void)read_some(fd, room, SEEN);
	else if (answer != NULL)
		(void)!write(fd, answer, strlen(answer));
	buf_fini(&in);
	mem_free(room);
}

static void *
fake_main(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < fake.n; i++) {
		int fd = accept(fake.listener, NULL, NULL);

		if (fd < 0)
			break;
		serve_one(fd, fake.answer[i]);
		(void)close(fd);
	}
	return NULL;
}

static void
fake_start(size_t n, const char *const *answer)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof at;

	memset(&fake, 0, sizeof fake);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fake.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fake.listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fake.listener, 16), 0);
	assert_int_equal(getsockname(fake.listener, (struct sockaddr *)&at, &len), 0);
	(void)snprintf(
	    fake.url, sizeof fake.url, "http://127.0.0.1:%u/base/", ntohs(at.sin_port));
	for (size_t i = 0; i < n; i++)
		fake.answer[fake.n++] = answer[i];
	assert_int_equal(pthread_create(&fake.thread, NULL, fake_main, NULL), 0);
}

static void
fake_end(void)
{
	(void)shutdown(fake.listener, SHUT_RDWR);
	assert_int_equal(pthread_join(fake.thread, NULL), 0);
	(void)close(fake.listener);
	buf_fini(&fake.heads);
}

static bool
asked(const char *text)
{
	return span_search(buf_view(&fake.heads), span_str(text), 0) < fake.heads.n;
}

static struct remote *
client(void)
{
	struct remote_conf c = { .url = span_str(fake.url),
		.region = SPAN_LIT("eu-west-1"),
		.access_key = SPAN_LIT("AKID"),
		.secret = SPAN_LIT("SECRET"),
		.token = SPAN_LIT("TOKEN"),
		.connect_ms = 2000,
		.stall_ms = 1500,
		.part_size = PART };

	assert_int_equal(remote_check(&c, NULL), OK);
	return remote_new(&c);
}

/* ---- bytes ---- */

static uint64_t source_at;

static enum err
source_read(void *ctx, void *to, size_t n, size_t *got)
{
	(void)ctx;
	n = n > 70000 ? 70000 : n;
	for (size_t i = 0; i < n; i++)
		((char *)to)[i] = (char)(source_at + i);
	source_at += n;
	*got = n;
	return OK;
}

static enum err
source_seek(void *ctx, uint64_t off)
{
	(void)ctx;
	source_at = off;
	return OK;
}

static struct remote_source
source(uint64_t n)
{
	source_at = 0;
	return (struct remote_source){ n, source_read, source_seek, NULL };
}

static struct buf sunk;

static enum err
sink_write(void *ctx, const void *p, size_t n)
{
	(void)ctx;
	buf_put(&sunk, p, n);
	return OK;
}

static const struct remote_sink sink = { sink_write, NULL };

/* ---- tests ---- */

static void
put_is_signed_and_proved(void **state)
{
	const char *answer[] = { "HTTP/1.1 200 OK\r\nETag: \"abc\"\r\nx-amz-version-id: "
				 "v7\r\nContent-Length: 0\r\n\r\n" };
	struct field header[] = { { SPAN_LIT("content-type"), SPAN_LIT("x/y") },
		{ SPAN_LIT("x-amz-meta-a"), SPAN_LIT("b c") } };
	struct remote_put p = { .bucket = SPAN_LIT("bkt"),
		.key = SPAN_LIT("a b/../+"),
		.header = header,
		.nheader = 2 };
	struct remote *r;

	(void)state;
	fake_start(1, answer);
	r = client();
	p.source = source(5);
	assert_int_equal(remote_put(r, &p, NULL), OK);
	assert_string_equal(p.etag, "abc");
	assert_string_equal(p.version, "v7");
	assert_true(asked("PUT /base/bkt/a%20b/../%2B HTTP/1.1\r\n"));
	assert_true(asked("\r\ncontent-md5: 0FN03Dgdm1KAZEanHI55sQ==\r\n"));
	/* SHA-256 of 0 1 2 3 4. */
	assert_true(asked("x-amz-content-sha256: "
			  "08bb5e5d6eaac1049ede0893d30ed022b1a4d9b5b48db414871f51c9cb3528"
			  "3d\r\n"));
	assert_true(asked("/eu-west-1/s3/aws4_request, SignedHeaders="
			  "content-md5;content-type;host;x-amz-content-sha256;x-amz-date;"
			  "x-amz-meta-a;x-amz-security-token, Signature="));
	assert_true(asked("x-amz-security-token: TOKEN\r\n"));
	assert_false(asked("Expect:") || asked("Transfer-Encoding:"));
	assert_int_equal(fake.bodies, 5);
	remote_free(&r);
	fake_end();
}

static void
failures_are_told(void **state)
{
	static const struct {
		const char *answer;
		enum err err;
		bool retry;
	} rows[] = {
		{ "HTTP/1.1 404 Not Found\r\nContent-Length: "
		  "60\r\n\r\n<Error><Code>NoSuchBucket</Code><Message>x</Message></"
		  "Error> "
		  "  ",
		    E_NO_SUCH_BUCKET, false },
		{ "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", E_NO_SUCH_KEY,
		    false },
		{ "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", E_REMOTE_DENIED,
		    false },
		{ "HTTP/1.1 503 Slow\r\nContent-Length: 0\r\n\r\n", E_REMOTE_DOWN, true },
		{ "HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n", E_REMOTE_DOWN, true },
		{ "HTTP/1.1 301 Moved\r\nx-amz-bucket-region: "
		  "mars-1\r\nContent-Length: 0\r\n\r\n",
		    E_REMOTE_REFUSED, false },
		{ "HTTP/1.1 501 No\r\nContent-Length: 0\r\n\r\n", E_REMOTE_REFUSED,
		    false },
		{ NULL, E_REMOTE_DOWN, true },
		{ "garbage\r\n\r\n", E_REMOTE_DOWN, true },
	};
	const char *answer[ARRAY_LEN(rows)];
	struct remote *r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		answer[i] = rows[i].answer;
	fake_start(ARRAY_LEN(rows), answer);
	r = client();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct remote_get g = { .bucket = SPAN_LIT("bkt"),
			.key = SPAN_LIT("k"),
			.len = UINT64_MAX,
			.sink = &sink };
		struct fail fail;

		fail_init(&fail, NULL);
		assert_int_equal(remote_get(r, &g, &fail), rows[i].err);
		assert_int_equal(g.fault.retry, rows[i].retry);
		assert_true(fail.message[0] != '\0');
		if (i == 5)
			assert_non_null(strstr(fail.message, "mars-1"));
	}
	remote_free(&r);
	fake_end();
}

static void
only_the_bytes_asked_for(void **state)
{
	static const struct {
		const char *answer;
		enum err err;
	} rows[] = {
		{ "HTTP/1.1 206 P\r\nContent-Range: bytes 5-7/9\r\nContent-Length: "
		  "3\r\n\r\nabc",
		    OK },
		/* All of it, another place, more, less. */
		{ "HTTP/1.1 200 P\r\nContent-Length: 3\r\n\r\nabc", E_REMOTE_REFUSED },
		{ "HTTP/1.1 206 P\r\nContent-Range: bytes 0-2/9\r\nContent-Length: "
		  "3\r\n\r\nabc",
		    E_REMOTE_REFUSED },
		{ "HTTP/1.1 206 P\r\nContent-Range: bytes 5-7/9\r\nContent-Length: "
		  "4\r\n\r\nabcd",
		    E_REMOTE_REFUSED },
		{ "HTTP/1.1 206 P\r\nContent-Range: bytes 5-7/9\r\nContent-Length: "
		  "3\r\n\r\nab",
		    E_REMOTE_DOWN },
		{ "HTTP/1.1 206 P\r\nContent-Range: bytes 5-7/9\r\nContent-Length: "
		  "2\r\n\r\nab",
		    E_REMOTE_DOWN },
	};
	const char *answer[ARRAY_LEN(rows)];
	struct remote *r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		answer[i] = rows[i].answer;
	fake_start(ARRAY_LEN(rows), answer);
	r = client();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct remote_get g = { .bucket = SPAN_LIT("bkt"),
			.key = SPAN_LIT("k"),
			.version = SPAN_LIT("a/b"),
			.off = 5,
			.len = 3,
			.sink = &sink };

		sunk.n = 0;
		assert_int_equal(remote_get(r, &g, NULL), rows[i].err);
		if (rows[i].err == OK)
			assert_true(span_is(buf_view(&sunk), "abc"));
	}
	assert_true(asked("GET /base/bkt/k?versionId=a%2Fb HTTP/1.1\r\n"));
	assert_true(asked("\r\nrange: bytes=5-7\r\n"));
	remote_free(&r);
	fake_end();
	buf_fini(&sunk);
}

static void
silence_is_no_answer(void **state)
{
	const char *answer[] = { "..." };
	uint64_t began = clock_mono_us();
	struct remote_fault fault;
	struct remote *r;

	(void)state;
	fake_start(1, answer);
	r = client();
	assert_int_equal(remote_probe(r, SPAN_LIT("bkt"), &fault, NULL), E_REMOTE_DOWN);
	assert_in_range(clock_mono_us() - began, 1400000, 30000000);
	remote_stop(r);
	began = clock_mono_us();
	assert_int_equal(remote_probe(r, SPAN_LIT("bkt"), &fault, NULL), E_REMOTE_DOWN);
	assert_true(clock_mono_us() - began < 1000000); /* less than a silence */
	remote_free(&r);
	fake_end();
}

#define PART_OK "HTTP/1.1 200 OK\r\nETag: \"p\"\r\nContent-Length: 0\r\n\r\n"
#define BEGUN \
	"HTTP/1.1 200 OK\r\nContent-Length: " \
	"52\r\n\r\n<A><UploadId>a&amp;b</UploadId></A>" \
	"                 "

#define FAILED "HTTP/1.1 500 E\r\nContent-Length: 0\r\n\r\n"
#define ENDED "HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n<C><ETag>e-2</ETag></C> "
#define NOT_ENDED \
	"HTTP/1.1 200 OK\r\nContent-Length: 43\r\n\r\n" \
	"<Error><Code>InternalError</Code></Error>  "
#define ABORTED "HTTP/1.1 204 N\r\n\r\n"

static void
parts_are_sent_again_and_given_up(void **state)
{
	const char *good[] = { BEGUN, PART_OK, FAILED, PART_OK, ENDED };
	const char *bad[] = { BEGUN, PART_OK, PART_OK, NOT_ENDED, ABORTED };
	struct remote_put p = { .bucket = SPAN_LIT("bkt"), .key = SPAN_LIT("k") };
	struct remote *r;

	(void)state;
	fake_start(ARRAY_LEN(good), good);
	r = client();
	p.source = source(PART + 10);
	assert_int_equal(remote_put(r, &p, NULL), OK);
	assert_string_equal(p.etag, "e-2");
	assert_true(asked("PUT /base/bkt/k?partNumber=2&uploadId=a%26b HTTP/1.1\r\n"));
	assert_int_equal(fake.asked, 5);
	remote_free(&r);
	fake_end();

	fake_start(ARRAY_LEN(bad), bad);
	r = client();
	p.source = source(PART + 10);
	assert_int_equal(remote_put(r, &p, NULL), E_REMOTE_DOWN);
	assert_string_equal(p.fault.code, "InternalError");
	assert_true(asked("DELETE /base/bkt/k?uploadId=a%26b HTTP/1.1\r\n"));
	remote_free(&r);
	fake_end();
}

static void
confs_are_checked(void **state)
{
	static const struct {
		const char *url, *access, *secret;
		bool good;
	} rows[] = { { "http://h", "a", "b", true }, { "https://h:1/p/", "a", "b", true },
		{ "http://h", "", "", true }, { "http://h", "a", "", false },
		{ "http://h", "a b", "c", false }, { "http://h", "a/b", "c", false },
		{ "h", "a", "b", false }, { "ftp://h", "a", "b", false },
		{ "http://", "a", "b", false }, { "http:///p", "a", "b", false },
		{ "http://u@h", "a", "b", false }, { "http://h?q", "a", "b", false },
		{ "http://h\r\nx", "a", "b", false }, { "http://:9", "a", "b", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct remote_conf c = { .url = span_str(rows[i].url),
			.access_key = span_str(rows[i].access),
			.secret = span_str(rows[i].secret) };

		assert_int_equal(remote_check(&c, NULL), rows[i].good ? OK : E_CONFIG);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_is_signed_and_proved),
		cmocka_unit_test(failures_are_told),
		cmocka_unit_test(only_the_bytes_asked_for),
		cmocka_unit_test(silence_is_no_answer),
		cmocka_unit_test(parts_are_sent_again_and_given_up),
		cmocka_unit_test(confs_are_checked),
	};

	return cmocka_run_group_tests_name("remote", tests, NULL, NULL);
}
