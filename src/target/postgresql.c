/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kind postgresql, by libpq without blocking: all messages of a send in one pipeline, which is
 * one transaction. MinIO's formats and tables: namespace has a row for each object that is
 * there, access one for each event. Values go as parameters, in binary form; the table's name
 * is quoted.
 */
#include "config.h"

#include <libpq-fe.h>
#include <poll.h>

#include "base/mem.h"
#include "base/solib.h"
#include "codec/stamp.h"
#include "target/broker.h"

#define FUNCS(F) \
	F(PQclear) \
	F(PQconnectPoll) \
	F(PQconnectStartParams) \
	F(PQconninfoFree) \
	F(PQconninfoParse) \
	F(PQconsumeInput) \
	F(PQenterPipelineMode) \
	F(PQerrorMessage) \
	F(PQfinish) \
	F(PQflush) \
	F(PQgetResult) \
	F(PQhost) \
	F(PQisBusy) \
	F(PQpipelineSync) \
	F(PQresultErrorField) \
	F(PQresultStatus) \
	F(PQsendQueryParams) \
	F(PQsetNoticeReceiver) \
	F(PQsetnonblocking) \
	F(PQsocket)

static struct {
	FUNCS(SOLIB_MEMBER)
} lib;
static const struct solib_sym syms[] = { FUNCS(SOLIB_SYM) };
static struct solib solib = { SONAME_PQ, "libpq5", SOLIB_SYMS(syms) };

enum { NAMESPACE, ACCESS };
enum { TEXT, BINARY };

struct target {
	const struct target_conf *conf;
	int format;
	bool connected;
	PGconn *pg;
	struct buf probe, create, put, drop; /* statements */
	struct buf value;
};

/* "FATAL:  no such role\nDETAIL: ..." as one line. */
static enum err
failure(struct target *t, const PGresult *r, struct fail *fail)
{
	const char *text =
	    r == NULL ? NULL : lib.PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	const char *state =
	    r == NULL ? NULL : lib.PQresultErrorField(r, PG_DIAG_SQLSTATE);
	size_t n;

	if (text == NULL)
		text = lib.PQerrorMessage(t->pg);
	n = strcspn(text, "\n");
	/* Class 22: the data is at fault, and stays so. */
	return fail_msg(fail,
	    state != NULL && strncmp(state, "22", 2) == 0 ? E_INVALID_ARGUMENT : E_GONE,
	    "%.*s%s%s%s", (int)n, text, state == NULL ? "" : " (SQLSTATE ",
	    state == NULL ? "" : state, state == NULL ? "" : ")");
}

static enum err
flush(struct target *t, uint64_t deadline, struct fail *fail)
{
	enum err e = OK;
	int left;

	while (e == OK && (left = lib.PQflush(t->pg)) != 0) {
		if (left < 0)
			return failure(t, NULL, fail);
		/* The server may want to be read from before it takes more. */
		e = broker_wait(
		    t->conf, lib.PQsocket(t->pg), POLLIN | POLLOUT, deadline, fail);
		if (e == OK && lib.PQconsumeInput(t->pg) != 1)
			e = failure(t, NULL, fail);
	}
	return e;
}

/* The next result, or NULL between those of two statements. */
static enum err
result(struct target *t, uint64_t deadline, PGresult **out, struct fail *fail)
{
	enum err e = OK;

	while (e == OK && lib.PQisBusy(t->pg)) {
		e = broker_wait(t->conf, lib.PQsocket(t->pg), POLLIN, deadline, fail);
		if (e == OK && lib.PQconsumeInput(t->pg) != 1)
			e = failure(t, NULL, fail);
	}
	if (e == OK)
		*out = lib.PQgetResult(t->pg);
	return e;
}

/* Reads to the end of the pipeline; the first failure of a statement is what it is. */
static enum err
settle(struct target *t, uint64_t deadline, struct fail *fail)
{
	PGresult *r = NULL;
	enum err e = lib.PQpipelineSync(t->pg) == 1 ? flush(t, deadline, fail)
						    : failure(t, NULL, fail);
	enum err first = OK;
	bool end = false;
	int silent = 0;

	while (e == OK && !end) {
		e = result(t, deadline, &r, fail);
		/* One NULL ends a statement; two, and there is no connection any more. */
		silent = r == NULL ? silent + 1 : 0;
		if (e == OK && silent > 1)
			e = failure(t, NULL, fail);
		if (e != OK || r == NULL)
			continue;
		switch (lib.PQresultStatus(r)) {
		case PGRES_COMMAND_OK:
		case PGRES_TUPLES_OK:
		case PGRES_PIPELINE_ABORTED: /* by the one before */
			break;
		case PGRES_PIPELINE_SYNC:
			end = true;
			break;
		default:
			if (first == OK)
				first = failure(t, r, fail);
		}
		lib.PQclear(r);
		r = NULL;
	}
	return e == OK ? first : e;
}

