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

from foreign import moto, radosgw
from harness import ACCESS, PATIENCE, SECRET, Server, Skip, check, equal, run, run_tests, until
import s3raw

DAY = 86400
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
                        self.limit = None
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
    until("all are in the tier", lambda: set(classes(s3, bucket).values()) == {name})
    until("nothing is left to do", lambda: tier(pair.near, name)["errands"] == 0)
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
        equal(p.near.stop(), 0)
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
        until("two are gone there", lambda: len(far_keys(p.far)) == len(made) - 2)
        equal(s3.get("near", "page").body, b"new")
        equal(control(p.near, "DELETE", "tiers", {"name": "WARM"}).code, "XMinioAdminTierBackendNotEmpty")
        for key in list(classes(s3, "near")):
            s3.delete("near", key)
        until("all are gone there", lambda: far_keys(p.far) == {})
        until("nothing is left to do", lambda: tier(p.near, "WARM")["errands"] == 0)
        equal(control(p.near, "DELETE", "tiers", {"name": "WARM"}).code, "XMinioAdminTierBackendNotEmpty",
              "a rule names it")
        s3.delete("near", None, {"lifecycle": ""})
        equal(control(p.near, "DELETE", "tiers", {"name": "WARM"}).status, 200)
        equal(control(p.near, "GET", "tiers").body.strip(), b"[\n]")


def test_the_verb():
    with Pair() as p:
        env = {"TRUG_TIER_ACCESS_KEY": ACCESS, "TRUG_TIER_SECRET_KEY": SECRET}

        def trug(*words):
            return run("tier", p.near.endpoint, *words, env=env)

        equal(trug("ls"), (0, "[\n]\n", ""))
        equal(trug("add", "WARM", p.url, "cold/some/where"), (0, "{}\n", ""))
        code, out, err = trug("ls")
        equal((code, err), (0, ""))
        t = json.loads(out)[0]
        made = t.pop("made")
        check(made.endswith("Z"), made)
        equal(t, {"name": "WARM", "kind": "s3", "url": p.url, "bucket": "cold",
                  "prefix": "some/where", "access_key": ACCESS, "objects": 0, "bytes": 0,
                  "errands": 0, "failing": False})
        equal(trug("check", "WARM")[0], 0)
        for words, code in ((("add", "WARM", p.url, "cold"), "XMinioAdminTierAlreadyExists"),
                            (("add", "warm", p.url, "cold"), "XMinioAdminTierNameNotUpperCase"),
                            (("add", "STANDARD", p.url, "cold"), "XMinioAdminTierReserved"),
                            (("add", "A/B", p.url, "cold"), "XMinioAdminTierInvalidConfig"),
                            (("add", "X", p.url, "missing"), "XMinioAdminTierBucketNotFound"),
                            (("add", "X", "ftp://there", "cold"), "XMinioAdminTierInvalidConfig"),
                            (("add", "X", p.url, "cold", "--kind", "azure"),
                             "XMinioAdminTierTypeUnsupported"),
                            (("add", "X", p.url, "cold", "--style", "odd"), "InvalidArgument"),
                            (("add", "X", p.url, "cold", "--access-key", "who"),
                             "XMinioAdminTierInvalidCredentials"),
                            (("add", "X", p.url, "cold", "--secret-key", ""),
                             "XMinioAdminTierMissingCredentials"),
                            (("keys", "WARM", "--secret-key", "wrong"),
                             "XMinioAdminTierInvalidCredentials"),
                            (("keys", "X"), "XMinioAdminTierNotFound"),
                            (("check", "X"), "XMinioAdminTierNotFound"),
                            (("rm", "X"), "XMinioAdminTierNotFound")):
            rc, out, err = trug(*words)
            equal((rc, out), (1, ""), words)
            check("<Code>%s</Code>" % code in err, "%s: %s" % (words, err))
        p.far.put("cold", "other/thing", b"x")
        check("XMinioAdminTierBackendInUse" in trug("add", "X", p.url, "cold/other")[2], "in use")
        equal(trug("add", "X", p.url, "cold/other", "--force")[0], 0)
        equal(trug("keys", "WARM")[0], 0)
        equal(trug("rm", "X")[0], 0)
        equal(trug("rm", "WARM")[0], 0)
        equal(trug("ls"), (0, "[\n]\n", ""))
        for words in ((), ("add",), ("add", "A", p.url), ("odd",), ("ls", "--odd", "x")):
            equal(trug(*words)[0], 2, words)
        equal(far_keys(p.far), {"other/thing": 1}, "what was tried out is gone")
        # Nobody but root.
        anonymous = p.near.client(access="nobody", secret="nobody")
        for method, path in (("GET", "tiers"), ("POST", "tiers"), ("DELETE", "tiers")):
            equal(anonymous.request(method, "_trug", "v1/" + path).status, 403)
        equal(anonymous.request("PUT", "minio", "admin/v3/tier", None, None, b"x" * 100).status, 403)
        root = p.near.client()
        for method, path, body, code in (
                ("PUT", "tier", b"", "InvalidArgument"),
                ("PUT", "tier", b"x" * 32 + b"\0" + b"y" * 60, "InvalidArgument"),
                ("PUT", "tier", b"x" * 32 + b"\1" + b"y" * 60, "InvalidArgument"),
                ("PUT", "tier", b"x" * 32 + b"\2" + b"y" * 60, "NotImplemented"),
                ("DELETE", "tier/NONE", b"", "XMinioAdminTierNotFound"),
                ("GET", "tier/NONE", b"", "XMinioAdminTierNotFound"),
                ("POST", "tier", b"", "NotImplemented"),
                ("DELETE", "tier-stats", b"", "NotImplemented")):
            answer = root.request(method, "minio", "admin/v3/" + path, None, None, body)
            equal(json.loads(answer.body)["Code"], code, (method, path, answer))
        equal(root.get("minio", "admin/v3/tier").body, b"[]")


