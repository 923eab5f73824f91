/* SPDX-License-Identifier: Apache-2.0 */
/* A server's control API, asked by a verb: signed by the root account's keys, which are
 * TRUG_ROOT_USER and TRUG_ROOT_PASSWORD's, or those of a fresh start. [main] */
#ifndef CLI_CONTROL_H
#define CLI_CONTROL_H

#include "base/arena.h"
#include "base/err.h"

struct control {
	const char *url; /* NULL: as endpoint_find() finds it */
	const char *method, *path; /* encoded; "/_trug/v1/clock" */
	const char *query; /* encoded, "" for none */
	struct span body;
	unsigned ms; /* how long the answer may take */
};
/* *status as answered; out gets the answer's body. Failures are E_CONFIG (a URL that is
 * none) and E_IO. */
NODISCARD enum err control_send(struct arena *a, const struct control *c,
    unsigned *status, struct buf *out, struct fail *fail);
/* The same for a verb: the answer on stdout, or what is wrong on stderr; the exit status. Not
 * good: the words are wrong, so nothing is asked; CMD_MISUSED. Frees query. */
int control_run(struct control *c, struct buf *query, bool good);
/* The URL that a verb's words may begin with, taken from them; NULL: there is none. */
const char *control_url(int *argc, char ***argv);

/* Of the environment. */
const char *control_setting(const char *name, const char *otherwise);
/* "NAME=VALUE" behind query, encoded. */
void control_query(struct buf *query, const char *name, const char *value);

#endif
