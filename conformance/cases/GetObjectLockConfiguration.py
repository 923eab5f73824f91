# SPDX-License-Identifier: Apache-2.0
import document


def GetObjectLockConfiguration_not_configured(t):
    document.is_missing(t, "object-lock", "ObjectLockConfigurationNotFoundError",
                        "Object Lock configuration does not exist for this bucket")


def GetObjectLockConfiguration_denied(t):
    document.denied(t, "GET", "object-lock")
