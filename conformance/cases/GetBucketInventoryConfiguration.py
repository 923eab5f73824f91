# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketInventoryConfiguration_not_configured(t):
    document.is_missing(t, "inventory", "NoSuchConfiguration",
                        "The specified configuration does not exist.", id="x")


def GetBucketInventoryConfiguration_denied(t):
    document.denied(t, "GET", "inventory", id="x")