static enum err
ask(struct target *t, struct buf *statement, size_t n, const struct span *value,
    const int *form, struct fail *fail)
{
	const char *p[2];
	int len[2];

	for (size_t i = 0; i < n; i++) {
		p[i] = value[i].p == NULL ? "" : value[i].p;
		len[i] = (int)value[i].n;
	}
	if (lib.PQsendQueryParams(
		t->pg, buf_cstr(statement), (int)n, NULL, p, len, form, TEXT) != 1)
		return failure(t, NULL, fail);
	return OK;
}

/* ---- the connection ---- */

static void
on_notice(void *ctx, const PGresult *r)
{
	(void)ctx;
	(void)r;
}

enum { WORDS_MAX = 12 };

/* What to connect with, for PQconnectStartParams(): later ones win. */
static void
words(const struct target_conf *c, const char **name, const char **value)
{
	static const struct {
		const char *param, *word;
	} parts[] = { { "host", "host" }, { "port", "port" }, { "username", "user" },
		{ "password", "password" }, { "database", "dbname" } };
	const char *whole = target_param(c, "connection_string");
	size_t n = 0;

	name[n] = "fallback_application_name";
	value[n++] = "trug";
	if (whole[0] != '\0') {
		name[n] = "dbname"; /* which may be all of it */
		value[n++] = whole;
	}
	for (size_t i = 0; i < ARRAY_LEN(parts) && whole[0] == '\0'; i++) {
		name[n] = parts[i].word;
		value[n++] = target_param(c, parts[i].param);
	}
	name[n] = "client_encoding";
	value[n++] = "UTF8";
	name[n] = NULL;
	value[n] = NULL;
}

static enum err
log_in(struct target *t, uint64_t deadline, struct fail *fail)
{
	PostgresPollingStatusType s = PGRES_POLLING_WRITING;
	enum err e = OK;

	while (e == OK && s != PGRES_POLLING_OK) {
		if (s == PGRES_POLLING_FAILED)
			return failure(t, NULL, fail);
		e = broker_wait(t->conf, lib.PQsocket(t->pg),
		    s == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline, fail);
		/* Before anything is said to it. */
		if (e == OK)
			e = broker_peer(
			    t->conf, lib.PQhost(t->pg), lib.PQsocket(t->pg), fail);
		if (e == OK)
			s = lib.PQconnectPoll(t->pg);
	}
	return e;
}

/* A table that is there is taken as it is; the right to make one is needed only then. */
static enum err
have_table(struct target *t, uint64_t deadline, struct fail *fail)
{
	struct fail probe;
	enum err e = ask(t, &t->probe, 0, NULL, NULL, fail);

	fail_init(&probe, NULL);
	if (e != OK || settle(t, deadline, &probe) == OK)
		return e;
	if (strstr(fail_text(&probe), "42P01") == NULL)
		return fail_msg(fail, E_GONE, "%s", fail_text(&probe));
	e = ask(t, &t->create, 0, NULL, NULL, fail);
	return e == OK ? settle(t, deadline, fail) : e;
}

static enum err
postgresql_connect(struct target *t, struct fail *fail)
{
	const char *name[WORDS_MAX], *value[WORDS_MAX];
	uint64_t deadline = broker_deadline(BROKER_CONNECT_MS);
	enum err e;

	words(t->conf, name, value);
	t->pg = lib.PQconnectStartParams(name, value, 1);
	if (t->pg == NULL)
		return fail_msg(fail, E_NO_RESOURCE, "no memory for a connection");
	(void)lib.PQsetNoticeReceiver(t->pg, on_notice, NULL);
	if (lib.PQsocket(t->pg) < 0)
		return failure(t, NULL, fail);
	e = log_in(t, deadline, fail);
	if (e != OK)
		return e;
	if (lib.PQsetnonblocking(t->pg, 1) != 0 || lib.PQenterPipelineMode(t->pg) != 1)
		return failure(t, NULL, fail);
	return have_table(t, deadline, fail);
}

static void
postgresql_disconnect(struct target *t)
{
	if (t->pg != NULL)
		lib.PQfinish(t->pg);
	t->pg = NULL;
}

/* ---- sending ---- */

/* JSONB in binary form is its version and the text. */
static void
jsonb(struct target *t, const struct target_msg *m)
{
	t->value.n = 0;
	buf_char(&t->value, 1);
	broker_records(&t->value, m);
}

static enum err
put_namespace(struct target *t, const struct target_msg *m, struct fail *fail)
{
	static const int form[] = { BINARY, BINARY };
	struct span value[] = { m->key, SPAN_NONE };

	if (m->removed)
		return ask(t, &t->drop, 1, value, form, fail);
	jsonb(t, m);
	value[1] = buf_view(&t->value);
	return ask(t, &t->put, 2, value, form, fail);
}

static enum err
put_access(struct target *t, const struct target_msg *m, struct fail *fail)
{
	static const int form[] = { TEXT, BINARY };
	char stamp[STAMP_ISO + 1];
	struct span value[] = { { stamp, STAMP_ISO }, SPAN_NONE };

	stamp_iso(stamp, m->time_ms);
	stamp[STAMP_ISO] = '\0';
	jsonb(t, m);
	value[1] = buf_view(&t->value);
	return ask(t, &t->put, 2, value, form, fail);
}