def foreign(url, access, secret):
    """The whole way with a store that is not trug."""
    far = s3raw.Client(url, access, secret)
    equal(far.put("cold").status, 200, "a bucket there")
    with Server(buckets=["near"]) as near:
        s3 = near.client()
        answer = add_tier(near, "WARM", url, access=access, secret=secret, prefix="n")
        equal(answer.status, 200, answer.body)
        made = objects(s3)
        before = looks(s3, made)
        rules(s3, "near", move_after_a_day("WARM"))
        clock(near, by="2d")
        until("all are in the tier", lambda: set(classes(s3, "near").values()) == {"WARM"})
        until("nothing is left to do", lambda: tier(near, "WARM")["errands"] == 0)
        equal(len(far_keys(far)), len(made), "objects there")
        after = looks(s3, made)
        for k in before:
            equal(after[k], before[k], "%s after it moved" % (k,))
        equal(s3.put("near", "copy", b"", {"x-amz-copy-source": "/near/large"}).status, 200)
        equal(s3.get("near", "copy").body == made["large"], True, "a copy")
        equal(restore(s3, "near", "parts", 1).status, 202)
        until("it is restored", lambda: 'ongoing-request="false"' in (
            s3.head("near", "parts").header("x-amz-restore") or ""))
        equal(s3.get("near", "parts").body == made["parts"], True, "restored")
        # Killed while it moves, it comes to the same end.
        for i in range(4):
            equal(s3.put("near", "more/%d" % i, bytes_of(100000, i)).status, 200)
        near.kill()
        near.env["TRUG_FAULT"] = "crash@tier_sent@2"
        try:
            near.start()
            clock(near, by="2d")
            until("it dies", lambda: near.process.poll() is not None)
        except (OSError, RuntimeError, EOFError):
            pass
        near.kill()
        del near.env["TRUG_FAULT"]
        near.start()
        s3 = near.client()
        clock(near, by="2d")
        until("all moved", lambda: set(classes(s3, "near").values()) == {"WARM", "STANDARD"} - (
            {"STANDARD"} if classes(s3, "near")["copy"] == "WARM" else set()))
        for i in range(4):
            equal(s3.get("near", "more/%d" % i).body, bytes_of(100000, i))
        for key in classes(s3, "near"):
            equal(s3.delete("near", key).status, 204)
        clock(near, by="2m")
        until("all are gone there", lambda: far_keys(far) == {})
        equal(far_uploads(far), 0, "no upload is left open")
    far.close()


