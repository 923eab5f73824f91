/* SPDX-License-Identifier: Apache-2.0 */
/* One verb of the command line: a table row and a function per file cmd_<verb>.c. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include <stdbool.h>

/* What run() returns for words that are not its usage; main() says which are. */
enum { CMD_MISUSED = -1 };

struct cmd_entry {
	const char *name;
	const char *usage; /* behind the name */
	const char *summary;
	const char *more; /* what else --help says, whole lines; NULL: nothing */
	bool helps; /* run() answers --help itself */
	/* argv behind the verb; the process's exit status. */
	int (*run)(int argc, char **argv);
};

#define CMD_FINDS \
	"Without URL it is the server of TRUG_READY_FILE or TRUG_ADDRESS, else\n" \
	"http://127.0.0.1:9000.\n"
#define CMD_ASKS \
	CMD_FINDS "Keys of its root account: TRUG_ROOT_USER and TRUG_ROOT_PASSWORD.\n"

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
