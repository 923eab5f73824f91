/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "target/targets.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "codec/json.h"
#include "http/outbound.h"

#include "targets_priv.h"

/* What every kind has. */
static const struct target_rule common[] = {
	{ "arn", TARGET_TEXT, false, NULL,
	    "what buckets call it; arn:minio:sqs::ID:KIND by default" },
	{ "message", TARGET_WORD, false, "minio|aws|r2|eventbridge",
	    "what messages look like; minio by default" },
	{ "eventbridge", TARGET_BOOL, false, NULL,
	    "it gets what buckets send to EventBridge" },
	{ "enable", TARGET_BOOL, false, NULL, "off: declared, and left alone" },
	{ "comment", TARGET_IGNORED, false, NULL, NULL },
	{ "queue_dir", TARGET_IGNORED, false, NULL, NULL },
	{ "queue_limit", TARGET_IGNORED, false, NULL, NULL },
	{ 0 },
};

const struct target_rule *
targets_common(void)
{
	return common;
}

struct targets {
	struct target_conf *conf[TARGETS_MAX];
	size_t n;
	struct target_stop stop;
};

static void
conf_free(struct target_conf *c)
{
	struct target_param *p = (struct target_param *)(uintptr_t)c->param;

	for (size_t i = 0; i < c->nparam; i++) {
		mem_wipe((char *)(uintptr_t)p[i].value, strlen(p[i].value));
		mem_free((char *)(uintptr_t)p[i].value);
		mem_free((char *)(uintptr_t)p[i].name);
	}
	mem_free(p);
	mem_free((char *)(uintptr_t)c->kind);
	mem_free((char *)(uintptr_t)c->id);
	mem_free((char *)(uintptr_t)c->arn);
	mem_free(c);
}

void
targets_free(struct targets **targets)
{
	struct targets *t = *targets;

	if (t == NULL)
		return;
	*targets = NULL;
	for (size_t i = 0; i < t->n; i++)
		conf_free(t->conf[i]);
	io_close(&t->stop.fd);
	mem_free(t);
}

struct targets *
targets_new(void)
{
	struct targets *t = mem_zalloc(sizeof *t);

	t->stop.fd = eventfd(0, EFD_CLOEXEC);
	MUST(t->stop.fd >= 0);
	return t;
}

void
targets_stop(const struct targets *t)
{
	const uint64_t one = 1;

	MUST(write(t->stop.fd, &one, sizeof one) == sizeof one);
}

size_t
targets_count(const struct targets *t)
{
	return t->n;
}

const struct target_conf *
targets_at(const struct targets *t, size_t i)
{
	MUST(i < t->n);
	return t->conf[i];
}

/* ---- one declaration ---- */

const struct target_rule *
targets_rule(const struct target_kind *kind, struct span name)
{
	for (const struct target_rule *r = kind->rules; r->name != NULL; r++)
		if (span_is(name, r->name))
			return r;
	for (const struct target_rule *r = common; r->name != NULL; r++)
		if (span_is(name, r->name))
			return r;
	return NULL;
}

static bool
is_id(struct span id)
{
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'))
			return false;
	}
	return id.n > 0 && id.n <= TARGET_ID_MAX;
}

