# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libaccess.a
libaccess_a_SOURCES = \
	src/access/access.c \
	src/access/condition.c \
	src/access/decide.c \
	src/access/declare.c \
	src/access/declare_parse.c \
	src/access/declare_priv.h \
	src/access/grant.c \
	src/access/managed.c \
	src/access/pattern.c \
	src/access/policy.c \
	src/access/policy_check.c \
	src/access/policy_key.c \
	src/access/policy_parse.c \
	src/access/policy_principal.c \
	src/access/policy_priv.h \
	src/access/policy_public.c \
	src/access/principal.c \
	src/access/roster.c \
	src/access/roster_priv.h \
	src/access/session.c \
	src/access/tempcred.c \
	include/access/access.h \
	include/access/actions.def \
	include/access/decide.h \
	include/access/declare.h \
	include/access/grant.h \
	include/access/identity.h \
	include/access/keys.def \
	include/access/managed.def \
	include/access/managed.h \
	include/access/policy.h \
	include/access/roster.h \
	include/access/session.h \
	include/access/tempcred.h
