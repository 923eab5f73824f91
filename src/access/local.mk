# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libaccess.a
libaccess_a_SOURCES = src/access/access.c include/access/access.h include/access/identity.h include/access/policy.h
