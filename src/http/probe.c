/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "http/probe.h"

#include "http/client.h"

enum err
probe_ask(const struct probe *p, unsigned *status, struct buf *body, struct fail *fail)
{
	const struct client_conf conf = { .url = p->url, .ms = p->ms };
	struct client_ask ask = {
		.method = p->method, .lines = p->lines, .body = p->body, .close = true
	};
	struct client_answer answer = { 0 };
	struct client *c;
	enum err e = client_new(&c, &conf, fail);

	if (e != OK)
		return e;
	ask.target = client_path(c);
	e = client_send(c, &ask, &answer, fail);
	if (e == OK) {
		*status = answer.status;
		if (body != NULL)
			buf_span(body, buf_view(&answer.body));
	}
	client_answer_fini(&answer);
	client_free(&c);
	return e;
}

enum err
probe_get(const char *url, unsigned ms, unsigned *status, struct fail *fail)
{
	struct probe p = { .url = url, .method = "GET", .ms = ms };

	return probe_ask(&p, status, NULL, fail);
}
