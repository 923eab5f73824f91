# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/object/t_checksum
tests_unit_object_t_checksum_SOURCES = tests/unit/object/t_checksum.c tests/unit/object/objkit.h
tests_unit_object_t_checksum_LDADD = $(LINK_OBJECT) $(CMOCKA_LIBS)
TESTS += tests/unit/object/t_checksum

check_PROGRAMS += tests/unit/object/t_obj_cond
tests_unit_object_t_obj_cond_SOURCES = tests/unit/object/t_obj_cond.c tests/unit/object/objkit.h
tests_unit_object_t_obj_cond_LDADD = $(LINK_OBJECT) $(CMOCKA_LIBS)
TESTS += tests/unit/object/t_obj_cond

check_PROGRAMS += tests/unit/object/t_body
tests_unit_object_t_body_SOURCES = tests/unit/object/t_body.c tests/unit/object/objkit.h
tests_unit_object_t_body_LDADD = $(LINK_OBJECT) $(CMOCKA_LIBS)
TESTS += tests/unit/object/t_body

check_PROGRAMS += tests/unit/object/t_obj_list
tests_unit_object_t_obj_list_SOURCES = tests/unit/object/t_obj_list.c tests/unit/object/objkit.h
tests_unit_object_t_obj_list_LDADD = $(LINK_OBJECT) $(CMOCKA_LIBS)
TESTS += tests/unit/object/t_obj_list

check_PROGRAMS += tests/unit/object/t_obj_store
tests_unit_object_t_obj_store_SOURCES = tests/unit/object/t_obj_store.c tests/unit/object/objkit.h
tests_unit_object_t_obj_store_LDADD = $(LINK_OBJECT) $(CMOCKA_LIBS)
TESTS += tests/unit/object/t_obj_store

check_PROGRAMS += tests/unit/object/t_obj_change
tests_unit_object_t_obj_change_SOURCES = tests/unit/object/t_obj_change.c tests/unit/object/objkit.h
tests_unit_object_t_obj_change_LDADD = $(LINK_OBJECT) $(CMOCKA_LIBS)
TESTS += tests/unit/object/t_obj_change

check_PROGRAMS += tests/unit/object/t_team
tests_unit_object_t_team_SOURCES = tests/unit/object/t_team.c
tests_unit_object_t_team_LDADD = $(LINK_OBJECT) $(CMOCKA_LIBS)
TESTS += tests/unit/object/t_team

check_PROGRAMS += tests/unit/object/t_crypt
tests_unit_object_t_crypt_SOURCES = tests/unit/object/t_crypt.c tests/unit/object/objkit.h
tests_unit_object_t_crypt_LDADD = $(LINK_OBJECT) $(CMOCKA_LIBS)
TESTS += tests/unit/object/t_crypt

check_PROGRAMS += tests/unit/object/t_obj_reset
tests_unit_object_t_obj_reset_SOURCES = tests/unit/object/t_obj_reset.c tests/unit/object/objkit.h
tests_unit_object_t_obj_reset_LDADD = $(LINK_OBJECT) $(CMOCKA_LIBS)
TESTS += tests/unit/object/t_obj_reset
check_PROGRAMS += tests/unit/object/t_obj_version
tests_unit_object_t_obj_version_SOURCES = tests/unit/object/t_obj_version.c tests/unit/object/objkit.h
tests_unit_object_t_obj_version_LDADD = $(LINK_OBJECT) $(CMOCKA_LIBS)
TESTS += tests/unit/object/t_obj_version
