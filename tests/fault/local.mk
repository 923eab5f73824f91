# SPDX-License-Identifier: Apache-2.0

# crash: the server killed at random under load. `make check-crash`; TRUG_CRASH_ROUNDS=50.
EXTRA_DIST += tests/fault/crash.py
check-crash: all
	@$(MAKE) $(AM_MAKEFLAGS) check-TESTS TEST_SUITE_LOG=tests/fault/crash-suite.log \
		TESTS='tests/fault/crash.py'
.PHONY: check-crash
check_PROGRAMS += tests/fault/store_torture
tests_fault_store_torture_SOURCES = tests/fault/store_torture.c tests/fault/torture.c \
	tests/fault/torture.h
tests_fault_store_torture_LDADD = $(LINK_STORE)
TESTS += tests/fault/store_torture
check_PROGRAMS += tests/fault/store_powercut
tests_fault_store_powercut_SOURCES = tests/fault/store_powercut.c tests/fault/recorder.c \
	tests/fault/recorder.h tests/fault/torture.c tests/fault/torture.h
tests_fault_store_powercut_LDADD = $(LINK_STORE)
TESTS += tests/fault/store_powercut
