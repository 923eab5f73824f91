/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load OP [--option VALUE]...   one JSON line on stdout
 *   OP: get head put delete list copy part-copy mix (70 % get, 30 % put)
 *   --address HOST:PORT --bucket B --prefix P (before the number of the key)
 *   --access KEY --secret SECRET --region R; without --access nothing is signed
 *   --keys N: how many there are to read (a list begins at any of them)
 *   --width 8 --suffix S: digits of a key's number, what stands behind them
 *   --first N: the first key; --scatter 1: keys are hexadecimal and in no order
 *   --size BYTES --signed-body 1: of a body; --conns N --tls 1 --hold 1 (idle)
 *   --count N or --seconds S --warmup S; --settle S: count what the server does after
 *   --pids A,B: whose CPU time is read; --page N --delimiter D: of a listing
 *   --source /BUCKET/KEY --upload ID: of copies
 * load disk FILE COUNT | load hash BYTES | load start PORT plain|tls TIMES COMMAND...
 */
#include "config.h"

#include "load.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char *const op_names[] = { "get", "head", "put", "delete", "list", "copy",
	"part-copy", "mix" };

static void
pids_of(struct plan *p, char *text)
{
	for (char *at = text; at && *at && p->npids < PIDS_MAX; at = strchr(at, ',')) {
		at += *at == ',';
		p->pids[p->npids++] = (unsigned)strtoul(at, &at, 10);
	}
}

static bool
address_of(struct plan *p, char *text)
{
	char *colon = strrchr(text, ':');

	if (!colon)
		return false;
	*colon = '\0';
	p->host = text;
	p->port = colon + 1;
	return true;
}

static bool
text_option(struct plan *p, const char *name, char *value)
{
	const struct {
		const char *name, **field;
	} texts[] = { { "bucket", &p->bucket }, { "prefix", &p->prefix },
		{ "suffix", &p->suffix }, { "secret", &p->secret },
		{ "region", &p->region }, { "delimiter", &p->delimiter },
		{ "source", &p->source }, { "upload", &p->upload },
		{ "access", &p->access } };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(name, texts[i].name) == 0) {
			*texts[i].field = value;
			return true;
		}
	return false;
}

static bool
number_option(struct plan *p, const char *name, const char *value)
{
	const struct {
		const char *name;
		uint64_t *field;
	} whole[] = { { "keys", &p->keys }, { "first", &p->first }, { "size", &p->size },
		{ "count", &p->count } };
	const struct {
		const char *name;
		double *field;
	} real[] = { { "seconds", &p->seconds }, { "warmup", &p->warmup },
		{ "settle", &p->settle } };
	const struct {
		const char *name;
		bool *field;
	} flags[] = { { "signed-body", &p->signed_body }, { "tls", &p->tls },
		{ "scatter", &p->scatter }, { "hold", &p->hold } };

	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		if (strcmp(name, whole[i].name) == 0) {
			*whole[i].field = strtoull(value, NULL, 10);
			return true;
		}
	for (size_t i = 0; i < sizeof real / sizeof *real; i++)
		if (strcmp(name, real[i].name) == 0) {
			*real[i].field = strtod(value, NULL);
			return true;
		}
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (strcmp(name, flags[i].name) == 0) {
			*flags[i].field = *value == '1';
			return true;
		}
	if (strcmp(name, "width") == 0)
		p->width = (int)strtol(value, NULL, 10);
	else if (strcmp(name, "conns") == 0)
		p->conns = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(name, "page") == 0)
		p->page = (unsigned)strtoul(value, NULL, 10);
	else
		return false;
	return true;
}

static bool
option(struct plan *p, const char *name, char *value)
{
	if (strcmp(name, "address") == 0)
		return address_of(p, value);
	if (strcmp(name, "pids") == 0) {
		pids_of(p, value);
		return true;
	}
	return text_option(p, name, value) || number_option(p, name, value);
}

/* As many descriptors as allowed: there may be thousands of connections. */
static void
raise_files(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
}

static bool
parse(struct plan *p, int argc, char **argv)
{
	size_t op = 0, ops = sizeof op_names / sizeof *op_names;

	while (op < ops && strcmp(argv[1], op_names[op]) != 0)
		op++;
	if (op == ops || argc % 2 != 0)
		return false;
	p->op = (enum op)op;
	for (int i = 2; i < argc; i += 2)
		if (strncmp(argv[i], "--", 2) != 0 ||
		    !option(p, argv[i] + 2, argv[i + 1]))
			return false;
	p->sign = p->access != NULL;
	if ((p->op == OP_GET || p->op == OP_HEAD || p->op == OP_MIX) && p->keys == 0)
		return false;
	return p->conns > 0 && p->host;
}

int
main(int argc, char **argv)
{
	struct plan p = { .bucket = "bench",
		.prefix = "",
		.suffix = "",
		.secret = "trugadmin",
		.region = "us-east-1",
		.source = "",
		.upload = "",
		.conns = 16,
		.width = 8,
		.page = 1000,
		.seconds = 1 };

	raise_files();
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && strcmp(argv[1], "disk") == 0)
		return tool_disk(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "hash") == 0)
		return tool_hash(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "start") == 0)
		return tool_start(argc - 2, argv + 2);
	if (argc < 2 || !parse(&p, argc, argv)) {
		(void)fprintf(stderr, "load: usage is in tests/bench/load.c\n");
		return 2;
	}
	return load_run(&p);
}
