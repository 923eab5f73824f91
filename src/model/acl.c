/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "model/acl.h"

#include "codec/xml.h"

#include "model_priv.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define GROUPS "http://acs.amazonaws.com/groups/"
/* EC2's, which reads images out of buckets. */
#define EC2_ID "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c"

enum { ACL_VERSION = 1 };

static const char *const groups[ACL_TOS] = {
	[ACL_TO_ID] = "",
	[ACL_TO_ALL] = GROUPS "global/AllUsers",
	[ACL_TO_AUTHENTICATED] = GROUPS "global/AuthenticatedUsers",
	[ACL_TO_LOGS] = GROUPS "s3/LogDelivery",
};

static const struct {
	const char *name;
	uint8_t permission;
} permissions[] = { { "FULL_CONTROL", ACL_FULL }, { "READ", ACL_READ },
	{ "WRITE", ACL_WRITE }, { "READ_ACP", ACL_READ_ACP },
	{ "WRITE_ACP", ACL_WRITE_ACP } };

static const char *
permission_name(uint8_t permission)
{
	for (size_t i = 0; i < ARRAY_LEN(permissions); i++)
		if (permissions[i].permission == permission)
			return permissions[i].name;
	MUST(false);
	return NULL;
}

/* ---- as stored: owner, how many, then each ---- */

struct span
acl_render(struct arena *a, const struct acl *acl)
{
	struct buf b = { 0 };
	struct span out;

	MUST(acl->n <= ACL_GRANTS_MAX);
	enc_u8(&b, ACL_VERSION);
	enc_span(&b, acl->owner);
	enc_u8(&b, (uint8_t)acl->n);
	for (size_t i = 0; i < acl->n; i++) {
		enc_u8(&b, acl->grant[i].to);
		enc_u8(&b, acl->grant[i].permission);
		enc_span(&b, acl->grant[i].id);
	}
	out = arena_span(a, buf_view(&b));
	buf_fini(&b);
	return out;
}

enum err
acl_read_owner(struct span in, struct span *owner)
{
	struct dec d = { .in = in };

	if (dec_u8(&d) != ACL_VERSION)
		return E_CORRUPT;
	*owner = dec_span(&d);
	return d.bad ? E_CORRUPT : OK;
}

static bool
permission_ok(uint8_t permission)
{
	for (size_t i = 0; i < ARRAY_LEN(permissions); i++)
		if (permissions[i].permission == permission)
			return true;
	return false;
}

enum err
acl_read(struct arena *a, struct span in, struct acl *out)
{
	struct dec d = { .in = in };
	struct acl acl = { 0 };
	enum err e;

	if (dec_u8(&d) != ACL_VERSION)
		return E_CORRUPT;
	acl.owner = dec_span(&d);
	acl.n = dec_u8(&d);
	if (acl.n > ACL_GRANTS_MAX)
		return E_CORRUPT;
	acl.grant = arena_array(a, acl.n, sizeof *acl.grant);
	for (size_t i = 0; i < acl.n; i++) {
		struct acl_grant *g = &acl.grant[i];

		g->to = dec_u8(&d);
		g->permission = dec_u8(&d);
		g->id = dec_span(&d);
		if (g->to >= ACL_TOS || !permission_ok(g->permission))
			return E_CORRUPT;
	}
	e = dec_end(&d);
	if (e == OK)
		*out = acl;
	return e;
}

/* ---- made ---- */

static enum err
add(struct arena *a, struct acl *acl, struct acl_grant grant, struct fail *fail)
{
	if (acl->n == ACL_GRANTS_MAX)
		return fail_msg(fail, E_MALFORMED_ACL,
		    "An access control list holds at most %d grants.", ACL_GRANTS_MAX);
	if (acl->grant == NULL)
		acl->grant = arena_array(a, ACL_GRANTS_MAX, sizeof *acl->grant);
	acl->grant[acl->n++] = grant;
	return OK;
}

void
acl_private(struct arena *a, struct span owner, struct acl *out)
{
	*out = (struct acl){
		.owner = owner, .grant = arena_array(a, 1, sizeof *out->grant), .n = 1
	};
	out->grant[0] =
	    (struct acl_grant){ .to = ACL_TO_ID, .permission = ACL_FULL, .id = owner };
}

enum { FOR_BUCKET = 1, FOR_OBJECT = 2, FOR_BOTH = 3 };
enum { TO_BUCKET_OWNER = ACL_TOS, TO_EC2, TO_NOBODY };

