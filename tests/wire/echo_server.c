/* SPDX-License-Identifier: Apache-2.0 */
/* `echo_server serve [options] DIR`: the echo application behind trug's own command line, so
 * that the wire runner can start either. Ends on SIGTERM or SIGINT. */
#include "config.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "echo_app.h"

static bool
server_number(unsigned *out, const char *text)
{
	uint64_t v;

	if (!span_u64(span_str(text), &v) || v > UINT32_MAX)
		return false;
	*out = (unsigned)v;
	return true;
}

static bool
server_options(struct http_conf *conf, const char **ready, int argc, char **argv)
{
	static const struct option options[] = {
		{ "address", required_argument, NULL, 'a' },
		{ "ready-file", required_argument, NULL, 'r' },
		{ "tls-dir", required_argument, NULL, 't' },
		{ "loops", required_argument, NULL, 'l' },
		{ "max-connections", required_argument, NULL, 'm' },
		{ "idle-ms", required_argument, NULL, 'i' },
		{ "head-ms", required_argument, NULL, 'h' },
		{ "body-ms", required_argument, NULL, 'b' },
		{ NULL, 0, NULL, 0 },
	};
	bool good = true;
	int c;

	while (good && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'a')
			conf->address = optarg;
		else if (c == 'r')
			*ready = optarg;
		else if (c == 't')
			conf->tls_dir = optarg;
		else if (c == 'l')
			good = server_number(&conf->loops, optarg);
		else if (c == 'm')
			good = server_number(&conf->max_connections, optarg);
		else if (c == 'i')
			good = server_number(&conf->idle_ms, optarg);
		else if (c == 'h')
			good = server_number(&conf->head_ms, optarg);
		else if (c == 'b')
			good = server_number(&conf->body_ms, optarg);
		else
			good = false;
	}
	return good;
}

static int
server_run(const struct http_conf *conf, const char *ready)
{
	struct http_server *server;
	struct buf text = { 0 };
	struct echo_app echo;
	struct fail fail;
	sigset_t set;
	int got, rc = 0;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	fail_init(&fail, NULL);
	echo_app_init(&echo);
	if (http_server_new(&server, conf, &echo.app, &fail) != OK) {
		log_error("%s", fail_text(&fail));
		echo_app_fini(&echo);
		return 1;
	}
	http_server_start(server);
	buf_printf(&text,
	    "{\"endpoint\":\"%s://127.0.0.1:%u\",\"port\":%u,\"pid\":%ld}\n",
	    conf->tls_dir != NULL ? "https" : "http", http_server_port(server),
	    http_server_port(server), (long)getpid());
	if (ready != NULL)
		rc = io_write_file(ready, buf_view(&text), 0644);
	else
		(void)!write(STDOUT_FILENO, text.p, text.n);
	if (rc == 0)
		(void)sigwait(&set, &got);
	http_server_drain(server, 20000);
	http_server_free(&server);
	log_info("heads %u dones %u gones %u errors %u aborted %u",
	    atomic_load(&echo.heads), atomic_load(&echo.dones), atomic_load(&echo.gones),
	    atomic_load(&echo.errors), atomic_load(&echo.aborted));
	rc |= atomic_load(&echo.heads) != atomic_load(&echo.dones);
	echo_app_fini(&echo);
	buf_fini(&text);
	return rc != 0;
}

int
main(int argc, char **argv)
{
	struct http_conf conf = { .address = "127.0.0.1:0",
		.loops = 1,
		.max_connections = 10000,
		.max_head = 16384,
		.max_line = 8192,
		.max_headers = 100,
		.max_body = (uint64_t)5 << 30,
		.idle_ms = 60000,
		.head_ms = 10000,
		.body_ms = 30000,
		.server_name = "echo" };
	const char *ready = NULL;

	(void)signal(SIGPIPE, SIG_IGN);
	if (argc < 2 || strcmp(argv[1], "serve") != 0 ||
	    !server_options(&conf, &ready, argc - 1, argv + 1)) {
		(void)fprintf(stderr,
		    "usage: echo_server serve [--address IP:PORT] [--ready-file F] "
		    "DIR\n");
		return 2;
	}
	return server_run(&conf, ready);
}
