#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replicas arrive, with all they have, in their order, once, and not where they came from.

To another bucket of the same server and to another trug; with the way cut and restored, with
either side killed. To stores that are no trug: replication_foreign.py.
"""

import base64
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from harness import ACCESS, SECRET, Server, Skip, check, equal, free_port, run_tests, until
from madmin import Madmin

XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"
ENABLED = "<Status>Enabled</Status>"
DISABLED = "<Status>Disabled</Status>"


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


def status(s3, bucket, key, version=None):
    query = {"versionId": version} if version else {}
    return s3.head(bucket, key, query).header("x-amz-replication-status")


def settled(s3, bucket, key, version=None, want="COMPLETED"):
    until("%s/%s is %s" % (bucket, key, want),
          lambda: status(s3, bucket, key, version) == want)


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
    equal(tags_of(other, place, key, query), tags_of(s3, bucket, key, query), "tags of " + key)
    return answer


def tags_of(s3, bucket, key, query):
    answer = s3.get(bucket, key, dict({"tagging": None}, **query))
    if not answer.body or answer.status == 404:  # radosgw says none so
        return []
    return [(t.get("Key"), t.get("Value")) for t in answer.xml.all("TagSet/Tag")]


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
        until("marker", lambda: s3.head("place", "a/k").status == 404)
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
            until("%d" % n, lambda: len(versions(s3, "one")) == len(versions(s3, "two")) == 20)
        s3.delete("one", "k0")
        until("marker", lambda: len(versions(s3, "two")) == 21)
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
        kept_until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        s3.put("from", "held", b"kept", {"x-amz-object-lock-mode": "GOVERNANCE",
                                         "x-amz-object-lock-retain-until-date": kept_until,
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


def test_local_place_is_full():
    """A quota refuses what arrives, for good, and nothing of it stays behind."""
    with Server() as server:
        s3 = server.client()
        versioned(s3, "from", "place")
        rules(s3, "from", rule("place"))
        equal(Madmin(s3).send("PUT", "set-bucket-quota", {"bucket": "place"},
                              {"size": 500000, "quotatype": "hard"}).status, 200)
        for key, body, end in (("a", b"a" * 400000, "COMPLETED"), ("b", b"b" * 100000, "FAILED"),
                               ("c", b"c" * 400000, "FAILED"), ("d", b"d" * 99999, "COMPLETED"),
                               ("e", b"e", "FAILED")):
            s3.put("from", key, body)
            settled(s3, "from", key, want=end)
        equal([r[0] for r in versions(s3, "place")], ["a", "d"])
        for key in "abcde":
            equal(s3.delete("from", key, {"versionId": versions(s3, "from")[0][1]}).status, 204)
        server.stop()
        code, _, errors = server.verify()
        equal(code, 0, errors)


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
        until("all", lambda: len(versions(s3, "place")) == len(wanted))
        equal(versions(s3, "place"), versions(s3, "from"), "versions")
        server.stop()
        code, _, errors = server.verify()
        equal(code, 0, errors)
    finally:
        server.remove()


# ---- to another trug ----


class Proxy:
    """The way between two servers, which can be cut."""

    def __init__(self, endpoint):
        self.host, self.port = endpoint.split("//")[1].split(":")
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.cut, self.pairs, self.carried = False, [], 0
        threading.Thread(target=self.serve, daemon=True).start()

    @property
    def endpoint(self):
        return "http://127.0.0.1:%d" % self.listener.getsockname()[1]

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.cut:
                client.close()
                continue
            try:
                server = socket.create_connection((self.host, int(self.port)), 5)
            except OSError:
                client.close()
                continue
            self.pairs.append((client, server))
            for a, b in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=(a, b), daemon=True).start()

    def passes(self, a, data):
        """False: what came from a is not sent on, and the way ends."""
        return bool(data) and not self.cut

    def pump(self, a, b):
        try:
            while True:
                data = a.recv(65536)
                if not self.passes(a, data):
                    break
                self.carried += len(data)
                b.sendall(data)
        except OSError:
            pass
        for s in (a, b):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self, cut=True):
        self.cut = cut
        pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for s in pair:
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


def control(server, method, **query):
    answer = server.client().request(method, "_trug", "v1/replication",
                                     {k.replace("_", "-"): str(v) for k, v in query.items()})
    equal(answer.status, 200, repr(answer))
    return json.loads(answer.body)


def target(server, bucket, url, to, **more):
    return control(server, "POST", bucket=bucket, url=url, target=to, access_key=ACCESS,
                   secret_key=SECRET, **more)["arn"]


def pending(server):
    return sum(t["pending"] for t in control(server, "GET")["targets"])


def emptied(server):
    until("all sent", lambda: pending(server) == 0)


def test_remote_contents():
    with Server() as here, Server() as there:
        s3, far = here.client(), there.client()
        versioned(s3, "from", lock=True)
        versioned(far, "place", lock=True)
        arn = target(here, "from", there.endpoint, "place")
        check(control(here, "GET")["targets"][0]["peer"], "a trug is known for one")
        rules(s3, "from", rule(arn))
        first = s3.put("from", "a/k", b"one", HEADERS).header("x-amz-version-id")
        second = s3.put("from", "a/k", b"second" * 5000000, HEADERS).header("x-amz-version-id")
        third = multipart(s3, "from", "a/k", [b"x" * (5 << 20), b"y"], HEADERS)
        kept_until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        s3.put("from", "held", b"kept", {
            "x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-legal-hold": "ON",
            "x-amz-object-lock-retain-until-date": kept_until, "Content-MD5": md5(b"kept"),
            "x-amz-storage-class": "STANDARD_IA"})
        s3.put("from", "empty", b"")
        s3.put("from", "sealed", b"sealed" * 99999, {"x-amz-server-side-encryption": "AES256"})
        odd = "odd +%?&=#/\u00fc\U0001f600"
        s3.put("from", odd, b"odd")
        for v in (first, second, third):
            settled(s3, "from", "a/k", v)
            answer = same(s3, "from", far, "place", "a/k", v)
            equal(answer.header("x-amz-replication-status"), "REPLICA")
            equal(answer.header("Last-Modified"),
                  s3.head("from", "a/k", {"versionId": v}).header("Last-Modified"), "time")
        for key in ("held", "empty", "sealed", odd):
            settled(s3, "from", key)
            same(s3, "from", far, "place", key)
        for name in ("x-amz-object-lock-mode", "x-amz-object-lock-legal-hold",
                     "x-amz-storage-class", "x-amz-object-lock-retain-until-date"):
            equal(far.head("place", "held").header(name), s3.head("from", "held").header(name),
                  name)
        tags = b"<Tagging><TagSet><Tag><Key>n</Key><Value>w</Value></Tag></TagSet></Tagging>"
        equal(s3.put("from", "a/k", tags, None, {"tagging": None}).status, 200)
        equal(s3.delete("from", "a/k", {"tagging": None, "versionId": second}).status, 204)
        off = b"<LegalHold><Status>OFF</Status></LegalHold>"
        equal(s3.put("from", "held", off, {"Content-MD5": md5(off)},
                     {"legal-hold": None}).status, 200)
        emptied(here)
        for v in (second, third):
            settled(s3, "from", "a/k", v)
            same(s3, "from", far, "place", "a/k", v)
        equal(far.head("place", "held").header("x-amz-object-lock-legal-hold"), "OFF")
        equal(s3.delete("from", "a/k").status, 204)
        until("marker", lambda: far.head("place", "a/k").status == 404)
        equal(versions(far, "place"), versions(s3, "from"), "versions")
        row = control(here, "GET")["targets"][0]
        equal((row["pending"], row["failed"]), (0, 0), "counts")


def test_remote_two_way():
    """Both write, nothing goes back, and both end with the same."""
    with Server() as a, Server() as b:
        ends = []
        for one, other in ((a, b), (b, a)):
            versioned(one.client(), "shared")
        for one, other in ((a, b), (b, a)):
            rules(one.client(), "shared",
                  rule(target(one, "shared", other.endpoint, "shared")))
            ends.append(one.client())
        for n in range(60):
            equal(ends[n % 2].put("shared", "k%d" % (n % 7), b"%d" % n).status, 200)
        for server in (a, b):
            emptied(server)
        time.sleep(1)
        for server in (a, b):
            equal(pending(server), 0, "echo")
            row = control(server, "GET")["targets"][0]
            equal((row["replicated"], row["failed"]), (30, 0), "sent")
        left, right = (sorted(r[0:2] + r[3:] for r in versions(s, "shared")) for s in ends)
        equal(len(left), 60)
        equal(left, right, "versions")


def test_remote_cut():
    """The way is cut in the middle, and restored: all arrives, once, in order."""
    with Server() as here, Server() as there:
        s3, far = here.client(), there.client()
        versioned(s3, "from")
        versioned(far, "place")
        way = Proxy(there.endpoint)
        rules(s3, "from", rule(target(here, "from", way.endpoint, "place")))
        for turn in range(4):
            for n in range(25):
                equal(s3.put("from", "k%d" % (n % 6), b"%d %d " % (turn, n) * 20000).status, 200)
            s3.delete("from", "k%d" % turn)
            way.close(cut=turn % 2 == 0)
        check(pending(here) > 0, "nothing waits behind the cut")
        way.close(cut=False)
        emptied(here)
        equal(versions(far, "place"), versions(s3, "from"), "versions")
        equal(set(status(s3, "from", r[0], r[1]) for r in versions(s3, "from") if not r[3]),
              {"COMPLETED"})


def test_lifecycle_waits():
    """Rules leave alone what has not arrived yet, and act when it has."""
    with Server() as here, Server() as there:
        s3, far = here.client(), there.client()
        versioned(s3, "from")
        versioned(far, "place")
        way = Proxy(there.endpoint)
        rules(s3, "from", rule(target(here, "from", way.endpoint, "place")))
        document(s3, "from", "lifecycle",
                 "<LifecycleConfiguration><Rule><ID>x</ID><Filter/>" + ENABLED +
                 "<Expiration><Days>2</Days></Expiration><NoncurrentVersionExpiration>"
                 "<NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule><Rule>"
                 "<ID>y</ID><Filter/>" + ENABLED + "<Transition><Days>0</Days><StorageClass>"
                 "GLACIER_IR</StorageClass></Transition></Rule></LifecycleConfiguration>")
        way.close(cut=True)
        big = b"x" * (128 << 10)
        for body in (big, big + b"y"):
            equal(s3.put("from", "k", body).status, 200)
        move = lambda by: equal(s3.post("_trug", "v1/clock", {"by": by}).status, 200)
        move("9d")
        rows = versions(s3, "from")
        equal(len(rows), 2, "versions that have not arrived")
        equal(s3.head("from", "k").header("x-amz-storage-class"), None)
        equal(status(s3, "from", "k"), "PENDING")
        way.close(cut=False)
        emptied(here)
        equal(versions(far, "place"), rows, "versions there")
        move("4d")
        equal([r[3] for r in versions(s3, "from")], [True], "what is left is a marker")
        equal(versions(far, "place"), rows, "what rules delete stays there")


def test_remote_killed():
    """Either side dies in the middle."""
    here, there = Server(), Server()
    try:
        there.args += ["--address", "127.0.0.1:%d" % free_port()]
        here.start(), there.start()
        versioned(here.client(), "from")
        versioned(there.client(), "place")
        rules(here.client(), "from", rule(target(here, "from", there.endpoint, "place")))
        for turn in range(4):
            s3 = here.client()
            for n in range(30):
                equal(s3.put("from", "k%d" % (n % 9), b"%d %d " % (turn, n) * 30000).status, 200)
            if turn % 2 == 0:
                here.kill()
                here.start()
            else:
                there.kill()
                there.start()
        emptied(here)
        equal(versions(there.client(), "place"), versions(here.client(), "from"), "versions")
        for server in (here, there):
            server.stop()
            code, _, errors = server.verify()
            equal(code, 0, errors)
    finally:
        here.remove()
        there.remove()


def test_remote_rate():
    """A target's bandwidth is held, and that of others is theirs."""
    with Server() as here, Server() as there:
        s3, far = here.client(), there.client()
        versioned(s3, "slow"), versioned(s3, "fast")
        versioned(far, "slow"), versioned(far, "fast")
        rate = 4 << 20
        way = Proxy(there.endpoint)
        rules(s3, "slow", rule(target(here, "slow", way.endpoint, "slow", rate=rate)))
        rules(s3, "fast", rule(target(here, "fast", there.endpoint, "fast")))
        body = os.urandom(3 << 20)
        began = time.monotonic()
        for n in range(6):
            s3.put("slow", "k%d" % n, body)
        s3.put("fast", "k", body)
        settled(s3, "fast", "k")
        if time.monotonic() - began < 1.5:  # else the fast one's way was slow too
            check(pending(here) > 2, "the slow one is too quick")
        emptied(here)
        took = time.monotonic() - began
        print("# 18 MiB at 4 MiB/s took %.1f s" % took)
        check(took > 18 / 4 * 0.8, "%.1f s is too quick" % took)


