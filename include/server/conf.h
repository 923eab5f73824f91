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
void conf_help(struct buf *out); /* for a terminal */
void conf_markdown(struct buf *out); /* the README's table */

#endif
