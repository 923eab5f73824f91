# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/job/t_message
tests_unit_job_t_message_SOURCES = tests/unit/job/t_message.c
tests_unit_job_t_message_LDADD = $(LINK_JOB) $(CMOCKA_LIBS)
TESTS += tests/unit/job/t_message
