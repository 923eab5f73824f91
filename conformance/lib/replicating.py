# SPDX-License-Identifier: Apache-2.0
"""What the cases of replication have in common."""

import document
import PutBucketReplication as rules

RESET, STATUS, CANCEL = "replication-reset", "replication-reset-status", "replication-reset-cancel"
METRICS, CHECK = "replication-metrics", "replication-check"


def places(t):
    """A bucket that is replicated, and the ARN of where to."""
    source, to = rules._places(t)
    t.status(document.put(t, source, "replication", rules._xml(rules._rule(rules._to(to)))), 200)
    return source, "arn:aws:s3:::" + to


def put(t, name, sub, **query):
    return t.s3.put(name, None, b"", None, dict({sub: None}, **query))


def no_rules(t, method, sub):
    name = t.bucket()
    t.error(t.s3.request(method, name, None, {sub: None}), 404,
            "ReplicationConfigurationNotFoundError", BucketName=name)
