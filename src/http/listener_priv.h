/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: one bound exclusively, the others sharing its port; and accepting. */
#ifndef HTTP_LISTENER_PRIV_H
#define HTTP_LISTENER_PRIV_H

#include <stdint.h>

#include "base/err.h"

struct http_conf;
struct loop;

/* Open n listening sockets on address (see http_conf); port 0 picks one. */
NODISCARD enum err listener_open(int *fds, unsigned n, uint16_t *port,
    const struct http_conf *conf, struct fail *fail);
/* Register with the loop's base, accept while there is something. [loop] */
void listener_watch(struct loop *l);
void listener_close(struct loop *l);

#endif