static bool
is_bool(struct span v)
{
	static const char *const words[] = { "on", "off", "true", "false", "1", "0" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (span_ieq(v, span_str(words[i])))
			return true;
	return false;
}

static bool
is_word(const char *words, struct span v)
{
	struct span rest = span_str(words);

	while (rest.n > 0)
		if (span_eq(span_cut(&rest, '|'), v))
			return true;
	return false;
}

/* NULL: the value may be; else what is allowed. */
static const char *
value_bad(const struct target_rule *r, struct span v)
{
	uint64_t n;

	switch (r->type) {
	case TARGET_URL:
		return outbound_is_url(v)
		    ? NULL
		    : "is no URL; allowed: http://HOST... or https://HOST...";
	case TARGET_BOOL:
		return is_bool(v) ? NULL : "is neither; allowed: on or off";
	case TARGET_NUMBER:
		return span_u64(v, &n) && n <= INT32_MAX
		    ? NULL
		    : "is no number; allowed: 0 to 2147483647";
	default:
		return NULL;
	}
}

static enum err
param_check(const struct target_conf *c, const struct target_param *p, struct fail *fail)
{
	const struct target_rule *r =
	    targets_rule(target_kind_find(span_str(c->kind)), span_str(p->name));
	struct span v = span_str(p->value);
	const char *bad = value_bad(r, v);

	if (v.n == 0)
		return OK;
	if (bad != NULL)
		return target_refuse(c, p->name, bad, fail);
	if (r->type != TARGET_WORD || is_word(r->words, v))
		return OK;
	return fail_msg(fail, E_CONFIG, "target %s:%s: %s: '%s'; allowed: %s", c->kind,
	    c->id, p->name, p->value, r->words);
}

static enum err
conf_check(const struct target_conf *c, struct fail *fail)
{
	const struct target_kind *kind = target_kind_find(span_str(c->kind));
	enum err e = OK;

	for (size_t i = 0; e == OK && i < c->nparam; i++)
		e = param_check(c, &c->param[i], fail);
	for (const struct target_rule *r = kind->rules; e == OK && r->name != NULL; r++)
		if (r->needed && target_param(c, r->name)[0] == '\0')
			e = target_refuse(c, r->name, "is missing", fail);
	return e == OK && kind->check != NULL ? kind->check(c, fail) : e;
}

static enum err
arn_make(struct target_conf *c, struct fail *fail)
{
	struct span given = span_str(target_param(c, "arn"));
	struct buf b = { 0 };

	if (given.n > 0 && (!span_starts(given, SPAN_LIT("arn:")) || given.n > 256))
		return target_refuse(
		    c, "arn", "is no ARN; allowed: arn:..., up to 256 characters", fail);
	if (given.n > 0)
		buf_span(&b, given);
	else
		buf_printf(&b, "arn:minio:sqs::%s:%s", c->id, c->kind);
	c->arn = mem_dup(buf_cstr(&b));
	buf_fini(&b);
	return OK;
}

static enum err
names_check(struct targets *t, const struct targets_draft *d, struct fail *fail)
{
	if (target_kind_find(span_str(d->kind)) == NULL)
		return targets_no_kind(d->kind, fail);
	if (!is_id(span_str(d->id)))
		return fail_msg(fail, E_CONFIG,
		    "target %s: id: '%s'; allowed: up to %d of a-z A-Z 0-9 - _ .",
		    d->kind, d->id, TARGET_ID_MAX);
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->conf[i]->kind, d->kind) == 0 &&
		    strcmp(t->conf[i]->id, d->id) == 0)
			return fail_msg(fail, E_CONFIG,
			    "target %s:%s: declared twice; allowed: once", d->kind,
			    d->id);
	return t->n < TARGETS_MAX
	    ? OK
	    : fail_msg(fail, E_CONFIG, "targets: more than %d; allowed: %d", TARGETS_MAX,
		  TARGETS_MAX);
}

enum err
targets_no_kind(const char *name, struct fail *fail)
{
	static const char *const names[] = {
#define KIND(kind) #kind,
#include "target/kinds.def"
#undef KIND
	};
	struct buf all = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		buf_printf(&all, "%s%s", i > 0 ? ", " : "", names[i]);
	(void)fail_msg(fail, E_CONFIG, "targets: kind '%s' is not there; allowed: %s",
	    name, buf_cstr(&all));
	buf_fini(&all);
	return E_CONFIG;
}

enum err
targets_add(struct targets *t, const struct targets_draft *d, struct fail *fail)
{
	struct target_conf *c;
	struct target_param *param;
	enum err e = names_check(t, d, fail);

	if (e != OK)
		return e;
	param = mem_array(d->nparam + 1, sizeof *param);
	for (size_t i = 0; i < d->nparam; i++)
		param[i] = (struct target_param){ mem_dup(d->param[i].name),
			mem_dup(d->param[i].value) };
	c = mem_zalloc(sizeof *c);
	c->kind = mem_dup(d->kind);
	c->id = mem_dup(d->id);
	c->param = param;
	c->nparam = d->nparam;
	c->stop = &t->stop;
	e = arn_make(c, fail);
	for (size_t i = 0; e == OK && i < t->n; i++)
		if (strcmp(t->conf[i]->arn, c->arn) == 0)
			e = target_refuse(c, "arn",
			    "is another target's; allowed: an ARN of its own", fail);
	if (e == OK)
		e = conf_check(c, fail);
	if (e == OK && target_flag(c, "enable", true))
		t->conf[t->n++] = c;
	else
		conf_free(c);
	return e;
}

