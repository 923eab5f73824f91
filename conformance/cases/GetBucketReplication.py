# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketReplication_not_configured(t):
    document.is_missing(t, "replication", "ReplicationConfigurationNotFoundError",
                        "The replication configuration was not found")


def GetBucketReplication_denied(t):
    document.denied(t, "GET", "replication")
