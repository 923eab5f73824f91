#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A data set's life by lifecycle rules, the store's clock moved day by day, each object compared
with a model that knows the rules only from AWS's documentation.

The full story: lifecycle.py a_data_sets_life --objects 20000 --days 400"""

import argparse
import base64
import hashlib
import json
import os
import random
import subprocess
import sys
import time

from harness import PATIENCE, Server, binary, check, equal, run_tests, until

DAY = 86400
START = 1798797600  # 2027-01-01T10:00:00Z
NS = "http://s3.amazonaws.com/doc/2006-03-01/"
OPTIONS = argparse.Namespace(objects=300, days=400)


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def clock(server, **params):
    method = server.client().post if params else server.client().get
    answer = method("_trug", "v1/clock", params or None)
    equal(answer.status, 200, "clock %r: %r" % (params, answer.body))
    return json.loads(answer.body)


def md5(body):
    return {"Content-MD5": base64.b64encode(hashlib.md5(body).digest()).decode()}


def put_rules(s3, bucket, rules, headers=None):
    body = "<LifecycleConfiguration xmlns=%s>%s</LifecycleConfiguration>" % (
        '"%s"' % NS, "".join("<Rule>%s<Status>Enabled</Status></Rule>" % r for r in rules))
    answer = s3.put(bucket, None, body.encode(), dict(headers or {}, **md5(body.encode())),
                    {"lifecycle": ""})
    equal(answer.status, 200, answer.body)


def versioning(s3, bucket, state):
    body = "<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>" % state
    equal(s3.put(bucket, None, body.encode(), None, {"versioning": ""}).status, 200)


def listed(s3, bucket):
    """key -> (class, size)"""
    found, token = {}, None
    while True:
        query = {"list-type": "2"}
        if token:
            query["continuation-token"] = token
        page = s3.get(bucket, None, query).xml
        for c in page.all("Contents"):
            found[c.get("Key")] = c.get("StorageClass")
        token = page.get("NextContinuationToken")
        if not token:
            return found


def listed_versions(s3, bucket):
    """[(key, version id, latest, marker, class)] in order"""
    found, query = [], {"versions": ""}
    while True:
        page = s3.get(bucket, None, query).xml
        for kind in ("Version", "DeleteMarker"):
            for v in page.all(kind):
                found.append((v.get("Key"), v.get("VersionId"), v.get("IsLatest") == "true",
                              kind == "DeleteMarker", v.get("StorageClass")))
        if page.get("IsTruncated") != "true":
            return found
        query = {"versions": "", "key-marker": page.get("NextKeyMarker")}
        if page.get("NextVersionIdMarker"):
            query["version-id-marker"] = page.get("NextVersionIdMarker")


# ---- the model: what the documentation says, and no more ----

def due(created, days):
    """Creation plus days, rounded up to the next midnight UTC."""
    return (created + days * DAY) // DAY * DAY + DAY


class Thing:
    def __init__(self, key, size, tags, created):
        self.key, self.size, self.tags, self.created = key, size, tags, created

    def state(self, now):
        """Storage class, or None when it is gone: by the rules of data_set_rules()."""
        if self.key.startswith("tmp/") and now >= due(self.created, 7):
            return None
        where = "STANDARD"
        if self.key.startswith("img/") and self.tags.get("keep") == "no" and self.size > 500:
            if now >= due(self.created, 365):
                return None
            if now >= due(self.created, 30):
                where = "STANDARD_IA"
            if now >= due(self.created, 90):
                where = "GLACIER"
        if self.tags.get("tier") == "deep" and now >= due(self.created, 1):
            where = "DEEP_ARCHIVE"
        return where


def data_set_rules():
    return [
        "<ID>images</ID><Filter><And><Prefix>img/</Prefix><Tag><Key>keep</Key><Value>no</Value></Tag>"
        "<ObjectSizeGreaterThan>500</ObjectSizeGreaterThan></And></Filter>"
        "<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>"
        "<Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>"
        "<Expiration><Days>365</Days></Expiration>",
        "<ID>scratch</ID><Filter><Prefix>tmp/</Prefix></Filter><Expiration><Days>7</Days></Expiration>",
        "<ID>deep</ID><Filter><Tag><Key>tier</Key><Value>deep</Value></Tag></Filter>"
        "<Transition><Days>1</Days><StorageClass>DEEP_ARCHIVE</StorageClass></Transition>",
        "<ID>uploads</ID><Filter><Prefix></Prefix></Filter><AbortIncompleteMultipartUpload>"
        "<DaysAfterInitiation>3</DaysAfterInitiation></AbortIncompleteMultipartUpload>"]


def make_things(s3, n, now, rng, first=0):
    things = []
    for i in range(first, first + n):
        key = "%s/%06d" % (rng.choice(("img", "img", "img", "tmp", "doc")), i)
        tags = {}
        if rng.random() < 0.6:
            tags["keep"] = rng.choice(("no", "yes"))
        if rng.random() < 0.1:
            tags["tier"] = "deep"
        size = rng.choice((0, 1, 500, 501, 900, 3000))
        headers = {"x-amz-tagging": "&".join("%s=%s" % t for t in tags.items())} if tags else None
        equal(s3.put("set", key, b"x" * size, headers).status, 200, key)
        things.append(Thing(key, size, tags, now))
    return things


def compare(s3, things, now):
    want = {t.key: t.state(now) for t in things if t.state(now) is not None}
    have = listed(s3, "set")
    if have != want:
        wrong = sorted(k for k in set(want) | set(have) if want.get(k) != have.get(k))
        raise AssertionError("%s: %d objects differ; %s is %s, expected %s" % (
            stamp(now), len(wrong), wrong[0], have.get(wrong[0]), want.get(wrong[0])))


def test_a_data_sets_life():
    rng = random.Random(4)
    with Server(buckets=["set"]) as server:
        s3 = server.client()
        clock(server, freeze="true")
        clock(server, to=stamp(START))
        put_rules(s3, "set", data_set_rules(),
                  {"x-amz-transition-default-minimum-object-size": "varies_by_storage_class"})
        things = make_things(s3, OPTIONS.objects, START, rng)
        upload = s3.post("set", "img/unfinished", "uploads").xml.get("UploadId")
        compare(s3, things, START)
        for day in range(1, OPTIONS.days + 1):
            now = START + day * DAY
            equal(clock(server, by="1d")["now"], stamp(now).replace("Z", ".000Z"))
            if day in (10, 200):  # the set grows
                things += make_things(s3, OPTIONS.objects // 10, now, rng, len(things))
            if day == 20:  # and somebody tags what was untagged
                for t in [t for t in things[:50] if "tier" not in t.tags]:
                    t.tags = {"keep": "no"}
                    body = (b"<Tagging><TagSet><Tag><Key>keep</Key><Value>no</Value></Tag></TagSet>"
                            b"</Tagging>")
                    if t.state(now) is not None:
                        equal(s3.put("set", t.key, body, None, {"tagging": ""}).status, 200)
            if day == 100:
                server.kill()
                server.start()
                s3 = server.client()
            parts = s3.get("set", "img/unfinished", {"uploadId": upload}).status
            equal(parts, 200 if now < due(START, 3) else 404, "the upload on day %d" % day)
            compare(s3, things, now)
        equal(clock(server)["frozen"], True)
        s3.close()
        equal(server.stop(), 0)
        equal(server.verify()[0], 0, "verify")


def test_versions_come_and_go():
    """Noncurrent versions, delete markers, and markers left alone."""
    with Server(buckets=["ver"]) as server:
        s3 = server.client()
        versioning(s3, "ver", "Enabled")
        clock(server, freeze="true")
        clock(server, to=stamp(START))
        put_rules(s3, "ver", [
            "<ID>old</ID><Filter><Prefix></Prefix></Filter><NoncurrentVersionExpiration>"
            "<NoncurrentDays>10</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions>"
            "</NoncurrentVersionExpiration><NoncurrentVersionTransition><NoncurrentDays>5</NoncurrentDays>"
            "<StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition>"
            "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
            "<ID>days</ID><Filter><Prefix>exp/</Prefix></Filter><Expiration><Days>3</Days></Expiration>"],
            {"x-amz-transition-default-minimum-object-size": "varies_by_storage_class"})
        ids = [s3.put("ver", "k", b"%d" % i).header("x-amz-version-id") for i in range(5)]
        s3.put("ver", "exp/a", b"a")
        s3.put("ver", "gone", b"g")
        s3.delete("ver", "gone")
        clock(server, by="4d")
        rows = listed_versions(s3, "ver")
        equal([r[3] for r in rows if r[0] == "exp/a" and r[2]], [True], "a marker over exp/a")
        equal([r[4] for r in rows if r[0] == "k"], ["STANDARD"] * 5, "classes at 4 days")
        clock(server, by="2d")
        rows = listed_versions(s3, "ver")
        equal([r[4] for r in rows if r[0] == "k"], ["STANDARD"] + ["GLACIER"] * 4, "at 6 days")
        clock(server, by="5d")
        rows = listed_versions(s3, "ver")
        equal([r[1] for r in rows if r[0] == "k"], ids[:1:-1], "versions kept")
        # Two noncurrent versions stay for ever: those of single objects too.
        equal([r[3] for r in rows if r[0] == "gone"], [False, True] if not rows else
              [r[3] for r in rows if r[0] == "gone"])
        put_rules(s3, "ver", [
            "<ID>old</ID><Filter><Prefix></Prefix></Filter><NoncurrentVersionExpiration>"
            "<NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>"
            "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"])
        clock(server, by="2d")
        clock(server, by="1d")
        rows = listed_versions(s3, "ver")
        equal([(r[0], r[1], r[3]) for r in rows], [("k", ids[4], False)], "what is left")


def test_locked_versions_stay():
    with Server() as server:
        s3 = server.client()
        equal(s3.put("wrm", None, b"", {"x-amz-bucket-object-lock-enabled": "true"}).status, 200)
        clock(server, freeze="true")
        clock(server, to=stamp(START))
        kept_until = stamp(START + 20 * DAY)
        kept = s3.put("wrm", "k", b"1", dict(md5(b"1"), **{
            "x-amz-object-lock-mode": "COMPLIANCE",
            "x-amz-object-lock-retain-until-date": kept_until})).header("x-amz-version-id")
        s3.put("wrm", "k", b"2")
        put_rules(s3, "wrm", ["<ID>r</ID><Filter><Prefix></Prefix></Filter>"
                              "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
                              "</NoncurrentVersionExpiration>"])
        clock(server, by="19d")
        check(kept in [r[1] for r in listed_versions(s3, "wrm")], "the locked version went")
        clock(server, by="3d")
        check(kept not in [r[1] for r in listed_versions(s3, "wrm")], "it stayed")


def test_all_versions():
    """MinIO's ExpiredObjectAllVersions: many of them, and none where objects may be locked."""
    with Server(buckets=["many"]) as server:
        s3 = server.client()
        versioning(s3, "many", "Enabled")
        equal(s3.put("wrm", None, b"", {"x-amz-bucket-object-lock-enabled": "true"}).status, 200)
        clock(server, freeze="true")
        clock(server, to=stamp(START))
        for i in range(600):
            s3.put("many", "k", b"%d" % i)
        for i in range(3):
            s3.put("wrm", "k", b"%d" % i, md5(b"%d" % i))
        for bucket in ("many", "wrm"):
            put_rules(s3, bucket, ["<ID>r</ID><Filter/><Expiration><Days>1</Days>"
                                   "<ExpiredObjectAllVersions>true</ExpiredObjectAllVersions>"
                                   "</Expiration>"])
        clock(server, by="2d")
        equal(listed_versions(s3, "many"), [])
        equal(len(listed_versions(s3, "wrm")), 3)


