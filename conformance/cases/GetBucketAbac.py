# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketAbac_default(t):
    document.is_default(t, "abac", "AbacStatus", "<Status>Disabled</Status>")


def GetBucketAbac_denied(t):
    document.denied(t, "GET", "abac")
