# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketPolicyStatus_not_configured(t):
    document.is_missing(t, "policyStatus", "NoSuchBucketPolicy",
                        "The bucket policy does not exist")


def GetBucketPolicyStatus_denied(t):
    document.denied(t, "GET", "policyStatus")