def test_at_radosgw():
    with radosgw() as store:
        foreign(*store)


def test_at_moto():
    with moto() as store:
        foreign(*store)


def root_get(server, path):
    return server.client().get("minio", path).body


def test_the_master_key_changes():
    old, new = ("%s:%s" % (n, base64.b64encode(bytes([i]) * 32).decode())
                for i, n in ((1, "old"), (2, "new")))
    with Pair(env={"TRUG_MASTER_KEY": old}) as p:
        s3 = p.near.client()
        equal(add_tier(p.near, "WARM", p.url).status, 200)
        equal(s3.put("near", "k", b"some bytes").status, 200)
        rules(s3, "near", move_after_a_day("WARM"))
        clock(p.near, by="2d")
        until("it moves", lambda: classes(s3, "near") == {"k": "WARM"})
        for keys in (new + "\n" + old, new, new):
            equal(p.near.stop(), 0)
            p.near.env["TRUG_MASTER_KEY"] = keys
            p.near.start()
            s3 = p.near.client()
            equal(s3.get("near", "k").body, b"some bytes", keys)
            equal(classes(s3, "near"), {"k": "WARM"})
            equal(p.near.stop(), 0)
            code, out, err = run("rotate", p.near.directory, env={"TRUG_MASTER_KEY": keys})
            equal(code, 0, out + err)
            p.near.start()
        equal(tier(p.near, "WARM")["objects"], 1)


def find_mc():
    mc = os.environ.get("MC") or shutil.which("mc")
    if not mc or b"MinIO" not in subprocess.run([mc, "--version"], stdout=subprocess.PIPE).stdout:
        raise Skip("mc is not here (MC names it)")
    return mc


