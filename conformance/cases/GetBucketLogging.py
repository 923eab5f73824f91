# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketLogging_default(t):
    document.is_default(t, "logging", "BucketLoggingStatus", "")


def GetBucketLogging_denied(t):
    document.denied(t, "GET", "logging")
