/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/control.h"
#include "codec/json.h"

enum { ASK_MS = 60 * 1000, ARENA = 16 << 20, NANO = 1000000000, DECIMALS = 9 };

struct limit {
	bool given;
	uint64_t most;
};
struct asked {
	const char *url;
	struct buf query;
	bool json, forget;
	struct limit budget, a, b; /* budget: nanodollars */
};

/* "12", "0.05", "12.000000001": no more decimals than there are to compare. */
static bool
dollars_parse(const char *text, uint64_t *nano)
{
	struct span decimals = span_str(text), whole = span_cut(&decimals, '.');
	uint64_t n, part = 0;

	if (!span_u64(whole, &n) || n > UINT64_MAX / NANO - 1 || decimals.n > DECIMALS ||
	    (decimals.n > 0 && !span_u64(decimals, &part)))
		return false;
	for (size_t i = decimals.n; i < DECIMALS; i++)
		part *= 10;
	*nano = n * NANO + part;
	return true;
}

static bool
limit_parse(struct limit *l, const char *text, bool dollars)
{
	l->given =
	    dollars ? dollars_parse(text, &l->most) : span_u64(span_str(text), &l->most);
	return l->given;
}

/* An option that has a value; false: there is none of that name, or the value is bad. */
static bool
option(struct asked *a, const char *name, const char *value)
{
	if (strcmp(name, "--tier") == 0 || strcmp(name, "--bucket") == 0 ||
	    strcmp(name, "--months") == 0)
		control_query(&a->query, name + 2, value);
	else if (strcmp(name, "--budget") == 0)
		return limit_parse(&a->budget, value, true);
	else if (strcmp(name, "--max-class-a") == 0)
		return limit_parse(&a->a, value, false);
	else if (strcmp(name, "--max-class-b") == 0)
		return limit_parse(&a->b, value, false);
	else
		return false;
	return true;
}

static bool
asked_parse(int argc, char **argv, struct asked *a)
{
	int words = 0; /* besides the URL */

	for (int i = 0; i < argc; i++) {
		if (argv[i][0] != '-' && strstr(argv[i], "://") != NULL &&
		    a->url == NULL) {
			a->url = argv[i];
			continue;
		}
		words++;
		if (strcmp(argv[i], "--json") == 0)
			a->json = true;
		else if (strcmp(argv[i], "--forget") == 0)
			a->forget = true;
		else if (i + 1 == argc || !option(a, argv[i], argv[i + 1]))
			return false;
		else
			i++;
	}
	return !a->forget || words == 1;
}

/* ---- the bill as lines ---- */

static const char *
text_of(const cJSON *o, const char *name)
{
	const cJSON *v = cJSON_GetObjectItem(o, name);

	return cJSON_IsString(v) ? v->valuestring : "";
}

static double
number_of(const cJSON *o, const char *name)
{
	const cJSON *v = cJSON_GetObjectItem(o, name);

	return cJSON_IsNumber(v) ? v->valuedouble : 0;
}

static void
put_months(struct buf *out, const cJSON *months)
{
	const cJSON *month, *line;

	cJSON_ArrayForEach(month, months)
	{
		const cJSON *lines = cJSON_GetObjectItem(month, "lines");

		cJSON_ArrayForEach(line, lines)
		{
			buf_printf(out, "  %s  %-20s %-26s %16.6f %-13s %18s\n",
			    text_of(month, "month"), text_of(line, "class"),
			    text_of(line, "item"), number_of(line, "used"),
			    text_of(line, "unit"), text_of(line, "amount"));
		}
		buf_printf(out, "  %s  %-97s %18s\n", text_of(month, "month"), "in all",
		    text_of(month, "amount"));
	}
}

static void
put_outlook(struct buf *out, const cJSON *outlook)
{
	const cJSON *classes = cJSON_GetObjectItem(outlook, "classes"), *c;

	buf_printf(out,
	    "  the present %.0f objects, %.0f bytes: %s a month of 30 days, %s for %.0f; "
	    "all of them in\n",
	    number_of(outlook, "objects"), number_of(outlook, "bytes"),
	    text_of(outlook, "month"), text_of(outlook, "total"),
	    number_of(outlook, "months"));
	cJSON_ArrayForEach(c, classes)
	{
		buf_printf(out, "    %-20s %s a month, %s to move them, %s in all",
		    text_of(c, "class"), text_of(c, "month"), text_of(c, "transition"),
		    text_of(c, "total"));
		if (number_of(c, "least_days") > 0)
			buf_printf(
			    out, ", at least %.0f days", number_of(c, "least_days"));
		buf_str(out,
		    cJSON_IsTrue(cJSON_GetObjectItem(c, "verified"))
			? "\n"
			: ", not verified\n");
	}
}

