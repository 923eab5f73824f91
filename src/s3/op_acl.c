/* SPDX-License-Identifier: Apache-2.0 */
/* ACLs of buckets and objects where BucketOwnerEnforced holds: there is one, the owner's, and
 * what would say anything else is refused (recorded answers;
 * docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html). */
#include "config.h"

#include "s3_priv.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

/* ---- get ---- */

struct acl_look {
	struct rq *rq;
	struct obj_version version;
};

static enum err
acl_look(struct txn *t, void *arg)
{
	struct acl_look *l = arg;
	struct rec_object rec;
	enum err e =
	    obj_version_find(t, &l->rq->bkt, l->rq->key, &l->version, &rec, &l->rq->fail);

	if (e == OK && (rec.flags & OBJECT_IS_MARKER) != 0)
		e = fail_set(&l->rq->fail, E_METHOD_NOT_ALLOWED);
	return e;
}

static enum err
acl_subject(struct rq *rq)
{
	struct acl_look l = { .rq = rq };
	enum err e;

	if (rq->op->level != LEVEL_OBJECT)
		return OK;
	e = query_version(rq, &l.version);
	return e == OK ? store_read(rq->loop->reader, acl_look, &l) : e;
}

enum err
op_get_acl_begin(struct rq *rq)
{
	const struct account *owner;
	struct buf *b;
	enum err e = acl_subject(rq);

	if (e != OK)
		return e;
	owner = rq_owner(rq);
	b = reply_xml(rq, 200);
	buf_str(b, "<AccessControlPolicy xmlns=\"" XML_S3NS "\">");
	xml_put_owner(b, "Owner", owner);
	buf_str(b,
	    "<AccessControlList><Grant><Grantee xmlns:xsi=\"" XSI
	    "\" xsi:type=\"CanonicalUser\"><ID>");
	buf_put(b, owner->canonical_id, CANONICAL_ID);
	buf_str(b,
	    "</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>"
	    "</AccessControlList></AccessControlPolicy>");
	return OK;
}

/* ---- put: by canned name ---- */

static bool
word_in(struct span v, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_is(v, words[i]))
			return true;
	return false;
}

static enum err
canned_check(struct rq *rq, struct span v)
{
	static const char *const known[] = { "private", "public-read",
		"public-read-write", "authenticated-read", "aws-exec-read",
		"log-delivery-write", "bucket-owner-read", "bucket-owner-full-control" };

	if (!word_in(v, known, ARRAY_LEN(known)))
		return bad_argument(
		    rq, "x-amz-acl", v, "%s", err_row(E_INVALID_ARGUMENT)->message);
	if (span_is(v, "private") || span_is(v, "bucket-owner-full-control"))
		return OK;
	return fail_set(&rq->fail, E_ACL_NOT_SUPPORTED);
}

/* ---- put: by grants ---- */

struct grant {
	struct span type; /* "id", "uri" or "emailAddress" */
	struct span who;
	bool full;
	const char *id_name, *uri_name; /* of the argument, in failures */
};

static bool
is_canonical(struct span id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') ||
			((id.p[i] | 0x20) >= 'a' && (id.p[i] | 0x20) <= 'z')))
			return false;
	return id.n == CANONICAL_ID;
}

static bool
is_owner(struct rq *rq, struct span id)
{
	const struct account *owner = rq_owner(rq);

	return span_eq(id, span_of(owner->canonical_id, CANONICAL_ID));
}

/* Well-formed and nothing but the owner's full control, which is what holds anyway. */
static enum err
grant_check(struct rq *rq, const struct grant *g)
{
	static const char *const groups[] = {
		"http://acs.amazonaws.com/groups/global/AllUsers",
		"http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
		"http://acs.amazonaws.com/groups/s3/LogDelivery"
	};

	if (span_is(g->type, "uri") && !word_in(g->who, groups, ARRAY_LEN(groups)))
		return bad_argument(rq, g->uri_name, g->who, "Invalid group uri");
	if (span_is(g->type, "id") && !is_canonical(g->who))
		return bad_argument(rq, g->id_name, g->who, "Invalid id");
	/* Grants by mail address ended on 2025-10-01. */
	if (span_is(g->type, "emailAddress")) {
		(void)fail_set(&rq->fail, E_METHOD_NOT_ALLOWED);
		fail_pair(&rq->fail, "Method", rq->http->method_name);
		fail_pair_str(&rq->fail, "ResourceType", "ACL");
		return E_METHOD_NOT_ALLOWED;
	}
	if (!span_is(g->type, "id") || !g->full || !is_owner(rq, g->who))
		return fail_set(&rq->fail, E_ACL_NOT_SUPPORTED);
	return OK;
}

static struct span
unquote(struct span v)
{
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
		return span_of(v.p + 1, v.n - 2);
	return v;
}

