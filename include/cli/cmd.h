/* SPDX-License-Identifier: Apache-2.0 */
/* One verb of the command line: a table row and a function per file cmd_<verb>.c. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

struct cmd_entry {
	const char *name;
	const char *usage; /* behind the name */
	const char *summary;
	/* argv behind the verb; the process's exit status. */
	int (*run)(int argc, char **argv);
};

extern const struct cmd_entry cmd_serve_entry;
extern const struct cmd_entry cmd_server_entry;
extern const struct cmd_entry cmd_health_entry;
extern const struct cmd_entry cmd_wait_entry;
extern const struct cmd_entry cmd_clock_entry;
extern const struct cmd_entry cmd_reset_entry;
extern const struct cmd_entry cmd_seed_declare_entry;
extern const struct cmd_entry cmd_seed_entry;
extern const struct cmd_entry cmd_events_entry;
extern const struct cmd_entry cmd_usage_entry;
extern const struct cmd_entry cmd_cost_entry;
extern const struct cmd_entry cmd_verify_entry;
extern const struct cmd_entry cmd_rotate_entry;
extern const struct cmd_entry cmd_ops_entry;
extern const struct cmd_entry cmd_tier_entry;
extern const struct cmd_entry cmd_tiers_entry;
extern const struct cmd_entry cmd_settings_entry;
extern const struct cmd_entry cmd_version_entry;

#endif