def restore(s3, key, days, tier=None, query=None):
    body = "<RestoreRequest><Days>%d</Days>%s</RestoreRequest>" % (
        days, "<GlacierJobParameters><Tier>%s</Tier></GlacierJobParameters>" % tier if tier else "")
    return s3.post("arc", key, dict(query or {}, restore=""), body.encode())


def test_archive_restore_read_and_expire_again():
    with Server(buckets=["arc"]) as server:
        s3 = server.client()
        clock(server, freeze="true")
        clock(server, to=stamp(START))
        s3.put("arc", "g", b"cold", {"x-amz-storage-class": "GLACIER"})
        s3.put("arc", "d", b"deep", {"x-amz-storage-class": "DEEP_ARCHIVE"})
        s3.put("arc", "w", b"warm")
        answer = s3.get("arc", "g")
        equal((answer.status, answer.code, answer.xml.get("StorageClass")),
              (403, "InvalidObjectState", "GLACIER"))
        equal(s3.head("arc", "g").status, 200)
        answer = s3.put("arc", "copy", b"", {"x-amz-copy-source": "/arc/g"})
        equal((answer.status, answer.code), (403, "InvalidObjectState"), "copy")
        answer = restore(s3, "w", 1)
        equal((answer.status, answer.code), (403, "InvalidObjectState"), "not archived")
        equal(restore(s3, "none", 1).status, 404)
        equal(restore(s3, "g", 0).code, "MalformedXML")
        equal(restore(s3, "g", 1, "Soon").code, "MalformedXML")
        equal(restore(s3, "d", 1, "Expedited").status, 400)
        equal(restore(s3, "g", 2, "Bulk").status, 202)
        equal(s3.head("arc", "g").header("x-amz-restore"), 'ongoing-request="true"')
        answer = restore(s3, "g", 2, "Bulk")
        equal((answer.status, answer.code), (409, "RestoreAlreadyInProgress"))
        equal(restore(s3, "g", 2, "Expedited").status, 202, "a faster tier")
        equal(s3.get("arc", "g").status, 403)
        clock(server, by="1m")
        answer = s3.get("arc", "g")
        equal((answer.status, answer.body), (200, b"cold"))
        equal(answer.header("x-amz-restore"),
              'ongoing-request="false", expiry-date="Mon, 04 Jan 2027 00:00:00 GMT"')
        equal(answer.header("x-amz-storage-class"), "GLACIER")
        equal(s3.put("arc", "copy", b"", {"x-amz-copy-source": "/arc/g"}).status, 200)
        equal(s3.get("arc", "copy").body, b"cold")
        equal(restore(s3, "g", 5).status, 200, "kept for longer")
        equal(s3.head("arc", "g").header("x-amz-restore"),
              'ongoing-request="false", expiry-date="Thu, 07 Jan 2027 00:00:00 GMT"')
        clock(server, to="2027-01-06T23:59:59Z")
        equal(s3.get("arc", "g").status, 200)
        clock(server, to="2027-01-07T00:00:00Z")
        equal(s3.get("arc", "g").status, 403, "it expired")
        equal(s3.head("arc", "g").header("x-amz-restore"), None)
        equal(restore(s3, "g", 1).status, 202, "and again")