/* x-amz-grant-read: id="...", uri="..." */
static enum err
grant_header(struct rq *rq, const struct field *h)
{
	struct span rest = h->value, one, name;
	struct grant g = { .id_name = "id", .uri_name = "uri" };
	enum err e = OK;

	g.full = span_is(h->name, "x-amz-grant-full-control");
	do {
		one = span_trim(span_cut(&rest, ','));
		g.who = one;
		name = span_trim(span_cut(&g.who, '='));
		g.who = unquote(span_trim(g.who));
		g.type = name;
		if (!span_is(name, "id") && !span_is(name, "uri") &&
		    !span_is(name, "emailAddress"))
			return bad_argument(rq, arena_str(rq->arena, h->name), one,
			    "Argument format not recognized");
		e = grant_check(rq, &g);
	} while (e == OK && rest.n > 0);
	return e;
}

static enum err
grant_headers(struct rq *rq, bool *given)
{
	static const char *const known[] = { "x-amz-grant-full-control",
		"x-amz-grant-read", "x-amz-grant-read-acp", "x-amz-grant-write",
		"x-amz-grant-write-acp" };
	enum err e = OK;

	*given = false;
	for (size_t i = 0; e == OK && i < rq->nheader; i++)
		if (word_in(rq->header[i].name, known, ARRAY_LEN(known))) {
			*given = true;
			e = grant_header(rq, &rq->header[i]);
		}
	return e;
}

/* ---- put: by document ---- */

static enum err
malformed(struct rq *rq)
{
	return fail_set(&rq->fail, E_MALFORMED_ACL);
}

static enum err
grant_node(struct rq *rq, const struct xml_node *node)
{
	static const char *const permissions[] = { "FULL_CONTROL", "WRITE", "WRITE_ACP",
		"READ", "READ_ACP" };
	const struct xml_node *who = xml_child(node, "Grantee");
	struct span permission = xml_text(node, "Permission"), type = SPAN_NONE;
	struct grant g = { .id_name = "CanonicalUser/ID", .uri_name = "Group/URI" };

	if (who == NULL || !word_in(permission, permissions, ARRAY_LEN(permissions)))
		return malformed(rq);
	for (size_t i = 0; i < who->nattr; i++)
		if (span_is(who->attr[i].name, XSI " type"))
			type = who->attr[i].value;
	g.full = span_is(permission, "FULL_CONTROL");
	if (span_is(type, "CanonicalUser")) {
		g.type = SPAN_LIT("id");
		g.who = xml_text(who, "ID");
	} else if (span_is(type, "Group")) {
		g.type = SPAN_LIT("uri");
		g.who = xml_text(who, "URI");
	} else if (span_is(type, "AmazonCustomerByEmail"))
		g.type = SPAN_LIT("emailAddress");
	else
		return malformed(rq);
	return grant_check(rq, &g);
}

static enum err
document_check(struct rq *rq, struct span in)
{
	const struct xml_node *owner, *list;
	struct xml_node *root;
	struct span id;
	enum err e = xml_parse(rq->arena, in, &root, NULL);

	if (e != OK || !span_is(root->name, "AccessControlPolicy"))
		return malformed(rq);
	owner = xml_child(root, "Owner");
	list = xml_child(root, "AccessControlList");
	if (owner == NULL || list == NULL)
		return malformed(rq);
	id = xml_text(owner, "ID");
	if (!is_canonical(id))
		return bad_argument(rq, "CanonicalUser/ID", id, "Invalid id");
	if (!is_owner(rq, id))
		return fail_set(&rq->fail, E_ACCESS_DENIED);
	/* Not even the owner's grant: that would be a change. */
	if (xml_child(list, "Grant") == NULL)
		return fail_set(&rq->fail, E_ACL_NOT_SUPPORTED);
	for (const struct xml_node *g = xml_child(list, "Grant"); e == OK && g != NULL;
	     g = xml_next(g, "Grant"))
		e = grant_node(rq, g);
	return e;
}

enum err
op_put_acl_finish(struct rq *rq)
{
	struct span canned = header_get(rq, "x-amz-acl"), in = intake_bytes(rq);
	bool grants = false;
	enum err e = acl_subject(rq);

	if (e == OK && canned.p != NULL)
		e = canned_check(rq, canned);
	if (e == OK)
		e = grant_headers(rq, &grants);
	if (e != OK)
		return e;
	if (canned.p != NULL && grants)
		return fail_msg(&rq->fail, E_INVALID_REQUEST,
		    "Specifying both Canned ACLs and Header Grants is not allowed");
	if ((canned.p != NULL || grants) && in.n > 0)
		return fail_set(&rq->fail, E_UNEXPECTED_CONTENT);
	if (canned.p == NULL && !grants && in.n == 0) {
		(void)fail_set(&rq->fail, E_MISSING_SECURITY_HEADER);
		fail_pair_str(&rq->fail, "MissingHeaderName", "x-amz-acl");
		return E_MISSING_SECURITY_HEADER;
	}
	if (in.n > 0)
		e = document_check(rq, in);
	if (e == OK)
		reply_begin(rq, 200);
	return e;
}
