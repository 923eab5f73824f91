# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/seed/t_seed
tests_unit_seed_t_seed_SOURCES = tests/unit/seed/t_seed.c
tests_unit_seed_t_seed_LDADD = $(LINK_SEED) $(CMOCKA_LIBS)
TESTS += tests/unit/seed/t_seed
