# SPDX-License-Identifier: Apache-2.0
import acl
import document


def PutBucketAcl_takes_what_holds(t):
    name = t.bucket()
    acl.takes_what_holds(t, name, None)


def PutBucketAcl_refuses_others(t):
    name = t.bucket()
    acl.refuses_others(t, name, None)


def PutBucketAcl_bad_headers(t):
    name = t.bucket()
    acl.bad_headers(t, name, None)


def PutBucketAcl_bad_documents(t):
    name = t.bucket()
    acl.bad_documents(t, name, None)


def PutBucketAcl_denied(t):
    document.denied(t, "PUT", "acl")


def PutBucketAcl_canned(t):
    acl.takes_canned(t, None, ("public-read", "public-read-write", "authenticated-read",
                             "aws-exec-read", "log-delivery-write", "private"))


def PutBucketAcl_grants(t):
    acl.takes_grants(t, None)


def PutBucketAcl_blocked(t):
    acl.blocked(t, None)
