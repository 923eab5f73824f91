#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Declared state: at start, by a verb, by a call; and servers that end with who started them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile

from harness import PATIENCE, Server, binary, check, equal, run, run_tests
from restart import refused

STATE = {"buckets": [
    {"name": "data", "versioning": "Enabled", "tags": {"team": "blue"},
     "public_access_block": {"BlockPublicPolicy": False},
     "policy": {"Version": "2012-10-17", "Statement": [
         {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
          "Resource": "arn:aws:s3:::data/secret"}]},
     "cors": {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
     "lifecycle": {"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "tmp/"},
                              "Expiration": {"Days": 3}}]},
     "encryption": {"Rules": [{"ApplyServerSideEncryptionByDefault": {
         "SSEAlgorithm": "aws:kms"}}]},
     "website": {"IndexDocument": {"Suffix": "index.html"}},
     "objects": [
         {"key": "hello.txt", "text": "hello", "metadata": {"who": "me"}, "tags": {"a": "b c"}},
         {"key": "secret", "base64": "AAEC"},
         {"key": "cold", "text": "x", "headers": {"x-amz-storage-class": "GLACIER"}},
         {"key": "deep/a/b.json", "json": {"a": [1, None, "x"]}}]},
    {"name": "locked", "object_lock": {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}},
     "objects": [{"key": "kept", "text": "kept"}]},
    {"name": "old-style", "ownership": "ObjectWriter"}]}
ACCOUNTS = [{"id": "111122223333",
             "keys": [{"access_key": "OTHERROOTKEY", "secret_key": "other-root-secret"}]}]


class Folder:
    """Files by name, gone at the end."""

    def __init__(self, **files):
        self.path = tempfile.mkdtemp(prefix="trug-declare-")
        for name, content in files.items():
            self.put(name, content)

    def put(self, name, content):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content if isinstance(content, bytes) else
                    content.encode() if isinstance(content, str) else
                    json.dumps(content).encode())
        return path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["rm", "-rf", self.path], check=True)


def keys(server, bucket):
    return [c.get("Key") for c in
            server.client().get(bucket, query="list-type=2").xml.all("Contents")]


def look(server):
    """All that STATE says is so."""
    s3 = server.client()
    equal(sorted(b.get("Name") for b in s3.get().xml.all("Buckets/Bucket")),
          ["data", "locked", "old-style"])
    equal(keys(server, "data"), ["cold", "deep/a/b.json", "hello.txt", "secret"])
    hello = s3.get("data", "hello.txt")
    equal((hello.body, hello.header("Content-Type"), hello.header("x-amz-meta-who"),
           hello.header("x-amz-tagging-count"), hello.header("x-amz-server-side-encryption")),
          (b"hello", "text/plain", "me", "1", "aws:kms"))
    equal(s3.head("data", "cold").header("x-amz-storage-class"), "GLACIER")
    equal(json.loads(s3.get("data", "deep/a/b.json").body), {"a": [1, None, "x"]})
    equal(s3.get("data", "secret").status, 403)
    equal(s3.get("data", query="versioning").xml.get("Status"), "Enabled")
    equal(s3.get("data", query="cors").xml.get("CORSRule/AllowedMethod"), "GET")
    equal(s3.get("data", query="lifecycle").xml.get("Rule/Expiration/Days"), "3")
    equal(s3.get("data", query="website").xml.get("IndexDocument/Suffix"), "index.html")
    equal(s3.get("data", query="tagging").xml.get("TagSet/Tag/Value"), "blue")
    equal(s3.get("data", query="publicAccessBlock").xml.get("BlockPublicPolicy"), "false")
    equal(s3.get("locked", query="object-lock").xml.get("Rule/DefaultRetention/Days"), "1")
    equal(s3.head("locked", "kept").header("x-amz-object-lock-mode"), "GOVERNANCE")
    equal(s3.get("old-style", query="ownershipControls").xml.get("Rule/ObjectOwnership"),
          "ObjectWriter")
    return [v.get("VersionId") for v in s3.get("data", query="versions").xml.all("Version")]


def test_at_start():
    with Folder(**{"state.json": dict(STATE, accounts=ACCOUNTS)}) as folder:
        with Server(args=["--declare", os.path.join(folder.path, "state.json")]) as server:
            versions = look(server)
            equal(server.client(access="OTHERROOTKEY", secret="other-root-secret").get().status,
                  200)
            server.stop()
            server.start()
            equal(look(server), versions, "a second start changes nothing")
            equal(server.client().put("data", "hello.txt", b"changed").status, 200)
            server.stop()
            server.start()
            equal(server.client().get("data", "hello.txt").body, b"hello", "it is so again")
            server.kill()
            server.start()
            look(server)
            equal(server.stop(), 0)
            code, out, err = server.verify()
            equal(code, 0, out + err)


def test_nobody_is_served_before():
    """Who connects meanwhile waits, and then finds all of it."""
    many = {"buckets": [{"name": "many", "objects": [
        {"key": "k%d" % n, "text": "x" * 50} for n in range(3000)]}]}
    with Folder(**{"state.json": many}) as folder:
        with Server(args=["--declare", folder.path]) as server:
            equal(server.client().get("many", query="list-type=2&prefix=k2999").xml.get(
                "KeyCount"), "1")


