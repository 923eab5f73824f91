/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of Kafka for tests/e2e/targets.py.
 *
 *   kafka_peer mock             librdkafka's cluster of one broker: its address on stdout; then
 *                               "down" (it refuses), "up" and "quit" on stdin, each answered
 *                               by itself
 *   kafka_peer read BROKERS TOPIC [NAME=VALUE ...]   with librdkafka's settings
 *                               what the topic holds, oldest first within a partition:
 *                               PARTITION TAB KEY TAB VALUE
 */
#include "config.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <string.h>

enum { TIMEOUT_MS = 15000 };

static int
complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "kafka_peer: %s: %s\n", what, why);
	return 1;
}

static int
mock(void)
{
	rd_kafka_mock_cluster_t *cluster;
	char why[256], line[64];
	rd_kafka_t *rk =
	    rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);

	if (rk == NULL)
		return complain("mock", why);
	cluster = rd_kafka_mock_cluster_new(rk, 1);
	if (cluster == NULL)
		return complain("mock", "no cluster");
	(void)printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
	(void)fflush(stdout);
	while (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "quit\n") != 0) {
		if (strcmp(line, "down\n") == 0)
			(void)rd_kafka_mock_broker_set_down(cluster, 1);
		else if (strcmp(line, "up\n") == 0)
			(void)rd_kafka_mock_broker_set_up(cluster, 1);
		(void)fputs(line, stdout);
		(void)fflush(stdout);
	}
	rd_kafka_mock_cluster_destroy(cluster);
	rd_kafka_destroy(rk);
	return 0;
}

/* All partitions of topic, from their beginning; how many. */
static int
assign(rd_kafka_t *rk, const char *topic)
{
	const struct rd_kafka_metadata *meta = NULL;
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	rd_kafka_resp_err_t e = rd_kafka_metadata(rk, 0, rkt, &meta, TIMEOUT_MS);
	int n = 0;

	if (e == RD_KAFKA_RESP_ERR_NO_ERROR) {
		for (n = 0; n < meta->topics[0].partition_cnt; n++)
			rd_kafka_topic_partition_list_add(list, topic, n)->offset =
			    RD_KAFKA_OFFSET_BEGINNING;
		rd_kafka_metadata_destroy(meta);
		e = rd_kafka_assign(rk, list);
	}
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_topic_destroy(rkt);
	if (e != RD_KAFKA_RESP_ERR_NO_ERROR)
		return -complain(topic, rd_kafka_err2str(e));
	return n;
}

static int
read_all(rd_kafka_t *rk, const char *topic)
{
	int open = assign(rk, topic), bad = open < 0;

	while (open > 0) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, TIMEOUT_MS);

		if (m == NULL)
			return complain(topic, "nothing comes any more");
		if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
			open--;
		else if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR)
			(void)printf("%d\t%.*s\t%.*s\n", (int)m->partition,
			    (int)m->key_len, (const char *)m->key, (int)m->len,
			    (const char *)m->payload);
		rd_kafka_message_destroy(m);
	}
	return bad;
}

static int
reader(int argc, char **argv)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk;
	char why[256] = "";
	int code;

	(void)rd_kafka_conf_set(conf, "bootstrap.servers", argv[2], why, sizeof why);
	(void)rd_kafka_conf_set(conf, "group.id", "reader", why, sizeof why);
	(void)rd_kafka_conf_set(conf, "enable.partition.eof", "true", why, sizeof why);
	(void)rd_kafka_conf_set(conf, "enable.auto.commit", "false", why, sizeof why);
	for (int i = 4; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (value == NULL)
			return complain(argv[i], "NAME=VALUE is missing");
		*value = '\0';
		if (rd_kafka_conf_set(conf, argv[i], value + 1, why, sizeof why) !=
		    RD_KAFKA_CONF_OK)
			return complain(argv[i], why);
	}
	rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
	if (rk == NULL)
		return complain("reader", why);
	(void)rd_kafka_poll_set_consumer(rk);
	code = read_all(rk, argv[3]);
	(void)rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
	return code;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "mock") == 0)
		return mock();
	if (argc >= 4 && strcmp(argv[1], "read") == 0)
		return reader(argc, argv);
	return complain("usage", "kafka_peer mock | read BROKERS TOPIC [NAME=VALUE ...]");
}
