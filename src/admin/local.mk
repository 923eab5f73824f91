# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libadmin.a
libadmin_a_CFLAGS = $(SELDOM_CFLAGS)
libadmin_a_SOURCES = \
	src/admin/adm.c \
	src/admin/adm_clock.c \
	src/admin/adm_cost.c \
	src/admin/adm_declare.c \
	src/admin/adm_events.c \
	src/admin/adm_iam.c \
	src/admin/adm_minio.c \
	src/admin/adm_priv.h \
	src/admin/adm_quota.c \
	src/admin/adm_remote.c \
	src/admin/adm_replication.c \
	src/admin/adm_reset.c \
	src/admin/adm_target.c \
	src/admin/adm_tier.c \
	src/admin/adm_usage.c \
	src/admin/envelope.c \
	include/admin/adm.def \
	include/admin/adm.h \
	include/admin/envelope.h \
	include/admin/minio.def
