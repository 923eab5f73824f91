# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/unit/auth/auth_case.h \
	tests/vec/sigv2-aws.txt tests/vec/sigv4-aws.txt tests/vec/sigv4-botocore.txt tests/vec/sigv4-botocore.py
check_PROGRAMS += tests/unit/auth/t_sigv4_vec
tests_unit_auth_t_sigv4_vec_SOURCES = tests/unit/auth/t_sigv4_vec.c
tests_unit_auth_t_sigv4_vec_LDADD = $(LINK_AUTH) $(CMOCKA_LIBS)
TESTS += tests/unit/auth/t_sigv4_vec

check_PROGRAMS += tests/unit/auth/t_sigv4
tests_unit_auth_t_sigv4_SOURCES = tests/unit/auth/t_sigv4.c
tests_unit_auth_t_sigv4_LDADD = $(LINK_AUTH) $(CMOCKA_LIBS)
TESTS += tests/unit/auth/t_sigv4

check_PROGRAMS += tests/unit/auth/t_chunksig
tests_unit_auth_t_chunksig_SOURCES = tests/unit/auth/t_chunksig.c
tests_unit_auth_t_chunksig_LDADD = $(LINK_AUTH) $(CMOCKA_LIBS)
TESTS += tests/unit/auth/t_chunksig

check_PROGRAMS += tests/unit/auth/t_sigv2
tests_unit_auth_t_sigv2_SOURCES = tests/unit/auth/t_sigv2.c
tests_unit_auth_t_sigv2_LDADD = $(LINK_AUTH) $(CMOCKA_LIBS)
TESTS += tests/unit/auth/t_sigv2
check_PROGRAMS += tests/unit/auth/t_postsig
tests_unit_auth_t_postsig_SOURCES = tests/unit/auth/t_postsig.c
tests_unit_auth_t_postsig_LDADD = $(LINK_AUTH) $(CMOCKA_LIBS)
TESTS += tests/unit/auth/t_postsig
