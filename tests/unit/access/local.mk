# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/access/t_policy
tests_unit_access_t_policy_SOURCES = tests/unit/access/t_policy.c
tests_unit_access_t_policy_LDADD = $(LINK_ACCESS) $(CMOCKA_LIBS)
TESTS += tests/unit/access/t_policy

# Its rows are data: what AWS documents, not what the evaluator does.
EXTRA_DIST += tests/unit/access/decisions.tsv
check_PROGRAMS += tests/unit/access/t_decisions
tests_unit_access_t_decisions_SOURCES = tests/unit/access/t_decisions.c
tests_unit_access_t_decisions_LDADD = $(LINK_ACCESS) $(CMOCKA_LIBS)
TESTS += tests/unit/access/t_decisions

check_PROGRAMS += tests/unit/access/t_grant
tests_unit_access_t_grant_SOURCES = tests/unit/access/t_grant.c
tests_unit_access_t_grant_LDADD = $(LINK_ACCESS) $(CMOCKA_LIBS)
TESTS += tests/unit/access/t_grant

check_PROGRAMS += tests/unit/access/t_session
tests_unit_access_t_session_SOURCES = tests/unit/access/t_session.c
tests_unit_access_t_session_LDADD = $(LINK_ACCESS) $(CMOCKA_LIBS)
TESTS += tests/unit/access/t_session

check_PROGRAMS += tests/unit/access/t_tempcred
tests_unit_access_t_tempcred_SOURCES = tests/unit/access/t_tempcred.c
tests_unit_access_t_tempcred_LDADD = $(LINK_ACCESS) $(CMOCKA_LIBS)
TESTS += tests/unit/access/t_tempcred
