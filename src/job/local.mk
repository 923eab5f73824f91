# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libjob.a
libjob_a_SOURCES = src/job/logship.c include/job/logship.h
libjob_a_SOURCES += src/job/audithook.c include/job/audithook.h
