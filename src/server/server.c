/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "server/server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/access.h"
#include "access/declare.h"
#include "admin/adm.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "codec/json.h"
#include "codec/stamp.h"
#include "http/http.h"
#include "iam/oidc.h"
#include "http/outbound.h"
#include "job/analytics.h"
#include "job/audithook.h"
#include "job/dropper.h"
#include "job/jobs.h"
#include "job/expirer.h"
#include "job/inventory.h"
#include "job/logship.h"
#include "job/metering.h"
#include "job/notifier.h"
#include "job/tiers.h"
#include "job/replicator.h"
#include "job/stale.h"
#include "job/timed.h"
#include "model/rec.h"
#include "object/event.h"
#include "object/heat.h"
#include "obs/reqlog.h"
#include "s3/s3.h"
#include "server/master.h"
#include "server_priv.h"
#include "store/store.h"
#include "target/targets.h"

struct server {
	const struct conf *conf;
	struct fail fail;
	struct seed *declared; /* what the settings want to be there */
	struct task_pool *declaring; /* one thread, for what asks this server itself */
	char *ephemeral; /* directory to remove at the end */
	struct store *store;
	struct keyring *keys; /* master keys */
	struct keyring *secrets; /* what identities are sealed with */
	struct kms *kms;
	struct outbound_net *net;
	struct targets *targets;
	struct live *live; /* who listens to events */
	struct notifier *notifier;
	struct stale *stale;
	struct timed *timed;
	struct tier_job *tier_job;
	struct access *access;
	struct iam_oidc *oidc;
	struct oidc_keys *oidc_keys;
	struct iam_conf iam;
	struct task_pool *pool;
	struct reqlog *reqlog;
	struct ledger *ledger;
	struct logship *logship;
	struct audit *audit;
	struct ledger *audit_ledger; /* on the way to the webhook */
	struct audithook *audithook;
	struct jobs *jobs;
	struct expirer *expirer;
	struct inventory_job *inventory;
	struct heat_set *heat;
	struct analytics_job *analytics;
	struct dropper *dropper;
	struct tiers *tiers;
	struct replicator *replicator;
	struct metering *metering;
	struct adm adm;
	struct profile *profile;
	struct s3 *s3;
	struct http_server *http, *website;
	struct http_conf http_conf, website_conf;
	char **domains, **web_domains;
	size_t ndomains, nweb_domains;
	char *public_hosts[URLS_MAX];
	size_t npublic_hosts;
	struct buf endpoint, website_endpoint;
};

static unsigned
processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : (unsigned)n;
}

/* "A,B" to out, which has room for as many as there are characters. */
static size_t
names_split(const char *list, char **out)
{
	struct span rest = span_str(list), one;
	size_t n = 0;

	while (rest.n > 0) {
		one = span_trim(span_cut(&rest, ','));
		if (one.n > 0)
			out[n++] = mem_span(one);
	}
	return n;
}

static void
domains_split(struct server *s)
{
	const struct conf *c = s->conf;
	struct span one;

	s->web_domains = mem_array(strlen(c->website_domain) + 1, sizeof *s->web_domains);
	s->nweb_domains = names_split(c->website_domain, s->web_domains);
	s->domains =
	    mem_array(strlen(c->domains) + strlen(c->tier_hosts) + 2 + s->npublic_hosts,
		sizeof *s->domains);
	s->domains[s->ndomains++] = mem_dup("localhost");
	s->domains[s->ndomains++] = mem_dup("s3.localhost");
	s->ndomains += names_split(c->domains, s->domains + s->ndomains);
	for (size_t i = 0; profile_host_at(s->profile, i).n > 0; i++)
		s->domains[s->ndomains++] = mem_span(profile_host_at(s->profile, i));
	for (size_t i = 0; i < s->npublic_hosts; i++) {
		one = span_str(s->public_hosts[i]);
		if (one.p[0] != '[')
			s->domains[s->ndomains++] =
			    mem_span(span_head(one, span_find(one, ':', 0)));
	}
}

