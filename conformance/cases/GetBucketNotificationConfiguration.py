# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketNotificationConfiguration_default(t):
    document.is_default(t, "notification", "NotificationConfiguration", "")


def GetBucketNotificationConfiguration_denied(t):
    document.denied(t, "GET", "notification")
