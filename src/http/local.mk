# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libhttp.a
libhttp_a_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS) $(SSL_CFLAGS) $(CURL_CFLAGS)
libhttp_a_SOURCES = \
	src/http/client.c \
	src/http/conn.c \
	src/http/conn_body.c \
	src/http/conn_io.c \
	src/http/conn_out.c \
	src/http/conn_priv.h \
	src/http/deadline.c \
	src/http/deadline_priv.h \
	src/http/h1.c \
	src/http/h1_chunk.c \
	src/http/h1_priv.h \
	src/http/h1_wide_priv.h \
	src/http/http.c \
	src/http/http_req.c \
	src/http/http_resp.c \
	src/http/http_resp_priv.h \
	src/http/http_server.c \
	src/http/http_server_priv.h \
	src/http/listener.c \
	src/http/listener_priv.h \
	src/http/loop.c \
	src/http/loop_priv.h \
	src/http/outbound.c \
	src/http/outbound_net.c \
	src/http/probe.c \
	src/http/tls.c \
	src/http/tls_error.c \
	src/http/tls_priv.h \
	src/http/tls_wire.c \
	include/http/client.h \
	include/http/http.h \
	include/http/inside.h \
	include/http/outbound.h \
	include/http/probe.h \
	include/http/tls_error.h