static enum err
open_store(struct server *s)
{
	const struct conf *c = s->conf;
	struct store_conf sc = {
		.dir = c->dir,
		.durability = (enum store_durability)c->durability,
		.map_size = c->map_size,
		.tables = model_tables,
		.ntables = T_COUNT,
	};
	enum err e;

	if (c->ephemeral) {
		s->ephemeral = ephemeral_make(&s->fail);
		if (s->ephemeral == NULL)
			return s->fail.code;
		sc.dir = s->ephemeral;
		sc.durability = STORE_NONE;
	}
	e = store_open(&s->store, &sc, &s->fail);
	if (e == OK)
		e = master_load(&s->keys, c->master_key_file, sc.dir, &s->fail);
	if (e == OK)
		e = master_kms(&s->kms, c, s->store, s->keys, &s->fail);
	if (e == OK)
		s->secrets = kms_secrets(s->kms, s->keys);
	return e;
}

static enum err
open_audit(struct server *s)
{
	const char *to = s->conf->audit_log;

	if (to[0] == '\0')
		return OK;
	if (!outbound_is_url(span_str(to)))
		return audit_open(&s->audit, to, &s->fail);
	s->audit_ledger = ledger_new(AUDITHOOK_BATCH, AUDITHOOK_MAX);
	s->audit = audit_into(s->audit_ledger);
	s->audithook = audithook_new(s->audit_ledger, to);
	return OK;
}

extern char **environ;

static struct span
target_queue(const void *ctx, struct span arn)
{
	const struct target_conf *c = targets_find(ctx, arn);

	return c != NULL ? span_str(c->arn) : SPAN_NONE;
}

static enum err
open_targets(struct server *s)
{
	s->live = live_new(obj_event_listen);
	enum err e = outbound_net_new(&s->net, "outgoing", s->conf->outgoing, &s->fail);

	if (e == OK)
		e = targets_load(
		    &s->targets, s->conf->targets, environ, s->net, &s->fail);
	obj_event_setup(
	    &(struct obj_event_conf){ target_queue, s->targets, s->conf->events_queue });
	return e;
}

static enum err
open_profile(struct server *s)
{
	const struct conf *c = s->conf;
	const struct profile_conf pc = {
		.tier = (enum tier)c->tier,
		.hosts = c->tier_hosts,
		.buckets = c->tier_buckets,
		.options = c->tier_options,
	};
	enum err e = profile_new(&s->profile, &pc, &s->fail);

	return e == OK ? profile_load(s->profile, s->store) : e;
}

/* What the settings say is there from the start. */
static enum err
declare_state(void *ctx, struct fail *fail)
{
	struct server *s = ctx;
	enum err e = s3_make_buckets(s->s3, s->conf->buckets, fail);

	return e == OK ? declared_run(s->declared, s->http, s->conf, fail) : e;
}

static enum err
declare_text(void *ctx, struct span text, struct buf *out, struct fail *fail)
{
	struct server *s = ctx;

	return declared_text(text, s->http, s->conf, out, fail);
}

static struct adm
adm_of(struct server *s)
{
	const struct conf *c = s->conf;

	return (struct adm){ .jobs = s->jobs,
		.replicator = s->replicator,
		.metering = s->metering,
		.profile = s->profile,
		.store = s->store,
		.address = c->address,
		.dir = s->ephemeral != NULL ? s->ephemeral : c->dir,
		.region = c->region,
		.tls = c->tls_dir[0] != '\0',
		.start_us = clock_mono_us(),
		.pool = s->pool,
		.declaring = s->declaring,
		.dropper = s->dropper,
		.tiers = s->tiers,
		.iam = &s->iam,
		.reset = c->reset == 1 || (c->reset == 0 && c->ephemeral),
		.ownership = (uint8_t)c->default_ownership,
		.ctx = s,
		.declare = declare_state,
		.declare_text = declare_text };
}

/* How many go to tiers at a time, and how many clients' requests wait for one. */
enum { TIER_TRANSFERS = 4, TIER_READERS = 16 };

