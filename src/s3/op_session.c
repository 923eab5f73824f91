/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CreateSession: credentials for one bucket and five minutes, which directory buckets are
 * used with. docs.aws.amazon.com/AmazonS3/latest/API/API_CreateSession.html
 */
#include "config.h"

#include "access/session.h"
#include "iam/iam.h"
#include "s3_priv.h"

enum { SESSION_SECONDS = 300 };

static struct span
behind(struct span s, char c)
{
	size_t at = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == c)
			at = i + 1;
	return span_from(s, at);
}

/* Who asks, and nothing that narrows it may be lost on the way: a session cannot hold two
 * policies, so who has one already gets none. */
static enum err
session_who(struct rq *rq, struct session *s)
{
	const struct identity *who = rq->who;

	if (who->kind == IDENTITY_NOBODY || who->kind == IDENTITY_FEDERATED ||
	    who->has_session_policy || rq->credential == NULL)
		return fail_set(&rq->fail, E_ACCESS_DENIED);
	s->kind = who->kind;
	s->account = who->account;
	s->id = rq->credential->entity_id;
	s->name =
	    who->kind == IDENTITY_SESSION ? behind(who->role_arn, '/') : who->user_name;
	if (who->kind == IDENTITY_SESSION)
		s->session = behind(who->user_id, ':');
	s->began = who->session_began != 0 ? who->session_began : rq->real_ms / 1000;
	s->expires = rq->real_ms / 1000 + SESSION_SECONDS;
	if (rq->credential->expires != 0 && rq->credential->expires < s->expires)
		s->expires = rq->credential->expires;
	s->tag = arena_array(rq->arena, who->ntag + 1, sizeof *s->tag);
	for (size_t i = 0; i < who->ntag; i++)
		s->tag[s->ntag++] = who->tag[i];
	return OK;
}

static enum err
session_mode(struct rq *rq, const char **actions)
{
	struct span mode = header_get(rq, "x-amz-create-session-mode"),
		    sse = header_get(rq, "x-amz-server-side-encryption");

	*actions = span_is(mode, "ReadOnly") ? "\"s3:Get*\",\"s3:List*\"" : "\"s3:*\"";
	if (mode.p != NULL && !span_is(mode, "ReadOnly") && !span_is(mode, "ReadWrite"))
		return bad_argument(
		    rq, "x-amz-create-session-mode", mode, "Invalid session mode");
	if (sse.p != NULL && !span_is(sse, "AES256"))
		return header_not_implemented(rq, "x-amz-server-side-encryption", NULL);
	return OK;
}

static void
session_reply(struct rq *rq, const struct session *s, struct span token)
{
	struct buf *b = reply_xml(rq, 200);

	buf_str(b, "<CreateSessionResult xmlns=\"" XML_S3NS "\"><Credentials>");
	xml_put(b, "AccessKeyId", s->access_key);
	xml_put(b, "SecretAccessKey", s->secret);
	xml_put(b, "SessionToken", token);
	xml_put_time(b, "Expiration", s->expires * 1000);
	buf_str(b, "</Credentials></CreateSessionResult>");
}

enum err
op_create_session_begin(struct rq *rq)
{
	struct session s = { .narrowed = true };
	struct buf token = { 0 };
	const char *actions;
	enum err e = session_mode(rq, &actions);

	if (e == OK)
		e = session_who(rq, &s);
	if (e != OK)
		return e;
	s.policy = span_str(arena_printf(rq->arena,
	    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
	    "\"Action\":[%s],\"Resource\":[\"arn:aws:s3:::%.*s\","
	    "\"arn:aws:s3:::%.*s/*\"]}]}",
	    actions, (int)rq->bucket.n, rq->bucket.p, (int)rq->bucket.n, rq->bucket.p));
	session_make(rq->arena, rq->s3->conf.iam->keys, &s, &token);
	session_reply(rq, &s, buf_view(&token));
	buf_fini(&token);
	return OK;
}
