#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Class INTELLIGENT_TIERING: access tiers that follow from reads, the archive tiers of a
bucket's configurations, the way back by RestoreObject, the clock moved day by day."""

import json
import sys

from harness import Server, check, equal, run, run_tests
from lifecycle import clock, versioning

BIG, SMALL = b"b" * (128 << 10), b"s" * 1000
CLASS = {"x-amz-storage-class": "INTELLIGENT_TIERING"}
STATE = "The operation is not valid for the object's storage class"


def fresh():
    return Server(args=["--clock", "2027-01-01T10:00:00Z"], buckets=["data"])


def configure(s3, ident, inner, status="Enabled"):
    body = ("<IntelligentTieringConfiguration><Id>%s</Id>%s<Status>%s</Status>"
            "<Tiering><AccessTier>ARCHIVE_ACCESS</AccessTier><Days>90</Days></Tiering>"
            "<Tiering><AccessTier>DEEP_ARCHIVE_ACCESS</AccessTier><Days>180</Days></Tiering>"
            "</IntelligentTieringConfiguration>" % (ident, inner, status))
    equal(s3.put("data", None, body.encode(), None,
                 {"intelligent-tiering": "", "id": ident}).status, 200)


def status(s3, key):
    answer = s3.head("data", key)
    equal(answer.status, 200, key)
    equal(answer.header("x-amz-storage-class"), "INTELLIGENT_TIERING", key)
    return answer.header("x-amz-archive-status"), answer.header("x-amz-restore")


def restore(s3, key, inner="<GlacierJobParameters><Tier>Standard</Tier></GlacierJobParameters>"):
    body = "<RestoreRequest>%s</RestoreRequest>" % inner
    return s3.post("data", key, {"restore": ""}, body.encode())


def refused(answer, tier):
    equal(answer.status, 403, answer.body)
    for text in (b"<Code>InvalidObjectState</Code>",
                 b"<StorageClass>INTELLIGENT_TIERING</StorageClass>",
                 b"<AccessTier>%s</AccessTier>" % tier.encode()):
        check(text in answer.body, answer.body)


def test_unread_objects_go_down():
    """Without a configuration they stay readable at once; with one they are archived at 90 and
    180 days without a read, but for those below 128 KiB and those its filter does not mean."""
    with fresh() as server:
        s3 = server.client()
        for key in ("a/unread", "a/read", "b/unread"):
            equal(s3.put("data", key, BIG, CLASS).status, 200)
        equal(s3.put("data", "a/small", SMALL, CLASS).status, 200)
        configure(s3, "cold", "<Filter><Prefix>a/</Prefix></Filter>")
        clock(server, by="60d")
        equal(s3.get("data", "a/read").body, BIG)
        clock(server, by="32d")  # 92 days
        equal(status(s3, "a/unread"), ("ARCHIVE_ACCESS", None))
        for key in ("a/read", "b/unread", "a/small"):
            equal(status(s3, key), (None, None), key)
        refused(s3.get("data", "a/unread"), "ARCHIVE_ACCESS")
        equal(s3.get("data", "b/unread").body, BIG)
        clock(server, by="90d")  # 182, and 122 since the read
        equal(status(s3, "a/unread"), ("DEEP_ARCHIVE_ACCESS", None))
        equal(status(s3, "a/read"), ("ARCHIVE_ACCESS", None))
        refused(s3.get("data", "a/unread"), "DEEP_ARCHIVE_ACCESS")
        equal(status(s3, "a/small"), (None, None))
        answer = s3.put("data", "copy", b"", {"x-amz-copy-source": "/data/a/unread"})
        equal(answer.status, 403, answer.body)


def test_restored_objects_stay():
    """RestoreObject brings them back for good: after hours they are read as before, through a
    restart, and ninety days later they are archived again."""
    with fresh() as server:
        s3 = server.client()
        equal(s3.put("data", "k", BIG, CLASS).status, 200)
        answer = restore(s3, "k")
        equal(answer.status, 403, answer.body)  # it is not archived
        configure(s3, "all", "")
        clock(server, by="92d")
        equal(status(s3, "k"), ("ARCHIVE_ACCESS", None))
        equal(restore(s3, "k").status, 202)
        equal(status(s3, "k"), ("ARCHIVE_ACCESS", 'ongoing-request="true"'))
        answer = restore(s3, "k")
        equal(answer.status, 409, answer.body)
        refused(s3.get("data", "k"), "ARCHIVE_ACCESS")
        clock(server, by="6h")
        equal(status(s3, "k"), (None, None))
        server.kill()
        server.args = []  # the store remembers its clock
        server.start()
        s3 = server.client()
        clock(server, by="2d")
        equal(s3.get("data", "k").body, BIG)
        clock(server, by="80d")
        equal(status(s3, "k"), (None, None))
        clock(server, by="12d")
        equal(status(s3, "k"), ("ARCHIVE_ACCESS", None))
        refused(s3.get("data", "k"), "ARCHIVE_ACCESS")


def test_versions_and_overwrites_have_their_own():
    """Each version has its own last read; a new one begins anew; what is gone leaves nothing."""
    with fresh() as server:
        s3 = server.client()
        versioning(s3, "data", "Enabled")
        old = s3.put("data", "k", BIG, CLASS).header("x-amz-version-id")
        configure(s3, "all", "")
        clock(server, by="50d")
        equal(s3.put("data", "k", BIG + b"2", CLASS).status, 200)
        clock(server, by="45d")
        equal(status(s3, "k"), (None, None))
        answer = s3.get("data", "k", query={"versionId": old})
        equal(answer.status, 403, answer.body)
        equal(s3.delete("data", "k", query={"versionId": old}).status, 204)
        server.stop()
        equal(server.verify()[0], 0)


def test_usage_is_told_by_class():
    """What lies in which class, of all buckets or of one; to root alone."""
    with fresh() as server:
        s3 = server.client()
        for key, headers in (("a", None), ("b", CLASS), ("c", {"x-amz-storage-class": "GLACIER"})):
            equal(s3.put("data", key, SMALL, headers).status, 200)
        equal(s3.put("empty").status, 200)
        answer = s3.get("_trug", "v1/usage")
        equal(answer.status, 200, answer.body)
        one = {"versions": 1, "bytes": len(SMALL)}
        equal(json.loads(answer.body)["buckets"]["data"],
              {"classes": {"STANDARD": one, "INTELLIGENT_TIERING": one, "GLACIER": one},
               "all": {"versions": 3, "bytes": 3 * len(SMALL)}})
        answer = s3.get("_trug", "v1/usage", {"bucket": "empty"})
        equal(json.loads(answer.body)["buckets"],
              {"empty": {"classes": {}, "all": {"versions": 0, "bytes": 0}}})
        equal(s3.get("_trug", "v1/usage", {"bucket": "nowhere"}).status, 404)
        equal(server.client(access="nobody").get("_trug", "v1/usage").status, 403)
        code, out, err = run("usage", server.endpoint, "data")
        equal((code, json.loads(out)["buckets"]["data"]["all"]["versions"]), (0, 3), err)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
