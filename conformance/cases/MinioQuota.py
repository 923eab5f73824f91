# SPDX-License-Identifier: Apache-2.0
"""Quotas of buckets: set over MinIO's admin API, kept to by everything that writes."""

import json
import threading
import uuid

import postform
import s3raw
from madmin import Madmin
from query import allow

KIB = 1024
MIB = 1024 * KIB
CODE = "XMinioAdminBucketQuotaExceeded"


def _set(t, bucket, size, **more):
    body = dict({"size": size, "quota": 0, "rate": 0, "requests": 0, "quotatype": "hard"}, **more)
    return Madmin(t.s3).send("PUT", "set-bucket-quota", {"bucket": bucket}, body)


def _get(t, bucket):
    return json.loads(t.status(Madmin(t.s3).send(
        "GET", "get-bucket-quota", {"bucket": bucket}), 200).body)


def _bucket(t, size=100 * KIB):
    name = t.bucket()
    t.status(_set(t, name, size), 200)
    return name


def _full(t, answer, bucket):
    t.error(answer, 400, CODE, "Bucket quota exceeded", BucketName=bucket)


def MinioQuota_set_shown_cleared(t):
    name = t.bucket()
    none = {"quota": 0, "size": 0, "rate": 0, "requests": 0}
    t.eq(_get(t, name), none, "before")
    t.status(_set(t, name, 5 * MIB), 200)
    t.eq(_get(t, name), dict(none, size=5 * MIB, quotatype="hard"), "set")
    t.status(_set(t, name, 0, quota=7), 200)  # as older clients call it
    t.eq(_get(t, name)["size"], 7, "quota")
    t.refused(t.s3.put(name, "k", b"1234567"), CODE)
    t.status(_set(t, name, 0, quotatype=""), 200)
    t.eq(_get(t, name), none, "cleared")
    t.object(name, "k", b"1234567")


def MinioQuota_put(t):
    name = _bucket(t)
    t.object(name, "a", b"a" * (60 * KIB))
    _full(t, t.s3.put(name, "b", b"b" * (40 * KIB)), name)  # what reaches it is too much
    t.object(name, "b", b"b" * (40 * KIB - 1))
    _full(t, t.s3.put(name, "c", b"c"), name)
    _full(t, t.s3.put(name, "big", b"c" * (200 * KIB)), name)
    t.eq(t.keys(name), ["a", "b"], "nothing else is there")
    t.body(t.s3.get(name, "a"), b"a" * (60 * KIB))
    # In place of another one it counts instead of it.
    t.object(name, "a", b"d" * (60 * KIB))
    _full(t, t.s3.put(name, "a", b"d" * (60 * KIB + 1)), name)
    t.body(t.s3.get(name, "a"), b"d" * (60 * KIB))
    t.status(t.s3.delete(name, "b"), 204)
    t.object(name, "c", b"c" * (40 * KIB - 1))


def MinioQuota_smaller_than_what_is_there(t):
    name = t.bucket()
    t.object(name, "a", b"a" * 1000)
    t.status(_set(t, name, 10), 200)
    t.body(t.s3.get(name, "a"), b"a" * 1000)
    _full(t, t.s3.put(name, "b", b""), name)
    _full(t, t.s3.put(name, "a", b"a" * 10), name)
    t.object(name, "a", b"a" * 9)
    t.status(t.s3.delete(name, "a"), 204)
    t.object(name, "b", b"")


def MinioQuota_versions(t):
    name = _bucket(t)
    t.versioning(name)
    for _ in range(3):
        t.object(name, "k", b"v" * (30 * KIB))
    _full(t, t.s3.put(name, "k", b"v" * (30 * KIB)), name)
    t.status(t.s3.delete(name, "k"), 204)  # a marker frees nothing, and is always taken
    _full(t, t.s3.put(name, "k", b"v" * (30 * KIB)), name)
    rows, _ = t.versions(name)
    t.eq(len(rows), 4, "three versions and a marker")
    t.status(t.s3.delete(name, "k", {"versionId": rows[-1][1]}), 204)
    t.object(name, "k", b"v" * (30 * KIB))
    t.versioning(name, "Suspended")
    _full(t, t.s3.put(name, "k", b"n" * (10 * KIB)), name)
    t.object(name, "k", b"n" * (10 * KIB - 1))
    t.object(name, "k", b"m" * (10 * KIB - 1))  # in place of the null version
    t.eq(len(t.versions(name)[0]), 5)


def MinioQuota_copy(t):
    source, name = t.bucket(), _bucket(t)
    t.object(source, "k", b"k" * (60 * KIB))
    copy = {"x-amz-copy-source": "/%s/k" % source}
    t.status(t.s3.put(name, "one", headers=copy), 200)
    _full(t, t.s3.put(name, "two", headers=copy), name)
    t.status(t.s3.put(name, "one", headers=copy), 200)
    t.status(t.s3.put(name, "one", headers={
        "x-amz-copy-source": "/%s/one" % name, "x-amz-metadata-directive": "REPLACE",
        "x-amz-meta-a": "b"}), 200)
    t.eq(t.keys(name), ["one"])


