# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libjob.a
libjob_a_CFLAGS = $(SELDOM_CFLAGS)
libjob_a_SOURCES = \
	src/job/analytics.c \
	src/job/audithook.c \
	src/job/dropper.c \
	src/job/expirer.c \
	src/job/inventory.c \
	src/job/inventory_priv.h \
	src/job/inventory_row.c \
	src/job/jobs.c \
	src/job/lane.c \
	src/job/logship.c \
	src/job/message.c \
	src/job/metering.c \
	src/job/notifier.c \
	src/job/notifier_priv.h \
	src/job/notifier_show.c \
	src/job/replicate_bytes.c \
	src/job/replicate_doubt.c \
	src/job/replicate_lane.c \
	src/job/replicate_priv.h \
	src/job/replicate_scan.c \
	src/job/replicate_send.c \
	src/job/replicator.c \
	src/job/replicator_target.c \
	src/job/report.c \
	src/job/report_priv.h \
	src/job/stale.c \
	src/job/tier_admin.c \
	src/job/tier_errand.c \
	src/job/tier_job.c \
	src/job/tier_mover.c \
	src/job/tier_priv.h \
	src/job/tiers.c \
	src/job/timed.c \
	include/job/analytics.h \
	include/job/audithook.h \
	include/job/dropper.h \
	include/job/expirer.h \
	include/job/inventory.h \
	include/job/jobs.h \
	include/job/logship.h \
	include/job/message.h \
	include/job/metering.h \
	include/job/notifier.h \
	include/job/replicator.h \
	include/job/stale.h \
	include/job/tiers.h \
	include/job/timed.h