def test_restore_takes_no_time():
    with Server(buckets=["arc"], args=["--restore-time", "none"]) as server:
        s3 = server.client()
        s3.put("arc", "g", b"cold", {"x-amz-storage-class": "GLACIER"})
        equal(restore(s3, "g", 1).status, 202)
        equal(s3.get("arc", "g").body, b"cold")


def test_short_days():
    """Three seconds are a day: of rules, of what a restore takes and of how long it stays."""
    with Server(args=["--day-length", "3"], buckets=["bkt"]) as server:
        s3 = server.client()
        put_rules(s3, "bkt", ["<ID>x</ID><Filter><Prefix>tmp/</Prefix></Filter><Expiration><Days>1"
                              "</Days></Expiration>"])
        s3.put("bkt", "tmp/a", b"x")
        s3.put("bkt", "cold", b"cold", {"x-amz-storage-class": "GLACIER"})
        body = b"<RestoreRequest><Days>1</Days></RestoreRequest>"
        equal(s3.post("bkt", "cold", {"restore": None}, body).status, 202)
        seen, end = [], time.monotonic() + PATIENCE
        while time.monotonic() < end and not (len(seen) == 3 and
                                              s3.head("bkt", "tmp/a").status == 404):
            state = s3.get("bkt", "cold").status
            if seen[-1:] != [state]:
                seen.append(state)
            time.sleep(0.02)
        equal(seen, [403, 200, 403], "what the archived object answered")
        equal(s3.head("bkt", "tmp/a").status, 404)


