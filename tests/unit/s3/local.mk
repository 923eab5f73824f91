# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += tests/unit/s3/t_route
tests_unit_s3_t_route_SOURCES = tests/unit/s3/t_route.c tests/unit/s3/s3kit.h
tests_unit_s3_t_route_LDADD = $(LINK_S3) $(CMOCKA_LIBS)
TESTS += tests/unit/s3/t_route

check_PROGRAMS += tests/unit/s3/t_address
tests_unit_s3_t_address_SOURCES = tests/unit/s3/t_address.c tests/unit/s3/s3kit.h
tests_unit_s3_t_address_LDADD = $(LINK_S3) $(CMOCKA_LIBS)
TESTS += tests/unit/s3/t_address

check_PROGRAMS += tests/unit/s3/t_range
tests_unit_s3_t_range_SOURCES = tests/unit/s3/t_range.c tests/unit/s3/s3kit.h
tests_unit_s3_t_range_LDADD = $(LINK_S3) $(CMOCKA_LIBS)
TESTS += tests/unit/s3/t_range

check_PROGRAMS += tests/unit/s3/t_tier
tests_unit_s3_t_tier_SOURCES = tests/unit/s3/t_tier.c tests/unit/s3/s3kit.h
tests_unit_s3_t_tier_LDADD = $(LINK_S3) $(CMOCKA_LIBS)
TESTS += tests/unit/s3/t_tier