def test_reset_brings_it_back():
    with Folder(**{"state.json": STATE}) as folder:
        with Server(args=["--ephemeral", "--declare", folder.path]) as server:
            look(server)
            server.client().put("data", "more", b"x")
            server.client().put("another")
            equal(server.client().post("_trug", "v1/reset").status, 200)
            look(server)
            equal(server.client().delete("data", "cold").status, 204)
            equal(server.client().post("_trug", "v1/reset", {"bucket": "data"}).status, 200)
            look(server)


def test_folders_and_zips():
    with Folder(**{"site/index.html": "<p>", "site/css/a.css": "a{}", "10.json": {
            "buckets": [{"name": "ten", "objects": [
                {"from": "packed.zip", "prefix": "z/"}, {"key": "f", "file": "site/index.html"},
                {"from": "site"}]}]},
            "run.sh": "touch /tmp/never", ".hidden": "x"}) as folder:
        with zipfile.ZipFile(os.path.join(folder.path, "packed.zip"), "w",
                             zipfile.ZIP_DEFLATED) as z:
            z.writestr("dir/", "")
            z.writestr("dir/big.bin", b"z" * 3000000)
            z.writestr("grün.txt", "ü")
        with Server(args=["--declare", folder.path]) as server:
            equal(keys(server, "site"), ["css/a.css", "index.html"])
            equal(keys(server, "packed"), ["dir/big.bin", "grün.txt"])
            equal(keys(server, "ten"), ["css/a.css", "f", "index.html", "z/dir/big.bin",
                                        "z/grün.txt"])
            equal(server.client().get("packed", "dir/big.bin").body, b"z" * 3000000)
            equal(server.client().head("site", "index.html").header("Content-Type"),
                  "text/html")
            check("run.sh is passed over" in server.tail(), server.tail())
            check(not os.path.exists("/tmp/never"), "a script was run")


def test_what_cannot_be_declared():
    bad = {"buckets": [{"name": "abc", "versioning": "on"}]}
    for content, words in (
            (bad, ("buckets[0].versioning", "'on'", "Enabled Suspended")),
            ("{", ("line 1", "JSON")),
            ({"buckets": [{"name": "abc", "cors": {"CORSRules": [{
                "AllowedMethods": ["FOO"], "AllowedOrigins": ["*"]}]}}]},
             ("buckets[0].cors", "400 InvalidRequest", "FOO")),
            ({"buckets": [{"name": "192.168.1.1"}]}, ("buckets[0]", "InvalidBucketName")),
            ({"accounts": [{"id": "1"}]}, ("accounts[0].id",)),
            ({"buckets": [{"name": "abc", "objects": [{"key": "k", "file": "nope"}]}]},
             ("buckets[0].objects[0].file", "nope"))):
        with Folder(**{"state.json": content}) as folder:
            refused(Server(args=["--declare", os.path.join(folder.path, "state.json")]),
                    *words)
    refused(Server(args=["--declare", "/nowhere/at/all"]), "/nowhere/at/all", "allowed")
    with Folder(**{"a.json": {"accounts": ACCOUNTS}}) as folder:
        one = os.path.join(folder.path, "a.json")
        refused(Server(args=["--declare", one, "--identities", one]), "identities", "allowed")
    with Folder(**{"abc.zip": "no zip"}) as folder:
        refused(Server(args=["--declare", folder.path]), "abc.zip", "zip")


def test_verbs():
    with Folder(**{"state.json": STATE, "tree/a.txt": "a", "tree/b/c": "c"}) as folder, \
            Server() as server:
        state, tree = (os.path.join(folder.path, n) for n in ("state.json", "tree"))
        code, out, err = run("declare", server.endpoint, state)
        equal((code, json.loads(out or "{}")), (0, {"buckets": 3, "objects": 5, "unchanged": 0}),
              err)
        # What its policy forbids to everybody the verb may not look at either.
        code, out, err = run("declare", server.endpoint, state)
        check(code == 2 and "objects[1]" in err and "403" in err, err)
        for unchanged in (0, 2):
            code, out, err = run("seed", server.endpoint, tree, "--bucket", "trees", "--prefix",
                                 "p q/", env={"TRUG_ROOT_USER": "trugadmin"})
            equal((code, json.loads(out)),
                  (0, {"buckets": 1, "objects": 2, "unchanged": unchanged}), err)
        equal(keys(server, "trees"), ["p q/a.txt", "p q/b/c"])
        for words in (("seed", tree), ("declare",), ("seed", tree, "--bucket"),
                      ("declare", state, "more")):
            equal(run(*words)[0], 2, words)
        code, _, err = run("seed", server.endpoint, tree, "--bucket", "trees",
                           env={"TRUG_ROOT_PASSWORD": "wrong-secret"})
        check(code == 2 and "SignatureDoesNotMatch" in err, err)
        equal(run("declare", "http://127.0.0.1:1", state)[0], 1)
        equal(run("wait", server.endpoint, "--buckets", "trees,data")[0], 0)
        code, _, err = run("wait", server.endpoint, "--timeout", "0", "--buckets", "trees,nope")
        check(code == 1 and "nope" in err, err)


