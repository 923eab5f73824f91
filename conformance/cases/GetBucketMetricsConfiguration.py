# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketMetricsConfiguration_not_configured(t):
    document.is_missing(t, "metrics", "NoSuchConfiguration",
                        "The specified configuration does not exist.", id="x")


def GetBucketMetricsConfiguration_denied(t):
    document.denied(t, "GET", "metrics", id="x")
