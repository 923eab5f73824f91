# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketEncryption_default(t):
    """Every bucket encrypts with S3's own keys unless it says otherwise."""
    answer = t.s3.get(t.bucket(), None, {"encryption": ""})
    t.status(answer, 200)
    rule = answer.xml.all("Rule")
    t.eq(len(rule), 1)
    t.eq(rule[0].get("ApplyServerSideEncryptionByDefault/SSEAlgorithm"), "AES256")
    t.eq(rule[0].get("BucketKeyEnabled"), "false")


def GetBucketEncryption_denied(t):
    document.denied(t, "GET", "encryption")
