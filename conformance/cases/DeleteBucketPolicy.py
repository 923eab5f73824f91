# SPDX-License-Identifier: Apache-2.0
import document


def DeleteBucketPolicy_not_configured(t):
    t.eq(t.status(document.delete(t, t.bucket(), "policy"), 204).body, b"", "body")


def DeleteBucketPolicy_denied(t):
    document.denied(t, "DELETE", "policy")
