# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libstore.a
libstore_a_SOURCES = \
	src/store/blob.c src/store/blob_file.c src/store/blob_read.c src/store/fdcache.c src/store/fresh.c \
	src/store/key.c src/store/reader.c src/store/recover.c src/store/reserve.c \
	src/store/rewrite.c src/store/row.c src/store/segment.c src/store/store.c src/store/sweep.c \
	src/store/table.c src/store/verify.c src/store/verify_files.c src/store/writer.c \
	src/store/store_priv.h src/store/verify_priv.h \
	include/store/blob.h include/store/store.h include/store/table.h include/store/verify.h
EXTRA_DIST += src/store/README.md
