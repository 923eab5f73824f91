# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/store/t_table
tests_unit_store_t_table_SOURCES = tests/unit/store/t_table.c tests/unit/store/kit.h
tests_unit_store_t_table_LDADD = $(LINK_STORE) $(CMOCKA_LIBS)
TESTS += tests/unit/store/t_table
check_PROGRAMS += tests/unit/store/t_key
tests_unit_store_t_key_SOURCES = tests/unit/store/t_key.c tests/unit/store/kit.h
tests_unit_store_t_key_LDADD = $(LINK_STORE) $(CMOCKA_LIBS)
TESTS += tests/unit/store/t_key
check_PROGRAMS += tests/unit/store/t_blob
tests_unit_store_t_blob_SOURCES = tests/unit/store/t_blob.c tests/unit/store/kit.h
tests_unit_store_t_blob_LDADD = $(LINK_STORE) $(CMOCKA_LIBS)
TESTS += tests/unit/store/t_blob
check_PROGRAMS += tests/unit/store/t_writer
tests_unit_store_t_writer_SOURCES = tests/unit/store/t_writer.c tests/unit/store/kit.h
tests_unit_store_t_writer_LDADD = $(LINK_STORE) $(CMOCKA_LIBS)
TESTS += tests/unit/store/t_writer
check_PROGRAMS += tests/unit/store/t_sweep
tests_unit_store_t_sweep_SOURCES = tests/unit/store/t_sweep.c tests/unit/store/kit.h
tests_unit_store_t_sweep_LDADD = $(LINK_STORE) $(CMOCKA_LIBS)
TESTS += tests/unit/store/t_sweep
check_PROGRAMS += tests/unit/store/t_store
tests_unit_store_t_store_SOURCES = tests/unit/store/t_store.c tests/unit/store/kit.h
tests_unit_store_t_store_LDADD = $(LINK_STORE) $(CMOCKA_LIBS)
TESTS += tests/unit/store/t_store
check_PROGRAMS += tests/unit/store/t_verify
tests_unit_store_t_verify_SOURCES = tests/unit/store/t_verify.c tests/unit/store/kit.h
tests_unit_store_t_verify_LDADD = $(LINK_STORE) $(CMOCKA_LIBS)
TESTS += tests/unit/store/t_verify
check_PROGRAMS += tests/unit/store/t_journal
tests_unit_store_t_journal_SOURCES = tests/unit/store/t_journal.c tests/unit/store/kit.h
tests_unit_store_t_journal_LDADD = $(LINK_STORE) $(CMOCKA_LIBS)
TESTS += tests/unit/store/t_journal

# Not in make check: make tests/bench/store_bench
EXTRA_PROGRAMS += tests/bench/store_bench
tests_bench_store_bench_SOURCES = tests/bench/store_bench.c
tests_bench_store_bench_LDADD = $(LINK_STORE)
