/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "load.h"

#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

/* load disk FILE COUNT: appends of 4 KiB, each followed by fdatasync. */
int
tool_disk(int argc, char **argv)
{
	struct latencies *l = latencies_new();
	char *block = mem_zalloc(4096);
	long n = argc > 1 ? strtol(argv[1], NULL, 10) : 500;
	int fd =
	    argc > 0 ? open(argv[0], O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return 2;
	memset(block, 'x', 4096);
	for (long i = 0; i < n; i++) {
		uint64_t began = mono_ns();

		if (write(fd, block, 4096) != 4096 || fdatasync(fd) != 0)
			return 1;
		latencies_add(l, mono_ns() - began);
	}
	(void)printf("{\"ops\": %ld, \"p50\": %.1f, \"p99\": %.1f}\n", n,
	    latencies_at(l, 0.5), latencies_at(l, 0.99));
	(void)close(fd);
	(void)unlink(argv[0]);
	return 0;
}

static uint64_t
thread_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* CPU milliseconds to hash size bytes with each of the digests given, in one pass. */
static double
hash_ms(const char *body, uint64_t size, const EVP_MD *const *md, unsigned n)
{
	EVP_MD_CTX *ctx[2] = { EVP_MD_CTX_new(), EVP_MD_CTX_new() };
	unsigned char out[64];
	uint64_t began = thread_ns(), chunk = 65536;

	for (unsigned i = 0; i < n; i++)
		(void)EVP_DigestInit_ex2(ctx[i], md[i], NULL);
	for (uint64_t at = 0; at < size; at += chunk)
		for (unsigned i = 0; i < n; i++)
			(void)EVP_DigestUpdate(
			    ctx[i], body + at, size - at < chunk ? size - at : chunk);
	for (unsigned i = 0; i < n; i++)
		(void)EVP_DigestFinal_ex(ctx[i], out, NULL);
	EVP_MD_CTX_free(ctx[0]);
	EVP_MD_CTX_free(ctx[1]);
	return (double)(thread_ns() - began) / 1e6;
}

/* load hash BYTES: what the digests of a body cost alone. */
int
tool_hash(int argc, char **argv)
{
	uint64_t size = argc > 0 ? strtoull(argv[0], NULL, 10) : 64 << 20;
	char *body = mem_alloc(size);
	EVP_MD *md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	EVP_MD *sha = EVP_MD_fetch(NULL, "SHA256", NULL);
	const EVP_MD *both[] = { md5, sha };

	memset(body, 'x', size);
	(void)printf("{\"md5_ms\": %.3f, \"both_ms\": %.3f}\n",
	    hash_ms(body, size, both, 1), hash_ms(body, size, both, 2));
	mem_free(body);
	EVP_MD_free(md5);
	EVP_MD_free(sha);
	return 0;
}

/* Connects as soon as somebody listens. */
static int
connect_soon(const char *port)
{
	struct timespec nap = { 0, 50000 };

	for (unsigned i = 0; i < 100000; i++) {
		int fd = connect_to("127.0.0.1", port, true);

		if (fd >= 0)
			return fd;
		(void)nanosleep(&nap, NULL);
	}
	return -1;
}

/* The first byte that answers a request, or with TLS the client's hello. */
static bool
answered(int fd, SSL_CTX *tls)
{
	static const char ask[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
	struct pollfd p = { .fd = fd, .events = POLLIN };
	SSL *ssl = NULL;
	bool ok;

	if (tls) {
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
		ssl = SSL_new(tls);
		(void)SSL_set_fd(ssl, fd);
		(void)SSL_connect(ssl);
	} else if (send(fd, ask, sizeof ask - 1, MSG_NOSIGNAL) < 0) {
		return false;
	}
	ok = poll(&p, 1, 10000) == 1;
	SSL_free(ssl);
	return ok;
}

/* load start PORT plain|tls TIMES COMMAND...: milliseconds from exec to the first answer. */
int
tool_start(int argc, char **argv)
{
	bool tls = argc > 3 && strcmp(argv[1], "tls") == 0;
	SSL_CTX *ctx = tls ? tls_context() : NULL;
	long times = argc > 3 ? strtol(argv[2], NULL, 10) : 0;

	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (argc < 4 || null < 0)
		return 2;
	(void)printf("[");
	for (long i = 0; i < times; i++) {
		uint64_t began = mono_ns();
		pid_t pid = vfork();
		int fd;

		if (pid == 0) {
			(void)dup2(null, STDOUT_FILENO);
			(void)execv(argv[3], argv + 3);
			_exit(127);
		}
		fd = connect_soon(argv[0]);
		if (fd < 0 || !answered(fd, ctx))
			return 1;
		(void)printf("%s%.3f", i ? ", " : "", (double)(mono_ns() - began) / 1e6);
		(void)close(fd);
		(void)kill(pid, SIGTERM);
		(void)waitpid(pid, NULL, 0);
	}
	(void)printf("]\n");
	return 0;
}