static void
put_bill(struct buf *out, const cJSON *bill)
{
	const cJSON *notes = cJSON_GetObjectItem(bill, "notes"), *note;

	buf_printf(out, "%s: %s USD; requests: class A %.0f, class B %.0f, free %.0f\n",
	    text_of(bill, "tier"), text_of(bill, "amount"), number_of(bill, "class_a"),
	    number_of(bill, "class_b"), number_of(bill, "free"));
	put_months(out, cJSON_GetObjectItem(bill, "months"));
	put_outlook(out, cJSON_GetObjectItem(bill, "outlook"));
	cJSON_ArrayForEach(note, notes)
	{
		buf_printf(
		    out, "  - %s\n", cJSON_IsString(note) ? note->valuestring : "");
	}
}

/* ---- limits ---- */

static int
over_count(const cJSON *bill, const char *name, const char *what, const struct limit *l)
{
	double n = number_of(bill, name);

	if (!l->given || n <= (double)l->most)
		return 0;
	fprintf(stderr, "trug: %s: %.0f requests of %s, over the limit of %llu\n",
	    text_of(bill, "tier"), n, what, (unsigned long long)l->most);
	return 1;
}

static int
over(const struct asked *a, const cJSON *bill)
{
	const char *amount = text_of(bill, "amount");
	uint64_t nano;
	int n = over_count(bill, "class_a", "class A", &a->a) +
	    over_count(bill, "class_b", "class B", &a->b);

	if (!a->budget.given || (dollars_parse(amount, &nano) && nano <= a->budget.most))
		return n;
	fprintf(stderr, "trug: %s: %s USD, over the budget of %llu.%09llu\n",
	    text_of(bill, "tier"), amount, (unsigned long long)(a->budget.most / NANO),
	    (unsigned long long)(a->budget.most % NANO));
	return n + 1;
}

/* How many limits are passed. */
static int
tell(const struct asked *a, const cJSON *root, struct span json)
{
	const cJSON *bills = cJSON_GetObjectItem(root, "bills"), *bill;
	struct buf text = { 0 };
	int n = 0;

	cJSON_ArrayForEach(bill, bills)
	{
		put_bill(&text, bill);
	}
	if (a->json) {
		text.n = 0;
		buf_span(&text, json);
	}
	(void)fputs(buf_cstr(&text), stdout);
	(void)fflush(stdout);
	buf_fini(&text);
	cJSON_ArrayForEach(bill, bills)
	{
		n += over(a, bill);
	}
	return n;
}

/* The message of an error document, which has one line. */
static void
refused(struct span body)
{
	struct span text = span_from(body, span_search(body, SPAN_LIT("<Message>"), 0));

	text = span_from(text, text.n > 0 ? strlen("<Message>") : 0);
	text = span_head(text, span_search(text, SPAN_LIT("</Message>"), 0));
	if (text.n == 0)
		text = body;
	fprintf(stderr, "trug: %.*s\n", (int)text.n, text.p);
}

static int
ask(struct asked *a)
{
	struct control c = { .url = a->url,
		.method = "GET",
		.path = "/_trug/v1/cost",
		.query = buf_cstr(&a->query),
		.ms = ASK_MS };
	struct buf body = { 0 };
	struct arena arena;
	struct fail fail;
	unsigned status = 0;
	cJSON *root = NULL;
	int passed = 0;
	enum err e;

	arena_init(&arena, ARENA);
	fail_init(&fail, NULL);
	e = control_send(&arena, &c, &status, &body, &fail);
	if (e == OK && status == 200)
		e = json_parse(buf_view(&body), &root, &fail);
	if (e != OK)
		fprintf(stderr, "trug: %s\n", fail_text(&fail));
	else if (status != 200)
		refused(buf_view(&body));
	else
		passed = tell(a, root, buf_view(&body));
	cJSON_Delete(root);
	buf_fini(&body);
	arena_fini(&arena);
	return e == E_CONFIG || status == 400 ? 2
					      : e != OK || status != 200 || passed > 0;
}

static int
run(int argc, char **argv)
{
	struct asked a = { 0 };
	struct control forget = {
		.method = "DELETE", .path = "/_trug/v1/cost", .ms = ASK_MS
	};
	bool good = asked_parse(argc, argv, &a);
	int rc;

	forget.url = a.url;
	if (!good || a.forget)
		return control_run(&forget, &a.query, good);
	rc = ask(&a);
	buf_fini(&a.query);
	return rc;
}

const struct cmd_entry cmd_cost_entry = {
	.name = "cost",
	.usage = "[URL] [--tier aws|r2] [--bucket NAME] [--months N] [--json] "
		 "[--budget USD] [--max-class-a N] [--max-class-b N] | [URL] --forget",
	.summary =
	    "what AWS or R2 would have charged for the requests and the storage so "
	    "far, and would for what is there, in each storage class; fails over "
	    "a budget",
	.more = CMD_ASKS,
	.run = run,
};
