# SPDX-License-Identifier: Apache-2.0
"""PUT ?renameObject: directory buckets have it on AWS, every bucket here."""
import threading

import s3raw


def _rename(t, bucket, key, source, headers=None):
    return t.s3.put(bucket, key, headers={"x-amz-rename-source": source, **(headers or {})},
                    query="renameObject")


def RenameObject_keeps_everything(t):
    name = t.bucket()
    for body in (b"small", b"x" * 300000, b""):
        t.object(name, "from", body, content_type="text/x", x_amz_meta_a="b", cache_control="no")
        before = t.s3.head(name, "from", headers={"x-amz-checksum-mode": "ENABLED"})
        t.eq(t.status(_rename(t, name, "to/key", "from"), 200).body, b"")
        after = t.body(t.s3.get(name, "to/key", headers={"x-amz-checksum-mode": "ENABLED"}), body)
        for field in ("ETag", "Last-Modified", "Content-Type", "x-amz-meta-a", "Cache-Control",
                      "x-amz-checksum-crc64nvme"):
            t.header(after, field, before.header(field))
        t.error(t.s3.get(name, "from"), 404, "NoSuchKey")
        t.eq(t.keys(name), ["to/key"])


def RenameObject_multipart(t):
    name = t.bucket()
    parts = [b"a" * (5 << 20), b"b"]
    t.multipart(name, "from", parts)
    t.status(_rename(t, name, "to", "from"), 200)
    t.header(t.body(t.s3.get(name, "to"), b"".join(parts)), "ETag", s3raw.etag_multipart(parts))
    t.body(t.s3.get(name, "to", "partNumber=2"), b"b", 206)


def RenameObject_forms_of_the_source(t):
    name = t.bucket()
    for key, source in (("plain", "plain"), ("plain", "/plain"), ("plain", "/%s/plain" % name),
                        ("a/b c+\u00fc", "a/b%20c%2B%C3%BC"), ("a/b", "/%s/a%%2Fb" % name),
                        ("/lead", "%2Flead"), (name + "/x", name + "/x")):
        t.object(name, key, b"x")
        t.status(_rename(t, name, "to", source), 200)
        t.eq(t.keys(name), ["to"], source)


def RenameObject_overwrites(t):
    name = t.bucket()
    t.object(name, "from", b"new", x_amz_meta_a="new")
    t.object(name, "to", b"old" * 100000, x_amz_meta_b="old")
    t.status(_rename(t, name, "to", "from"), 200)
    answer = t.body(t.s3.get(name, "to"), b"new")
    t.header(answer, "x-amz-meta-a", "new")
    t.no_header(answer, "x-amz-meta-b")


def RenameObject_conditions_on_destination(t):
    name = t.bucket()
    t.object(name, "from", b"new")
    t.object(name, "to", b"old")
    past, future = "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2065 07:28:00 GMT"
    for field, value in (("If-None-Match", "*"), ("If-Match", s3raw.etag(b"x")),
                         ("If-Unmodified-Since", past), ("If-Modified-Since", future)):
        t.error(_rename(t, name, "to", "from", {field: value}), 412, "PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold", Condition=field)
    t.error(_rename(t, name, "nothing", "from", {"If-Match": s3raw.etag(b"x")}), 404, "NoSuchKey")
    t.body(t.s3.get(name, "to"), b"old")
    t.status(_rename(t, name, "to", "from", {"If-Match": s3raw.etag(b"old")}), 200)
    t.status(_rename(t, name, "third", "to", {"If-None-Match": "*"}), 200)
    t.eq(t.keys(name), ["third"])


def RenameObject_conditions_on_source(t):
    name = t.bucket()
    t.object(name, "from", b"body")
    past, future = "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2065 07:28:00 GMT"
    for field, value in (("If-Match", s3raw.etag(b"x")), ("If-None-Match", s3raw.etag(b"body")),
                         ("If-Unmodified-Since", past)):
        t.error(_rename(t, name, "to", "from", {"x-amz-rename-source-" + field: value}), 412,
                "PreconditionFailed", Condition="x-amz-rename-source-" + field)
    t.eq(t.keys(name), ["from"])
    t.status(_rename(t, name, "to", "from", {
        "x-amz-rename-source-if-match": s3raw.etag(b"body"),
        "x-amz-rename-source-if-unmodified-since": future}), 200)


def RenameObject_wrong(t):
    name = t.bucket()
    t.object(name, "from", b"body")
    t.error(_rename(t, name, "to", "missing"), 404, "NoSuchKey", Key="missing")
    t.error(t.s3.put(name, "to", query="renameObject"), 400, "InvalidRequest",
            "Missing required header for this request: x-amz-rename-source")
    for source in ("%zz", "%", "%FF", "/", "/%s/" % name):
        t.error(_rename(t, name, "to", source), 400, "InvalidArgument",
                ArgumentName="x-amz-rename-source", ArgumentValue=source)
    t.error(_rename(t, name, "from", "from"), 400, "InvalidRequest")
    t.error(_rename(t, name, "folder/", "from"), 400, "InvalidRequest")
    t.error(_rename(t, name, "to", "folder/"), 400, "InvalidRequest")
    t.error(_rename(t, t.name(), "to", "from"), 404, "NoSuchBucket")
    t.eq(t.keys(name), ["from"])


def RenameObject_denied(t):
    name = t.bucket()
    t.object(name, "from", b"body")
    t.error(t.s3.put(name, "to", headers={"x-amz-rename-source": "from"}, query="renameObject",
                     sign=None), 403, "AccessDenied")
    t.eq(t.keys(name), ["from"])


def RenameObject_race(t):
    """Of eight that rename one object, one wins; nobody sees two objects, or none."""
    name = t.bucket()
    for _ in range(10):
        t.object(name, "from", b"body")
        answers = []

        def one(i):
            answers.append(_rename(t, name, "to%d" % i, "from").status)
        threads = [threading.Thread(target=one, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        t.eq(sorted(answers), [200] + [404] * 7)
        keys = t.keys(name)
        t.eq(len(keys), 1)
        t.status(t.s3.delete(name, keys[0]), 204)


def RenameObject_with_versioning(t):
    name = t.bucket()
    t.object(name, "from", b"body")
    t.status(t.s3.put(name, query="versioning", body=b"<VersioningConfiguration><Status>Enabled"
                      b"</Status></VersioningConfiguration>"), 200)
    t.error(_rename(t, name, "to", "from"), 400, "InvalidRequest")
    t.eq(t.keys(name), ["from"])
