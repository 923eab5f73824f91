# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libiam.a
libiam_a_CFLAGS = $(SELDOM_CFLAGS)
libiam_a_SOURCES = \
	src/iam/iam.c \
	src/iam/iam_entity.c \
	src/iam/iam_inline.c \
	src/iam/iam_key.c \
	src/iam/iam_param.c \
	src/iam/iam_policy.c \
	src/iam/iam_priv.h \
	src/iam/iam_user.c \
	src/iam/minio.c \
	src/iam/minio_attach.c \
	src/iam/minio_group.c \
	src/iam/minio_key.c \
	src/iam/minio_policy.c \
	src/iam/minio_priv.h \
	src/iam/minio_user.c \
	src/iam/oidc.c \
	src/iam/sts.c \
	src/iam/sts_priv.h \
	src/iam/sts_web.c \
	include/iam/iam.def \
	include/iam/iam.h \
	include/iam/canned.def \
	include/iam/minio.def \
	include/iam/minio.h \
	include/iam/oidc.h
