# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketIntelligentTieringConfiguration_not_configured(t):
    document.is_missing(t, "intelligent-tiering", "NoSuchConfiguration",
                        "The specified configuration does not exist.", id="x")


def GetBucketIntelligentTieringConfiguration_denied(t):
    document.denied(t, "GET", "intelligent-tiering", id="x")
