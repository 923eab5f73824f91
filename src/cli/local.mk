# SPDX-License-Identifier: Apache-2.0
bin_PROGRAMS += trug
trug_CFLAGS = $(SELDOM_CFLAGS)
trug_SOURCES = \
	src/cli/cmd_clock.c \
	src/cli/cmd_cost.c \
	src/cli/cmd_events.c \
	src/cli/cmd_health.c \
	src/cli/cmd_ops.c \
	src/cli/cmd_reset.c \
	src/cli/cmd_rotate.c \
	src/cli/cmd_seed.c \
	src/cli/cmd_serve.c \
	src/cli/cmd_server.c \
	src/cli/cmd_tiers.c \
	src/cli/cmd_settings.c \
	src/cli/cmd_tier.c \
	src/cli/cmd_usage.c \
	src/cli/cmd_verify.c \
	src/cli/cmd_version.c \
	src/cli/cmd_wait.c \
	src/cli/control.c \
	src/cli/endpoint.c \
	src/cli/main.c \
	include/cli/cmd.h \
	include/cli/control.h \
	include/cli/endpoint.h
trug_LDADD = libserver.a libseed.a libadmin.a libs3.a libiam.a libjob.a libremote.a libtarget.a libobject.a libaccess.a libmodel.a \
	libstore.a libauth.a libhttp.a libobs.a libcodec.a libbase.a \
	$(LMDB_LIBS) $(SSL_LIBS) $(CRYPTO_LIBS) $(CJSON_LIBS) $(EXPAT_LIBS) $(XXHASH_LIBS) $(EVENT_LIBS)
