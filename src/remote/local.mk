# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libremote.a
libremote_a_CFLAGS = $(SELDOM_CFLAGS)
libremote_a_SOURCES = \
	src/remote/remote.c \
	src/remote/remote_call.c \
	src/remote/remote_fault.c \
	src/remote/remote_object.c \
	src/remote/remote_priv.h \
	src/remote/remote_upload.c \
	include/remote/s3.h
