# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libseed.a
libseed_a_CFLAGS = $(SELDOM_CFLAGS)
libseed_a_CPPFLAGS = $(AM_CPPFLAGS) $(ZIP_CFLAGS)
libseed_a_SOURCES = \
	src/seed/seed.c \
	src/seed/seed_doc.c \
	src/seed/seed_json.c \
	src/seed/seed_priv.h \
	src/seed/seed_run.c \
	src/seed/seed_tree.c \
	src/seed/seed_zip.c \
	include/seed/seed.h
