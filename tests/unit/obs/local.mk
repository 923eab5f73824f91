# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/obs/t_ledger
tests_unit_obs_t_ledger_SOURCES = tests/unit/obs/t_ledger.c
tests_unit_obs_t_ledger_LDADD = $(LINK_OBS) $(CMOCKA_LIBS)
TESTS += tests/unit/obs/t_ledger

check_PROGRAMS += tests/unit/obs/t_tally
tests_unit_obs_t_tally_SOURCES = tests/unit/obs/t_tally.c
tests_unit_obs_t_tally_LDADD = $(LINK_OBS) $(CMOCKA_LIBS)
TESTS += tests/unit/obs/t_tally

check_PROGRAMS += tests/unit/obs/t_counts
tests_unit_obs_t_counts_SOURCES = tests/unit/obs/t_counts.c
tests_unit_obs_t_counts_LDADD = $(LINK_OBS) $(CMOCKA_LIBS)
TESTS += tests/unit/obs/t_counts
