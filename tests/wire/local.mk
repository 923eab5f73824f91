# SPDX-License-Identifier: Apache-2.0
# The runner plays *.http against trug when there is one (TRUG=...), otherwise against a small
# server that has the same edge and a test application behind it.
check_PROGRAMS += tests/wire/echo_server
tests_wire_echo_server_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/wire
tests_wire_echo_server_SOURCES = tests/wire/echo_server.c tests/wire/echo_app.c \
	tests/wire/echo_app.h
tests_wire_echo_server_LDADD = $(LINK_HTTP)
TESTS += tests/wire/run.py
EXTRA_DIST += tests/wire/run.py tests/wire/scripted.py tests/wire/README.md \
	tests/wire/framing.http tests/wire/syntax.http
