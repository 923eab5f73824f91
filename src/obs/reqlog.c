/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "obs/reqlog.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

struct reqlog {
	int fd;
	bool json, owned;
};

enum err
reqlog_open(struct reqlog **out, const char *path, bool json, struct fail *fail)
{
	struct reqlog *r = mem_zalloc(sizeof *r);

	r->json = json;
	r->fd = STDOUT_FILENO;
	if (strcmp(path, "-") != 0) {
		r->owned = true;
		r->fd = io_open(path, O_WRONLY | O_CREAT | O_APPEND, 0640);
	}
	if (r->fd < 0) {
		int rc = -r->fd;

		mem_free(r);
		return fail_msg(fail, E_CONFIG,
		    "access-log: '%s' can't be opened (%s); allowed: a file that can be "
		    "written, or -",
		    path, strerrordesc_np(rc));
	}
	*out = r;
	return OK;
}

void
reqlog_close(struct reqlog **reqlog)
{
	struct reqlog *r = *reqlog;

	if (r == NULL)
		return;
	*reqlog = NULL;
	if (r->owned)
		io_close(&r->fd);
	mem_free(r);
}

/* Quoted text: control characters, quotes and backslashes as \u00XX, as JSON has it. */
static void
put_quoted(struct buf *b, struct span s)
{
	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == '"' || c == '\\' || c >= 0x7f)
			buf_printf(b, "\\u%04x", c);
		else
			buf_char(b, (char)c);
	}
	buf_char(b, '"');
}

/* Keys are any bytes; percent-encoded as in S3's own logs. */
static void
put_key(struct buf *b, struct span key)
{
	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];

		if (c > ' ' && c < 0x7f && c != '%' && c != '"' && c != '\\')
			buf_char(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

static void
put_field(struct buf *b, const char *name, struct span s)
{
	buf_printf(b, ",\"%s\":", name);
	put_quoted(b, s);
}

static void
line_json(struct buf *b, const struct reqlog_entry *e, const char *stamp)
{
	buf_printf(b,
	    "{\"time\":\"%s.%03dZ\",\"status\":%u,\"sent\":%" PRIu64
	    ",\"received\":%" PRIu64 ",\"us\":%" PRIu64,
	    stamp, (int)(e->time_ms % 1000), e->status, e->sent, e->received,
	    e->total_us);
	put_field(b, "peer", e->peer);
	put_field(b, "requester", e->access_key);
	put_field(b, "request_id", e->request_id);
	put_field(b, "operation", e->operation);
	put_field(b, "bucket", e->bucket);
	buf_str(b, ",\"key\":\"");
	put_key(b, e->key);
	buf_char(b, '"');
	put_field(b, "method", e->method);
	put_field(b, "target", e->target);
	put_field(b, "error", e->error);
	put_field(b, "agent", e->agent);
	buf_printf(b, ",\"aborted\":%s}\n", e->aborted ? "true" : "false");
}

static void
line_text(struct buf *b, const struct reqlog_entry *e, const char *stamp)
{
	buf_printf(b, "%s.%03dZ %.*s %.*s ", stamp, (int)(e->time_ms % 1000),
	    (int)e->peer.n, e->peer.p, (int)e->request_id.n, e->request_id.p);
	buf_span(b, e->operation.n > 0 ? e->operation : SPAN_LIT("-"));
	buf_char(b, ' ');
	buf_span(b, e->method);
	buf_char(b, ' ');
	put_quoted(b, e->target);
	buf_printf(b, " %u %" PRIu64 " %" PRIu64 " %" PRIu64 "us ", e->status,
	    e->received, e->sent, e->total_us);
	buf_span(b, e->error.n > 0 ? e->error : SPAN_LIT("-"));
	buf_char(b, ' ');
	put_quoted(b, e->agent);
	buf_str(b, e->aborted ? " aborted\n" : "\n");
}

void
reqlog_write(struct reqlog *r, const struct reqlog_entry *e)
{
	time_t seconds = (time_t)(e->time_ms / 1000);
	struct buf line = { 0 };
	char stamp[32];
	struct tm tm;

	(void)strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	if (r->json)
		line_json(&line, e, stamp);
	else
		line_text(&line, e, stamp);
	/* One write per line: appends of one line do not mix. A log that can't be written must
	 * not stop the service. */
	(void)!write(r->fd, line.p, line.n);
	buf_fini(&line);
}
