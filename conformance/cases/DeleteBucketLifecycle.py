# SPDX-License-Identifier: Apache-2.0
import document


def DeleteBucketLifecycle_not_configured(t):
    t.eq(t.status(document.delete(t, t.bucket(), "lifecycle"), 204).body, b"", "body")


def DeleteBucketLifecycle_denied(t):
    document.denied(t, "DELETE", "lifecycle")
