# SPDX-License-Identifier: Apache-2.0
import document
import replicating


def CancelBucketReplicationReset_nothing_runs(t):
    source, arn = replicating.places(t)
    t.error(replicating.put(t, source, replicating.CANCEL, arn=arn), 400, "InvalidRequest",
            "No resync is in progress")
    replicating.no_rules(t, "PUT", replicating.CANCEL)


def CancelBucketReplicationReset_denied(t):
    document.denied(t, "PUT", replicating.CANCEL)