def test_remote_deletes():
    """Deletes of versions are replicated only where a rule says so (MinIO)."""
    with Server() as here, Server() as there:
        s3, far = here.client(), there.client()
        versioned(s3, "from", "plain")
        versioned(far, "place", "other")
        on = "<DeleteReplication>%s</DeleteReplication>" % ENABLED
        rules(s3, "from", rule(target(here, "from", there.endpoint, "place"), more=on))
        rules(s3, "plain", rule(target(here, "plain", there.endpoint, "other")))
        made = {}
        for bucket in ("from", "plain"):
            made[bucket] = [s3.put(bucket, "k", b"%d" % n).header("x-amz-version-id")
                            for n in range(2)]
            settled(s3, bucket, "k", made[bucket][0])
            s3.delete(bucket, "k", {"versionId": made[bucket][0]})
        emptied(here)
        equal([r[1] for r in versions(far, "place")], made["from"][1:])
        equal([r[1] for r in versions(far, "other")], made["plain"][::-1])


def test_remote_targets():
    """What is declared must be there; its secret is nowhere to be read."""
    with Server() as here, Server() as there:
        s3, far = here.client(), there.client()
        versioned(s3, "from")
        equal(far.put("plain").status, 200)
        versioned(far, "place")

        def refused(code, **query):
            asked = dict({"bucket": "from", "url": there.endpoint, "target": "place",
                          "access-key": ACCESS, "secret-key": SECRET}, **query)
            answer = s3.request("POST", "_trug", "v1/replication", asked)
            equal(answer.code, code, repr(answer))

        refused("NoSuchBucket", bucket="none")
        refused("XMinioAdminReplicationRemoteTargetBucketNotFound", target="none")
        refused("RemoteTargetNotVersionedError", target="plain")
        refused("InvalidArgument", url="ftp://x")
        refused("InvalidArgument", rate="fast")
        refused("XMinioAdminRemoteTargetNotFoundError", arn="arn:minio:replication::x:place")
        refused("ServiceUnavailable", **{"secret-key": "wrong-secret"})
        with Server(args=["--outgoing", "10.0.0.0/8"]) as inside:
            versioned(inside.client(), "from")
            answer = inside.client().request("POST", "_trug", "v1/replication", {
                "bucket": "from", "url": there.endpoint, "target": "place",
                "access-key": ACCESS, "secret-key": SECRET})
            check(answer.status >= 400, "it goes out: %r" % answer)
        secret = "a-secret-of-somebody"
        with Server(args=["--root-password", secret]) as third:
            versioned(third.client(secret=secret), "place")
            arn = control(here, "POST", bucket="from", url=third.endpoint, target="place",
                          access_key=ACCESS, secret_key=secret)["arn"]
            check(secret not in json.dumps(control(here, "GET")), "the secret is told")
            rules(s3, "from", rule(arn))
            s3.put("from", "k", b"x")
            settled(s3, "from", "k")
        answer = s3.request("DELETE", "_trug", "v1/replication", {"bucket": "from", "arn": arn})
        equal(answer.code, "XMinioAdminRemoteRemoveDisallowed")
        equal(s3.delete("from", None, {"replication": None}).status, 200)
        control(here, "DELETE", bucket="from", arn=arn)
        equal(control(here, "GET")["targets"], [])
        here.stop()
        for folder, _, names in os.walk(here.directory):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    check(secret.encode() not in f.read(), "the secret is in " + name)