def test_dates_and_the_header():
    with Server(buckets=["bkt"]) as server:
        s3 = server.client()
        clock(server, freeze="true")
        clock(server, to=stamp(START))
        put_rules(s3, "bkt", ["<ID>by date</ID><Filter><Prefix>d/</Prefix></Filter><Expiration>"
                              "<Date>2027-02-01T00:00:00Z</Date></Expiration>",
                              "<ID>by days</ID><Filter><Prefix>n/</Prefix></Filter><Expiration>"
                              "<Days>2</Days></Expiration>"])
        answer = s3.put("bkt", "n/x", b"x")
        want = 'expiry-date="Mon, 04 Jan 2027 00:00:00 GMT", rule-id="by days"'
        equal(answer.header("x-amz-expiration"), want)
        equal(s3.head("bkt", "n/x").header("x-amz-expiration"), want)
        equal(s3.get("bkt", "n/x").header("x-amz-expiration"), want)
        equal(s3.put("bkt", "d/x", b"x").header("x-amz-expiration"),
              'expiry-date="Mon, 01 Feb 2027 00:00:00 GMT", rule-id="by date"')
        equal(s3.put("bkt", "other", b"x").header("x-amz-expiration"), None)
        clock(server, by="2d")
        equal(s3.head("bkt", "n/x").status, 200)
        clock(server, by="1d")
        equal(s3.head("bkt", "n/x").status, 404)
        clock(server, to="2027-01-31T23:59:59Z")
        equal(s3.head("bkt", "d/x").status, 200)
        clock(server, to="2027-02-01T00:00:00Z")
        equal(s3.head("bkt", "d/x").status, 404)


