# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/model/t_doc
tests_unit_model_t_doc_SOURCES = tests/unit/model/t_doc.c
tests_unit_model_t_doc_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_doc
