# SPDX-License-Identifier: Apache-2.0
import json

import document
import replicating


def StartBucketReplicationReset_begins(t):
    source, arn = replicating.places(t)
    answer = json.loads(t.status(replicating.put(t, source, replicating.RESET, arn=arn, **{"reset-id": "mine"}),
                                 200).body)
    t.eq((answer["target"][0]["arn"], answer["target"][0]["resetid"]), (arn, "mine"))
    # The only destination there is need not be named.
    t.status(replicating.put(t, source, replicating.RESET), 200)


def StartBucketReplicationReset_bad(t):
    source, arn = replicating.places(t)
    t.error(replicating.put(t, source, replicating.RESET, arn="arn:aws:s3:::other"), 400, "InvalidArgument")
    t.error(replicating.put(t, source, replicating.RESET, arn=arn, **{"older-than": "soon"}), 400, "InvalidArgument")
    t.error(replicating.put(t, source, replicating.RESET, arn=arn, **{"older-than": "999999999d" * 120}), 400, "InvalidArgument")
    t.error(replicating.put(t, source, replicating.RESET, arn=arn, **{"reset-id": "x" * 65}), 400, "InvalidArgument")
    replicating.no_rules(t, "PUT", replicating.RESET)


def StartBucketReplicationReset_denied(t):
    document.denied(t, "PUT", replicating.RESET)