/* ---- what is looked for outside ---- */

static enum err
path_check(const struct target_conf *c, const struct target_param *p, struct fail *fail)
{
	int fd = io_open(p->value, O_RDONLY, 0);

	if (fd < 0)
		return target_refuse(
		    c, p->name, "can't be read; allowed: a file that can", fail);
	io_close(&fd);
	return OK;
}

static enum err
paths_check(const struct target_conf *c, struct fail *fail)
{
	const struct target_kind *kind = target_kind_find(span_str(c->kind));
	enum err e = OK;

	for (size_t i = 0; e == OK && i < c->nparam; i++) {
		const struct target_param *p = &c->param[i];

		if (p->value[0] != '\0' &&
		    targets_rule(kind, span_str(p->name))->type == TARGET_PATH)
			e = path_check(c, p, fail);
	}
	return e;
}

static enum err
file_load(struct targets *t, const char *path, struct fail *fail)
{
	struct buf text = { 0 };
	struct fail why;
	int rc = io_read_file(path, &text, TARGETS_FILE_MAX);
	enum err e = OK;

	fail_init(&why, NULL);
	if (rc != 0)
		e = fail_msg(fail, E_CONFIG,
		    "targets: '%s' can't be read (%s); allowed: a JSON file", path,
		    strerrordesc_np(-rc));
	else if ((e = targets_read(t, buf_view(&text), &why)) != OK)
		(void)fail_msg(fail, e, "targets: '%s': %s", path, fail_text(&why));
	if (text.p != NULL)
		mem_wipe(text.p, text.n);
	buf_fini(&text);
	return e == OK ? OK : E_CONFIG;
}

enum err
targets_load(struct targets **out, const char *path, char **env,
    const struct outbound_net *net, struct fail *fail)
{
	struct targets *t = targets_new();
	enum err e = path[0] != '\0' ? file_load(t, path, fail) : OK;

	if (e == OK)
		e = targets_environment(t, env, fail);
	for (size_t i = 0; e == OK && i < t->n; i++) {
		t->conf[i]->net = net;
		e = paths_check(t->conf[i], fail);
	}
	if (e == OK)
		*out = t;
	else
		targets_free(&t);
	return e;
}

/* ---- finding ---- */

enum target_form
targets_form(const struct target_conf *c)
{
	struct span v = span_str(target_param(c, "message"));

	if (span_is(v, "r2"))
		return TARGET_R2;
	if (span_is(v, "eventbridge") ||
	    (v.n == 0 && target_flag(c, "eventbridge", false)))
		return TARGET_EVENTBRIDGE;
	if (v.n == 0 && (strcmp(c->kind, "sqs") == 0 || strcmp(c->kind, "sns") == 0))
		return TARGET_AWS;
	return span_is(v, "aws") ? TARGET_AWS : TARGET_MINIO;
}

/* arn:minio:sqs:REGION:ID:KIND; arn:aws:sqs:REGION:ACCOUNT:NAME */
static bool
answers(const struct target_conf *c, struct span arn)
{
	struct span part[6], rest = arn;

	if (span_is(arn, TARGETS_EVENTBRIDGE))
		return target_flag(c, "eventbridge", false);
	if (span_is(arn, c->arn))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		part[i] = span_cut(&rest, ':');
	if (!span_is(part[0], "arn") || rest.n > 0)
		return false;
	if (span_is(part[1], "minio"))
		return span_is(part[2], "sqs") && span_is(part[4], c->id) &&
		    span_is(part[5], c->kind);
	return target_param(c, "arn")[0] == '\0' && span_is(part[1], "aws") &&
	    span_is(part[2], c->kind) && span_is(part[5], c->id);
}

const struct target_conf *
targets_find(const struct targets *t, struct span arn)
{
	for (size_t i = 0; i < t->n; i++)
		if (answers(t->conf[i], arn))
			return t->conf[i];
	return NULL;
}
