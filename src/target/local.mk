# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libtarget.a
libtarget_a_SOURCES = \
	src/target/awsapi.c \
	src/target/awsapi_priv.h \
	src/target/live.c \
	src/target/sns.c \
	src/target/sqs.c \
	src/target/target.c \
	src/target/targets.c \
	src/target/targets_priv.h \
	src/target/targets_read.c \
	src/target/webhook.c \
	include/target/kinds.def \
	include/target/live.h \
	include/target/target.h \
	include/target/targets.h
