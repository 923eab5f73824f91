# SPDX-License-Identifier: Apache-2.0
"""What the cases of ACLs have in common, for buckets and objects (key None: the bucket)."""

import case
import document

XSI = "http://www.w3.org/2001/XMLSchema-instance"
ALL = "http://acs.amazonaws.com/groups/global/AllUsers"
OTHER = "0123456789abcdef" * 4


def owner(t):
    return t.status(t.s3.get(), 200).xml.get("Owner/ID")


def grant(kind, who, permission="FULL_CONTROL"):
    tag = {"CanonicalUser": "ID", "Group": "URI"}.get(kind, "EmailAddress")
    return ('<Grant><Grantee xmlns:xsi="%s" xsi:type="%s"><%s>%s</%s></Grantee><Permission>%s'
            "</Permission></Grant>" % (XSI, kind, tag, who, tag, permission))


def policy(who, grants):
    return ('<AccessControlPolicy xmlns="%s"><Owner><ID>%s</ID></Owner><AccessControlList>%s'
            "</AccessControlList></AccessControlPolicy>" % (case.XMLNS, who, grants))


def put(t, name, key, body="", headers=None):
    return t.s3.put(name, key, body, headers, "acl")


def shows_owner(t, name, key):
    answer = t.status(t.s3.get(name, key, "acl"), 200)
    me = owner(t)
    t.eq(answer.xml.namespace, case.XMLNS)
    t.eq(answer.body.decode().split("\n", 1)[1], policy(me, grant("CanonicalUser", me)))


def takes_what_holds(t, name, key):
    me = owner(t)
    for headers in ({"x-amz-acl": "bucket-owner-full-control"},
                    {"x-amz-grant-full-control": 'id="%s"' % me},
                    {"x-amz-grant-full-control": "id=%s" % me}):
        t.eq(t.status(put(t, name, key, "", headers), 200).body, b"", "body")
    t.status(put(t, name, key, policy(me, grant("CanonicalUser", me))), 200)
    shows_owner(t, name, key)


