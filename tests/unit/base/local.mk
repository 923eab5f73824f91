# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/base/t_arena
tests_unit_base_t_arena_SOURCES = tests/unit/base/t_arena.c
tests_unit_base_t_arena_LDADD = $(LINK_BASE) $(CMOCKA_LIBS)
TESTS += tests/unit/base/t_arena

check_PROGRAMS += tests/unit/base/t_buf
tests_unit_base_t_buf_SOURCES = tests/unit/base/t_buf.c
tests_unit_base_t_buf_LDADD = $(LINK_BASE) $(CMOCKA_LIBS)
TESTS += tests/unit/base/t_buf

check_PROGRAMS += tests/unit/base/t_clock
tests_unit_base_t_clock_SOURCES = tests/unit/base/t_clock.c
tests_unit_base_t_clock_LDADD = $(LINK_BASE) $(CMOCKA_LIBS)
TESTS += tests/unit/base/t_clock

check_PROGRAMS += tests/unit/base/t_err
tests_unit_base_t_err_SOURCES = tests/unit/base/t_err.c
tests_unit_base_t_err_LDADD = $(LINK_BASE) $(CMOCKA_LIBS)
TESTS += tests/unit/base/t_err

check_PROGRAMS += tests/unit/base/t_io
tests_unit_base_t_io_SOURCES = tests/unit/base/t_io.c tests/unit/base/child.h
tests_unit_base_t_io_LDADD = $(LINK_BASE) $(CMOCKA_LIBS)
TESTS += tests/unit/base/t_io

check_PROGRAMS += tests/unit/base/t_lock
tests_unit_base_t_lock_SOURCES = tests/unit/base/t_lock.c tests/unit/base/child.h
tests_unit_base_t_lock_LDADD = $(LINK_BASE) $(CMOCKA_LIBS)
TESTS += tests/unit/base/t_lock

check_PROGRAMS += tests/unit/base/t_mem
tests_unit_base_t_mem_SOURCES = tests/unit/base/t_mem.c
tests_unit_base_t_mem_LDADD = $(LINK_BASE) $(CMOCKA_LIBS)
TESTS += tests/unit/base/t_mem

check_PROGRAMS += tests/unit/base/t_solib
tests_unit_base_t_solib_SOURCES = tests/unit/base/t_solib.c
tests_unit_base_t_solib_LDADD = $(LINK_BASE) $(CMOCKA_LIBS)
TESTS += tests/unit/base/t_solib

check_PROGRAMS += tests/unit/base/t_task
tests_unit_base_t_task_SOURCES = tests/unit/base/t_task.c
tests_unit_base_t_task_LDADD = $(LINK_BASE) $(CMOCKA_LIBS)
TESTS += tests/unit/base/t_task

check_PROGRAMS += tests/unit/base/t_proc
tests_unit_base_t_proc_SOURCES = tests/unit/base/t_proc.c
tests_unit_base_t_proc_LDADD = $(LINK_BASE) $(CMOCKA_LIBS)
TESTS += tests/unit/base/t_proc