def test_call():
    def declare(server, body, status=200, client=None, **how):
        answer = (client or server.client()).post(
            "_trug", "v1/declare", None, body if isinstance(body, bytes) else
            json.dumps(body).encode(), **how)
        equal(answer.status, status, repr(answer))
        return answer
    with Server(args=["--ephemeral"]) as server:
        equal(json.loads(declare(server, STATE).body),
              {"buckets": 3, "objects": 5, "unchanged": 0})
        look(server)
        equal(json.loads(declare(server, STATE).body)["unchanged"], 5)
        for body, code, words in (
                (b"", "MissingRequestBodyError", ""),
                (b"{", "InvalidArgument", "declare: body: The JSON text"),
                ({"accounts": ACCOUNTS}, "InvalidArgument", "accounts: can't be declared"),
                ({"buckets": [{"name": "abc", "objects": [{"key": "k", "file": "/etc/passwd"}]}]},
                 "InvalidArgument", "objects[0].file: is a file of the server"),
                ({"buckets": [{"name": "abc", "objects": [{"from": "/etc"}]}]},
                 "InvalidArgument", "objects[0].from: is a file of the server"),
                (b"{" + b" " * 3000000, "MaxMessageLengthExceeded", "too big")):
            answer = declare(server, body, 400)
            equal(answer.xml.get("Code"), code, body[:50] if isinstance(body, bytes) else body)
            check(words in answer.xml.get("Message"), repr(answer))
        # A body that breaks off: the connection ends, the server does not.
        s3 = server.client()
        method, target, headers, body = s3.build("POST", "_trug", "v1/declare", None, None,
                                                 b"x" * 100000)
        sock = s3.socket()
        sock.sendall(("%s %s HTTP/1.1\r\n%s\r\n" % (method, target, "".join(
            "%s: %s\r\n" % h for h in headers))).encode() + body[:5000])
        sock.close()
        equal(declare(server, b"{", 400).xml.get("Code"), "InvalidArgument")
        equal(declare(server, STATE, 403, server.client(secret="wrong-secret")).xml.get("Code"),
              "SignatureDoesNotMatch")
        equal(declare(server, STATE, 403, sign=None).xml.get("Code"), "AccessDenied")
        equal(declare(server, STATE, 403, sign="presign").xml.get("Code"), "AccessDenied")
        equal(server.client().get("_trug", "v1/declare").status, 405)
    with Server(args=["--control", "off"]) as server:
        answer = server.client().post("_trug", "v1/declare", None, b"{}")
        equal((answer.status, answer.xml.get("Code")), (405, "MethodNotAllowed"), "shut")


def test_exit_with_parent():
    parent = ("import subprocess, sys, time\n"
              "p = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL,"
              " stderr=subprocess.DEVNULL)\n"
              "print(p.pid, flush=True)\ntime.sleep(100)\n")
    with Folder() as folder:
        ready = os.path.join(folder.path, "ready")
        process = subprocess.Popen(
            [sys.executable, "-c", parent, binary(), "serve", "--ephemeral", "--address",
             "127.0.0.1:0", "--ready-file", ready, "--exit-with-parent"],
            stdout=subprocess.PIPE)
        pid = int(process.stdout.readline())
        equal(run("wait", env={"TRUG_READY_FILE": ready})[0], 0)
        process.send_signal(signal.SIGKILL)
        process.wait()
        end = time.monotonic() + PATIENCE
        while os.path.exists("/proc/%d" % pid) and \
                " Z " not in open("/proc/%d/stat" % pid).read():
            check(time.monotonic() < end, "still there")
            time.sleep(0.01)


def test_what_a_killed_one_leaves():
    """An ephemeral store that nobody has any more goes with the next start; others stay."""
    def folder(server):
        for fd in os.listdir("/proc/%d/fd" % server.process.pid):
            path = os.readlink("/proc/%d/fd/%s" % (server.process.pid, fd))
            if path.endswith("/lock"):
                return os.path.dirname(path)
        raise AssertionError("no lock is held")
    with Server(args=["--ephemeral"]) as alive, Server(args=["--ephemeral"]) as server:
        left, kept = folder(server), folder(alive)
        server.kill()
        new = folder(server.start())
        check(os.path.exists(left), "it might still be on its way up")
        # A store of somebody's own, of such a name.
        own = os.path.join(os.path.dirname(left), "trug-" + os.urandom(3).hex())
        os.mkdir(own)
        open(own + "/lock", "w").close()
        for path in (left, kept, own):
            os.utime(path + "/lock", (time.time() - 60,) * 2)
        server.stop()
        server.start()
        check(not os.path.exists(left), "what was left is still there")
        check(os.path.exists(kept) and os.path.exists(own), "of others nothing is taken")
        check(not os.path.exists(new), "one that stopped leaves nothing")
        shutil.rmtree(own)
        equal(alive.client().put("bkt").status, 200)


if __name__ == "__main__":
    raise SystemExit(run_tests(globals()))