/* What reads the settings once more and may find them wrong: logs, names, providers. */
static enum err
open_outer(struct server *s, struct s3_conf *sc)
{
	const struct conf *c = s->conf;
	enum err e = OK;

	if (c->access_log[0] != '\0')
		e = reqlog_open(
		    &s->reqlog, c->access_log, c->access_log_format == 1, &s->fail);
	if (e == OK && c->root_mfa_secret[0] != '\0' &&
	    !totp_parse(span_str(c->root_mfa_secret), &sc->mfa_secret))
		e = fail_msg(&s->fail, E_CONFIG,
		    "root-mfa-secret: not allowed; allowed: %d to %d bytes as base32 "
		    "(A-Z 2-7)",
		    TOTP_SECRET_MIN, TOTP_SECRET_MAX);
	if (e == OK)
		e = open_profile(s);
	if (e == OK)
		e = open_audit(s);
	if (e == OK)
		e = urls_split(
		    c->public_urls, s->public_hosts, &s->npublic_hosts, &s->fail);
	if (e == OK)
		e = urls_check("console-url", c->console_url, &s->fail);
	if (e == OK)
		e = urls_origins_check(c->cors_origins, &s->fail);
	if (e == OK)
		e = oidc_new(&s->oidc, c->oidc, &s->fail);
	if (e == OK)
		s->oidc_keys = oidc_keys_start(s->oidc);
	return e;
}

/* What goes on behind the requests, and who may make them. */
static enum err
open_inner(struct server *s)
{
	const struct conf *c = s->conf;
	struct access_conf ac = { c->root_user, c->root_password, s->store, s->secrets };

	s->tiers = tiers_new(&(struct tiers_conf){ .store = s->store,
	    .keys = s->secrets,
	    .net = s->net,
	    .transfers = TIER_TRANSFERS,
	    .readers = TIER_READERS,
	    .day_ms = (int64_t)c->day_length * 1000 });
	s->jobs = jobs_new(s->store, c->day_length * 1000 / 2);
	s->dropper = dropper_new(s->store);
	s->metering = metering_new(s->store);
	s->replicator = replicator_new(
	    &(struct replicator_conf){ s->store, s->kms, s->secrets, s->net });
	s->access = access_new(&ac);
	s->iam = (struct iam_conf){ s->access, s->secrets, s->oidc };
	return declare_load(s->access, c->identities, seed_accounts(s->declared),
	    clock_now_ms(), &s->fail);
}

static enum err
open_s3(struct server *s)
{
	const struct conf *c = s->conf;
	struct s3_conf sc = {
		.store = s->store,
		.region = c->region,
		.sigv2 = c->sigv2 == 0,
		.max_object = c->max_object,
		.max_document = (size_t)c->max_document,
		.cors_default = c->cors_default,
		.cors_origins = c->cors_origins,
		.default_ownership = c->default_ownership,
		.public_allowed = c->default_public_access == 1,
		.kms = s->kms,
		.sse_c = c->sse_c,
		.encrypt_at_rest = c->encrypt_at_rest,
		.day_ms = (int64_t)c->day_length * 1000,
		.restore_at_once = c->restore_time == 1,
	};
	unsigned workers = c->workers != 0 ? (unsigned)c->workers : processors();
	enum err e = open_outer(s, &sc);

	if (e == OK)
		e = open_inner(s);
	if (e != OK)
		return e;
	domains_split(s);
	sc.remote = tiers_io(s->tiers);
	sc.counts = metering_counts(s->metering);
	if (c->control == 0)
		sc.control = adm_hook(&s->adm);
	s->pool = task_pool_new(workers < 2 ? 2 : workers, "worker");
	sc.targets = s->targets;
	sc.live = s->live;
	sc.access = s->access;
	sc.iam = &s->iam;
	sc.profile = s->profile;
	sc.pool = s->pool;
	sc.reqlog = s->reqlog;
	s->ledger = ledger_new(LEDGER_BATCH, LEDGER_MAX);
	sc.ledger = s->ledger;
	sc.heat = s->heat = heat_set_new();
	sc.audit = s->audit;
	sc.domains = (const char *const *)s->domains;
	sc.ndomains = s->ndomains;
	sc.web_domains = (const char *const *)s->web_domains;
	sc.nweb_domains = s->nweb_domains;
	sc.public_hosts = (const char *const *)s->public_hosts;
	sc.npublic_hosts = s->npublic_hosts;
	sc.address = c->address;
	sc.dir = s->ephemeral != NULL ? s->ephemeral : c->dir;
	sc.metrics_public = c->metrics == 1;
	sc.console_url = c->console_url[0] != '\0' ? c->console_url : NULL;
	s->s3 = s3_new(&sc);
	s->declaring = task_pool_new(1, "declare");
	s->adm = adm_of(s);
	return s3_make_buckets(s->s3, c->buckets, &s->fail);
}

