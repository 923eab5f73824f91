# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/server/t_conf
tests_unit_server_t_conf_SOURCES = tests/unit/server/t_conf.c
tests_unit_server_t_conf_LDADD = $(LINK_SERVER) $(CMOCKA_LIBS)
TESTS += tests/unit/server/t_conf

check_PROGRAMS += tests/unit/server/t_urls
tests_unit_server_t_urls_SOURCES = tests/unit/server/t_urls.c
tests_unit_server_t_urls_LDADD = $(LINK_SERVER) $(CMOCKA_LIBS)
TESTS += tests/unit/server/t_urls
