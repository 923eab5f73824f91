# SPDX-License-Identifier: Apache-2.0
import document


def DeleteBucketLifecycle_not_configured(t):
    t.eq(t.status(document.delete(t, t.bucket(), "lifecycle"), 204).body, b"", "body")


def DeleteBucketLifecycle_gone(t):
    document.deletes(
        t, "lifecycle", "LifecycleConfiguration", "<Rule><ID>a</ID><Filter><Prefix>x</Prefix>"
        "</Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>",
        "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")


def DeleteBucketLifecycle_denied(t):
    document.denied(t, "DELETE", "lifecycle")
