# SPDX-License-Identifier: Apache-2.0
import document
import policies
from policies import arn, statement


def DeleteBucketPolicy_not_configured(t):
    t.eq(t.status(document.delete(t, t.bucket(), "policy"), 204).body, b"", "body")


def DeleteBucketPolicy_ends_it(t):
    name = policies.bucket(t, lambda b: statement("Allow", "s3:GetObject", arn(b, "*")))
    t.object(name, "key", b"open")
    t.body(policies.anonymous(t, "GET", name, "key"), b"open")
    t.status(t.s3.delete(name, query="policy"), 204)
    t.error(policies.anonymous(t, "GET", name, "key"), 403, "AccessDenied", "Access Denied")
    t.error(t.s3.get(name, query="policy"), 404, "NoSuchBucketPolicy",
            "The bucket policy does not exist", BucketName=name)


def DeleteBucketPolicy_denied(t):
    document.denied(t, "DELETE", "policy")
    name = policies.bucket(t, lambda b: statement("Deny", "s3:DeleteBucket", arn(b)))
    user = policies.User(t)
    user.denied(user.s3.delete(name, query="policy"), "s3:DeleteBucketPolicy", arn(name))
    t.status(t.s3.get(name, query="policy"), 200)