static enum err
open_http(struct server *s)
{
	const struct conf *c = s->conf;
	unsigned loops = (unsigned)c->loops;
	enum err e;

	/* The other half is for the clients, who are mostly on the same machine, the writer and
	 * the workers; and fewer loops sleep and wake less: a GET costs a seventh less. */
	if (loops == 0)
		loops = processors() < 16 ? (processors() + 1) / 2 : 8;
	s->http_conf = (struct http_conf){
		.address = c->address,
		.loops = loops,
		.max_connections = (unsigned)c->max_connections,
		.max_head = (unsigned)c->max_head,
		.max_line = (unsigned)c->max_line,
		.max_headers = (unsigned)c->max_headers,
		.max_body = c->max_object + (c->max_object >> 3),
		.idle_ms = (unsigned)c->idle_timeout,
		.head_ms = (unsigned)c->head_timeout,
		.body_ms = (unsigned)c->body_timeout,
		.arena_cap = c->request_memory,
		.tls_dir = c->tls_dir[0] != '\0' ? c->tls_dir : NULL,
		.server_name = "AmazonS3",
	};
	s->website_conf = s->http_conf;
	s->website_conf.address = c->website_address;
	s->website_conf.setting = "website-address";
	e = http_server_new(&s->http, &s->http_conf, s3_app(s->s3), &s->fail);
	if (e == OK && c->website_address[0] != '\0')
		e = http_server_new(
		    &s->website, &s->website_conf, s3_website_app(s->s3), &s->fail);
	return e;
}

/* The port is the one that was found, where 0 was asked for. */
static void
endpoint_render(struct buf *out, const struct http_conf *conf, uint16_t port)
{
	struct span given;

	buf_str(out, conf->tls_dir != NULL ? "https://" : "http://");
	buf_span(out, conf_reach(conf->address, &given));
	buf_printf(out, ":%u", port);
}

/* Access key and secret key of who has set none. */
static const char *
default_key(const struct conf *c)
{
	return c->minio ? "minioadmin" : "trugadmin";
}

static bool
default_keys(const struct conf *c)
{
	return strcmp(c->root_user, default_key(c)) == 0 &&
	    strcmp(c->root_password, default_key(c)) == 0;
}

static bool
on_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strncmp(address, "[::1]", 5) == 0 ||
	    strncmp(address, "localhost", 9) == 0;
}

/* Three lines to paste, for a person who has just started it for the first time. */
static void
greet(struct server *s)
{
	const char *at = buf_cstr(&s->endpoint);
	bool known = default_keys(s->conf);
	const char *secret = known ? default_key(s->conf) : "SECRET";

	if (s->conf->greeting == 2 || (s->conf->greeting == 0 && !isatty(STDERR_FILENO)))
		return;
	fprintf(stderr,
	    "\n  endpoint   %s\n  access key %s\n  secret key %s\n\n"
	    "  AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s aws --endpoint-url %s "
	    "--region %s s3 ls\n"
	    "  python3 -c \"import boto3; print(boto3.client('s3', endpoint_url='%s', "
	    "aws_access_key_id='%s', aws_secret_access_key='%s', "
	    "region_name='%s').list_buckets()['Buckets'])\"\n"
	    "  curl --aws-sigv4 aws:amz:%s:s3 --user %s:%s -H 'x-amz-content-sha256: "
	    "UNSIGNED-PAYLOAD' %s/\n\n",
	    at, s->conf->root_user, known ? secret : "(as you set it)",
	    s->conf->root_user, secret, at, s->conf->region, at, s->conf->root_user,
	    secret, s->conf->region, s->conf->region, s->conf->root_user, secret, at);
}

