# SPDX-License-Identifier: Apache-2.0
import document
import policies
from policies import arn, statement


def GetBucketPolicyStatus_not_configured(t):
    document.is_missing(t, "policyStatus", "NoSuchBucketPolicy",
                        "The bucket policy does not exist")


def GetBucketPolicyStatus_public(t):
    name = policies.bucket(t)
    for want, condition in (
            ("true", {}), ("false", {"IpAddress": {"aws:SourceIp": "10.0.0.0/32"}}),
            ("true", {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
            ("false", {"StringEquals": {"aws:SourceVpc": "vpc-91237329"}}),
            ("true", {"StringLike": {"aws:SourceVpc": "vpc-*"}}),
            ("true", {"StringEquals": {"aws:Referer": "x"}})):
        t.status(policies.put(t, name, statement("Allow", "s3:GetObject", arn(name, "*"),
                                                 **condition)), 204)
        answer = document.get(t, name, "policyStatus")
        t.eq(document.inner(t, answer, "PolicyStatus"), "<IsPublic>%s</IsPublic>" % want,
             condition)
    t.status(policies.put(t, name, statement("Deny", "s3:GetObject", arn(name, "*"))), 204)
    t.eq(document.inner(t, document.get(t, name, "policyStatus"), "PolicyStatus"),
         "<IsPublic>false</IsPublic>")


def GetBucketPolicyStatus_denied(t):
    document.denied(t, "GET", "policyStatus")
