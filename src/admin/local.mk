# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libadmin.a
libadmin_a_SOURCES = \
	src/admin/control.c \
	src/admin/control_clock.c \
	src/admin/control_priv.h \
	include/admin/control.def \
	include/admin/control.h
