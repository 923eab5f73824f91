# SPDX-License-Identifier: Apache-2.0
# Load from outside; of this only the count of instructions runs in `make check`.
# `make bench` measures against yardsticks, `make bench-short` is the same in a minute;
# BENCH_ARGS goes to tests/bench/bench.py.
EXTRA_DIST += tests/bench/dataset tests/bench/figures.py tests/bench/bench.py tests/bench/servers.py \
	tests/bench/report.py tests/bench/plot.py tests/bench/probes.py tests/bench/walk.py \
	tests/bench/rados.py tests/bench/hotspots.py tests/bench/instructions.py tests/bench/instructions.json \
	tests/bench/README.md tests/bench/measured tests/bench/train.sh

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

# trug laid out by gcc for what it does most: built so that it counts, put to work for some
# seconds, built again by these counts. What is trained decides where code stands, never what
# it does; what was not trained is compiled as ever.
PROFILE = $(abs_builddir)/profile
# Without tables for unwinding, which C asks for only in a debugger; and what is inlined
# differently makes gcc see variables without a value where there are none.
PROFILE_FLAGS = -flto=auto -fprofile-use=$(PROFILE) -Wno-missing-profile \
	-fno-asynchronous-unwind-tables -Wno-maybe-uninitialized -Wno-aggressive-loop-optimizations
profiled:
	@$(CC) --version | grep -q 'Free Software' || { echo "make profiled: it takes gcc, not $(CC)" >&2; exit 2; }
	rm -rf '$(PROFILE)'
	$(MAKE) $(AM_MAKEFLAGS) clean
	$(MAKE) $(AM_MAKEFLAGS) CFLAGS='$(CFLAGS) -fprofile-generate=$(PROFILE) -fprofile-update=prefer-atomic' \
		trug tests/bench/load
	$(top_srcdir)/tests/bench/train.sh ./trug tests/bench/load
	$(MAKE) $(AM_MAKEFLAGS) clean
	$(MAKE) $(AM_MAKEFLAGS) AR=gcc-ar RANLIB=gcc-ranlib OFTEN=-fprofile-partial-training \
		CFLAGS='$(CFLAGS) $(PROFILE_FLAGS)' trug
.PHONY: profiled bench bench-short bench-profile bench-instructions check-instructions accept-instructions