/* What each gives besides the owner's full control. */
static const struct canned {
	const char *name;
	uint8_t where;
	uint8_t to[2], permission[2];
} canned[] = {
	{ "private", FOR_BOTH, { TO_NOBODY, TO_NOBODY }, { 0 } },
	{ "public-read", FOR_BOTH, { ACL_TO_ALL, TO_NOBODY }, { ACL_READ } },
	{ "public-read-write", FOR_BOTH, { ACL_TO_ALL, ACL_TO_ALL },
	    { ACL_READ, ACL_WRITE } },
	{ "authenticated-read", FOR_BOTH, { ACL_TO_AUTHENTICATED, TO_NOBODY },
	    { ACL_READ } },
	{ "aws-exec-read", FOR_BOTH, { TO_EC2, TO_NOBODY }, { ACL_READ } },
	{ "bucket-owner-read", FOR_OBJECT, { TO_BUCKET_OWNER, TO_NOBODY }, { ACL_READ } },
	{ "bucket-owner-full-control", FOR_OBJECT, { TO_BUCKET_OWNER, TO_NOBODY },
	    { ACL_FULL } },
	/* On a bucket they say nothing that does not hold anyway, and are passed over. */
	{ "bucket-owner-read", FOR_BUCKET, { TO_NOBODY, TO_NOBODY }, { 0 } },
	{ "bucket-owner-full-control", FOR_BUCKET, { TO_NOBODY, TO_NOBODY }, { 0 } },
	{ "log-delivery-write", FOR_BUCKET, { ACL_TO_LOGS, ACL_TO_LOGS },
	    { ACL_WRITE, ACL_READ_ACP } },
};

static struct acl_grant
canned_grant(const struct canned *c, size_t i, struct span bucket_owner)
{
	struct acl_grant g = { .to = c->to[i], .permission = c->permission[i] };

	if (c->to[i] == TO_BUCKET_OWNER || c->to[i] == TO_EC2) {
		g.id = c->to[i] == TO_EC2 ? SPAN_LIT(EC2_ID) : bucket_owner;
		g.to = ACL_TO_ID;
	}
	return g;
}

bool
acl_canned(struct arena *a, struct span name, bool bucket, struct span owner,
    struct span bucket_owner, struct acl *out)
{
	struct acl acl = { .owner = owner };
	struct acl_grant own = { .to = ACL_TO_ID, .permission = ACL_FULL, .id = owner };
	const struct canned *c = NULL;

	for (size_t i = 0; i < ARRAY_LEN(canned); i++)
		if (span_is(name, canned[i].name) &&
		    (canned[i].where & (bucket ? FOR_BUCKET : FOR_OBJECT)) != 0)
			c = &canned[i];
	if (c == NULL)
		return false;
	(void)!add(a, &acl, own, NULL);
	for (size_t i = 0; i < 2 && c->to[i] != TO_NOBODY; i++)
		if (c->to[i] != TO_BUCKET_OWNER || !span_eq(owner, bucket_owner))
			(void)!add(a, &acl, canned_grant(c, i, bucket_owner), NULL);
	*out = acl;
	return true;
}

/* ---- grantees ---- */

/* Any account may be meant, so any id that could be one is taken. */
static bool
is_canonical(struct span id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') ||
			((id.p[i] | 0x20) >= 'a' && (id.p[i] | 0x20) <= 'z')))
			return false;
	return id.n == ACL_ID || span_is(id, ACL_ANONYMOUS);
}

static enum err
to_group(struct span uri, const char *name, struct acl_grant *out, struct fail *fail)
{
	for (uint8_t i = ACL_TO_ID + 1; i < ACL_TOS; i++)
		if (span_is(uri, groups[i])) {
			out->to = i;
			return OK;
		}
	return fail_argument(fail, name, uri, "Invalid group uri");
}

static enum err
to_id(struct span id, const char *name, struct acl_grant *out, struct fail *fail)
{
	out->to = ACL_TO_ID;
	out->id = id;
	return is_canonical(id) ? OK : fail_argument(fail, name, id, "Invalid id");
}

static struct span
unquote(struct span v)
{
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
		return span_of(v.p + 1, v.n - 2);
	return v;
}

/* id="...", uri="..." */
enum err
acl_add_header(struct arena *a, uint8_t permission, const char *header, struct span value,
    struct acl *out, struct fail *fail)
{
	struct span rest = value, one, who, type;
	enum err e = OK;