def MinioQuota_parts(t):
    name = _bucket(t, 12 * MIB)
    t.object(name, "a", b"a" * MIB)
    upload = t.upload(name, "k")
    etags = [(n, t.part(name, "k", upload, n, b"p" * (5 * MIB))) for n in (1, 2, 3)]
    where = {"partNumber": 4, "uploadId": upload}
    _full(t, t.s3.put(name, "k", b"p" * (11 * MIB), query=where), name)
    _full(t, t.s3.put(name, "k", query=dict(where, partNumber=5),
                      headers={"x-amz-copy-source": "/%s/a" % _source(t)}), name)
    _full(t, t.complete(name, "k", upload, etags), name)
    t.eq(t.keys(name), ["a"])
    t.status(t.complete(name, "k", upload, etags[:2]), 200)  # it is still there
    t.eq(t.keys(name), ["a", "k"])


def _source(t):
    name = t.bucket()
    t.object(name, "a", b"s" * (11 * MIB))
    return name


def MinioQuota_form(t):
    name = _bucket(t, 1000)
    t.status(postform.post(t, name, [("key", "k")], b"x" * 500), 204)
    _full(t, postform.post(t, name, [("key", "l")], b"x" * 500), name)
    t.eq(t.keys(name), ["k"])


def MinioQuota_append(t):
    name = _bucket(t, 1000)
    t.object(name, "k", b"x" * 500)
    offset = "x-amz-write-offset-bytes"
    t.status(t.s3.put(name, "k", b"y" * 499, {offset: "500"}), 200)
    _full(t, t.s3.put(name, "k", b"z", {offset: "999"}), name)
    t.body(t.s3.get(name, "k"), b"x" * 500 + b"y" * 499)


def MinioQuota_many_at_once(t):
    """However many write at a time, together they stay below."""
    name, answers = _bucket(t, 20 * KIB), []

    def put(n):
        answers.append(t.s3.put(name, "k%d" % n, b"x" * (4 * KIB)).status)
    threads = [threading.Thread(target=put, args=(n,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    t.eq((answers.count(200), answers.count(400)), (4, 20), "taken and refused")
    t.eq(len(t.keys(name)), 4)


def MinioQuota_bad_input(t):
    name = t.bucket()
    admin = Madmin(t.s3)

    def bad(answer, status, code):
        t.status(answer, status)
        t.eq(json.loads(answer.body)["Code"], code)
    for body in (b"{", b"[]", b""):
        bad(admin.send("PUT", "set-bucket-quota", {"bucket": name}, body), 400,
            "XMinioAdminConfigBadJSON")
    for size in (-1, 1.5, "1", True, 2 ** 53 * 4):
        bad(_set(t, name, size), 400, "InvalidArgument")
    for kind in ("fifo", "", None):
        bad(_set(t, name, 1, quotatype=kind), 400, "InvalidArgument")
    bad(_set(t, name, 1, rate=5), 501, "NotImplemented")
    bad(_set(t, name, 1, requests=5), 501, "NotImplemented")
    none = "no-such-" + uuid.uuid4().hex
    for bucket in (none, ""):
        bad(_set(t, bucket, 1), 404, "NoSuchBucket")
        bad(admin.send("GET", "get-bucket-quota", {"bucket": bucket}), 404, "NoSuchBucket")
    t.eq(_get(t, name)["size"], 0, "nothing was set")


def MinioQuota_denied(t):
    name, user, policy = t.bucket(), "m-" + uuid.uuid4().hex[:12], "m-" + uuid.uuid4().hex[:12]
    root = Madmin(t.s3)
    by = Madmin(s3raw.Client(t.s3.endpoint, user, "a-long-secret", t.s3.region))
    body = {"size": 1, "quotatype": "hard"}
    query = {"bucket": name}
    t.status(root.send("PUT", "add-user", {"accessKey": user}, {"secretKey": "a-long-secret"},
                       True), 200)
    try:
        for action, put, get in (("s3:*", 403, 403), ("admin:GetBucketQuota", 403, 200),
                                 ("admin:SetBucketQuota", 200, 403)):
            t.status(root.send("PUT", "add-canned-policy", {"name": policy},
                               allow(action).encode()), 200)
            t.status(root.send("PUT", "set-user-or-group-policy", {
                "policyName": policy, "userOrGroup": user, "isGroup": "false"}), 200)
            t.status(by.send("PUT", "set-bucket-quota", query, body), put)
            t.status(by.send("GET", "get-bucket-quota", query), get)
        t.status(root.send("PUT", "set-bucket-quota", query, body, sign=None), 403)
        t.status(root.send("GET", "get-bucket-quota", query, sign=None), 403)
    finally:
        root.send("DELETE", "remove-user", {"accessKey": user})
        root.send("DELETE", "remove-canned-policy", {"name": policy})
