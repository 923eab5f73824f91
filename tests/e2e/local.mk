# SPDX-License-Identifier: Apache-2.0
# What needs a whole server: `make check-e2e`; one test alone: `python3 tests/e2e/restart.py
# NAME` with TRUG naming the binary. `make check-clients` is the long story of all clients: a
# tree of 2,000 files, 1,000 rounds of races, every SDK's links, the scenario through each; it
# fetches the newest of them.
E2E_TESTS = tests/e2e/restart.py \
	tests/e2e/conformance.py \
	tests/e2e/reset.py \
	tests/e2e/fixtures.py \
	tests/e2e/systemd.py \
	tests/e2e/pipelines.py \
	tests/e2e/declare.py \
	tests/e2e/dataset.py \
	tests/e2e/clients.py \
	tests/e2e/tls.py \
	tests/e2e/cors.py \
	tests/e2e/dropin.py \
	tests/e2e/denied.py \
	tests/e2e/lifecycle.py \
	tests/e2e/links.py \
	tests/e2e/website.py \
	tests/e2e/accesslog.py \
	tests/e2e/identities.py \
	tests/e2e/minio_admin.py \
	tests/e2e/accounts.py \
	tests/e2e/races.py \
	tests/e2e/presigned.py \
	tests/e2e/browser.py \
	tests/e2e/versions.py \
	tests/e2e/audit.py \
	tests/e2e/acls.py \
	tests/e2e/mfa.py \
	tests/e2e/ownership.py \
	tests/e2e/events.py \
	tests/e2e/points.py \
	tests/e2e/encryption.py \
	tests/e2e/metrics.py \
	tests/e2e/cluster.py \
	tests/e2e/tiering.py \
	tests/e2e/tiers.py \
	tests/e2e/remote_tier.py \
	tests/e2e/replication.py \
	tests/e2e/replication_foreign.py \
	tests/e2e/three_tiers.py \
	tests/e2e/tier_choice.py \
	tests/e2e/tier_report.py \
	tests/e2e/health.py \
	tests/e2e/targets.py \
	tests/e2e/inventory.py \
	tests/e2e/analytics.py \
	tests/e2e/cost.py
EXTRA_DIST += $(E2E_TESTS) tests/e2e/harness.py tests/e2e/foreign.py tests/e2e/certs.py tests/e2e/brokers.py

EXTRA_PROGRAMS += tests/e2e/kafka_peer
tests_e2e_kafka_peer_SOURCES = tests/e2e/kafka_peer.c
tests_e2e_kafka_peer_CPPFLAGS = $(AM_CPPFLAGS) $(RDKAFKA_CFLAGS)
tests_e2e_kafka_peer_LDADD = $(RDKAFKA_LIBS)
CLEANFILES += tests/e2e/kafka_peer

# What others will write their tests with is tried in every make check.
TESTS += tests/e2e/fixtures.py

check-e2e: all tests/e2e/kafka_peer
	@$(MAKE) $(AM_MAKEFLAGS) check-TESTS TEST_SUITE_LOG=tests/e2e/suite.log \
		TESTS='$(E2E_TESTS)'

check-clients: all tests/bench/load tests/e2e/kafka_peer
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/e2e/clients.py --files 2000
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/e2e/fixtures.py all
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/e2e/pipelines.py fetch
	$(AM_TESTS_ENVIRONMENT) TRUG_MILLION=1000000 \
		python3 $(top_srcdir)/tests/e2e/reset.py time_on_disk time_ephemeral
	$(AM_TESTS_ENVIRONMENT) ROUNDS=1000 python3 $(top_srcdir)/tests/e2e/races.py
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/e2e/browser.py
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/e2e/presigned.py all
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/e2e/cluster.py fetch
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/e2e/conformance.py --run \
		--client all --json conformance.json --matrix conformance.md
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/e2e/conformance.py --tls --run \
		--client all --case 'put_get*' --case multipart --case customer_keys
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/e2e/targets.py --all
.PHONY: check-e2e check-clients
