# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libjob.a
libjob_a_SOURCES = \
	src/job/audithook.c \
	src/job/expirer.c \
	src/job/jobs.c \
	src/job/logship.c \
	src/job/tier_admin.c \
	src/job/tier_errand.c \
	src/job/tier_mover.c \
	src/job/tier_priv.h \
	src/job/tiers.c \
	include/job/audithook.h \
	include/job/expirer.h \
	include/job/jobs.h \
	include/job/logship.h \
	include/job/tiers.h
