# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/http/t_h1
tests_unit_http_t_h1_SOURCES = tests/unit/http/t_h1.c
tests_unit_http_t_h1_LDADD = $(LINK_HTTP) $(CMOCKA_LIBS)
TESTS += tests/unit/http/t_h1

check_PROGRAMS += tests/unit/http/t_h1_chunk
tests_unit_http_t_h1_chunk_SOURCES = tests/unit/http/t_h1_chunk.c
tests_unit_http_t_h1_chunk_LDADD = $(LINK_HTTP) $(CMOCKA_LIBS)
TESTS += tests/unit/http/t_h1_chunk

check_PROGRAMS += tests/unit/http/t_conn
tests_unit_http_t_conn_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/wire
tests_unit_http_t_conn_SOURCES = tests/unit/http/t_conn.c tests/wire/echo_app.c tests/wire/echo_app.h
tests_unit_http_t_conn_LDADD = $(LINK_HTTP) $(CMOCKA_LIBS)
TESTS += tests/unit/http/t_conn

check_PROGRAMS += tests/unit/http/t_outbound_net
tests_unit_http_t_outbound_net_SOURCES = tests/unit/http/t_outbound_net.c
tests_unit_http_t_outbound_net_LDADD = $(LINK_HTTP) $(CMOCKA_LIBS)
TESTS += tests/unit/http/t_outbound_net
