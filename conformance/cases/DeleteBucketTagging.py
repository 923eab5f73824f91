# SPDX-License-Identifier: Apache-2.0
import document


def DeleteBucketTagging_gone(t):
    document.deletes(t, "tagging", "Tagging",
                     "<TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet>",
                     "NoSuchTagSet", "The TagSet does not exist", 204)


def DeleteBucketTagging_denied(t):
    document.denied(t, "DELETE", "tagging")
