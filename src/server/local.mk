# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libserver.a
libserver_a_CFLAGS = $(SELDOM_CFLAGS)
libserver_a_SOURCES = \
	src/server/conf.c \
	src/server/conf_minio.c \
	src/server/declared.c \
	src/server/ephemeral.c \
	src/server/master.c \
	src/server/oidc_keys.c \
	src/server/parent.c \
	src/server/rotate.c \
	src/server/server.c \
	src/server/server_priv.h \
	src/server/systemd.c \
	src/server/urls.c \
	include/server/conf.def \
	include/server/conf.h \
	include/server/master.h \
	include/server/minio.def \
	include/server/server.h
