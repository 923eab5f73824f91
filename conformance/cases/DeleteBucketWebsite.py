# SPDX-License-Identifier: Apache-2.0
import document


def DeleteBucketWebsite_gone(t):
    document.deletes(t, "website", "WebsiteConfiguration",
                     "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>",
                     "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")


def DeleteBucketWebsite_denied(t):
    document.denied(t, "DELETE", "website")
