# SPDX-License-Identifier: Apache-2.0
import json

import document
import replicating


def GetBucketReplicationReset_tells(t):
    source, arn = replicating.places(t)
    t.eq(json.loads(document.get(t, source, replicating.STATUS).body)["target"], [], "before")
    t.status(replicating.put(t, source, replicating.RESET, arn=arn, **{"reset-id": "mine"}), 200)
    found = json.loads(t.status(t.s3.get(source, None, {replicating.STATUS: None, "arn": arn}), 200).body)
    t.eq(found["target"][0]["resetid"], "mine", "id")
    t.ok(found["target"][0]["resyncStatus"] in ("Ongoing", "Completed"), repr(found))
    other = json.loads(t.s3.get(source, None, {replicating.STATUS: None, "arn": "arn:none"}).body)
    t.eq(other["target"], [], "of another destination")


def GetBucketReplicationReset_denied(t):
    document.denied(t, "GET", replicating.STATUS)
