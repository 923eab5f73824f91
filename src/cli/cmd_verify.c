/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "model/rec.h"
#include "store/verify.h"

static void
report(void *arg, const char *line)
{
	(void)arg;
	(void)puts(line);
}

static void
progress(void *arg, uint64_t done, uint64_t all)
{
	(void)arg;
	if (isatty(STDERR_FILENO))
		fprintf(
		    stderr, "\r%" PRIu64 " of %" PRIu64 " MiB", done >> 20, all >> 20);
}

static int
verify(struct store *store, const struct verify_conf *conf, struct fail *fail)
{
	struct verify_result r = { 0 };

	if (store_verify(store, conf, &r, fail) != OK) {
		fprintf(stderr, "trug: verify: %s\n", fail_text(fail));
		return 1;
	}
	printf("%s: %" PRIu64 " blobs, %" PRIu64 " bytes, %" PRIu64 " findings, %" PRIu64
	       " repaired\n",
	    r.findings == 0 ? "clean" : "DAMAGED", r.blobs, r.bytes, r.findings,
	    r.repaired);
	return r.findings == r.repaired ? 0 : 1;
}

static int
run(int argc, char **argv)
{
	struct verify_conf conf = {
		.walk = model_walk, .report = report, .progress = progress
	};
	struct store_conf sc = {
		.tables = model_tables, .ntables = T_COUNT, .read_only_check = true
	};
	struct store *store = NULL;
	struct fail fail;
	int rc;

	fail_init(&fail, NULL);
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--repair") == 0)
			conf.repair = true;
		else if (strcmp(argv[i], "--quick") == 0)
			conf.quick = true;
		else if (argv[i][0] == '-' || sc.dir != NULL) {
			fprintf(stderr,
			    "trug: verify: '%s' is not allowed; allowed: [--repair] "
			    "[--quick] DIR\n",
			    argv[i]);
			return 2;
		} else
			sc.dir = argv[i];
	}
	if (sc.dir == NULL)
		sc.dir = "data";
	sc.read_only_check = !conf.repair;
	if (access(sc.dir, F_OK) != 0) {
		fprintf(stderr,
		    "trug: verify: '%s' is no directory; allowed: one that holds a "
		    "store\n",
		    sc.dir);
		return 2;
	}
	if (store_open(&store, &sc, &fail) != OK) {
		fprintf(stderr, "trug: %s\n", fail_text(&fail));
		return 2;
	}
	rc = verify(store, &conf, &fail);
	store_close(&store);
	return rc;
}

const struct cmd_entry cmd_verify_entry = {
	.name = "verify",
	.usage = "[--repair] [--quick] [DIR]",
	.summary =
	    "check every reference, length and checksum of a store that is not in use",
	.run = run,
};
