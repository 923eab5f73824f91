# SPDX-License-Identifier: Apache-2.0
import document
import replicating


def CheckBucketReplication_good(t):
    source, _ = replicating.places(t)
    t.eq(t.status(document.get(t, source, replicating.CHECK), 200).body, b"", "body")


def CheckBucketReplication_place_gone(t):
    source, arn = replicating.places(t)
    t.status(t.s3.delete(arn.rsplit(":", 1)[1]), 204)
    t.error(document.get(t, source, replicating.CHECK), 404, "XMinioAdminRemoteTargetNotFoundError")
    replicating.no_rules(t, "GET", replicating.CHECK)


def CheckBucketReplication_denied(t):
    document.denied(t, "GET", replicating.CHECK)
