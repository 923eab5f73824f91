# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketEncryption_not_configured(t):
    document.is_missing(t, "encryption", "ServerSideEncryptionConfigurationNotFoundError",
                        "The server side encryption configuration was not found")


def GetBucketEncryption_denied(t):
    document.denied(t, "GET", "encryption")