def refuses_others(t, name, key):
    me = owner(t)
    wrong = [put(t, name, key, "", {"x-amz-acl": canned}) for canned in (
        "private", "public-read", "public-read-write", "authenticated-read", "log-delivery-write")]
    wrong += [put(t, name, key, "", {"x-amz-grant-" + what: who}) for what, who in (
        ("read", 'uri="%s"' % ALL), ("read", 'id="%s"' % me), ("write-acp", 'id="%s"' % OTHER),
        ("full-control", 'id="%s", uri="%s"' % (me, ALL)))]
    wrong += [put(t, name, key, policy(me, grants)) for grants in (
        grant("Group", ALL, "READ"), grant("CanonicalUser", OTHER), "",
        grant("CanonicalUser", me) + grant("CanonicalUser", me, "READ"))]
    for answer in wrong:
        t.error(answer, 400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
    shows_owner(t, name, key)


def bad_headers(t, name, key):
    t.error(put(t, name, key), 400, "MissingSecurityHeader",
            "Your request was missing a required header", MissingHeaderName="x-amz-acl")
    t.error(put(t, name, key, "", {"x-amz-acl": "mine"}), 400, "InvalidArgument", None,
            ArgumentName="x-amz-acl", ArgumentValue="mine")
    t.error(put(t, name, key, "", {"x-amz-grant-read": 'uri="http://x"'}), 400, "InvalidArgument",
            "Invalid group uri", ArgumentName="uri", ArgumentValue="http://x")
    t.error(put(t, name, key, "", {"x-amz-grant-read": "id=abc"}), 400, "InvalidArgument",
            "Invalid id", ArgumentName="id", ArgumentValue="abc")
    t.error(put(t, name, key, "", {"x-amz-grant-read": "everybody"}), 400, "InvalidArgument",
            "Argument format not recognized", ArgumentName="x-amz-grant-read",
            ArgumentValue="everybody")
    t.error(put(t, name, key, "", {"x-amz-grant-read": "emailAddress=a@b.c"}), 405,
            "MethodNotAllowed")
    t.error(put(t, name, key, "", {"x-amz-acl": "private", "x-amz-grant-full-control":
                                   "id=" + owner(t)}), 400, "InvalidRequest",
            "Specifying both Canned ACLs and Header Grants is not allowed")
    t.error(put(t, name, key, policy(owner(t), ""), {"x-amz-acl": "private"}), 400,
            "UnexpectedContent", "This request does not support content")


def bad_documents(t, name, key):
    me = owner(t)
    good = policy(me, grant("CanonicalUser", me))
    for body in ("nonsense", "<Other/>", good.replace("Owner>", "Master>"),
                 good.replace("AccessControlList>", "List>"),
                 good.replace("FULL_CONTROL", "EVERYTHING"),
                 good.replace(' xsi:type="CanonicalUser"', ""),
                 good.replace('"CanonicalUser"', '"Friend"'),
                 good.replace("Grantee", "Guest")):
        t.error(put(t, name, key, body), 400, "MalformedACLError",
                "The XML you provided was not well-formed or did not validate against our "
                "published schema")
    t.error(put(t, name, key, policy("abc", "")), 400, "InvalidArgument", "Invalid id",
            ArgumentName="CanonicalUser/ID", ArgumentValue="abc")
    t.error(put(t, name, key, policy(me, grant("Group", "http://x", "READ"))), 400,
            "InvalidArgument", "Invalid group uri", ArgumentName="Group/URI",
            ArgumentValue="http://x")


# ---- where there are lists ----

SIGNED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery"
EC2 = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c"
ANONYMOUS = "65a011a29cdf8ec533ec3d1ccaae921c"


def bucket(t, ownership="ObjectWriter", public=False):
    """A bucket with lists; public: and with nothing that blocks public ones."""
    name = t.name()
    t.status(t.s3.put(name, headers={"x-amz-object-ownership": ownership}, **t._location()), 200)
    if public:
        t.status(t.s3.delete(name, query="publicAccessBlock"), 204)
    return name


def read(t, name, key, version=None):
    """The owner and the grants: (who, permission)."""
    query = {"acl": None} if version is None else {"acl": None, "versionId": version}
    root = t.status(t.s3.get(name, key, query), 200).xml
    return root.get("Owner/ID"), [
        (g.get("Grantee/ID") or g.get("Grantee/URI"), g.get("Permission"))
        for g in root.all("AccessControlList/Grant")]


def canned(me, name):
    """What each canned list gives besides the owner's full control."""
    return [(me, "FULL_CONTROL")] + {
        "private": [], "public-read": [(ALL, "READ")],
        "public-read-write": [(ALL, "READ"), (ALL, "WRITE")],
        "authenticated-read": [(SIGNED, "READ")], "aws-exec-read": [(EC2, "READ")],
        "bucket-owner-read": [], "bucket-owner-full-control": [],
        "log-delivery-write": [(LOGS, "WRITE"), (LOGS, "READ_ACP")]}[name]


def takes_canned(t, key, names):
    me = owner(t)
    name = bucket(t, public=True)
    if key is not None:
        t.object(name, key)
    for each in names:
        t.eq(t.status(put(t, name, key, "", {"x-amz-acl": each}), 200).body, b"", "body")
        t.eq(read(t, name, key), (me, canned(me, each)), each)


def takes_grants(t, key):
    me = owner(t)
    name = bucket(t)
    if key is not None:
        t.object(name, key)
    t.status(put(t, name, key, "", {"x-amz-grant-read": 'id="%s", uri="%s"' % (OTHER, LOGS),
                                    "x-amz-grant-write-acp": "id=" + OTHER}), 200)
    t.eq(read(t, name, key), (me, [(OTHER, "READ"), (LOGS, "READ"), (OTHER, "WRITE_ACP")]))
    body = policy(me, grant("CanonicalUser", OTHER, "READ_ACP") + grant("Group", LOGS, "WRITE")
                  + grant("CanonicalUser", me))
    t.status(put(t, name, key, body), 200)
    t.eq(t.s3.get(name, key, "acl").body.decode().split("\n", 1)[1], body)
    t.status(put(t, name, key, policy(me, "")), 200)
    t.eq(read(t, name, key), (me, []))
    t.error(put(t, name, key, policy(OTHER, grant("CanonicalUser", me))), 403, "AccessDenied")
    many = "".join(grant("CanonicalUser", OTHER, "READ") for _ in range(101))
    t.error(put(t, name, key, policy(me, many)), 400, "MalformedACLError")
    t.eq(read(t, name, key), (me, []))


def blocked(t, key):
    """Public lists are not taken while the block stands, and nothing changes."""
    me = owner(t)
    name = bucket(t)
    if key is not None:
        t.object(name, key)
    for headers in ({"x-amz-acl": "public-read"}, {"x-amz-acl": "authenticated-read"},
                    {"x-amz-grant-read": "uri=" + ALL}):
        root = t.error(put(t, name, key, "", headers), 403, "AccessDenied")
        t.ok(root.get("Message").endswith(
            "because public ACLs are prevented by the BlockPublicAcls setting in S3 Block "
            "Public Access."), root.get("Message"))
    t.error(put(t, name, key, policy(me, grant("Group", SIGNED, "READ"))), 403, "AccessDenied")
    t.eq(read(t, name, key), (me, canned(me, "private")))


def block(t, name, **on):
    body = document.xml("PublicAccessBlockConfiguration", "".join(
        "<%s>%s</%s>" % (k, str(v).lower(), k) for k, v in on.items()))
    t.status(document.put(t, name, "publicAccessBlock", body), 200)


def ownership(t, name, value):
    return document.put(t, name, "ownershipControls", document.xml(
        "OwnershipControls", "<Rule><ObjectOwnership>%s</ObjectOwnership></Rule>" % value))
