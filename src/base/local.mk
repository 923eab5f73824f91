# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/arena.c \
	src/base/buf.c \
	src/base/clock.c \
	src/base/err.c \
	src/base/fault.c \
	src/base/io.c \
	src/base/lock.c \
	src/base/log.c \
	src/base/mem.c \
	src/base/mini.c \
	src/base/proc.c \
	src/base/rand.c \
	src/base/solib.c \
	src/base/task.c \
	include/base/arena.h \
	include/base/be.h \
	include/base/buf.h \
	include/base/clock.h \
	include/base/err.h \
	include/base/errors.def \
	include/base/faults.def \
	include/base/io.h \
	include/base/lock.h \
	include/base/locks.def \
	include/base/log.h \
	include/base/mem.h \
	include/base/mini.h \
	include/base/proc.h \
	include/base/rand.h \
	include/base/solib.h \
	include/base/task.h
