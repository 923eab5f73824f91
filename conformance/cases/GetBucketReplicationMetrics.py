# SPDX-License-Identifier: Apache-2.0
import json

import document
import replicating


def GetBucketReplicationMetrics_counts(t):
    source, arn = replicating.places(t)
    first = json.loads(t.status(document.get(t, source, replicating.METRICS), 200).body)
    t.eq(first["Stats"][arn]["failedReplicationCount"], 0, "failed")
    t.eq(first["pendingReplicationCount"], 0, "pending")
    second = json.loads(t.status(t.s3.get(source, None, {replicating.METRICS: "2"}), 200).body)
    t.eq(list(second["currStats"]["Stats"]), [arn], "destinations")


def GetBucketReplicationMetrics_no_rules(t):
    replicating.no_rules(t, "GET", replicating.METRICS)


def GetBucketReplicationMetrics_denied(t):
    document.denied(t, "GET", replicating.METRICS)
