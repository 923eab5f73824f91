# SPDX-License-Identifier: Apache-2.0
"""What lists do: who may, because a list says so; whose things are."""

import acl
import postform


def Acl_public_read_of_an_object(t):
    name = acl.bucket(t, public=True)
    t.object(name, "open", b"open", x_amz_acl="public-read")
    t.object(name, "closed", b"closed")
    t.body(t.s3.get(name, "open", sign=None), b"open")
    t.status(t.s3.head(name, "open", sign=None), 200)
    t.body(t.s3.get(name, "open", headers={"Range": "bytes=1-2"}, sign=None), b"pe", 206)
    for key in ("closed", "gone"):
        t.error(t.s3.get(name, key, sign=None), 403, "AccessDenied")
    for method, key, query in (("PUT", "open", None), ("DELETE", "open", None),
                               ("GET", "open", "acl"), ("PUT", "open", "acl"),
                               ("GET", "open", "tagging"), ("GET", None, None),
                               ("GET", None, "acl"), ("POST", "open", "uploads")):
        t.error(t.s3.request(method, name, key, query, sign=None), 403, "AccessDenied")
    t.status(acl.put(t, name, "open", "", {"x-amz-acl": "private"}), 200)
    t.error(t.s3.get(name, "open", sign=None), 403, "AccessDenied")


def Acl_public_read_of_a_bucket(t):
    name = acl.bucket(t, public=True)
    t.object(name, "key")
    t.error(t.s3.get(name, sign=None), 403, "AccessDenied")
    t.status(acl.put(t, name, None, "", {"x-amz-acl": "public-read"}), 200)
    for query in (None, "list-type=2", "versions", "uploads"):
        t.status(t.s3.get(name, query=query, sign=None), 200)
    t.error(t.s3.get(name, "key", sign=None), 403, "AccessDenied")
    t.error(t.s3.get(name, "gone", sign=None), 404, "NoSuchKey")
    t.error(t.s3.put(name, "key", b"x", sign=None), 403, "AccessDenied")
    t.error(t.s3.get(name, query="acl", sign=None), 403, "AccessDenied")


def Acl_acp_of_a_bucket(t):
    """To read and to write the list itself."""
    name = acl.bucket(t, public=True)
    me = acl.owner(t)
    t.status(acl.put(t, name, None, "", {"x-amz-grant-read-acp": "uri=" + acl.ALL}), 200)
    root = t.status(t.s3.get(name, query="acl", sign=None), 200).xml
    t.eq(root.get("Owner/ID"), me)
    t.error(t.s3.put(name, None, b"", {"x-amz-acl": "private"}, "acl", sign=None), 403,
            "AccessDenied")
    t.status(acl.put(t, name, None, "", {"x-amz-grant-write-acp": "uri=" + acl.ALL}), 200)
    t.error(t.s3.get(name, query="acl", sign=None), 403, "AccessDenied")
    t.status(t.s3.put(name, None, b"", {"x-amz-acl": "private"}, "acl", sign=None), 200)
    t.eq(acl.read(t, name, None), (me, acl.canned(me, "private")))


def Acl_public_write(t):
    """Who uploads without a name owns what he uploads, under AWS's id for that."""
    name = acl.bucket(t, public=True)
    me = acl.owner(t)
    t.object(name, "mine")
    t.status(acl.put(t, name, None, "", {"x-amz-acl": "public-read-write"}), 200)
    t.status(t.s3.put(name, "theirs", b"x", sign=None), 200)
    t.error(t.s3.delete(name, "theirs", sign=None), 403, "AccessDenied")
    t.eq(acl.read(t, name, "theirs"), (acl.ANONYMOUS, [(acl.ANONYMOUS, "FULL_CONTROL")]))
    for query in (None, "list-type=2&fetch-owner=true"):
        rows = t.s3.get(name, query=query).xml.all("Contents")
        t.eq([(r.get("Key"), r.get("Owner/ID")) for r in rows],
             [("mine", me), ("theirs", acl.ANONYMOUS)])
    rows = t.s3.get(name, query="versions").xml.all("Version")
    t.eq([r.get("Owner/ID") for r in rows], [me, acl.ANONYMOUS])


def Acl_ignored(t):
    """IgnorePublicAcls and BucketOwnerEnforced take the effect, not the list."""
    name = acl.bucket(t, public=True)
    me = acl.owner(t)
    t.object(name, "key", b"open", x_amz_acl="public-read")
    t.body(t.s3.get(name, "key", sign=None), b"open")
    acl.block(t, name, IgnorePublicAcls=True)
    t.error(t.s3.get(name, "key", sign=None), 403, "AccessDenied")
    t.eq(acl.read(t, name, "key"), (me, acl.canned(me, "public-read")))
    t.status(acl.put(t, name, "key", "", {"x-amz-acl": "public-read"}), 200)
    acl.block(t, name, BlockPublicAcls=True)
    t.body(t.s3.get(name, "key", sign=None), b"open")
    t.status(acl.ownership(t, name, "BucketOwnerEnforced"), 200)
    t.error(t.s3.get(name, "key", sign=None), 403, "AccessDenied")


def Acl_with_every_write(t):
    name = acl.bucket(t, public=True)
    me = acl.owner(t)
    canned = {"x-amz-acl": "public-read"}
    t.status(t.s3.put(name, "put", b"x", canned), 200)
    t.status(t.s3.put(name, "copy", b"", dict(canned, **{
        "x-amz-copy-source": "/%s/put" % name})), 200)
    t.multipart(name, "upload", [b"x"], canned)
    t.status(postform.post(t, name, [("key", "form"), ("acl", "public-read")], b"x"), 204)
    for key in ("put", "copy", "upload", "form"):
        t.eq(acl.read(t, name, key), (me, acl.canned(me, "public-read")), key)
    t.status(t.s3.put(name, "copy", b"", {"x-amz-copy-source": "/%s/put" % name}), 200)
    t.eq(acl.read(t, name, "copy"), (me, acl.canned(me, "private")), "a copy's list is its own")
    t.object(name, "put", b"new")
    t.eq(acl.read(t, name, "put"), (me, acl.canned(me, "private")), "so is a new object's")


def Acl_with_a_write_refused(t):
    plain, blocking = t.bucket(), acl.bucket(t)
    for name, canned, status, code in (
            (plain, "private", 400, "AccessControlListNotSupported"),
            (plain, "public-read", 400, "AccessControlListNotSupported"),
            (blocking, "public-read", 403, "AccessDenied"),
            (blocking, "authenticated-read", 403, "AccessDenied"),
            (blocking, "mine", 400, "InvalidArgument"),
            (blocking, "log-delivery-write", 400, "InvalidArgument")):
        headers = {"x-amz-acl": canned}
        t.error(t.s3.put(name, "key", b"x", headers), status, code)
        t.error(t.s3.post(name, "key", "uploads", headers=headers), status, code)
        t.error(postform.post(t, name, [("key", "key"), ("acl", canned)], b"x"), status, code)
        t.eq(t.keys(name), [])
    t.error(t.s3.put(blocking, "key", b"x", {"x-amz-acl": "private", "x-amz-grant-read":
                                             "id=" + acl.OTHER}), 400, "InvalidRequest",
            "Specifying both Canned ACLs and Header Grants is not allowed")
    t.error(t.s3.put(blocking, "key", b"x", {"x-amz-grant-read": "emailAddress=a@b.c"}), 405,
            "MethodNotAllowed")
    t.error(t.s3.put(plain, "key", b"x", {"x-amz-grant-read": "id=" + acl.OTHER}), 400,
            "AccessControlListNotSupported")