# ---- what was there before, and what failed ----

EXISTING = "<ExistingObjectReplication>%s</ExistingObjectReplication>" % ENABLED


def resync(s3, bucket, arn, **more):
    answer = s3.put(bucket, None, b"", None, dict({"replication-reset": None, "arn": arn}, **more))
    equal(answer.status, 200, repr(answer))
    return json.loads(answer.body)["target"][0]["resetid"]


def scanned(s3, bucket, arn, state="Completed"):
    def look():
        answer = s3.get(bucket, None, {"replication-reset-status": None, "arn": arn})
        found = json.loads(answer.body)["target"]
        return found and found[0]["resyncStatus"] == state and found[0]
    return until("resync is " + state, look)


def test_existing():
    """A rule that wants what is there gets it, versions in order, and only once."""
    with Server() as here, Server() as there:
        s3, far = here.client(), there.client()
        versioned(s3, "from", "near")
        versioned(far, "place")
        for n in range(1300):
            s3.put("from", "k%d" % (n % 3 if n < 1200 else n), b"%d" % n)
        s3.delete("from", "k1")
        arn = target(here, "from", there.endpoint, "place")
        rules(s3, "from", rule(arn, more=EXISTING), rule("near", "n", 2, more=EXISTING))
        for place, where, name in ((far, "place", arn), (s3, "near", "arn:aws:s3:::near")):
            row = scanned(s3, "from", name)
            equal(row["replicationCount"], 1301, "queued")
            until("all", lambda: len(all_versions(place, where)) == 1301)
            equal(all_versions(place, where), all_versions(s3, "from"), "versions at " + where)
        emptied(here)
        # The same rules again send nothing again.
        rules(s3, "from", rule(arn, more=EXISTING), rule("near", "n", 2, more=EXISTING))
        time.sleep(1)
        row = control(here, "GET")["targets"][0]
        equal((row["replicated"], row["pending"]), (1301, 0))


