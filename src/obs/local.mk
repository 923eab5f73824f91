# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libobs.a
libobs_a_SOURCES = \
	src/obs/audit.c \
	src/obs/counts.c \
	src/obs/ledger.c \
	src/obs/reqlog.c \
	src/obs/tally.c \
	include/obs/audit.h \
	include/obs/counts.h \
	include/obs/ledger.h \
	include/obs/reqlog.h \
	include/obs/tally.h
