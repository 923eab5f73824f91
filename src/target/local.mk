# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libtarget.a
libtarget_a_SOURCES = \
	src/target/target.c \
	src/target/webhook.c \
	include/target/kinds.def \
	include/target/target.h
