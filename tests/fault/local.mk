# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/fault/store_torture
tests_fault_store_torture_SOURCES = tests/fault/store_torture.c
tests_fault_store_torture_LDADD = $(LINK_STORE)
TESTS += tests/fault/store_torture