static enum err
ready_file_bad(struct server *s, int rc)
{
	return fail_msg(&s->fail, E_CONFIG,
	    "ready-file: '%s' can't be written (%s); allowed: a file in a directory that "
	    "can be written",
	    s->conf->ready_file, strerrordesc_np(-rc));
}

/* Before anything listens: it can be written, and none of an earlier run is mistaken for
 * this one's. */
static enum err
ready_file_clear(struct server *s)
{
	const char *path = s->conf->ready_file;
	struct buf probe = { 0 };
	int fd, rc;

	if (path[0] == '\0')
		return OK;
	/* Not under its own name: somebody may be waiting for that to be there. */
	buf_printf(&probe, "%s.new", path);
	fd = io_open(buf_cstr(&probe), O_WRONLY | O_CREAT, 0644);
	rc = fd < 0 ? fd : 0;
	if (rc == 0) {
		io_close(&fd);
		(void)io_unlink(buf_cstr(&probe));
	}
	buf_fini(&probe);
	if (rc != 0)
		return ready_file_bad(s, rc);
	rc = io_unlink(path);
	return rc == 0 || rc == -ENOENT ? OK : ready_file_bad(s, rc);
}

/* The last thing: who waits for the file finds all else done and said. */
static enum err
ready_file(struct server *s)
{
	const char *path = s->conf->ready_file;
	struct buf text = { 0 };
	int rc = 0;

	buf_str(&text, "{\"endpoint\": ");
	json_put(&text, buf_view(&s->endpoint));
	if (s->website != NULL) {
		buf_str(&text, ", \"website\": ");
		json_put(&text, buf_view(&s->website_endpoint));
	}
	buf_printf(&text, ", \"port\": %u, \"pid\": %ld}\n", http_server_port(s->http),
	    (long)getpid());
	if (path[0] != '\0')
		rc = io_show_file(path, buf_view(&text), 0644);
	buf_fini(&text);
	return rc == 0 ? OK : ready_file_bad(s, rc);
}

/* --clock: a time, or a time from now. */
static enum err
clock_option(struct server *s)
{
	struct span v = span_str(s->conf->clock);
	int64_t ms;

	if (v.n == 0)
		return OK;
	if (v.p[0] == '+' && adm_span_parse(span_from(v, 1), &ms))
		return jobs_move_wait(s->jobs, MOVE_BY, ms);
	if (span_is(v, "real"))
		return jobs_move_wait(s->jobs, MOVE_REAL, 0);
	if (stamp_iso_parse(v, &ms))
		return jobs_move_wait(s->jobs, MOVE_TO, ms);
	return fail_msg(&s->fail, E_CONFIG,
	    "clock: '%s' is no time; allowed: 2027-01-01T00:00:00Z, +90d (s, m, h, d, w) "
	    "or "
	    "real",
	    s->conf->clock);
}

/* Uploads nobody completes: where the setting says nothing, the bucket's tier does. */
static int64_t
stale_after_ms(const struct conf *c)
{
	return (c->stale_uploads != 0 ? (int64_t)c->stale_uploads : 24 * 3600) * 1000;
}

static bool
uploads_go_stale(void *ctx, struct span bucket)
{
	struct server *s = ctx;

	return s->conf->stale_uploads != 0 ||
	    profile_says(s->profile, bucket, TP_UPLOAD_STALE) == TV_HOURS_24;
}

static uint64_t
tier_changes(void *ctx)
{
	struct server *s = ctx;

	return profile_binds(s->profile);
}

static void
owner_id(void *ctx, struct span account, char out[INVENTORY_OWNER_ID])
{
	struct account room;

	_Static_assert((int)CANONICAL_ID == (int)INVENTORY_OWNER_ID, "one length");
	memcpy(out, access_account(ctx, account, &room)->canonical_id, CANONICAL_ID);
}

