# SPDX-License-Identifier: Apache-2.0
import document
import policies
from policies import arn, statement


def GetBucketPolicy_not_configured(t):
    document.is_missing(t, "policy", "NoSuchBucketPolicy",
                        "The bucket policy does not exist")


def GetBucketPolicy_as_put(t):
    name = policies.bucket(t)
    body = policies.document(statement("Deny", "s3:DeleteBucket", arn(name)))
    t.status(t.s3.put(name, None, body, query="policy"), 204)
    t.body(t.s3.get(name, query="policy"), body.encode())


def GetBucketPolicy_denied(t):
    document.denied(t, "GET", "policy")
    name = t.bucket()
    user = policies.User(t)
    user.denied(user.s3.get(name, query="policy"), "s3:GetBucketPolicy", arn(name))


def GetBucketPolicy_of_strangers(t):
    """Who may, but is not of the owner's account, is told that this is no way."""
    name = policies.bucket(t, lambda b: statement(
        "Allow", ["s3:GetBucketPolicy", "s3:GetBucketPolicyStatus"], arn(b)))
    t.error(policies.anonymous(t, "GET", name, None, "policy"), 405, "MethodNotAllowed",
            "The specified method is not allowed against this resource.")
    t.status(policies.anonymous(t, "GET", name, None, "policyStatus"), 200)