static enum err
postgresql_publish(
    struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	uint64_t deadline = broker_deadline(BROKER_SEND_MS);
	enum err e = OK;

	for (size_t i = 0; e == OK && i < n; i++)
		e = t->format == ACCESS ? put_access(t, &msg[i], fail)
					: put_namespace(t, &msg[i], fail);
	return e == OK ? settle(t, deadline, fail) : e;
}

static const struct broker postgresql_broker = { postgresql_connect, postgresql_publish,
	postgresql_disconnect };

static enum err
postgresql_send(
    struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	return broker_send(&postgresql_broker, t, &t->connected, msg, n, fail);
}

/* ---- the declaration ---- */

static enum err
check_connection(const struct target_conf *c, struct fail *fail)
{
	const char *text = target_param(c, "connection_string");
	PQconninfoOption *options;

	if (text[0] == '\0')
		return OK;
	/* Its own words may quote a part, and any part may be of a password. */
	options = lib.PQconninfoParse(text, NULL);
	if (options == NULL)
		return target_refuse(c, "connection_string",
		    "isn't one of libpq: 'host=H port=5432 dbname=D user=U password=P' "
		    "or "
		    "postgresql://U:P@H:5432/D",
		    fail);
	lib.PQconninfoFree(options);
	return OK;
}

static enum err
postgresql_check(const struct target_conf *c, struct fail *fail)
{
	struct buf name = { 0 };
	bool named = broker_identifier(span_str(target_param(c, "table")), &name);
	enum err e;

	buf_fini(&name);
	if (!named)
		return target_refuse(c, "table",
		    "isn't a table: letters, digits, '_' and '$', or anything in double "
		    "quotes, with a schema and a dot before it if need be",
		    fail);
	if (target_param(c, "connection_string")[0] == '\0' &&
	    target_param(c, "database")[0] == '\0')
		return target_refuse(c, "connection_string", "is missing", fail);
	e = solib_load(&solib, fail);
	return e == OK ? check_connection(c, fail) : e;
}

static void
statements(struct target *t)
{
	struct buf name = { 0 };
	const char *table;

	MUST(broker_identifier(span_str(target_param(t->conf, "table")), &name));
	table = buf_cstr(&name);
	buf_printf(&t->probe, "SELECT 1 FROM %s LIMIT 0", table);
	if (t->format == ACCESS) {
		buf_printf(&t->create,
		    "CREATE TABLE IF NOT EXISTS %s (event_time TIMESTAMP WITH TIME ZONE "
		    "NOT NULL, event_data JSONB)",
		    table);
		buf_printf(&t->put,
		    "INSERT INTO %s (event_time, event_data) VALUES ($1, $2)", table);
	} else {
		buf_printf(&t->create,
		    "CREATE TABLE IF NOT EXISTS %s (key VARCHAR PRIMARY KEY, value "
		    "JSONB)",
		    table);
		buf_printf(&t->put,
		    "INSERT INTO %s (key, value) VALUES ($1, $2) "
		    "ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
		    table);
		buf_printf(&t->drop, "DELETE FROM %s WHERE key = $1", table);
	}
	buf_fini(&name);
}

static enum err
postgresql_open(const struct target_conf *conf, struct target **out, struct fail *fail)
{
	enum err e = postgresql_check(conf, fail);
	struct target *t;

	if (e != OK)
		return e;
	t = mem_zalloc(sizeof *t);
	t->conf = conf;
	t->format =
	    strcmp(target_param(conf, "format"), "access") == 0 ? ACCESS : NAMESPACE;
	statements(t);
	*out = t;
	return OK;
}

static void
postgresql_close(struct target **target)
{
	struct target *t = *target;

	if (t == NULL)
		return;
	*target = NULL;
	postgresql_disconnect(t);
	buf_fini(&t->probe);
	buf_fini(&t->create);
	buf_fini(&t->put);
	buf_fini(&t->drop);
	buf_fini(&t->value);
	mem_free(t);
}

static const struct target_rule postgresql_rules[] = {
	{ "connection_string", TARGET_SECRET, false, NULL,
	    "`host=H port=5432 dbname=D user=U password=P sslmode=...`, or a URL" },
	{ "table", TARGET_TEXT, true, NULL, "made where it isn't there" },
	{ "format", TARGET_WORD, false, "namespace|access",
	    "namespace (default): a row an object; access: a row an event" },
	{ "host", TARGET_TEXT, false, NULL, "without a connection_string" },
	{ "port", TARGET_NUMBER, false, NULL, "" },
	{ "username", TARGET_TEXT, false, NULL, "" },
	{ "password", TARGET_SECRET, false, NULL, "" },
	{ "database", TARGET_TEXT, false, NULL, "" },
	{ "max_open_connections", TARGET_IGNORED, false, NULL, NULL },
	{ 0 },
};

const struct target_kind postgresql_kind = {
	.name = "postgresql",
	.env = "postgres",
	.rules = postgresql_rules,
	.check = postgresql_check,
	.open = postgresql_open,
	.send = postgresql_send,
	.close = postgresql_close,
	.batch = 256,
};
