# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketWebsite_not_configured(t):
    document.is_missing(t, "website", "NoSuchWebsiteConfiguration",
                        "The specified bucket does not have a website configuration")


def GetBucketWebsite_denied(t):
    document.denied(t, "GET", "website")
