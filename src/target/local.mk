# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += libtarget.a
libtarget_a_CFLAGS = $(SELDOM_CFLAGS)
libtarget_a_CPPFLAGS = $(AM_CPPFLAGS) $(HIREDIS_CFLAGS) $(RDKAFKA_CFLAGS) $(NATS_CFLAGS) $(MOSQUITTO_CFLAGS) $(PQ_CFLAGS) $(RABBITMQ_CFLAGS)
libtarget_a_SOURCES = \
	src/target/amqp.c \
	src/target/awsapi.c \
	src/target/awsapi_priv.h \
	src/target/broker.c \
	src/target/broker_text.c \
	src/target/kafka.c \
	src/target/live.c \
	src/target/mqtt.c \
	src/target/nats.c \
	src/target/postgresql.c \
	src/target/redis.c \
	src/target/sns.c \
	src/target/sqs.c \
	src/target/target.c \
	src/target/targets.c \
	src/target/targets_priv.h \
	src/target/targets_read.c \
	src/target/targets_show.c \
	src/target/webhook.c \
	include/target/broker.h \
	include/target/kinds.def \
	include/target/live.h \
	include/target/target.h \
	include/target/targets.h
