# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/access/t_policy
tests_unit_access_t_policy_SOURCES = tests/unit/access/t_policy.c
tests_unit_access_t_policy_LDADD = $(LINK_ACCESS) $(CMOCKA_LIBS)
TESTS += tests/unit/access/t_policy
