# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketLifecycleConfiguration_not_configured(t):
    document.is_missing(t, "lifecycle", "NoSuchLifecycleConfiguration",
                        "The lifecycle configuration does not exist")


def GetBucketLifecycleConfiguration_denied(t):
    document.denied(t, "GET", "lifecycle")
