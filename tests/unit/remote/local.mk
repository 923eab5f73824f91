# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/remote/t_remote
tests_unit_remote_t_remote_SOURCES = tests/unit/remote/t_remote.c
tests_unit_remote_t_remote_LDADD = $(LINK_REMOTE) $(CMOCKA_LIBS)
TESTS += tests/unit/remote/t_remote
