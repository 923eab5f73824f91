#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replicas arrive, with all they have, in their order, once, and not where they came from.

To another bucket of the same server, to another trug, and to a store that is not trug (Ceph's
radosgw, where it is installed); with the way cut and restored, with either side killed.
"""

import base64
import hashlib
import json
import os
import socket
import sys
import threading
import time

from harness import ACCESS, SECRET, Server, Skip, check, equal, run_tests

XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"
ENABLED = "<Status>Enabled</Status>"
DISABLED = "<Status>Disabled</Status>"
PATIENCE = 30


def md5(body):
    return base64.b64encode(hashlib.md5(body).digest()).decode()


def document(s3, bucket, sub, body):
    body = body.encode()
    answer = s3.put(bucket, None, body, {"Content-MD5": md5(body)}, {sub: None})
    equal(answer.status, 200, "PUT ?%s: %r" % (sub, answer.body))


def versioned(s3, *buckets, lock=False):
    for name in buckets:
        head = {"x-amz-bucket-object-lock-enabled": "true"} if lock else {}
        equal(s3.put(name, None, b"", head).status, 200)
        document(s3, name, "versioning",
                 "<VersioningConfiguration>%s</VersioningConfiguration>" % ENABLED)


def rule(to, name="r", priority=1, filter="", markers=True, more="", dest=""):
    arn = to if to.startswith("arn:") else "arn:aws:s3:::" + to
    return ("<Rule><ID>%s</ID><Priority>%d</Priority><Filter>%s</Filter>%s%s"
            "<DeleteMarkerReplication>%s</DeleteMarkerReplication><Destination><Bucket>%s</Bucket>"
            "%s</Destination></Rule>" % (name, priority, filter, ENABLED, more,
                                         ENABLED if markers else DISABLED, arn, dest))


def rules(s3, bucket, *of):
    document(s3, bucket, "replication",
             "<ReplicationConfiguration><Role>arn:aws:iam::000000000000:role/r</Role>%s"
             "</ReplicationConfiguration>" % "".join(of))


def wait(what, question, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while True:
        found = question()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError("%s: not within %d s" % (what, seconds))
        time.sleep(0.02)


def status(s3, bucket, key, version=None):
    query = {"versionId": version} if version else {}
    return s3.head(bucket, key, query).header("x-amz-replication-status")


def settled(s3, bucket, key, version=None, want="COMPLETED", seconds=PATIENCE):
    wait("%s/%s is %s" % (bucket, key, want),
         lambda: status(s3, bucket, key, version) == want, seconds)


KEPT = ("Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Expires",
        "ETag", "Content-Length", "x-amz-meta-a", "x-amz-meta-b", "x-amz-tagging-count")


def same(s3, bucket, other, place, key, version=None, kept=KEPT, there=None):
    """The same object at both, version for version where one is named."""
    query = {"versionId": version} if version else {}
    here = s3.get(bucket, key, query)
    equal(here.status, 200, "source")
    answer = other.get(place, key, {"versionId": there or version} if version else {})
    equal(answer.status, 200, "replica of %s: %r" % (key, answer))
    equal(answer.body, here.body, "bytes of " + key)
    for name in kept:
        equal(answer.header(name), here.header(name), "%s of %s" % (name, key))
    tags = [c.get(bucket_, key, dict({"tagging": None}, **query)).xml.all("TagSet/Tag")
            for c, bucket_ in ((s3, bucket), (other, place))]
    equal([(t.get("Key"), t.get("Value")) for t in tags[1]],
          [(t.get("Key"), t.get("Value")) for t in tags[0]], "tags of " + key)
    return answer


def versions(s3, bucket):
    """[(key, version, latest, marker, ETag)] as listed, newest first of each key."""
    root = s3.get(bucket, None, {"versions": None}).xml
    return [(r.get("Key"), r.get("VersionId"), r.get("IsLatest") == "true",
             r.name == "DeleteMarker", r.get("ETag"))
            for r in root.children() if r.name in ("Version", "DeleteMarker")]


def multipart(s3, bucket, key, parts, headers=None):
    answer = s3.post(bucket, key, {"uploads": None}, b"", headers or {})
    equal(answer.status, 200, repr(answer))
    upload = answer.xml.get("UploadId")
    done = ""
    for n, part in enumerate(parts, 1):
        answer = s3.put(bucket, key, part, None, {"partNumber": n, "uploadId": upload})
        equal(answer.status, 200, repr(answer))
        done += "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>" % (
            n, answer.header("ETag"))
    answer = s3.post(bucket, key, {"uploadId": upload},
                     ("<CompleteMultipartUpload>%s</CompleteMultipartUpload>" % done).encode())
    equal(answer.status, 200, "complete")
    return answer.header("x-amz-version-id")


HEADERS = {"Content-Type": "text/x-odd", "Cache-Control": "no-store", "x-amz-meta-a": "1",
           "x-amz-meta-b": "\u00fc".encode().decode("latin-1"), "x-amz-tagging": "k=v&l=%2B",
           "Content-Disposition": "attachment"}


# ---- to another bucket of the same server ----


def test_local_contents():
    with Server() as server:
        s3 = server.client()
        versioned(s3, "from", "place")
        s3.put("from", "before", b"old")
        rules(s3, "from", rule("place"))
        answer = s3.put("from", "a/k", b"one", HEADERS)
        equal(answer.status, 200, repr(answer))
        first = answer.header("x-amz-version-id")
        second = s3.put("from", "a/k", b"second" * 50000, HEADERS).header("x-amz-version-id")
        third = multipart(s3, "from", "a/k", [b"x" * (5 << 20), b"y"], HEADERS)
        for v in (first, second, third):
            settled(s3, "from", "a/k", v)
            answer = same(s3, "from", s3, "place", "a/k", v)
            equal(answer.header("x-amz-replication-status"), "REPLICA")
            equal(answer.header("Last-Modified"),
                  s3.head("from", "a/k", {"versionId": v}).header("Last-Modified"), "time")
        equal(versions(s3, "place"), versions(s3, "from")[:3], "versions in order")
        check(status(s3, "from", "before") is None, "what was there before has no status")
        # Changes of tags follow, and a change of what came there goes nowhere.
        document(s3, "from", "versioning",
                 "<VersioningConfiguration>%s</VersioningConfiguration>" % ENABLED)
        tags = b"<Tagging><TagSet><Tag><Key>n</Key><Value>w</Value></Tag></TagSet></Tagging>"
        equal(s3.put("from", "a/k", tags, None, {"tagging": None}).status, 200)
        settled(s3, "from", "a/k")
        same(s3, "from", s3, "place", "a/k", third)
        # A marker follows its key.
        equal(s3.delete("from", "a/k").status, 204)
        wait("marker", lambda: s3.head("place", "a/k").status == 404)
        equal(versions(s3, "place")[0], versions(s3, "from")[0], "marker")
        # A version that is deleted for good stays there (AWS).
        equal(s3.delete("from", "a/k", {"versionId": first}).status, 204)
        time.sleep(0.5)
        equal(s3.head("place", "a/k", {"versionId": first}).status, 200)


def test_local_rules():
    with Server() as server:
        s3 = server.client()
        versioned(s3, "from", "place", "other")
        tag = "<Tag><Key>k</Key><Value>v</Value></Tag>"
        rules(s3, "from",
              rule("place", "low", 1, "<Prefix>a/</Prefix>", markers=False,
                   dest="<StorageClass>STANDARD_IA</StorageClass>"),
              rule("place", "high", 2, "<And><Prefix>a/b/</Prefix>%s</And>" % tag, markers=False,
                   dest="<StorageClass>ONEZONE_IA</StorageClass>"),
              rule("other", "tagged", 3, tag, markers=False))
        s3.put("from", "z", b"")
        s3.put("from", "a/1", b"1")
        s3.put("from", "a/b/2", b"2", {"x-amz-tagging": "k=v"})
        s3.put("from", "t", b"3", {"x-amz-tagging": "k=v&m=n"})
        for key in ("a/1", "a/b/2", "t"):
            settled(s3, "from", key)
        check(status(s3, "from", "z") is None, "no rule wants z")
        equal(sorted(r[0] for r in versions(s3, "place")), ["a/1", "a/b/2"])
        equal(sorted(r[0] for r in versions(s3, "other")), ["a/b/2", "t"])
        equal(s3.head("place", "a/1").header("x-amz-storage-class"), "STANDARD_IA")
        equal(s3.head("place", "a/b/2").header("x-amz-storage-class"), "ONEZONE_IA")
        equal(s3.delete("from", "a/1").status, 204)
        time.sleep(0.5)
        equal(s3.head("place", "a/1").status, 200, "markers are not replicated here")


def test_local_two_way():
    """Nothing goes back, whichever side it came from."""
    with Server() as server:
        s3 = server.client()
        versioned(s3, "one", "two")
        rules(s3, "one", rule("two"))
        rules(s3, "two", rule("one"))
        for n in range(20):
            s3.put(("one", "two")[n % 2], "k%d" % (n % 5), b"%d" % n)
        for n in range(20):
            wait("%d" % n, lambda: len(versions(s3, "one")) == len(versions(s3, "two")) == 20)
        s3.delete("one", "k0")
        wait("marker", lambda: len(versions(s3, "two")) == 21)
        time.sleep(1)
        equal((len(versions(s3, "one")), len(versions(s3, "two"))), (21, 21), "echo")


def test_local_encrypted_and_locked():
    with Server(args=["--kms-keys", "one,two"]) as server:
        s3 = server.client()
        versioned(s3, "from", "place", lock=True)
        s3.put("from", "none", b"x")
        arn = s3.put("from", "probe", b"x", {
            "x-amz-server-side-encryption": "aws:kms",
            "x-amz-server-side-encryption-aws-kms-key-id": "alias/two"}).header(
                "x-amz-server-side-encryption-aws-kms-key-id")
        rules(s3, "from", rule("place", more="<SourceSelectionCriteria><SseKmsEncryptedObjects>"
                               "%s</SseKmsEncryptedObjects></SourceSelectionCriteria>" % ENABLED,
                               dest="<EncryptionConfiguration><ReplicaKmsKeyID>%s</ReplicaKmsKeyID>"
                               "</EncryptionConfiguration>" % arn))
        s3.put("from", "s3", b"sealed" * 9999, {"x-amz-server-side-encryption": "AES256"})
        s3.put("from", "kms", b"named" * 9999, {
            "x-amz-server-side-encryption": "aws:kms",
            "x-amz-server-side-encryption-aws-kms-key-id": "alias/one"})
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        s3.put("from", "held", b"kept", {"x-amz-object-lock-mode": "GOVERNANCE",
                                         "x-amz-object-lock-retain-until-date": until,
                                         "x-amz-object-lock-legal-hold": "ON",
                                         "Content-MD5": md5(b"kept")})
        for key in ("s3", "kms", "held"):
            settled(s3, "from", key)
            same(s3, "from", s3, "place", key)
        equal(s3.head("place", "kms").header("x-amz-server-side-encryption-aws-kms-key-id"), arn)
        answer = s3.head("place", "held")
        equal((answer.header("x-amz-object-lock-mode"),
               answer.header("x-amz-object-lock-legal-hold")), ("GOVERNANCE", "ON"))
        off = b"<LegalHold><Status>OFF</Status></LegalHold>"
        equal(s3.put("from", "held", off, {"Content-MD5": md5(off)},
                     {"legal-hold": None}).status, 200)
        settled(s3, "from", "held")
        equal(s3.head("place", "held").header("x-amz-object-lock-legal-hold"), "OFF")


def test_local_killed():
    """What was acknowledged arrives once, whenever the server dies."""
    server = Server()
    try:
        server.start()
        s3 = server.client()
        versioned(s3, "from", "place")
        rules(s3, "from", rule("place"))
        wanted = []
        for turn in range(4):
            for n in range(40):
                key = "k%d" % (n % 8)
                wanted.append(s3.put("from", key, b"%d %d" % (turn, n)).header(
                    "x-amz-version-id"))
            server.kill()
            server.start()
            s3 = server.client()
        wait("all", lambda: len(versions(s3, "place")) == len(wanted))
        equal(versions(s3, "place"), versions(s3, "from"), "versions")
        server.stop()
        code, _, errors = server.verify()
        equal(code, 0, errors)
    finally:
        server.remove()


if __name__ == "__main__":
    sys.exit(run_tests(dict(globals())))
