# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketPolicy_not_configured(t):
    document.is_missing(t, "policy", "NoSuchBucketPolicy",
                        "The bucket policy does not exist")


def GetBucketPolicy_denied(t):
    document.denied(t, "GET", "policy")
