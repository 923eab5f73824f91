# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/target/t_broker
tests_unit_target_t_broker_SOURCES = tests/unit/target/t_broker.c
tests_unit_target_t_broker_LDADD = $(LINK_TARGET) $(CMOCKA_LIBS)
TESTS += tests/unit/target/t_broker

check_PROGRAMS += tests/unit/target/t_kinds
tests_unit_target_t_kinds_SOURCES = tests/unit/target/t_kinds.c
tests_unit_target_t_kinds_LDADD = $(LINK_TARGET) $(CMOCKA_LIBS)
TESTS += tests/unit/target/t_kinds

check_PROGRAMS += tests/unit/target/t_live
tests_unit_target_t_live_SOURCES = tests/unit/target/t_live.c
tests_unit_target_t_live_LDADD = $(LINK_TARGET) $(CMOCKA_LIBS)
TESTS += tests/unit/target/t_live

check_PROGRAMS += tests/unit/target/t_targets
tests_unit_target_t_targets_SOURCES = tests/unit/target/t_targets.c
tests_unit_target_t_targets_LDADD = $(LINK_TARGET) $(CMOCKA_LIBS)
TESTS += tests/unit/target/t_targets