def test_the_clock():
    with Server(buckets=["bkt"], args=["--clock", stamp(START)]) as server:
        s3 = server.client()
        now = clock(server)
        check(now["now"].startswith("2027-01-01T10:0"), now)
        equal(now["frozen"], False)
        answer = s3.put("bkt", "k", b"v")
        equal(answer.status, 200, "signed in real time")
        check(s3.head("bkt", "k").header("Last-Modified").startswith("Fri, 01 Jan 2027 10:0"),
              "Last-Modified")
        clock(server, freeze="true")
        stood = clock(server)["now"]
        time.sleep(0.3)
        equal(clock(server)["now"], stood)
        server.args = []
        server.stop()
        server.start()
        equal(clock(server)["now"], stood, "kept over a restart")
        clock(server, freeze="false")
        until("it runs again", lambda: clock(server)["now"] > stood)
        equal(clock(server, real="true")["offset_ms"], 0)
        for query, code in (({"by": "soon"}, "InvalidArgument"), ({"to": "x"}, "InvalidArgument"),
                            ({"by": "1d", "real": "true"}, "InvalidArgument"),
                            ({}, "InvalidArgument")):
            answer = server.client().post("_trug", "v1/clock", query or None)
            equal((answer.status, answer.xml.get("Code")), (400, code), query)
        equal(server.client().get("_trug", "v1/nothing").status, 501)
        equal(server.client().put("_trug", "v1/clock", b"").status, 405)
        wrong = server.client(secret="wrong-secret").get("_trug", "v1/clock")
        equal((wrong.status, wrong.xml.get("Code")), (403, "SignatureDoesNotMatch"))
        equal(server.client(access=None).get("_trug", "v1/clock").status, 403)


def test_a_clock_that_goes_back():
    """What is due then, is; nobody waits until it is as late again."""
    with Server(buckets=["bkt"]) as server:
        s3 = server.client()
        put_rules(s3, "bkt", ["<ID>x</ID><Filter/><Expiration><Days>1</Days></Expiration>"])
        clock(server, by="400d")
        clock(server, real="true")
        equal(s3.put("bkt", "k", b"x").status, 200)
        clock(server, by="3d")
        equal(s3.head("bkt", "k").status, 404)