def all_versions(s3, bucket):
    rows, markers = [], {}
    while True:
        root = s3.get(bucket, None, dict({"versions": None}, **markers)).xml
        rows += [(r.get("Key"), r.get("VersionId"), r.get("IsLatest") == "true", r.name,
                  r.get("ETag")) for r in root.children()
                 if r.name in ("Version", "DeleteMarker")]
        if root.get("IsTruncated") == "false":
            return rows
        markers = {"key-marker": root.get("NextKeyMarker"),
                   "version-id-marker": root.get("NextVersionIdMarker")}


def test_failed_and_resync():
    """What nobody takes has failed, says so, and goes once it is asked for again."""
    with Server() as here, Server() as there:
        s3, far = here.client(), there.client()
        versioned(s3, "from")
        versioned(far, "place")
        arn = target(here, "from", there.endpoint, "place")
        rules(s3, "from", rule(arn))
        s3.put("from", "first", b"1")
        settled(s3, "from", "first")
        equal(far.delete("place", "first",
                         {"versionId": s3.head("from", "first").header("x-amz-version-id")}).status,
              204)
        equal(far.delete("place").status, 204)
        for n in range(3):
            s3.put("from", "k%d" % n, b"%d" % n)
        for n in range(3):
            settled(s3, "from", "k%d" % n, want="FAILED")
        row = control(here, "GET")["targets"][0]
        equal((row["failed"], row["failed_bytes"], row["pending"]), (3, 3, 0))
        metrics = json.loads(s3.get("from", None, {"replication-metrics": "2"}).body)
        equal(metrics["currStats"]["Stats"][arn]["failedReplicationCount"], 3)
        versioned(far, "place")
        resync(s3, "from", arn)
        scanned(s3, "from", arn)
        for key in ("first", "k0", "k1", "k2"):
            settled(s3, "from", key)
            same(s3, "from", far, "place", key)
        equal(versions(far, "place"), versions(s3, "from"))
        # Only what is old enough, and what is asked to stop.
        resync(s3, "from", arn, **{"older-than": "1h0m0s"})
        equal(scanned(s3, "from", arn)["replicationCount"], 0)
        answer = s3.put("from", None, b"", None, {"replication-reset-cancel": None, "arn": arn})
        equal(answer.code, "InvalidRequest")


