# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libstore.a
EXTRA_DIST += src/store/README.md
libstore_a_SOURCES = \
	src/store/README.md \
	src/store/blob.c \
	src/store/blob_file.c \
	src/store/blob_read.c \
	src/store/checkpoint.c \
	src/store/fdcache.c \
	src/store/fresh.c \
	src/store/journal.c \
	src/store/key.c \
	src/store/reader.c \
	src/store/recover.c \
	src/store/reserve.c \
	src/store/rewrite.c \
	src/store/row.c \
	src/store/segment.c \
	src/store/store.c \
	src/store/store_priv.h \
	src/store/sweep.c \
	src/store/table.c \
	src/store/tiny.c \
	src/store/trim.c \
	src/store/verify.c \
	src/store/verify_files.c \
	src/store/verify_priv.h \
	src/store/writer.c \
	include/store/blob.h \
	include/store/store.h \
	include/store/table.h \
	include/store/verify.h
