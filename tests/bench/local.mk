# SPDX-License-Identifier: Apache-2.0
# Load from outside; nothing here runs in `make check` (tests/e2e/dataset.py does).
# `make bench` measures against yardsticks, `make bench-short` is the same in a minute;
# BENCH_ARGS goes to tests/bench/bench.py. The programs are built only then.
EXTRA_DIST += tests/bench/dataset tests/bench/figures.py tests/bench/bench.py tests/bench/servers.py \
	tests/bench/report.py tests/bench/instructions tests/bench/instructions.json \
	tests/bench/README.md

EXTRA_PROGRAMS += tests/bench/load
tests_bench_load_SOURCES = tests/bench/load.c tests/bench/load.h tests/bench/load_conn.c \
	tests/bench/load_count.c tests/bench/load_request.c tests/bench/load_tools.c
tests_bench_load_LDADD = $(LINK_CODEC) $(SSL_LIBS) $(CRYPTO_LIBS)
CLEANFILES += tests/bench/load

bench: trug tests/bench/load
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/bench/bench.py $(BENCH_ARGS)

bench-short: trug tests/bench/load
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/bench/bench.py --short $(BENCH_ARGS)

bench-instructions: trug tests/bench/load
	$(AM_TESTS_ENVIRONMENT) python3 $(top_srcdir)/tests/bench/instructions $(BENCH_ARGS)
.PHONY: bench bench-short bench-instructions
