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
