# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libobs.a
libobs_a_SOURCES = src/obs/reqlog.c include/obs/reqlog.h
libobs_a_SOURCES += src/obs/ledger.c include/obs/ledger.h
libobs_a_SOURCES += src/obs/audit.c include/obs/audit.h
