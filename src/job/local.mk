# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libjob.a
libjob_a_SOURCES = \
	src/job/audithook.c \
	src/job/dropper.c \
	src/job/expirer.c \
	src/job/jobs.c \
	src/job/logship.c \
	include/job/audithook.h \
	include/job/dropper.h \
	include/job/expirer.h \
	include/job/jobs.h \
	include/job/logship.h