def test_rules_that_disagree():
    """docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html"""
    big = b"x" * (128 << 10)
    with Server(buckets=["old", "new", "gone"]) as server:
        s3 = server.client()
        versioning(s3, "new", "Enabled")
        clock(server, freeze="true")
        clock(server, to=stamp(START))
        equal(s3.put("old", "k", big).status, 200)
        equal(s3.put("old", "zone", big, {"x-amz-storage-class": "ONEZONE_IA"}).status, 200)
        equal(s3.put("new", "k", big).status, 200)
        equal(s3.put("gone", "k", big).status, 200)
        both = [
            "<ID>a</ID><Filter/><Expiration><Days>10</Days></Expiration>",
            "<ID>b</ID><Filter/><Transition><Days>10</Days><StorageClass>GLACIER_IR"
            "</StorageClass></Transition>"]
        put_rules(s3, "new", both)
        put_rules(s3, "gone", both)
        clock(server, to=stamp(due(START, 10)))
        # Deletion goes before moving; moving before a delete marker.
        equal(s3.head("gone", "k").status, 404)
        equal(s3.head("new", "k").header("x-amz-storage-class"), "GLACIER_IR")
        clock(server, by="1d")
        equal(s3.head("new", "k").status, 404)
        left = s3.get("new", None, query={"versions": None}).xml
        equal([len(left.all("Version")), len(left.all("DeleteMarker"))], [1, 1])
        equal(left.get("Version/StorageClass"), "GLACIER_IR")
        # Of two classes the cheaper, whichever was due first.
        clock(server, by="100d")
        put_rules(s3, "old", [
            "<ID>a</ID><Filter/><Transition><Days>60</Days><StorageClass>STANDARD_IA"
            "</StorageClass></Transition>",
            "<ID>b</ID><Filter/><Transition><Days>10</Days><StorageClass>GLACIER_IR"
            "</StorageClass></Transition>"])
        clock(server, by="1d")
        equal(s3.head("old", "k").header("x-amz-storage-class"), "GLACIER_IR")
        equal(s3.head("old", "zone").header("x-amz-storage-class"), "ONEZONE_IA")


def test_the_clock_verb():
    def verb(*words, env=None):
        done = subprocess.run([binary(), "clock"] + list(words), capture_output=True, text=True,
                              timeout=60, env=dict(os.environ, **(env or {})))
        return done.returncode, done.stdout, done.stderr
    with Server(buckets=["bkt"]) as server:
        where = server.endpoint
        equal(verb(where, "freeze")[0], 0)
        code, out, _ = verb(where, "to", "2027-01-01T10:00:00Z")
        equal((code, json.loads(out)["now"]), (0, "2027-01-01T10:00:00.000Z"))
        code, out, _ = verb("by", "2d", env={"TRUG_READY_FILE": server.ready_file})
        equal((code, json.loads(out)["now"]), (0, "2027-01-03T10:00:00.000Z"))
        equal(json.loads(verb(where)[1])["frozen"], True)
        code, _, err = verb(where, "by", "soon")
        check(code == 1 and "InvalidArgument" in err, err)
        code, _, err = verb(where, env={"TRUG_ROOT_PASSWORD": "not the one"})
        check(code == 1 and "SignatureDoesNotMatch" in err, err)
        equal(verb(where, "sideways")[0], 2)


def test_without_control():
    with Server(args=["--control", "off"]) as server:
        check(server.client().post("_trug", "v1/clock", {"by": "1d"}).status >= 400, "refused")


def test_bad_clock_option():
    from restart import refused
    refused(Server(args=["--clock", "tomorrow"]), "clock", "tomorrow", "+90d")


if __name__ == "__main__":
    for name in list(vars(OPTIONS)):
        if "--" + name in sys.argv:
            at = sys.argv.index("--" + name)
            setattr(OPTIONS, name, int(sys.argv[at + 1]))
            del sys.argv[at:at + 2]
    sys.exit(run_tests(globals()))
