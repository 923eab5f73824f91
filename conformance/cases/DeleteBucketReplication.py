# SPDX-License-Identifier: Apache-2.0
import document


def DeleteBucketReplication_not_configured(t):
    t.eq(t.status(document.delete(t, t.bucket(), "replication"), 204).body, b"", "body")


def DeleteBucketReplication_denied(t):
    document.denied(t, "DELETE", "replication")
