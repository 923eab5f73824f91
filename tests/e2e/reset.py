#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`trug reset`: everything is gone with the answer, nothing of it is half gone after a crash,
and the room it took comes back.

TRUG_MILLION=1000000 is how many objects the timed reset has to do with (50,000 otherwise),
with tests/bench/load where that is built.
"""

import json
import os
import random
import statistics
import subprocess
import threading
import time
import types

from harness import ACCESS, SECRET, Server, binary, check, equal, run, run_tests, until

import query
import s3raw

MANY = int(os.environ.get("TRUG_MILLION", "50000"))
MOST_MS = 100  # of a reset, until the next request has found the store empty
TAGS = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"
VERSIONED = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
LOCKED = ("<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>"
          "<DefaultRetention><Mode>COMPLIANCE</Mode><Days>100</Days></DefaultRetention></Rule>"
          "</ObjectLockConfiguration>")


def reset(server, status=200, s3=None, **params):
    answer = (s3 or server.client()).post("_trug", "v1/reset", params or None)
    equal(answer.status, status, "reset %r: %r" % (params, answer.body))
    return json.loads(answer.body)["buckets"] if status == 200 else answer


def buckets(server):
    return [b.get("Name") for b in server.client().get().xml.all("Buckets/Bucket")]


def keys(server, bucket):
    answer = server.client().get(bucket, query="list-type=2")
    return answer.status if answer.status != 200 else \
        [c.get("Key") for c in answer.xml.all("Contents")]


def md5(body):
    return {"Content-MD5": s3raw.md5_base64(body.encode())}


def want(answer, status=200):
    equal(answer.status, status, repr(answer))
    return answer


def fill(server, bucket, count=40):
    """Bodies of every kind, versions, an upload."""
    s3 = server.client()
    want(s3.put(bucket, None, VERSIONED, query="versioning"))
    for n in range(count):
        size = (0, 100, 20000, 400000)[n % 4]
        want(s3.put(bucket, "key/%d/%s" % (n % 30, "l" * (800 if n % 7 == 0 else 3)),
                    bytes(size), {"x-amz-meta-n": str(n)}))
    want(s3.delete(bucket, "key/1/lll"), 204)
    upload = want(s3.post(bucket, "parts", "uploads")).xml.get("UploadId")
    for n in (1, 2):
        want(s3.put(bucket, "parts", b"p" * 5000, query={"uploadId": upload, "partNumber": n}))


def clean(server):
    """What stopped well has no bad reference, and nothing of what was dropped is left."""
    equal(server.stop(), 0, "exit")
    code, out, err = server.verify()
    equal(code, 0, out + err)


def disk(server):
    """Kilobytes the store takes, besides its journal, which stays as long as it ever was."""
    out = subprocess.run(["du", "-sk", "--exclude=journal.*", server.directory],
                         capture_output=True, check=True)
    return int(out.stdout.split()[0])


def dropped(server, most_kb):
    """Waits for the room to be back."""
    until("at most %d KB" % most_kb, lambda: disk(server) <= most_kb, pause=0.1)


def test_all():
    with Server(args=["--reset", "on"], buckets=["named"]) as server:
        s3 = server.client()
        for bucket in ("one", "two"):
            want(s3.put(bucket))
            fill(server, bucket)
        want(s3.put("two", None, TAGS, md5(TAGS), "tagging"), 204)
        equal(reset(server), 3)
        equal(buckets(server), ["named"], "what the settings declare")
        equal(keys(server, "one"), 404)
        equal(want(s3.put("two")).status, 200)
        equal(s3.get("two", query="tagging").status, 404)
        equal(s3.get("two", query="versioning").xml.get("Status"), None)
        equal(s3.get("two", query="uploads").xml.all("Upload"), [])
        equal(s3.get("two", query="versions").xml.all("Version"), [])
        want(s3.put("two", "key/0", b"new"))
        equal(keys(server, "two"), ["key/0"])
        clean(server)


def test_one_bucket():
    with Server(args=["--reset", "on"], buckets=["one", "two"]) as server:
        fill(server, "one")
        fill(server, "two")
        before = keys(server, "two")
        equal(reset(server, bucket="one"), 1)
        equal(keys(server, "one"), [])
        equal(server.client().get("one", query="versioning").xml.get("Status"), None)
        equal(keys(server, "two"), before)
        equal(sorted(buckets(server)), ["one", "two"])
        equal(reset(server, 404, bucket="three").xml.get("Code"), "NoSuchBucket")
        clean(server)


def test_keeps_settings():
    with Server(args=["--reset", "on"]) as server:
        s3 = server.client()
        want(s3.put("bkt", None, headers={"x-amz-bucket-object-lock-enabled": "true"}))
        want(s3.put("bkt", None, LOCKED, md5(LOCKED), "object-lock"))
        version = want(s3.put("bkt", "locked", "x", md5("x"))).header("x-amz-version-id")
        equal(s3.delete("bkt", "locked", {"versionId": version}).status, 403, "under a lock")
        for params in ({"keep": "settings"}, {"bucket": "bkt", "keep": "settings"}):
            equal(reset(server, **params), 1)
            equal(keys(server, "bkt"), [])
            equal(s3.get("bkt", query="versions").xml.all("Version"), [])
            equal(s3.get("bkt", query="versioning").xml.get("Status"), "Enabled")
            equal(s3.get("bkt", query="object-lock").xml.get("Rule/DefaultRetention/Days"),
                  "100")
            want(s3.put("bkt", "locked", "y", md5("y")))
        clean(server)


def query_client(server):
    return query.Query(types.SimpleNamespace(s3=server.client(), region="us-east-1"))


def test_identities():
    def iam(server, action):
        return query_client(server).send("iam", action, {"UserName": "ann"}).status
    with Server(args=["--reset", "on"]) as server:
        equal(iam(server, "CreateUser"), 200)
        reset(server, keep="identities")
        equal(iam(server, "GetUser"), 200)
        reset(server)
        equal(iam(server, "GetUser"), 404)
        equal(iam(server, "CreateUser"), 200)


def test_refused():
    with Server(buckets=["kept"]) as server:
        answer = reset(server, 403)
        equal(answer.xml.get("Code"), "AccessDenied")
        check("--reset on" in answer.xml.get("Message"), answer.body)
        equal(buckets(server), ["kept"])
    with Server(args=["--ephemeral", "--reset", "off"]) as server:
        reset(server, 403)
    with Server(args=["--control", "off", "--reset", "on"], buckets=["kept"]) as server:
        answer = server.client().post("_trug", "v1/reset")
        equal((answer.status, answer.xml.get("Code")), (405, "MethodNotAllowed"), "shut")
        equal(buckets(server), ["kept"])
    with Server(args=["--ephemeral"], buckets=["kept"]) as server:
        for params in ({"keep": "all"}, {"bucket": ""}, {"keep": "settings,users"}):
            equal(reset(server, 400, **params).xml.get("Code"), "InvalidArgument", params)
        equal(reset(server, 403, server.client(secret="wrong-secret")).xml.get("Code"),
              "SignatureDoesNotMatch")
        answer = server.client().post("_trug", "v1/reset", sign=None)
        equal((answer.status, answer.xml.get("Code")), (403, "AccessDenied"), "nobody")
        equal(server.client().get("_trug", "v1/reset").status, 405)
        answer = query_client(server).send("sts", "GetFederationToken", {
            "Name": "fed", "Policy": query.allow("*")})
        equal(answer.status, 200, repr(answer))
        got = [answer.xml.get("GetFederationTokenResult/Credentials/" + e)
               for e in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
        other = server.client(access=got[0], secret=got[1])
        answer = other.post("_trug", "v1/reset", None, b"", {"x-amz-security-token": got[2]})
        equal(answer.status, 403, repr(answer))
        equal((answer.status, answer.xml.get("Code")), (403, "AccessDenied"), "a session")
        iam = query_client(server)
        iam.send("iam", "CreateUser", {"UserName": "ann"})
        iam.send("iam", "PutUserPolicy", {"UserName": "ann", "PolicyName": "all",
                                          "PolicyDocument": query.allow("*")})
        key = iam.send("iam", "CreateAccessKey", {"UserName": "ann"}).xml
        got = [key.get("CreateAccessKeyResult/AccessKey/" + e)
               for e in ("AccessKeyId", "SecretAccessKey")]
        equal(reset(server, 403, server.client(access=got[0], secret=got[1])).xml.get("Code"),
              "AccessDenied", "a user who may do anything")
        answer = server.client().post("_trug", "v1/reset", sign="presign")
        equal((answer.status, answer.xml.get("Code")), (403, "AccessDenied"), "a link")
        equal(buckets(server), ["kept"])


def test_verb():
    def verb(*words, env=None):
        return run("reset", *words, env=env)
    with Server(args=["--ephemeral"], buckets=["bkt"]) as server:
        want(server.client().put("bkt", "key", b"x"))
        equal(verb(server.endpoint, "bkt")[:2], (0, '{"buckets": 1}\n'))
        equal(keys(server, "bkt"), [])
        equal(verb(env={"TRUG_READY_FILE": server.ready_file})[0], 0)
        equal(verb(server.endpoint, "--keep", "settings,identities")[0], 0)
        code, _, err = verb(server.endpoint, "nope")
        check(code == 1 and "NoSuchBucket" in err, err)
        code, _, err = verb(server.endpoint, env={"TRUG_ROOT_PASSWORD": "wrong-secret"})
        check(code == 1 and "SignatureDoesNotMatch" in err, err)
        equal(verb(server.endpoint, "one", "two")[0], 2)
        equal(verb("--keep")[0], 2)


def test_room_comes_back():
    """On disk, of all kinds of bodies and of the index."""
    with Server(args=["--reset", "on", "--durability", "none"], buckets=["bkt"]) as server:
        empty = disk(server)
        s3 = server.client()
        for n in range(1500):
            want(s3.put("bkt", "tiny/%d" % n, bytes(8000)))
        for n in range(100):
            want(s3.put("bkt", "small/%d" % n, os.urandom(100000)))
        for n in range(5):
            want(s3.put("bkt", "large/%d" % n, os.urandom(2000000)))
        full = disk(server)
        check(full > empty + 20000, "%d KB of %d" % (full, empty))
        reset(server)
        dropped(server, empty + 4096)
        clean(server)


def test_writes_go_on():
    """Requests beside the sweeping are answered as ever, and what they write stays."""
    with Server(args=["--reset", "on", "--durability", "none"], buckets=["bkt"]) as server:
        stop, wrong = [], []

        def write(number):
            s3, n = server.client(), 0
            try:
                while not stop:
                    n += 1
                    answer = s3.put("bkt", "%d/%d" % (number, n), b"%d" % n)
                    # 404: the bucket was made anew while the body came in
                    if answer.status not in (200, 404):
                        wrong.append(repr(answer))
            except Exception as why:
                wrong.append(repr(why))

        threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
        for t in threads:
            t.start()
        for _ in range(20):
            reset(server, bucket="bkt")
            time.sleep(0.05)
        stop.append(True)
        for t in threads:
            t.join()
        equal(wrong, [])
        reset(server, bucket="bkt")
        equal(keys(server, "bkt"), [])
        clean(server)


def crash_round(number, point):
    """A server killed at a point of the reset or of what follows it."""
    with Server(args=["--reset", "on"], buckets=["one", "two"]) as server:
        fill(server, "one", 24)
        fill(server, "two", 24)
        before = {b: sorted(keys(server, b)) for b in ("one", "two")}
        equal(server.stop(), 0)
        server.env = {"TRUG_FAULT": "crash@%s@%d" % (point, number)} if point else {}
        server.start()
        status = None
        try:
            status = server.client().post("_trug", "v1/reset", {"keep": "settings"}).status
            if point is None:
                time.sleep(random.Random(number).random() * 0.05)
                server.kill()
            else:
                server.process.wait(2)
        except (OSError, subprocess.TimeoutExpired):
            pass
        except Exception as why:  # the connection broke within an answer
            check(server.process.poll() is not None or point is None, repr(why))
        server.kill()
        server.env = {}
        server.start()
        after = {b: keys(server, b) for b in ("one", "two")}
        gone = {"one": [], "two": []}
        if status == 200:
            equal(after, gone, "answered 200")
        else:
            check(after in (gone, {b: before[b] for b in before}),
                  "half gone: %r" % {b: len(v) for b, v in after.items()})
        equal(reset(server), 2)
        clean(server)
        server.start()
        dropped(server, 3000)
        clean(server)


def test_crash_is_all_or_nothing():
    try:
        server = Server(env={"TRUG_FAULT": "io_open@1000000=EIO"})
        server.start()
        server.remove()
        points = ["blob_commit", "batch_done", "mdb_commit", "sweep_punch", "sweep_commit", None]
    except RuntimeError:
        server.remove()
        points = [None]  # built without faults
    for point in points:
        for number in (1, 2, 3, 5) if point else (1, 2, 3, 4):
            crash_round(number, point)


def load(server, bucket, count):
    tool = os.path.join(os.path.dirname(binary()), "tests", "bench", "load")
    if os.access(tool, os.X_OK):
        subprocess.run([tool, "put", "--address", server.endpoint[7:], "--bucket", bucket,
                        "--prefix", "k", "--access", ACCESS, "--secret", SECRET, "--size",
                        "100", "--conns", "32", "--count", str(count), "--keys", str(count)],
                       check=True, stdout=subprocess.DEVNULL, timeout=1200)
        return count
    count = min(count, 3000)
    s3 = server.client()
    for n in range(count):
        want(s3.put(bucket, "k%d" % n, b"x" * 100))
    return count


def small_ms(server):
    """What the same takes where there is next to nothing: how fast the machine is now."""
    took = []
    for _ in range(5):
        s3 = server.client()
        for n in range(10):
            want(s3.put("many", "k%d" % n, b"x"))
        began = time.monotonic()
        reset(server, s3=s3)
        equal(s3.get("many", query="list-type=2").xml.get("KeyCount"), "0")
        took.append((time.monotonic() - began) * 1000)
    return statistics.median(took)


def timed(args):
    """However many there are: MOST_MS, or what a slow machine takes for ten, and as long
    again; one of three may have waited for something else."""
    for _ in range(3):
        ms, small = timed_once(args)
        if ms < max(MOST_MS, 2 * small):
            return
    raise AssertionError("%.1f ms, of ten objects %.1f ms" % (ms, small))


def timed_once(args):
    with Server(args=args + ["--reset", "on"], buckets=["many"]) as server:
        count = load(server, "many", MANY)
        s3 = server.client()
        want(s3.get("many", query="list-type=2"))
        began = time.monotonic()
        reset(server, s3=s3)
        equal(s3.get("many", query="list-type=2").xml.get("KeyCount"), "0")
        ms = (time.monotonic() - began) * 1000
        puts = []
        for n in range(200):
            at = time.monotonic()
            want(s3.put("many", "new/%d" % n, b"x"))
            puts.append((time.monotonic() - at) * 1000)
            time.sleep(0.005)
        print("# %s: reset of %d objects, to the next answer: %.1f ms; puts meanwhile p50 %.1f, "
              "most %.1f ms" % (" ".join(args), count, ms, statistics.median(puts), max(puts)))
        return ms, small_ms(server)


def test_time_on_disk():
    timed(["--durability", "relaxed"])


def test_time_ephemeral():
    timed(["--ephemeral"])


if __name__ == "__main__":
    raise SystemExit(run_tests(globals()))
