# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketAnalyticsConfiguration_not_configured(t):
    document.is_missing(t, "analytics", "NoSuchConfiguration",
                        "The specified configuration does not exist.", id="x")


def GetBucketAnalyticsConfiguration_denied(t):
    document.denied(t, "GET", "analytics", id="x")
