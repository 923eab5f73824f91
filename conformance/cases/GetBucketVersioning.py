# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketVersioning_default(t):
    document.is_default(t, "versioning", "VersioningConfiguration", "")


def GetBucketVersioning_denied(t):
    document.denied(t, "GET", "versioning")
