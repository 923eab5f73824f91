/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "seed/seed.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "seed_priv.h"

struct seed *
seed_new(const char *what)
{
	struct seed *s = mem_zalloc(sizeof *s);

	s->what = what;
	arena_init(&s->arena, SIZE_MAX);
	for (unsigned i = 0; i < PASSES; i++)
		s->last[i] = &s->first[i];
	return s;
}

void
seed_free(struct seed **seed)
{
	struct seed *s = *seed;

	if (s == NULL)
		return;
	*seed = NULL;
	/* There are secrets in it. */
	if (s->accounts.p != NULL)
		mem_wipe(s->accounts.p, s->accounts.n);
	if (s->accounts_text.p != NULL)
		mem_wipe(s->accounts_text.p, s->accounts_text.n);
	buf_fini(&s->accounts);
	buf_fini(&s->accounts_text);
	arena_fini(&s->arena);
	mem_free(s);
}

const char *
seed_accounts(const struct seed *s)
{
	struct buf *text = (struct buf *)(uintptr_t)&s->accounts_text;

	if (s->accounts.n == 0)
		return NULL;
	text->n = 0;
	buf_str(text, "{\"accounts\": [");
	buf_span(text, buf_view(&s->accounts));
	buf_str(text, "]}");
	return buf_cstr(text);
}

bool
seed_any(const struct seed *s)
{
	for (unsigned i = 0; i < PASSES; i++)
		if (s->first[i] != NULL)
			return true;
	return false;
}

enum err
seed_wrong(
    const struct seed *s, struct fail *fail, struct span place, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return fail_msg(
	    fail, E_CONFIG, "%s: %.*s: %s", s->what, (int)place.n, place.p, text);
}

struct seed_step *
seed_step_new(struct seed *s, enum seed_pass pass, const char *method, struct span bucket,
    struct span place)
{
	struct seed_step *step = arena_zalloc(&s->arena, sizeof *step);

	step->pass = pass;
	step->method = method;
	step->bucket = arena_span(&s->arena, bucket);
	step->place = arena_span(&s->arena, place);
	*s->last[pass] = step;
	s->last[pass] = &step->next;
	return step;
}

bool
seed_may_be_bucket(struct span name)
{
	bool good = name.n >= 3 && name.n <= 63;

	for (size_t i = 0; i < name.n; i++)
		good &= (name.p[i] >= 'a' && name.p[i] <= 'z') ||
		    (name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '.' ||
		    name.p[i] == '-';
	return good;
}

void
seed_bucket(struct seed *s, struct span bucket, bool lock, struct span place)
{
	struct seed_step *step;

	for (step = s->first[PASS_BUCKET]; step != NULL; step = step->next)
		if (span_eq(step->bucket, bucket) && (!lock || step->lines.n > 0))
			return;
	step = seed_step_new(s, PASS_BUCKET, "PUT", bucket, place);
	if (lock)
		step->lines = SPAN_LIT("x-amz-bucket-object-lock-enabled: true\r\n");
}

const char *
seed_type(struct span name)
{
	static const char *const types[][2] = { { ".html", "text/html" },
		{ ".htm", "text/html" }, { ".css", "text/css" },
		{ ".js", "text/javascript" }, { ".mjs", "text/javascript" },
		{ ".json", "application/json" }, { ".xml", "application/xml" },
		{ ".txt", "text/plain" }, { ".md", "text/markdown" },
		{ ".csv", "text/csv" }, { ".yaml", "application/yaml" },
		{ ".yml", "application/yaml" }, { ".png", "image/png" },
		{ ".jpg", "image/jpeg" }, { ".jpeg", "image/jpeg" },
		{ ".gif", "image/gif" }, { ".webp", "image/webp" },
		{ ".svg", "image/svg+xml" }, { ".ico", "image/x-icon" },
		{ ".pdf", "application/pdf" }, { ".zip", "application/zip" },
		{ ".gz", "application/gzip" }, { ".tar", "application/x-tar" },
		{ ".wasm", "application/wasm" }, { ".mp4", "video/mp4" },
		{ ".mp3", "audio/mpeg" }, { ".wav", "audio/wav" },
		{ ".parquet", "application/vnd.apache.parquet" } };
	size_t dot = name.n;

	while (dot > 0 && name.p[dot - 1] != '.' && name.p[dot - 1] != '/')
		dot--;
	if (dot == 0 || name.p[dot - 1] != '.')
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (span_ieq(span_from(name, dot - 1), span_str(types[i][0])))
			return types[i][1];
	return NULL;
}