	do {
		struct acl_grant g = { .permission = permission };

		one = span_trim(span_cut(&rest, ','));
		who = one;
		type = span_trim(span_cut(&who, '='));
		who = unquote(span_trim(who));
		if (span_is(type, "id"))
			e = to_id(who, "id", &g, fail);
		else if (span_is(type, "uri"))
			e = to_group(who, "uri", &g, fail);
		else if (span_is(type, "emailAddress"))
			return E_METHOD_NOT_ALLOWED;
		else
			return fail_argument(
			    fail, header, one, "Argument format not recognized");
		if (e == OK)
			e = add(a, out, g, fail);
	} while (e == OK && rest.n > 0);
	return e;
}

static enum err
grant_node(
    struct arena *a, const struct xml_node *node, struct acl *out, struct fail *fail)
{
	const struct xml_node *who = xml_child(node, "Grantee");
	struct span permission = xml_text(node, "Permission"), type = SPAN_NONE;
	struct acl_grant g = { 0 };
	enum err e;

	for (size_t i = 0; i < ARRAY_LEN(permissions); i++)
		if (span_is(permission, permissions[i].name))
			g.permission = permissions[i].permission;
	for (size_t i = 0; who != NULL && i < who->nattr; i++)
		if (span_is(who->attr[i].name, XSI " type"))
			type = who->attr[i].value;
	if (g.permission == 0 || who == NULL)
		return fail_set(fail, E_MALFORMED_ACL);
	if (span_is(type, "AmazonCustomerByEmail"))
		return E_METHOD_NOT_ALLOWED;
	if (span_is(type, "CanonicalUser"))
		e = to_id(xml_text(who, "ID"), "CanonicalUser/ID", &g, fail);
	else if (span_is(type, "Group"))
		e = to_group(xml_text(who, "URI"), "Group/URI", &g, fail);
	else
		e = fail_set(fail, E_MALFORMED_ACL);
	return e == OK ? add(a, out, g, fail) : e;
}

enum err
acl_parse_xml(struct arena *a, struct span in, struct acl *out, struct fail *fail)
{
	const struct xml_node *owner, *list;
	struct xml_node *root;
	struct acl acl = { 0 };
	enum err e = xml_parse(a, in, &root, NULL);

	if (e != OK || !span_is(root->name, "AccessControlPolicy"))
		return fail_set(fail, E_MALFORMED_ACL);
	owner = xml_child(root, "Owner");
	list = xml_child(root, "AccessControlList");
	if (owner == NULL || list == NULL)
		return fail_set(fail, E_MALFORMED_ACL);
	acl.owner = xml_text(owner, "ID");
	if (!is_canonical(acl.owner))
		return fail_argument(fail, "CanonicalUser/ID", acl.owner, "Invalid id");
	for (const struct xml_node *g = xml_child(list, "Grant"); e == OK && g != NULL;
	     g = xml_next(g, "Grant"))
		e = grant_node(a, g, &acl, fail);
	if (e == OK)
		*out = acl;
	return e;
}

/* ---- asked ---- */

bool
acl_is_owners(const struct acl *acl, struct span owner)
{
	for (size_t i = 0; i < acl->n; i++)
		if (acl->grant[i].to != ACL_TO_ID ||
		    acl->grant[i].permission != ACL_FULL ||
		    !span_eq(acl->grant[i].id, owner))
			return false;
	return acl->n > 0;
}

bool
acl_is_private(const struct acl *acl)
{
	return acl->n == 1 && acl_is_owners(acl, acl->owner);
}

bool
acl_is_public(const struct acl *acl)
{
	for (size_t i = 0; i < acl->n; i++)
		if (acl->grant[i].to == ACL_TO_ALL ||
		    acl->grant[i].to == ACL_TO_AUTHENTICATED)
			return true;
	return false;
}

/* ---- out ---- */

void
acl_put_xml(struct buf *out, const struct acl *acl)
{
	buf_str(out, "<AccessControlPolicy xmlns=\"" XML_S3NS "\">");
	xml_open(out, "Owner");
	xml_put(out, "ID", acl->owner);
	xml_close(out, "Owner");
	xml_open(out, "AccessControlList");
	for (size_t i = 0; i < acl->n; i++) {
		const struct acl_grant *g = &acl->grant[i];
		bool id = g->to == ACL_TO_ID;

		buf_str(out, "<Grant><Grantee xmlns:xsi=\"" XSI "\" xsi:type=\"");
		buf_str(out, id ? "CanonicalUser\">" : "Group\">");
		if (id)
			xml_put(out, "ID", g->id);
		else
			xml_put_str(out, "URI", groups[g->to]);
		xml_close(out, "Grantee");
		xml_put_str(out, "Permission", permission_name(g->permission));
		xml_close(out, "Grant");
	}
	xml_close(out, "AccessControlList");
	xml_close(out, "AccessControlPolicy");
}