def test_mc_and_its_tiers():
    mc, home = find_mc(), tempfile.mkdtemp(prefix="trug-mc-")
    with Pair() as p:
        def do(*words, fails=False):
            done = subprocess.run([mc, "--config-dir", home, "--json"] + list(words),
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
            equal(done.returncode != 0, fails, "%s: %s" % (words, done.stdout))
            return done.stdout.decode()

        def add(name, kind="minio", bucket="cold", secret=SECRET, fails=False, **more):
            return do("ilm", "tier", "add", kind, "near", name, "--endpoint", p.url, "--access-key",
                      ACCESS, "--secret-key", secret, "--bucket", bucket, "--prefix",
                      "of-" + name.lower(), fails=fails)

        do("alias", "set", "near", p.near.endpoint, ACCESS, SECRET)
        add("WARM")
        add("COLD", kind="s3")
        check("already exists" in add("WARM", fails=True), "twice")
        check("reserved" in add("STANDARD", fails=True), "reserved")
        check("bucket not found" in add("NEW", bucket="missing", fails=True), "no bucket")
        check("Invalid remote tier credentials" in add("NEW", secret="odd", fails=True), "secret")
        listed = json.loads(do("ilm", "tier", "ls", "near"))["tiers"]
        equal([(t["Name"], t["Type"]) for t in listed], [("COLD", "s3"), ("WARM", "minio")])
        check(SECRET + '"' not in json.dumps([t.get("MinIO", {}).get("SecretKey") for t in listed]),
              "no secret is shown")
        do("ilm", "tier", "check", "near", "WARM")
        check("not found" in do("ilm", "tier", "check", "near", "NONE", fails=True), "no such")
        do("ilm", "tier", "update", "near", "WARM", "--access-key", ACCESS, "--secret-key", SECRET)
        do("ilm", "rule", "add", "near/near", "--transition-days", "1", "--transition-tier", "WARM")
        body = bytes_of(70000)
        s3 = p.near.client()
        equal(s3.put("near", "k", body, {"x-amz-meta-a": "b", "x-amz-tagging": "c=d"}).status, 200)
        clock(p.near, by="2d")
        until("it moves", lambda: classes(s3, "near") == {"k": "WARM"})
        equal(json.loads(do("ls", "near/near"))["storageClass"], "WARM")
        until("nothing is left to do", lambda: tier(p.near, "WARM")["errands"] == 0)
        stats = json.loads(root_get(p.near, "admin/v3/tier-stats"))
        check([t["Stats"]["numObjects"] for t in stats if t["Name"] == "WARM"] == [1], stats)
        do("ilm", "tier", "info", "near")
        check("not empty" in do("ilm", "tier", "rm", "near", "WARM", fails=True), "in use")
        do("ilm", "restore", "near/near/k")
        check('ongoing-request="false"' in s3.head("near", "k").header("x-amz-restore"), "restored")
        equal(s3.get("near", "k").body, body)
        do("rm", "near/near/k")
        until("gone there", lambda: far_keys(p.far) == {})
        do("ilm", "rule", "rm", "--all", "--force", "near/near")
        until("nothing is left to do", lambda: tier(p.near, "WARM")["errands"] == 0)
        do("ilm", "tier", "rm", "near", "WARM")
        do("ilm", "tier", "rm", "near", "COLD")
    shutil.rmtree(home, ignore_errors=True)


def restore(s3, bucket, key, days):
    return s3.post(bucket, key, {"restore": ""}, (
        "<RestoreRequest><Days>%d</Days></RestoreRequest>" % days).encode())


def test_strict_profiles_and_names_of_tiers():
    """MinIO moves to its tiers and to nothing else; AWS and R2 know no such class."""
    body = "<LifecycleConfiguration><Rule>%s<Status>Enabled</Status></Rule></LifecycleConfiguration>"

    def put(s3, bucket, name):
        text = body % move_after_a_day(name)
        return s3.put(bucket, None, text.encode(), {
            "content-md5": base64.b64encode(hashlib.md5(text.encode()).digest()).decode()},
            {"lifecycle": ""})

    with Pair(args=["--tier", "minio", "--tier-buckets", "of-aws=aws,of-r2=r2"],
              buckets=("near", "of-aws", "of-r2")) as p:
        s3 = p.near.client()
        equal(put(s3, "near", "WARM").status, 400, "no such tier yet")
        equal(add_tier(p.near, "WARM", p.url).status, 200)
        equal(put(s3, "near", "WARM").status, 200, "MinIO's")
        for name in ("GLACIER", "STANDARD_IA", "NONE"):
            answer = put(s3, "near", name)
            equal((answer.status, answer.xml.get("Code")), (400, "InvalidStorageClass"), name)
        answer = put(s3, "of-aws", "WARM")
        equal((answer.status, answer.xml.get("Code")), (400, "MalformedXML"), "AWS's")
        answer = put(s3, "of-r2", "WARM")
        equal((answer.status, answer.xml.get("Code")), (400, "InvalidStorageClass"), "R2's")
        equal(s3.put("near", "k", b"x" * 5000).status, 200)
        clock(p.near, by="2d")
        until("it moves", lambda: classes(s3, "near") == {"k": "WARM"})
        equal(s3.get("near", "k").body, b"x" * 5000)


def test_an_archive_class_lives_elsewhere():
    """GLACIER at another store: written there at once, readable after a restore, for a while."""
    with Pair() as p:
        s3 = p.near.client()
        equal(add_tier(p.near, "GLACIER", p.url).status, 200)
        headers = {"x-amz-storage-class": "GLACIER", "x-amz-meta-who": "me"}
        made = {"a": bytes_of(300000), "b": bytes_of(100), "empty": b""}
        for key, body in made.items():
            equal(s3.put("near", key, body, headers).status, 200)
        parts = [bytes_of(5 * MIB, 7), bytes_of(99, 8)]
        upload(s3, "near", "parts", parts, dict(headers, **{"x-amz-server-side-encryption": "AES256"}))
        made["parts"] = b"".join(parts)
        until("they are there", lambda: len(far_keys(p.far)) == 3)
        until("nothing is left to do", lambda: tier(p.near, "GLACIER")["errands"] == 0)
        for key in ("a", "b", "parts"):
            answer = s3.get("near", key)
            equal((answer.status, answer.code), (403, "InvalidObjectState"), key)
            head = s3.head("near", key)
            equal((head.status, head.header("x-amz-storage-class")), (200, "GLACIER"))
            equal(s3.put("near", "c", b"", {"x-amz-copy-source": "/near/" + key}).code,
                  "InvalidObjectState")
            equal(restore(s3, "near", key, 2).status, 202)
            until("%s is restored" % key, lambda: 'ongoing-request="false"' in (
                s3.head("near", key).header("x-amz-restore") or ""))
            equal(s3.get("near", key).body, made[key])
        equal(s3.get("near", "parts", {"partNumber": "2"}).body, parts[1])
        equal(restore(s3, "near", "a", 5).status, 200, "longer")
        equal(s3.get("near", "a", None, {"range": "bytes=7-9"}).body, made["a"][7:10])
        equal(len(far_keys(p.far)), 3, "what is there stays there")
        p.near.kill()
        equal(p.near.verify()[0], 0, "verify")
        p.near.start()
        s3 = p.near.client()
        clock(p.near, by="4d")
        until("the copy of b went", lambda: s3.get("near", "b").status == 403)
        equal(s3.head("near", "b").header("x-amz-restore"), None)
        equal(s3.get("near", "a").body, made["a"], "that of a stays longer")
        clock(p.near, by="4d")
        until("and goes", lambda: s3.get("near", "a").status == 403)
        until("nothing is left to do", lambda: tier(p.near, "GLACIER")["errands"] == 0)
        equal(restore(s3, "near", "a", 1).status, 202, "once more")
        until("it is back", lambda: s3.get("near", "a").body == made["a"])
        for key in made:
            s3.delete("near", key)
        until("all are gone there", lambda: far_keys(p.far) == {})
        equal(p.near.stop(), 0)
        equal(p.near.verify()[0], 0, "verify")


def versions_left(far):
    page = far.get("cold", None, {"versions": ""}).xml
    return len(page.all("Version")) + len(page.all("DeleteMarker"))


def test_a_versioned_bucket_there_keeps_nothing():
    with Pair() as p:
        s3 = p.near.client()
        for client, bucket in ((p.far, "cold"), (s3, "near")):
            equal(client.put(bucket, None, b"<VersioningConfiguration><Status>Enabled</Status>"
                             b"</VersioningConfiguration>", None, {"versioning": ""}).status, 200)
        equal(add_tier(p.near, "WARM", p.url).status, 200)
        ids = []
        for i in range(3):
            ids.append(s3.put("near", "k", bytes_of(5000, i)).header("x-amz-version-id"))
        rules(s3, "near", "<ID>all</ID><Filter><Prefix></Prefix></Filter><Transition><Days>1</Days>"
              "<StorageClass>WARM</StorageClass></Transition><NoncurrentVersionTransition>"
              "<NoncurrentDays>1</NoncurrentDays><StorageClass>WARM</StorageClass>"
              "</NoncurrentVersionTransition>")
        clock(p.near, by="3d")
        until("all versions are there", lambda: len(far_keys(p.far)) == 3)
        for i, vid in enumerate(ids):
            equal(s3.get("near", "k", {"versionId": vid}).body, bytes_of(5000, i))
        equal(s3.delete("near", "k").status, 204)
        equal(s3.get("near", "k").status, 404)
        equal(s3.get("near", "k", {"versionId": ids[1]}).body, bytes_of(5000, 1))
        for vid in ids:
            equal(s3.delete("near", "k", {"versionId": vid}).status, 204)
        until("no version is left there", lambda: versions_left(p.far) == 0)


def test_the_network_fails():
    """Cut, stalled and mended: nothing is lost, clients are told, and it goes on by itself."""
    with Pair(proxied=True) as p:
        s3 = p.near.client()
        equal(add_tier(p.near, "WARM", p.url).status, 200)
        made = objects(s3)
        before = looks(s3, made)
        rules(s3, "near", move_after_a_day("WARM"))
        p.proxy.set("cut")
        clock(p.near, by="2d")
        until("it is seen to fail", lambda: tier(p.near, "WARM")["failing"])
        equal(looks(s3, made), before, "all is here while it can't go")
        equal(set(classes(s3, "near").values()), {"STANDARD"})
        # Now and then it works, for a moment.
        for _ in range(8):
            p.proxy.limit = 3000
            p.proxy.set("open")
            time.sleep(0.4)
            p.proxy.set("cut")
            time.sleep(0.2)
        p.proxy.limit = None
        p.proxy.set("open")
        until("all go in the end", lambda: set(classes(s3, "near").values()) == {"WARM"})
        equal(looks(s3, made), before, "when all are there")
        p.proxy.set("cut")
        for key in made:
            answer = s3.get("near", key)
            equal((answer.status, answer.code), (503, "ServiceUnavailable"), key)
            check("remote store" in answer.xml.get("Message"), answer.body)
            equal(s3.head("near", key).status, 200)
        answer = s3.put("near", "copy", b"", {"x-amz-copy-source": "/near/small"})
        equal(answer.status, 503, answer.body)
        equal(s3.delete("near", "small").status, 204, "a delete needs no tier")
        equal(s3.put("near", "page", b"here").status, 200)
        equal(s3.get("near", "page").body, b"here")
        p.near.kill()
        p.near.start()
        s3 = p.near.client()
        p.proxy.set("open")
        until("what was deleted is gone", lambda: len(far_keys(p.far)) == len(made) - 2)
        for key in made:
            if key not in ("small", "page"):
                equal(s3.get("near", key).body, made[key], key)
        # An answer that ends in the middle is asked for again behind what came.
        p.proxy.limit = 4 * MIB
        got = s3.get("near", "large")
        equal(hashlib.sha256(got.body).digest(), hashlib.sha256(made["large"]).digest())
        p.proxy.limit = None
        until("nothing is left to do", lambda: tier(p.near, "WARM")["errands"] == 0)
        equal(far_uploads(p.far), 0, "no upload is left open")


def test_a_moved_clock_waits():
    """What is due on the way is there, and gone again, when the call returns; a tier that does
    not answer holds nobody up."""
    with Pair(proxied=True) as p:
        s3 = p.near.client()
        equal(add_tier(p.near, "WARM", p.url).status, 200)
        equal(add_tier(p.near, "GLACIER", p.url, prefix="ice", force=True).status, 200)
        for i in range(20):
            equal(s3.put("near", "w/%d" % i, bytes_of(5000, i)).status, 200)
        equal(s3.put("near", "g", bytes_of(140000)).status, 200)
        rules(s3, "near", move_after_a_day("WARM", "w/"), move_after_a_day("GLACIER", "g"))
        clock(p.near, by="2d")
        equal(sorted(set(classes(s3, "near").values())), ["GLACIER", "WARM"])
        equal(restore(s3, "near", "g", 3).status, 202)
        clock(p.near, by="1d")
        equal(s3.get("near", "g").body, bytes_of(140000))
        clock(p.near, by="5d")
        equal(s3.get("near", "g").code, "InvalidObjectState")
        p.proxy.set("cut")
        equal(s3.put("near", "w/late", bytes_of(5000)).status, 200)
        began = time.monotonic()
        clock(p.near, by="9d")
        check(time.monotonic() - began < 60, "the clock waited for a tier that is cut off")
        equal(classes(s3, "near")["w/late"], "STANDARD")
        p.proxy.set("open")
        until("it goes when it can", lambda: classes(s3, "near")["w/late"] == "WARM")


CRASHES = ("tier_named", "tier_sent", "tier_moved", "tier_removed", "tier_fetched")


def test_killed_at_each_point():
    for point in CRASHES:
        with Pair() as p:
            s3 = p.near.client()
            equal(add_tier(p.near, "WARM", p.url).status, 200)
            equal(add_tier(p.near, "GLACIER", p.url, prefix="ice", force=True).status, 200)
            made = {"w/%d" % i: bytes_of(100000 + i, i) for i in range(6)}
            made["w/large"] = bytes_of(17 * MIB, 3)
            made["g/a"], made["g/b"] = bytes_of(200000, 9), bytes_of(140000, 10)
            for key, body in made.items():
                equal(s3.put("near", key, body).status, 200)
            rules(s3, "near", move_after_a_day("WARM", "w/"), move_after_a_day("GLACIER", "g/"))
            want = dict(made)
            rng = random.Random(point)
            asked = set()

            def go():
                """What a client does; it may find nobody there."""
                try:
                    client = p.near.client()
                    clock(p.near, by="2d")
                    began, enough = time.monotonic(), 6 if died else PATIENCE
                    while time.monotonic() - began < enough:
                        key = rng.choice(sorted(want))
                        if key.startswith("g/"):
                            if restore(client, "near", key, 300).status in (200, 202):
                                asked.add(key)
                        elif rng.random() < 0.2 and len(want) > 5:
                            if client.delete("near", key).status == 204:
                                del want[key]
                        else:
                            answer = client.get("near", key)
                            equal((answer.status, answer.body == want[key]), (200, True), key)
                        time.sleep(0.05)
                except (OSError, RuntimeError, EOFError) as why:
                    return why
                except Exception as why:
                    try:
                        p.near.process.wait(10)  # it may be about to be gone
                    except subprocess.TimeoutExpired:
                        raise AssertionError("%s\n%s" % (why, p.near.tail()))
                    return why

            died = 0
            for n in (1, 2, 1):
                p.near.stop() if p.near.process and p.near.process.poll() is None else p.near.kill()
                p.near.env["TRUG_FAULT"] = "crash@%s@%d" % (point, n)
                try:
                    p.near.start()
                except RuntimeError:
                    died += 1
                    continue
                go()
                died += p.near.process.poll() is not None
            p.near.kill()
            del p.near.env["TRUG_FAULT"]
            check(died > 0, "%s: it never died there" % point)
            code, out, err = p.near.verify()
            equal(code, 0, out + err)
            p.near.start()
            s3 = p.near.client()
            # A delete whose answer was lost may have been done.
            here = classes(s3, "near")
            want = {k: v for k, v in want.items() if k in here}
            check(len(set(made) - set(here)) <= len(made) - len(want), "none is gone unasked")
            clock(p.near, by="2d")
            until(point, lambda: all(c != "STANDARD" for c in classes(s3, "near").values()))
            for key in [k for k in want if k.startswith("g/")]:
                check(restore(s3, "near", key, 300).status in (200, 202, 409), "restore")
                until("restored", lambda: s3.get("near", key).status == 200)
            for key, body in want.items():
                equal(s3.get("near", key).body == body, True, "%s: %s" % (point, key))
            # Names that a killed upload used are looked at twice, a minute apart.
            clock(p.near, by="2m")
            until("%s: nothing is orphaned: %r here, %r"
                  % (point, here, far_keys(p.far)),
                  lambda: len(far_keys(p.far)) == len(here))
            equal(far_uploads(p.far), 0, "no upload is left open")
            equal(p.near.stop(), 0)
            equal(p.near.verify()[0], 0, "verify")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
