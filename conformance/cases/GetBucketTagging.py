# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketTagging_not_configured(t):
    document.is_missing(t, "tagging", "NoSuchTagSet",
                        "The TagSet does not exist")


def GetBucketTagging_denied(t):
    document.denied(t, "GET", "tagging")
