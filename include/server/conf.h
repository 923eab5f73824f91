/* SPDX-License-Identifier: Apache-2.0 */
/* The server's settings: from options before environment before defaults (conf.def). */
#ifndef SERVER_CONF_H
#define SERVER_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct conf {
	const char *dir; /* of the store */
	bool minio; /* started as MinIO is: says that it is ready in its words too */
#define STR(field, name, def, min, max, value, prose) const char *field;
#define NUM(field, name, def, min, max, unit, prose) uint64_t field;
#define FLAG(field, name, prose) bool field;
#define CHOICE(field, name, def, choices, prose) unsigned field;
#include "server/conf.def"
#undef STR
#undef NUM
#undef FLAG
#undef CHOICE
};

/* argv behind the verb; *help is set for --help. fail names setting, value and what is
 * allowed. Strings are borrowed from argv and the environment. */
NODISCARD enum err conf_load(
    struct conf *out, int argc, char **argv, bool *help, struct fail *fail);
/* MinIO's arguments and environment (minio.def) as arguments of ours. Free it when what
 * conf_load() made of them is out of use. */
struct conf_minio {
	char **argv;
	size_t argc;
	const char *dir; /* borrowed */
	struct buf notes; /* a line for each name that has no effect */
};
NODISCARD enum err conf_minio_read(
    struct conf_minio *m, int argc, char *const *argv, struct fail *fail);
void conf_minio_free(struct conf_minio *m);

/* Where a client on this machine finds what listens on address ("HOST:PORT"): the host, which
 * is loopback for what means everywhere, and the port as it stands there. */
struct span conf_reach(const char *address, struct span *port);
bool conf_takes_value(struct span name); /* is it an option that does? */
void conf_help(struct buf *out); /* for a terminal */
void conf_markdown(struct buf *out); /* the README's table */

#endif