/* What is due without being asked for. */
static enum err
start_jobs(struct server *s)
{
	struct job job;
	enum err e;

	s->expirer = expirer_new(s->store, (int64_t)s->conf->day_length * 1000);
	expirer_job(s->expirer, &job);
	jobs_add(s->jobs, &job);
	s->inventory = inventory_new(&(struct inventory_conf){ .store = s->store,
	    .day_ms = (int64_t)s->conf->day_length * 1000,
	    .owner = owner_id,
	    .ctx = s->access });
	inventory_job(s->inventory, &job);
	jobs_add(s->jobs, &job);
	s->analytics = analytics_new(s->store, s->heat);
	analytics_job(s->analytics, &job);
	jobs_add(s->jobs, &job);
	s->timed = timed_new(s->store);
	timed_job(s->timed, &job);
	jobs_add(s->jobs, &job);
	metering_job(s->metering, &job);
	jobs_add(s->jobs, &job);
	s->tier_job = tier_job_new(s->tiers);
	tier_job(s->tier_job, &job);
	jobs_add(s->jobs, &job);
	s->stale = stale_new(&(struct stale_conf){ .store = s->store,
	    .after_ms = stale_after_ms(s->conf),
	    .applies = uploads_go_stale,
	    .changes = tier_changes,
	    .ctx = s });
	stale_job(s->stale, &job);
	jobs_add(s->jobs, &job);
	e = tiers_start(s->tiers, &s->fail);
	if (e != OK)
		return e;
	e = dropper_start(s->dropper);
	if (e != OK)
		return fail_msg(&s->fail, e, "what resets left can't be read: %s",
		    err_row(e)->message);
	e = jobs_start(s->jobs, &s->fail);
	if (e == OK && metering_start(s->metering) != OK)
		e = fail_msg(&s->fail, E_CORRUPT, "the cost meter can't be read");
	return e;
}

/* Nobody is served before what is declared is there. */
static enum err
serve(struct server *s)
{
	enum err e;

	if (!seed_any(s->declared)) {
		http_server_start(s->http);
		return OK;
	}
	http_server_start_closed(s->http);
	e = declared_run(s->declared, s->http, s->conf, &s->fail);
	if (e == OK)
		http_server_accept(s->http);
	return e;
}

static enum err
server_start(struct server *s)
{
	enum err e = ready_file_clear(s);

	if (e == OK)
		e = declared_read(&s->declared, s->conf, &s->fail);
	if (e == OK)
		e = open_store(s);
	if (e == OK)
		e = open_targets(s);
	if (e == OK)
		e = open_s3(s);
	if (e == OK)
		e = open_http(s);
	if (e == OK)
		e = start_jobs(s);
	if (e == OK)
		e = clock_option(s);
	if (e != OK)
		return e;
	s->notifier = notifier_new(&(struct notifier_conf){ .store = s->store,
	    .targets = s->targets,
	    .live = s->live,
	    .retry_ms = s->conf->events_retry * 1000,
	    .attempts = (unsigned)s->conf->events_attempts });
	s->adm.notifier = s->notifier;
	s->logship = logship_new(&(struct logship_conf){ .store = s->store,
	    .ledger = s->ledger,
	    .account = ACCOUNT_ROOT,
	    .interval_ms = s->conf->log_delivery });
	e = serve(s);
	if (e != OK)
		return e;
	endpoint_render(&s->endpoint, &s->http_conf, http_server_port(s->http));
	if (s->website != NULL) {
		http_server_start(s->website);
		endpoint_render(
		    &s->website_endpoint, &s->website_conf, http_server_port(s->website));
	}
	greet(s);
	if (default_keys(s->conf) && !on_loopback(s->conf->address))
		log_warn("the default keys are in use on %s: set --root-user and "
			 "--root-password",
		    s->conf->address);
	printf("trug ready %s pid %ld\n", buf_cstr(&s->endpoint), (long)getpid());
	if (s->conf->minio) /* older container modules wait for it, with these blanks */
		printf("Status:         1 Online, 0 Offline. \n");
	(void)fflush(stdout);
	e = ready_file(s);
	proc_settle();
	return e;
}

/* What to look at before going elsewhere. */
static void
portability_log(struct profile *profile)
{
	struct buf line = { 0 };

	profile_report_line(profile, &line);
	if (line.n > 0)
		log_info("%s", buf_cstr(&line));
	buf_fini(&line);
}

