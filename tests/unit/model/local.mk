# SPDX-License-Identifier: Apache-2.0

check_PROGRAMS += tests/unit/model/t_rec
tests_unit_model_t_rec_SOURCES = tests/unit/model/t_rec.c
tests_unit_model_t_rec_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_rec

check_PROGRAMS += tests/unit/model/t_usage
tests_unit_model_t_usage_SOURCES = tests/unit/model/t_usage.c
tests_unit_model_t_usage_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_usage

check_PROGRAMS += tests/unit/model/t_doc
tests_unit_model_t_doc_SOURCES = tests/unit/model/t_doc.c
tests_unit_model_t_doc_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_doc

check_PROGRAMS += tests/unit/model/t_tags
tests_unit_model_t_tags_SOURCES = tests/unit/model/t_tags.c
tests_unit_model_t_tags_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_tags

check_PROGRAMS += tests/unit/model/t_site
tests_unit_model_t_site_SOURCES = tests/unit/model/t_site.c
tests_unit_model_t_site_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_site

check_PROGRAMS += tests/unit/model/t_worm
tests_unit_model_t_worm_SOURCES = tests/unit/model/t_worm.c
tests_unit_model_t_worm_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_worm

check_PROGRAMS += tests/unit/model/t_acl
tests_unit_model_t_acl_SOURCES = tests/unit/model/t_acl.c
tests_unit_model_t_acl_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_acl

check_PROGRAMS += tests/unit/model/t_directory
tests_unit_model_t_directory_SOURCES = tests/unit/model/t_directory.c
tests_unit_model_t_directory_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_directory

check_PROGRAMS += tests/unit/model/t_point
tests_unit_model_t_point_SOURCES = tests/unit/model/t_point.c
tests_unit_model_t_point_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_point

check_PROGRAMS += tests/unit/model/t_outbox
tests_unit_model_t_outbox_SOURCES = tests/unit/model/t_outbox.c
tests_unit_model_t_outbox_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_outbox

check_PROGRAMS += tests/unit/model/t_replication
tests_unit_model_t_replication_SOURCES = tests/unit/model/t_replication.c
tests_unit_model_t_replication_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_replication

check_PROGRAMS += tests/unit/model/t_inventory_report
tests_unit_model_t_inventory_report_SOURCES = tests/unit/model/t_inventory_report.c
tests_unit_model_t_inventory_report_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_inventory_report

check_PROGRAMS += tests/unit/model/t_analytics_report
tests_unit_model_t_analytics_report_SOURCES = tests/unit/model/t_analytics_report.c
tests_unit_model_t_analytics_report_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_analytics_report

check_PROGRAMS += tests/unit/model/t_bill
tests_unit_model_t_bill_SOURCES = tests/unit/model/t_bill.c
tests_unit_model_t_bill_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_bill

check_PROGRAMS += tests/unit/model/t_meter
tests_unit_model_t_meter_SOURCES = tests/unit/model/t_meter.c
tests_unit_model_t_meter_LDADD = $(LINK_MODEL) $(CMOCKA_LIBS)
TESTS += tests/unit/model/t_meter
