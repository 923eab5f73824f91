/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kind sqs: SendMessageBatch to a queue of SQS or of what speaks its API. Of a FIFO queue
 * (NAME.fifo) the messages of a key are a group. Source:
 * docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
#include "config.h"

#include <inttypes.h>

#include "base/mem.h"
#include "codec/digest.h"
#include "codec/hex.h"
#include "codec/json.h"

#include "awsapi_priv.h"

struct target {
	struct awsapi api;
	char *url; /* of the queue */
	bool fifo, query;
};

static void
queue_url(struct buf *out, const struct target_conf *conf)
{
	struct span endpoint = span_str(target_param(conf, "endpoint")),
		    account = awsapi_arn(conf, 4), name = awsapi_arn(conf, 5);
	const char *given = target_param(conf, "queue_url");

	if (given[0] != '\0') {
		buf_str(out, given);
		return;
	}
	while (endpoint.n > 0 && endpoint.p[endpoint.n - 1] == '/')
		endpoint.n--;
	buf_span(out, endpoint);
	buf_char(out, '/');
	buf_span(out, account.n > 0 ? account : SPAN_LIT("000000000000"));
	buf_char(out, '/');
	buf_span(out, name.n > 0 ? name : span_str(conf->id));
}

static enum err
sqs_open(const struct target_conf *conf, struct target **out, struct fail *fail)
{
	struct target *t = mem_zalloc(sizeof *t);
	struct buf url = { 0 };

	(void)fail; /* connects when it has something to say */
	awsapi_init(&t->api, conf, "sqs");
	queue_url(&url, conf);
	t->url = mem_dup(buf_cstr(&url));
	t->fifo = span_ends(buf_view(&url), SPAN_LIT(".fifo"));
	t->query = strcmp(target_param(conf, "protocol"), "query") == 0;
	buf_fini(&url);
	*out = t;
	return OK;
}

/* One group a key; the number of an event is its own for ever. */
static void
fifo_ids(const struct target_msg *m, char group[33], char unique[24])
{
	uint8_t raw[16];
	struct buf b = { 0 };

	digest_of(DIGEST_MD5, m->key, raw);
	hex_render(group, raw, sizeof raw);
	buf_u64(&b, m->number);
	memcpy(unique, buf_cstr(&b), b.n + 1);
	buf_fini(&b);
}

static void
put_json(struct target *t, const struct target_msg *msg, size_t n)
{
	struct buf *b = &t->api.body;
	char group[33], unique[24];

	b->n = 0;
	buf_str(b, "{\"QueueUrl\":");
	json_put(b, span_str(t->url));
	buf_str(b, ",\"Entries\":[");
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "%s{\"Id\":\"%zu\",\"MessageBody\":", i > 0 ? "," : "", i);
		json_put(b, msg[i].whole);
		if (t->fifo) {
			fifo_ids(&msg[i], group, unique);
			buf_printf(b,
			    ",\"MessageGroupId\":\"%.32s\",\"MessageDeduplicationId\":"
			    "\"%s\"",
			    group, unique);
		}
		buf_char(b, '}');
	}
	buf_str(b, "]}");
}

static void
put_query(struct target *t, const struct target_msg *msg, size_t n)
{
	static const char list[] = "SendMessageBatchRequestEntry";
	char group[33], unique[24], id[24];

	awsapi_begin(&t->api, "SendMessageBatch", "2012-11-05");
	awsapi_put(&t->api, "QueueUrl", span_str(t->url));
	for (size_t i = 0; i < n; i++) {
		struct buf number = { 0 };

		buf_u64(&number, i);
		memcpy(id, buf_cstr(&number), number.n + 1);
		buf_fini(&number);
		awsapi_put_nth(&t->api, list, i, "Id", span_str(id));
		awsapi_put_nth(&t->api, list, i, "MessageBody", msg[i].whole);
		if (!t->fifo)
			continue;
		fifo_ids(&msg[i], group, unique);
		awsapi_put_nth(&t->api, list, i, "MessageGroupId", span_of(group, 32));
		awsapi_put_nth(
		    &t->api, list, i, "MessageDeduplicationId", span_str(unique));
	}
}

/* A batch that was taken may have left some away. */
static enum err
failed_some(struct target *t, size_t n, struct fail *fail)
{
	struct span answer = buf_view(&t->api.answer);
	bool sender =
	    span_search(answer, SPAN_LIT("\"SenderFault\":true"), 0) < answer.n ||
	    span_search(answer, SPAN_LIT("<SenderFault>true"), 0) < answer.n;
	bool failed = span_search(answer, SPAN_LIT("\"SenderFault\""), 0) < answer.n ||
	    span_search(answer, SPAN_LIT("<BatchResultErrorEntry>"), 0) < answer.n;

	if (!failed)
		return OK;
	return fail_msg(fail, sender ? E_INVALID_ARGUMENT : E_GONE,
	    "it did not take all of %zu messages: %.*s", n, (int)span_head(answer, 160).n,
	    answer.p);
}

static enum err
sqs_send(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	enum err e = OK;
	size_t some;

	for (size_t at = 0; e == OK && at < n; at += some) {
		some = awsapi_some(msg + at, n - at);
		if (t->query)
			put_query(t, msg + at, some);
		else
			put_json(t, msg + at, some);
		e = awsapi_post(
		    &t->api, t->query ? NULL : "AmazonSQS.SendMessageBatch", fail);
		if (e == OK)
			e = failed_some(t, some, fail);
	}
	return e;
}

static void
sqs_close(struct target **target)
{
	struct target *t = *target;

	if (t == NULL)
		return;
	*target = NULL;
	awsapi_fini(&t->api);
	mem_free(t->url);
	mem_free(t);
}

static const struct target_rule sqs_rules[] = {
	AWSAPI_RULES,
	{ "queue_url", TARGET_URL, false, NULL,
	    "of the queue; ENDPOINT/ACCOUNT/NAME of `arn`, or of the id, by default" },
	{ "protocol", TARGET_WORD, false, "json|query", "of the API; json by default" },
	{ 0 },
};

const struct target_kind sqs_kind = {
	.name = "sqs",
	.rules = sqs_rules,
	.open = sqs_open,
	.send = sqs_send,
	.close = sqs_close,
	.batch = AWSAPI_BATCH,
};
