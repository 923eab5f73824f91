# SPDX-License-Identifier: Apache-2.0
# Load from outside; of this only the count of instructions runs in `make check`.
# `make bench` measures against yardsticks, `make bench-short` is the same in a minute;
# BENCH_ARGS goes to tests/bench/bench.py.
EXTRA_DIST += tests/bench/dataset tests/bench/figures.py tests/bench/bench.py tests/bench/servers.py \
	tests/bench/report.py tests/bench/plot.py tests/bench/probes.py tests/bench/walk.py \
	tests/bench/rados.py tests/bench/hotspots.py tests/bench/instructions.py tests/bench/instructions.json \
	tests/bench/README.md tests/bench/measured

check_PROGRAMS += tests/bench/load
tests_bench_load_SOURCES = tests/bench/load.c tests/bench/load.h tests/bench/load_conn.c \
	tests/bench/load_count.c tests/bench/load_request.c tests/bench/load_tools.c
tests_bench_load_LDADD = $(LINK_CODEC) $(SSL_LIBS) $(CRYPTO_LIBS)

bench: trug tests/bench/load
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/bench/bench.py $(BENCH_ARGS)

bench-short: trug tests/bench/load
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/bench/bench.py --short $(BENCH_ARGS)

bench-instructions: trug tests/bench/load
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/bench/instructions.py --table $(BENCH_ARGS)

bench-profile: trug tests/bench/load
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/bench/hotspots.py $(BENCH_ARGS)

# The gate is one of the tests of `make check`, on gcc and -O2 without sanitizers: with the
# debug build's assertions a request takes 0.4 % more. Alone: `make check-instructions`.
TESTS += tests/bench/instructions.py
AM_TESTS_ENVIRONMENT += COUNTED_FLAGS='$(CFLAGS) $(TRUG_CFLAGS)'; export COUNTED_FLAGS;
check-instructions: trug tests/bench/load
	@$(MAKE) $(AM_MAKEFLAGS) check-TESTS TEST_SUITE_LOG=tests/bench/suite.log \
		TESTS=tests/bench/instructions.py

accept-instructions: trug tests/bench/load
	@$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/bench/instructions.py --update
.PHONY: bench bench-short bench-profile bench-instructions check-instructions accept-instructions
