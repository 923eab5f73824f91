#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tiers at another store: objects go there by lifecycle rules and by their storage class, are
read through, restored, expired; the network fails, the process is killed. In the end all bytes
are there and nothing is at the other store that no object needs."""

import base64
import hashlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from harness import ACCESS, SECRET, Server, Skip, binary, check, equal, run_tests

DAY = 86400
WAIT = 40
MIB = 1 << 20


def control(server, method, name, query=None, body=None):
    client = server.client()
    answer = client.request(method, "_trug", "v1/" + name, query,
                            {"content-type": "application/json"} if body is not None else None,
                            json.dumps(body).encode() if body is not None else b"")
    client.close()
    return answer


def clock(server, **params):
    answer = control(server, "POST" if params else "GET", "clock", params or None)
    equal(answer.status, 200, answer.body)
    return json.loads(answer.body)


def add_tier(server, name, url, bucket="cold", access=ACCESS, secret=SECRET, **more):
    return control(server, "POST", "tiers", None, dict(
        more, name=name, url=url, bucket=bucket, access_key=access, secret_key=secret))


def tier(server, name):
    for t in json.loads(control(server, "GET", "tiers").body):
        if t["name"] == name:
            return t
    return None


def rules(s3, bucket, *given):
    body = "<LifecycleConfiguration>%s</LifecycleConfiguration>" % "".join(
        "<Rule>%s<Status>Enabled</Status></Rule>" % r for r in given)
    answer = s3.put(bucket, None, body.encode(), {
        "content-md5": base64.b64encode(hashlib.md5(body.encode()).digest()).decode()},
        {"lifecycle": ""})
    equal(answer.status, 200, answer.body)


def move_after_a_day(name, prefix=""):
    return ("<ID>move-%s</ID><Filter><Prefix>%s</Prefix></Filter><Transition><Days>1</Days>"
            "<StorageClass>%s</StorageClass></Transition>" % (prefix.replace("/", "-"), prefix, name))


def until(true, what, seconds=WAIT):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("not within %d s: %s" % (seconds, what))


def bytes_of(n, seed=0):
    return random.Random(seed * 1000003 + n).randbytes(n)


def upload(s3, bucket, key, parts, headers=None):
    uid = s3.post(bucket, key, "uploads", b"", headers).xml.get("UploadId")
    doc = ""
    for i, part in enumerate(parts, 1):
        answer = s3.put(bucket, key, part, None, {"partNumber": str(i), "uploadId": uid})
        equal(answer.status, 200, answer.body)
        doc += "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>" % (i, answer.header("etag"))
    answer = s3.post(bucket, key, {"uploadId": uid}, (
        "<CompleteMultipartUpload>%s</CompleteMultipartUpload>" % doc).encode())
    equal(answer.status, 200, answer.body)


def far_keys(far, bucket="cold"):
    found, token = {}, None
    while True:
        query = {"list-type": "2"}
        if token:
            query["continuation-token"] = token
        page = far.get(bucket, None, query).xml
        for c in page.all("Contents"):
            found[c.get("Key")] = int(c.get("Size"))
        token = page.get("NextContinuationToken")
        if not token:
            return found


def far_uploads(far, bucket="cold"):
    return len(far.get(bucket, None, {"uploads": ""}).xml.all("Upload"))


def classes(s3, bucket):
    return {c.get("Key"): c.get("StorageClass")
            for c in s3.get(bucket, None, {"list-type": "2"}).xml.all("Contents")}


class Proxy:
    """A way to a port that can be cut, stalled, and mended."""

    def __init__(self, port):
        self.port, self.mode, self.limit = port, "open", None
        self.open = []
        self.server = socket.socket()
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", 0))
        self.server.listen(64)
        self.url = "http://127.0.0.1:%d" % self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                a, _ = self.server.accept()
            except OSError:
                return
            if self.mode == "cut":
                self.reset(a)
                continue
            b = socket.create_connection(("127.0.0.1", self.port))
            self.open += [a, b]
            for x, y, back in ((a, b, False), (b, a, True)):
                threading.Thread(target=self.pump, args=(x, y, back), daemon=True).start()

    def pump(self, x, y, back):
        try:
            while True:
                data = x.recv(65536)
                while self.mode == "stall":
                    time.sleep(0.05)
                if self.mode == "cut" or not data:
                    break
                if back and self.limit is not None:
                    self.limit -= len(data)
                    if self.limit < 0:
                        break
                y.sendall(data)
        except OSError:
            pass
        self.reset(x)
        self.reset(y)

    @staticmethod
    def reset(s):
        try:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        s.close()

    def set(self, mode):
        self.mode = mode
        if mode == "cut":
            held, self.open = self.open, []
            for s in held:
                self.reset(s)

    def close(self):
        self.server.close()
        self.set("cut")


class Pair:
    """A store, and another that its tiers are at."""

    def __init__(self, proxied=False, env=None, buckets=("near",), args=()):
        self.far_server = Server(buckets=["cold"]).start()
        self.proxy = Proxy(self.far_server.ready["port"]) if proxied else None
        self.near = Server(buckets=list(buckets), args=args, env=env).start()
        self.far = self.far_server.client()

    @property
    def url(self):
        return self.proxy.url if self.proxy else self.far_server.endpoint

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.near.remove()
        self.far.close()
        if self.proxy:
            self.proxy.close()
        self.far_server.remove()


# ---- the tests ----

def objects(s3, bucket="near"):
    """key -> (bytes, headers)"""
    made = {}
    sets = [("small", bytes_of(700), None),
            ("page", bytes_of(20000), None),
            ("medium", bytes_of(200000), None),
            ("large", bytes_of(9 * MIB + 17), None),
            ("sealed/small", bytes_of(900, 1), {"x-amz-server-side-encryption": "AES256"}),
            ("sealed/large", bytes_of(3 * MIB + 5, 1), {"x-amz-server-side-encryption": "AES256"})]
    for key, body, more in sets:
        headers = dict(more or {}, **{"content-type": "x/y", "x-amz-meta-who": "me " + key,
                                      "x-amz-tagging": "a=b&c=d", "cache-control": "no-store"})
        equal(s3.put(bucket, key, body, headers).status, 200, key)
        made[key] = body
    parts = [bytes_of(5 * MIB, 2), bytes_of(5 * MIB, 3), bytes_of(1234, 4)]
    upload(s3, bucket, "parts", parts, {"x-amz-meta-who": "me parts", "x-amz-tagging": "a=b&c=d"})
    made["parts"] = b"".join(parts)
    upload(s3, bucket, "sealed/parts", parts, {
        "x-amz-meta-who": "me sealed/parts", "x-amz-tagging": "a=b&c=d",
        "x-amz-server-side-encryption": "AES256"})
    made["sealed/parts"] = b"".join(parts)
    return made


SAME = ("etag", "last-modified", "content-type", "content-length", "x-amz-meta-who",
        "x-amz-tagging-count", "cache-control", "x-amz-server-side-encryption",
        "x-amz-checksum-crc64nvme", "x-amz-mp-parts-count", "content-range")


def looks(s3, made, bucket="near"):
    """All that a client sees of the objects, but the class."""
    seen = {}
    for key, body in made.items():
        n = len(body)
        for what, headers, query in (
                ("all", {"x-amz-checksum-mode": "ENABLED"}, None),
                ("range", {"range": "bytes=%d-%d" % (n // 3, n // 2)}, None),
                ("tail", {"range": "bytes=-100"}, None),
                ("part", {}, {"partNumber": "2" if "parts" in key else "1"})):
            a = s3.get(bucket, key, query, headers)
            check(a.status in (200, 206), "%s %s: %r" % (key, what, a))
            seen[key, what] = (a.status, hashlib.sha256(a.body).hexdigest(),
                               [a.header(h) for h in SAME])
        seen[key, "head"] = [s3.head(bucket, key).header(h) for h in SAME]
        seen[key, "tags"] = s3.get(bucket, key, {"tagging": ""}).body
        equal(seen[key, "all"][1], hashlib.sha256(body).hexdigest(), key)
    return seen


def moved(pair, s3, name, made, bucket="near"):
    clock(pair.near, by="2d")
    until(lambda: set(classes(s3, bucket).values()) == {name}, "all are in the tier")
    until(lambda: tier(pair.near, name)["errands"] == 0, "nothing is left to do")
    equal(len(far_keys(pair.far)), len(made), "objects at the other store")


def test_objects_go_and_are_read_through():
    with Pair() as p:
        s3 = p.near.client()
        equal(add_tier(p.near, "WARM", p.url, prefix="of-near").status, 200)
        made = objects(s3)
        before = looks(s3, made)
        rules(s3, "near", move_after_a_day("WARM"))
        moved(p, s3, "WARM", made)
        after = looks(s3, made)
        for k in before:
            equal(after[k], before[k], "%s after it moved" % (k,))
        for key in made:
            equal(s3.head("near", key).header("x-amz-storage-class"), "WARM", key)
        t = tier(p.near, "WARM")
        equal((t["objects"], t["failing"]), (len(made), False))
        check("secret" not in json.dumps(t), "no secret is shown")
        # Nothing of it is here any more; what is there is not readable where it was sealed.
        far = far_keys(p.far)
        check(all(k.startswith("of-near/") for k in far), "below the prefix: %r" % far)
        whole = b"".join(p.far.get("cold", k).body for k in far if far[k] < 300000)
        check(made["small"] in whole and made["sealed/small"] not in whole, "ciphertext goes there")
        # It survives a restart, and so does the tier.
        p.near.stop()
        code, out, err = p.near.verify()
        equal(code, 0, out + err)
        p.near.start()
        s3 = p.near.client()
        equal(looks(s3, made), before, "after a restart")
        # Copies, parts of copies.
        equal(s3.put("near", "copy", b"", {"x-amz-copy-source": "/near/sealed/parts"}).status, 200)
        equal(s3.get("near", "copy").body, made["sealed/parts"])
        equal(s3.head("near", "copy").header("x-amz-storage-class"), None)
        uid = s3.post("near", "joined", "uploads").xml.get("UploadId")
        answer = s3.put("near", "joined", b"", {
            "x-amz-copy-source": "/near/large", "x-amz-copy-source-range": "bytes=100-6000000"},
            {"partNumber": "1", "uploadId": uid})
        equal(answer.status, 200, answer.body)
        equal(s3.post("near", "joined", {"uploadId": uid}, (
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part>"
            "</CompleteMultipartUpload>" % answer.xml.get("ETag")).encode()).status, 200)
        equal(s3.get("near", "joined").body, made["large"][100:6000001])
        # What goes here goes there.
        equal(s3.delete("near", "small").status, 204)
        equal(s3.put("near", "page", b"new").status, 200)
        until(lambda: len(far_keys(p.far)) == len(made) - 2, "two are gone there")
        equal(s3.get("near", "page").body, b"new")
        equal(control(p.near, "DELETE", "tiers", {"name": "WARM"}).code, "XMinioAdminTierBackendNotEmpty")
        for key in list(classes(s3, "near")):
            s3.delete("near", key)
        until(lambda: far_keys(p.far) == {}, "all are gone there")
        until(lambda: tier(p.near, "WARM")["errands"] == 0, "nothing is left to do")
        equal(control(p.near, "DELETE", "tiers", {"name": "WARM"}).code, "XMinioAdminTierBackendNotEmpty",
              "a rule names it")
        s3.delete("near", None, {"lifecycle": ""})
        equal(control(p.near, "DELETE", "tiers", {"name": "WARM"}).status, 200)
        equal(control(p.near, "GET", "tiers").body.strip(), b"[\n]")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
