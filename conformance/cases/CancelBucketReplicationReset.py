# SPDX-License-Identifier: Apache-2.0
import json

import document
import replicating


KEYS, TRIES = 120, 40


def CancelBucketReplicationReset_stops(t):
    source, arn = replicating.places(t)
    for n in range(KEYS):
        t.object(source, "k%03d" % n)
    # A scan of so few may be over before it is cancelled: then another is begun.
    for n in range(TRIES):
        ident = "reset-%d" % n
        t.status(replicating.put(t, source, replicating.RESET, arn=arn, **{"reset-id": ident}), 200)
        answer = replicating.put(t, source, replicating.CANCEL, arn=arn)
        if answer.status == 200:
            break
        t.error(answer, 400, "InvalidRequest", "No resync is in progress")
    t.body(answer, ident.encode())
    found = json.loads(document.get(t, source, replicating.STATUS).body)["target"]
    t.eq([(row["resetid"], row["resyncStatus"]) for row in found], [(ident, "Canceled")], "status")
    t.ok("endTime" in found[0], repr(found))
    t.error(replicating.put(t, source, replicating.CANCEL, arn=arn), 400, "InvalidRequest",
            "No resync is in progress")


def CancelBucketReplicationReset_nothing_runs(t):
    source, arn = replicating.places(t)
    t.error(replicating.put(t, source, replicating.CANCEL, arn=arn), 400, "InvalidRequest",
            "No resync is in progress")
    replicating.no_rules(t, "PUT", replicating.CANCEL)


def CancelBucketReplicationReset_denied(t):
    document.denied(t, "PUT", replicating.CANCEL)