# ---- to stores that are not trug ----


# ---- who may, and who is told ----

ROLE = "arn:aws:iam::111111111111:role/r"
EVERYTHING = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
PASSES = {"Version": "2012-10-17", "Statement": EVERYTHING["Statement"] + [
    {"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE}]}


def person(name, policy):
    return {"name": name, "keys": [{"access_key": name.upper() + "ACCESSKEY",
                                    "secret_key": name + "-secret-of-length"}],
            "inline_policies": {"all": policy}}


def test_rights():
    """Rules are for who may hand their role on, and lead into no other account's bucket."""
    server = Server()
    path = os.path.join(server.home, "identities.json")
    with open(path, "w") as f:
        json.dump({"accounts": [
            {"id": "111111111111", "users": [person("plain", EVERYTHING),
                                             person("passes", PASSES)]},
            {"id": "222222222222", "users": [person("other", EVERYTHING)]}]}, f)
    server.args += ["--identities", path]
    with server:
        plain, passes, other = (server.client(access=n.upper() + "ACCESSKEY",
                                              secret=n + "-secret-of-length")
                                for n in ("plain", "passes", "other"))
        versioned(plain, "from", "place")
        versioned(other, "others")

        def asks(s3, to, role=ROLE):
            body = ("<ReplicationConfiguration><Role>%s</Role>%s</ReplicationConfiguration>" % (
                role, rule(to))).encode()
            return s3.put("from", None, body, {"Content-MD5": md5(body)}, {"replication": None})

        answer = asks(plain, "place")
        equal((answer.status, answer.code), (403, "AccessDenied"), repr(answer))
        check(b"iam:PassRole" in answer.body, repr(answer))
        equal(asks(passes, "place", ROLE + "x").code, "AccessDenied")
        equal(asks(passes, "others").code, "AccessDenied")
        equal(asks(passes, "place").status, 200)
        plain.put("from", "k", b"x")
        settled(plain, "from", "k")
        same(plain, "from", plain, "place", "k")


def listen(server, bucket, seen):
    s3 = server.client()
    made = s3.build("GET", bucket, None, {"events": "s3:Replication:*", "prefix": "",
                                          "suffix": ""})
    host, port = server.endpoint.split("//")[1].split(":")
    with socket.create_connection((host, int(port)), 60) as s:
        method, where, headers, _ = made
        s.sendall(("%s %s HTTP/1.1\r\n%s\r\n" % (method, where, "".join(
            "%s: %s\r\n" % pair for pair in dict(headers).items()))).encode())
        seen.append(b"")
        try:
            while True:
                data = s.recv(65536)
                if not data:
                    return
                seen[0] += data
        except OSError:
            return


def test_events():
    """Failures are told."""
    with Server() as here, Server() as there:
        s3, far = here.client(), there.client()
        versioned(s3, "from")
        versioned(far, "place")
        arn = target(here, "from", there.endpoint, "place")
        rules(s3, "from", rule(arn))
        seen = []
        threading.Thread(target=listen, args=(here, "from", seen), daemon=True).start()
        until("listening", lambda: seen and b"200 OK" in seen[0])
        far.delete("place")
        s3.put("from", "k", b"x")
        until("told", lambda: b"OperationFailedReplication" in seen[0])
        version = s3.head("from", "k").header("x-amz-version-id")
        check(version.encode() in seen[0], "%r is not in %r" % (version, seen[0]))


# ---- as MinIO's client has it ----


def test_mc():
    """mc replicate add, ls, status, update, resync, backlog, rm, export, import."""
    mc = os.environ.get("MC") or shutil.which("mc")
    if not mc or b"MinIO" not in subprocess.run([mc, "--version"], stdout=subprocess.PIPE).stdout:
        raise Skip("mc is not here (MC names it)")
    home = tempfile.mkdtemp(prefix="trug-mc-")
    with Server() as here, Server() as there:
        s3, far = here.client(), there.client()
        versioned(s3, "from")
        versioned(far, "place")

        def do(*words, fails=False):
            done = subprocess.run([mc, "--config-dir", home, "--json"] + list(words),
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
            equal(done.returncode != 0, fails, "%s: %s" % (words, done.stdout))
            return done.stdout.decode()

        try:
            do("alias", "set", "t", here.endpoint, ACCESS, SECRET)
            remote = "%s/place" % there.endpoint.replace("//", "//%s:%s@" % (ACCESS, SECRET))
            do("replicate", "add", "t/from", "--remote-bucket", remote, "--replicate",
               "delete,delete-marker,existing-objects,metadata-sync", "--bandwidth", "1G",
               "--priority", "1")
            row = json.loads(do("replicate", "ls", "t/from").splitlines()[0])
            listed = control(here, "GET")["targets"][0]
            equal(row["rule"]["Destination"]["Bucket"], listed["arn"])
            check(listed["peer"] and listed["rate"] > 0, repr(listed))
            s3.put("from", "k", b"x", HEADERS)
            settled(s3, "from", "k")
            same(s3, "from", far, "place", "k")
            check("replicationCount" in do("replicate", "status", "t/from"), "status")
            rule_id = json.loads(do("replicate", "ls", "t/from").splitlines()[0])["rule"]["ID"]
            do("replicate", "update", "t/from", "--id", rule_id, "--priority", "7",
               "--remote-bucket", remote, "--bandwidth", "2G", "--replicate", "delete-marker")
            check(control(here, "GET")["targets"][0]["rate"] > listed["rate"], "bandwidth")
            found = s3.get("from", None, {"replication": None}).xml
            equal((found.get("Rule/Priority"), found.get("Rule/DeleteMarkerReplication/Status")),
                  ("7", "Enabled"))
            do("replicate", "resync", "start", "t/from", "--remote-bucket", listed["arn"])
            scanned(s3, "from", listed["arn"])
            do("replicate", "resync", "status", "t/from", "--remote-bucket", listed["arn"])
            there.kill()
            s3.put("from", "waits", b"x")
            check("waits" in do("replicate", "backlog", "t/from"), "backlog")
            with open(os.path.join(home, "rules.json"), "w") as f:
                f.write(do("replicate", "export", "t/from"))
            do("replicate", "rm", "t/from", "--all", "--force")
            equal(s3.get("from", None, {"replication": None}).status, 404)
        finally:
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(run_tests(dict(globals())))