static void
tell_ready(struct server *s)
{
	struct buf state = { 0 };

	buf_printf(&state, "READY=1\nSTATUS=serving at %s\n", buf_cstr(&s->endpoint));
	systemd_notify(buf_cstr(&state));
	buf_fini(&state);
}

static void
server_stop(struct server *s)
{
	jobs_stop(s->jobs);
	replicator_stop(s->replicator);
	live_stop(s->live);
	/* Who waits for a tier gets an answer before the loops end. */
	tiers_stop(s->tiers);
	if (s->website != NULL)
		http_server_drain(s->website, (unsigned)s->conf->drain_timeout);
	if (s->http != NULL)
		http_server_drain(s->http, (unsigned)s->conf->drain_timeout);
	task_pool_free(&s->declaring);
	http_server_free(&s->website);
	http_server_free(&s->http);
	replicator_free(&s->replicator);
	logship_free(&s->logship);
	if (s->targets != NULL)
		targets_stop(s->targets);
	notifier_free(&s->notifier);
	audithook_free(&s->audithook);
	audit_close(&s->audit);
	jobs_free(&s->jobs);
	dropper_free(&s->dropper);
	expirer_free(&s->expirer);
	inventory_free(&s->inventory);
	tier_job_free(&s->tier_job);
	analytics_free(&s->analytics);
	tiers_free(&s->tiers);
	timed_free(&s->timed);
	stale_free(&s->stale);
	task_pool_free(&s->pool);
	s3_free(&s->s3);
	metering_stop(s->metering);
	metering_free(&s->metering);
	heat_set_free(&s->heat);
	if (s->profile != NULL)
		portability_log(s->profile);
	profile_free(&s->profile);
	access_free(&s->access);
	oidc_keys_stop(&s->oidc_keys);
	oidc_free(&s->oidc);
	ledger_free(&s->ledger);
	ledger_free(&s->audit_ledger);
	store_close(&s->store);
	targets_free(&s->targets);
	live_free(&s->live);
	outbound_net_free(&s->net);
	kms_free(&s->kms);
	keyring_free(&s->secrets);
	keyring_free(&s->keys);
	reqlog_close(&s->reqlog);
	seed_free(&s->declared);
	if (s->ephemeral != NULL)
		ephemeral_remove(s->ephemeral);
	mem_free(s->ephemeral);
	for (size_t i = 0; i < s->ndomains; i++)
		mem_free(s->domains[i]);
	mem_free(s->domains);
	for (size_t i = 0; i < s->nweb_domains; i++)
		mem_free(s->web_domains[i]);
	mem_free(s->web_domains);
	for (size_t i = 0; i < s->npublic_hosts; i++)
		mem_free(s->public_hosts[i]);
	buf_fini(&s->endpoint);
	buf_fini(&s->website_endpoint);
}

static void
on_second(int sig)
{
	(void)sig;
	_exit(1);
}

static void
wait_for_stop(sigset_t *set)
{
	struct sigaction again = { .sa_handler = on_second };
	int sig;

	while (sigwait(set, &sig) != 0)
		continue;
	log_info(
	    "stopping: requests under way are finished; a second signal ends at once");
	(void)sigaction(SIGTERM, &again, NULL);
	(void)sigaction(SIGINT, &again, NULL);
	(void)sigprocmask(SIG_UNBLOCK, set, NULL);
}

int
server_run(const struct conf *c)
{
	struct server s = { .conf = c };
	const char *plan = getenv("TRUG_FAULT");
	sigset_t set;

	log_setup((enum log_level)c->log_level, c->log_format == 1);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	if (c->exit_with_parent)
		parent_watch();
	fail_init(&s.fail, NULL);
	if ((plan != NULL && !fault_setup(plan, &s.fail)) || server_start(&s) != OK) {
		fprintf(stderr, "trug: %s\n", fail_text(&s.fail));
		server_stop(&s);
		return 2;
	}
	tell_ready(&s);
	wait_for_stop(&set);
	systemd_notify("STOPPING=1\n");
	server_stop(&s);
	return 0;
}
