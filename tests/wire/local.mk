# SPDX-License-Identifier: Apache-2.0
# The runner plays *.http against trug and against a small server that has the same edge and an
# application behind it that shows each thing an application may do.
check_PROGRAMS += tests/wire/echo_server
tests_wire_echo_server_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/wire
tests_wire_echo_server_SOURCES = tests/wire/echo_server.c tests/wire/echo_app.c \
	tests/wire/echo_app.h
tests_wire_echo_server_LDADD = $(LINK_HTTP)
TESTS += tests/wire/run.py
EXTRA_DIST += tests/wire/run.py tests/wire/scripted.py tests/wire/README.md \
	tests/wire/framing.http tests/wire/syntax.http
