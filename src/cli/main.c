/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/mini.h"
#include "cli/cmd.h"

static const struct cmd_entry *const cmds[] = { &cmd_serve_entry, &cmd_server_entry,
	&cmd_health_entry, &cmd_wait_entry, &cmd_verify_entry, &cmd_rotate_entry,
	&cmd_clock_entry, &cmd_reset_entry, &cmd_seed_declare_entry, &cmd_seed_entry,
	&cmd_events_entry, &cmd_usage_entry, &cmd_cost_entry, &cmd_tier_entry,
	&cmd_ops_entry, &cmd_tiers_entry, &cmd_settings_entry, &cmd_version_entry };

static void
help(FILE *to)
{
	fprintf(to,
	    "usage: trug VERB [ARGUMENTS]\n\nA local S3-compatible object store.\n\n");
	for (size_t i = 0; i < ARRAY_LEN(cmds); i++)
		fprintf(to, "  trug %s%s%s\n      %s\n", cmds[i]->name,
		    cmds[i]->usage[0] != '\0' ? " " : "", cmds[i]->usage,
		    cmds[i]->summary);
	fprintf(to, "\ntrug VERB --help says more of one; trug alone is trug serve.\n");
}

static bool
asks_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int
run(const struct cmd_entry *c, int argc, char **argv)
{
	int rc;

	if (!c->helps && argc > 0 && asks_help(argv[0])) {
		printf("usage: trug %s%s%s\n\n%s\n", c->name,
		    c->usage[0] != '\0' ? " " : "", c->usage, c->summary);
		if (c->more != NULL)
			printf("\n%s", c->more);
		return 0;
	}
	rc = c->run(argc, argv);
	if (rc != CMD_MISUSED)
		return rc;
	fprintf(stderr, "trug: usage: trug %s %s; trug %s --help says more\n", c->name,
	    c->usage, c->name);
	return 2;
}

int
main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "serve";

	if (strcmp(verb, "help") == 0 || asks_help(verb)) {
		help(stdout);
		return 0;
	}
	if (strcmp(verb, "--version") == 0)
		verb = "version";
	for (size_t i = 0; i < ARRAY_LEN(cmds); i++)
		if (strcmp(verb, cmds[i]->name) == 0)
			return run(
			    cmds[i], argc > 2 ? argc - 2 : 0, argc > 2 ? argv + 2 : argv);
	fprintf(stderr, "trug: '%s' is no verb; allowed:", verb);
	for (size_t i = 0; i < ARRAY_LEN(cmds); i++)
		fprintf(stderr, " %s", cmds[i]->name);
	fprintf(stderr, "; trug help explains them\n");
	return 2;
}
