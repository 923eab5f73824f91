/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kind sns: PublishBatch to a topic of SNS or of what speaks its API. Source:
 * docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
 */
#include "config.h"

#include "base/mem.h"

#include "awsapi_priv.h"

struct target {
	struct awsapi api;
	char *topic; /* its ARN */
};

static enum err
sns_open(const struct target_conf *conf, struct target **out, struct fail *fail)
{
	struct target *t = mem_zalloc(sizeof *t);
	const char *region = target_param(conf, "region"),
		   *given = target_param(conf, "arn");
	struct buf b = { 0 };

	(void)fail; /* connects when it has something to say */
	awsapi_init(&t->api, conf, "sns");
	if (strncmp(given, "arn:aws:sns:", 12) == 0)
		buf_str(&b, given);
	else
		buf_printf(&b, "arn:aws:sns:%s:000000000000:%s",
		    region[0] != '\0' ? region : "us-east-1", conf->id);
	t->topic = mem_dup(buf_cstr(&b));
	buf_fini(&b);
	*out = t;
	return OK;
}

static void
put_batch(struct target *t, const struct target_msg *msg, size_t n)
{
	static const char list[] = "PublishBatchRequestEntries.member";

	awsapi_begin(&t->api, "PublishBatch", "2010-03-31");
	awsapi_put(&t->api, "TopicArn", span_str(t->topic));
	for (size_t i = 0; i < n; i++) {
		char id = (char)('0' + i);

		awsapi_put_nth(&t->api, list, i, "Id", span_of(&id, 1));
		awsapi_put_nth(
		    &t->api, list, i, "Subject", SPAN_LIT("Amazon S3 Notification"));
		awsapi_put_nth(&t->api, list, i, "Message", msg[i].whole);
	}
}

static enum err
failed_some(struct target *t, size_t n, struct fail *fail)
{
	struct span answer = buf_view(&t->api.answer);
	bool sender = span_search(answer, SPAN_LIT("<SenderFault>true"), 0) < answer.n;

	if (span_search(answer, SPAN_LIT("<SenderFault>"), 0) == answer.n)
		return OK;
	return fail_msg(fail, sender ? E_INVALID_ARGUMENT : E_GONE,
	    "it did not take all of %zu messages: %.*s", n, (int)span_head(answer, 160).n,
	    answer.p);
}

static enum err
sns_send(struct target *t, const struct target_msg *msg, size_t n, struct fail *fail)
{
	enum err e = OK;
	size_t some;

	for (size_t at = 0; e == OK && at < n; at += some) {
		some = awsapi_some(msg + at, n - at);
		put_batch(t, msg + at, some);
		e = awsapi_post(&t->api, NULL, fail);
		if (e == OK)
			e = failed_some(t, some, fail);
	}
	return e;
}

static void
sns_close(struct target **target)
{
	struct target *t = *target;

	if (t == NULL)
		return;
	*target = NULL;
	awsapi_fini(&t->api);
	mem_free(t->topic);
	mem_free(t);
}

static const struct target_rule sns_rules[] = {
	AWSAPI_RULES,
	{ 0 },
};

const struct target_kind sns_kind = {
	.name = "sns",
	.rules = sns_rules,
	.open = sns_open,
	.send = sns_send,
	.close = sns_close,
	.batch = AWSAPI_BATCH,
};
