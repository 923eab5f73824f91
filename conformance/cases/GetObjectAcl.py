# SPDX-License-Identifier: Apache-2.0
import acl


def GetObjectAcl_of_the_owner(t):
    name = t.bucket()
    t.object(name, "key")
    acl.shows_owner(t, name, "key")


def GetObjectAcl_no_key(t):
    t.error(t.s3.request("GET", t.bucket(), "gone", "acl"), 404, "NoSuchKey", Key="gone")


def GetObjectAcl_denied(t):
    name = t.bucket()
    t.object(name, "key")
    t.error(t.s3.request("GET", name, "key", "acl", sign=None), 403, "AccessDenied")
    t.error(t.s3.request("GET", name, "key", "acl", signer=t.s3.signer(secret="wrong")), 403,
            "SignatureDoesNotMatch")
