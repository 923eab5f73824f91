# SPDX-License-Identifier: Apache-2.0
import acl


def PutObjectAcl_takes_what_holds(t):
    name = t.bucket()
    t.object(name, "key")
    acl.takes_what_holds(t, name, "key")


def PutObjectAcl_refuses_others(t):
    name = t.bucket()
    t.object(name, "key")
    acl.refuses_others(t, name, "key")


def PutObjectAcl_bad_headers(t):
    name = t.bucket()
    t.object(name, "key")
    acl.bad_headers(t, name, "key")


def PutObjectAcl_bad_documents(t):
    name = t.bucket()
    t.object(name, "key")
    acl.bad_documents(t, name, "key")


def PutObjectAcl_no_key(t):
    t.error(t.s3.request("PUT", t.bucket(), "gone", "acl"), 404, "NoSuchKey", Key="gone")


def PutObjectAcl_denied(t):
    name = t.bucket()
    t.object(name, "key")
    t.error(t.s3.request("PUT", name, "key", "acl", sign=None), 403, "AccessDenied")
    t.error(t.s3.request("PUT", name, "key", "acl", signer=t.s3.signer(secret="wrong")), 403,
            "SignatureDoesNotMatch")


def PutObjectAcl_canned(t):
    acl.takes_canned(t, "key", ("public-read", "public-read-write", "authenticated-read",
                             "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control", "private"))


def PutObjectAcl_grants(t):
    acl.takes_grants(t, "key")


def PutObjectAcl_blocked(t):
    acl.blocked(t, "key")


def PutObjectAcl_of_a_version(t):
    name = acl.bucket(t, public=True)
    me = acl.owner(t)
    t.versioning(name)
    old, new = [t.object(name, "key", b"%d" % n).header("x-amz-version-id") for n in range(2)]
    answer = t.status(t.s3.put(name, "key", b"", {"x-amz-acl": "public-read"},
                               {"acl": None, "versionId": old}), 200)
    t.header(answer, "x-amz-version-id", old)
    t.eq(acl.read(t, name, "key", old), (me, acl.canned(me, "public-read")))
    t.eq(acl.read(t, name, "key"), (me, acl.canned(me, "private")))
    t.body(t.s3.get(name, "key", {"versionId": old}, sign=None), b"0")
    t.error(t.s3.get(name, "key", sign=None), 403, "AccessDenied")
    mark = t.s3.delete(name, "key").header("x-amz-version-id")
    t.error(t.s3.put(name, "key", b"", {"x-amz-acl": "private"},
                     {"acl": None, "versionId": mark}), 405, "MethodNotAllowed", Method="PUT",
            ResourceType="DeleteMarker")


def PutObjectAcl_not_of_objects(t):
    name = acl.bucket(t)
    t.object(name, "key")
    t.error(acl.put(t, name, "key", "", {"x-amz-acl": "log-delivery-write"}), 400,
            "InvalidArgument", ArgumentName="x-amz-acl")
