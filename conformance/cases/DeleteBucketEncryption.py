# SPDX-License-Identifier: Apache-2.0
import document


def DeleteBucketEncryption_not_configured(t):
    t.eq(t.status(document.delete(t, t.bucket(), "encryption"), 204).body, b"", "body")


def DeleteBucketEncryption_denied(t):
    document.denied(t, "DELETE", "encryption")
