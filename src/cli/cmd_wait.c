/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cmd.h"
#include "cli/control.h"
#include "cli/endpoint.h"
#include "codec/uri.h"
#include "http/probe.h"

enum {
	ARENA = 1 << 16,
	ASK_MS = 2000,
	PAUSE_US = 20000,
	WAIT_S = 30,
	WAIT_MAX_S = 86400
};

/* Are they all there? A HEAD each, signed. */
static bool
buckets_there(const char *given, const char *list)
{
	struct span rest = span_str(list), one;
	bool there = true;

	while (rest.n > 0 && there) {
		struct control c = {
			.url = given, .method = "HEAD", .query = "", .ms = ASK_MS
		};
		struct buf path = { 0 };
		struct fail fail;
		struct arena a;
		unsigned status = 0;

		one = span_trim(span_cut(&rest, ','));
		if (one.n == 0)
			continue;
		arena_init(&a, ARENA);
		fail_init(&fail, NULL);
		buf_char(&path, '/');
		uri_encode(&path, one, false);
		c.path = buf_cstr(&path);
		there = control_send(&a, &c, &status, NULL, &fail) == OK && status == 200;
		buf_fini(&path);
		arena_fini(&a);
	}
	return there;
}

/* Asks until it is ready, anew for the endpoint: the ready file may not be there yet. */
static int
wait_for(const char *given, const char *buckets, uint64_t seconds)
{
	uint64_t end = clock_mono_us() + seconds * 1000000;
	struct fail fail;
	unsigned status;
	bool missing;
	enum err e;

	for (;;) {
		struct buf url = { 0 };

		status = 0;
		fail_init(&fail, NULL);
		endpoint_find(&url, given);
		buf_str(&url, "/_trug/health");
		e = probe_get(buf_cstr(&url), ASK_MS, &status, &fail);
		missing = e == OK && status == 200 && !buckets_there(given, buckets);
		if ((e == OK && status == 200 && !missing) || e == E_CONFIG ||
		    clock_mono_us() >= end) {
			if (missing)
				fprintf(
				    stderr, "trug: not all of %s are there\n", buckets);
			else if (e != OK)
				fprintf(stderr, "trug: %s\n", fail_text(&fail));
			else if (status != 200)
				fprintf(stderr, "trug: %s answers %u\n", buf_cstr(&url),
				    status);
			buf_fini(&url);
			break;
		}
		buf_fini(&url);
		(void)usleep(PAUSE_US);
	}
	return e == E_CONFIG ? 2 : e != OK || status != 200 || missing;
}

static int
run(int argc, char **argv)
{
	const char *url = NULL, *buckets = "";
	uint64_t seconds = WAIT_S;
	bool good = true;

	for (int i = 0; i < argc && good; i++) {
		if (strcmp(argv[i], "--timeout") == 0 && i + 1 < argc)
			good = span_u64(span_str(argv[++i]), &seconds) &&
			    seconds <= WAIT_MAX_S;
		else if (strcmp(argv[i], "--buckets") == 0 && i + 1 < argc)
			buckets = argv[++i];
		else if (argv[i][0] != '-' && url == NULL)
			url = argv[i];
		else
			good = false;
	}
	return good ? wait_for(url, buckets, seconds) : CMD_MISUSED;
}

const struct cmd_entry cmd_wait_entry = {
	.name = "wait",
	.usage = "[URL] [--timeout SECONDS] [--buckets A,B]",
	.summary = "return when a server takes reads and writes, and has the buckets (30 "
		   "seconds "
		   "at most: exit 1)",
	.more = "SECONDS: 0 to 86400.\n" CMD_FINDS,
	.run = run,
};
