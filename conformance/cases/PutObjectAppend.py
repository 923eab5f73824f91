# SPDX-License-Identifier: Apache-2.0
"""x-amz-write-offset-bytes: directory buckets have it on AWS, every bucket here."""
import threading

import s3raw

OFFSET = "x-amz-write-offset-bytes"
LARGE = b"L" * 300000


def _append(t, bucket, key, offset, body, headers=None, **how):
    return t.s3.put(bucket, key, body, {OFFSET: str(offset), **(headers or {})}, **how)


def PutObjectAppend_grows(t):
    name = t.bucket()
    want, etag = b"", None
    for n, piece in enumerate((b"first", b"second", LARGE, b"t", b"x" * 5000, LARGE + b"!"), 1):
        answer = t.status(_append(t, name, "log", len(want), piece), 200)
        want += piece
        t.header(answer, "x-amz-object-size", str(len(want)) if n > 1 else None)
        t.header(answer, "x-amz-checksum-crc64nvme", s3raw.checksum("CRC64NVME", want)
                 if len(want) < 400000 else answer.header("x-amz-checksum-crc64nvme"))
        t.header(answer, "x-amz-checksum-type", "FULL_OBJECT")
        t.ok(answer.header("ETag") != etag, "a new ETag")
        etag = answer.header("ETag")
        if n > 1:
            t.ok(etag.endswith('-%d"' % n), "no MD5: %s" % etag)
        t.header(t.body(t.s3.get(name, "log"), want), "ETag", etag)
    t.body(t.s3.get(name, "log", headers={"Range": "bytes=3-300020"}), want[3:300021], 206)
    t.body(t.s3.get(name, "log", "partNumber=2"), b"second", 206)
    rows = t.status(t.s3.get(name, query="list-type=2"), 200).xml.all("Contents")
    t.eq([(r.get("Key"), r.get("Size")) for r in rows], [("log", str(len(want)))])


def PutObjectAppend_keeps_headers(t):
    name = t.bucket()
    t.object(name, "key", b"a", content_type="text/x", x_amz_meta_a="b")
    t.status(_append(t, name, "key", 1, b"b", {"Content-Type": "text/other"}), 200)
    answer = t.body(t.s3.get(name, "key"), b"ab")
    t.header(answer, "Content-Type", "text/x")
    t.header(answer, "x-amz-meta-a", "b")


def PutObjectAppend_copies_are_their_own(t):
    name = t.bucket()
    t.object(name, "key", b"a" * 6000)
    t.status(_append(t, name, "key", 6000, b"b"), 200)
    t.status(t.s3.put(name, "copy", headers={"x-amz-copy-source": name + "/key"}), 200)
    t.status(_append(t, name, "key", 6001, b"c"), 200)
    t.status(_append(t, name, "copy", 6001, b"d"), 200)
    t.status(t.s3.delete(name, "key"), 204)
    t.body(t.s3.get(name, "copy"), b"a" * 6000 + b"bd")


def PutObjectAppend_to_multipart(t):
    name = t.bucket()
    parts = [b"a" * (5 << 20), b"b"]
    t.multipart(name, "key", parts)
    size = (5 << 20) + 1
    answer = t.status(_append(t, name, "key", size, b"c"), 200)
    t.ok(answer.header("ETag").endswith('-3"'), "three parts")
    t.body(t.s3.get(name, "key"), b"".join(parts) + b"c")
    t.body(t.s3.get(name, "key", "partNumber=3"), b"c", 206)


def PutObjectAppend_checksums(t):
    name = t.bucket()
    for row in ("CRC32", "CRC32C", "CRC64NVME"):
        field = "x-amz-checksum-" + row.lower()
        t.object(name, row, b"one", **{field: s3raw.checksum(row, b"one")})
        answer = t.status(_append(t, name, row, 3, b"two", {field: s3raw.checksum(row, b"two")}),
                          200)
        t.header(answer, field, s3raw.checksum(row, b"onetwo"))
        # computed with the object's algorithm when none is sent
        answer = t.status(_append(t, name, row, 6, b"3"), 200)
        t.header(answer, field, s3raw.checksum(row, b"onetwo3"))
        t.error(_append(t, name, row, 7, b"x", {field: s3raw.checksum(row, b"y")}), 400,
                "BadDigest")
        t.body(t.s3.get(name, row), b"onetwo3")
    t.error(_append(t, name, "CRC32", 7, b"x", {
        "x-amz-checksum-crc32c": s3raw.checksum("CRC32C", b"x")}), 400, "InvalidRequest",
        "Checksum Type mismatch occurred, expected checksum Type: crc32, actual checksum Type: "
        "crc32c")
    t.object(name, "SHA1", b"one", x_amz_checksum_sha1=s3raw.checksum("SHA1", b"one"))
    t.no_header(t.status(_append(t, name, "SHA1", 3, b"two"), 200), "x-amz-checksum-type")
    t.body(t.s3.get(name, "SHA1"), b"onetwo")


def PutObjectAppend_wrong_offset(t):
    name = t.bucket()
    text = "The write offset value that you specified does not match the current object size."
    t.error(_append(t, name, "none", 1, b"x"), 400, "InvalidWriteOffset", text)
    t.object(name, "key", b"body")
    for offset in (0, 3, 5, 1 << 62):
        t.error(_append(t, name, "key", offset, b"x"), 400, "InvalidWriteOffset", text)
    for offset in ("-1", "x", "", "1.0", "18446744073709551616"):
        t.error(_append(t, name, "key", offset, b"x"), 400, "InvalidArgument",
                ArgumentName=OFFSET, ArgumentValue=offset)
    t.header(t.body(t.s3.get(name, "key"), b"body"), "ETag", s3raw.etag(b"body"))
    t.eq(t.keys(name), ["key"])


def PutObjectAppend_refused(t):
    name = t.bucket()
    t.object(name, "key", b"body")
    t.error(_append(t, name, "key", 4, b""), 400, "InvalidRequest",
            "Request body cannot be empty when 'write offset' is specified.")
    t.error(_append(t, name, "key", 4, b"x", {"x-amz-meta-a": "b"}), 400, "InvalidRequest",
            "Cannot specify both a write offset value and user-defined object metadata for "
            "existing objects.")
    t.error(_append(t, name, "key", 4, b"x", sign=None), 403, "AccessDenied")
    t.error(_append(t, name, "key", 4, b"x", {"If-Match": s3raw.etag(b"other")}), 412,
            "PreconditionFailed")
    t.error(_append(t, name, "key", 4, b"x", {"If-None-Match": "*"}), 412, "PreconditionFailed")
    t.status(_append(t, name, "key", 4, b"x", {"If-Match": s3raw.etag(b"body")}), 200)
    t.body(t.s3.get(name, "key"), b"bodyx")


def PutObjectAppend_to_empty(t):
    name = t.bucket()
    t.status(_append(t, name, "key", 0, b""), 200)
    t.status(_append(t, name, "key", 0, b"x", {"x-amz-meta-a": "b"}), 200)
    t.header(t.body(t.s3.get(name, "key"), b"x"), "ETag", s3raw.etag(b"x"))


def PutObjectAppend_race(t):
    """Of eight that append at one offset, one wins."""
    name = t.bucket()
    size = 0
    for _ in range(10):
        answers = []

        def one(i):
            answers.append(_append(t, name, "log", size, b"%d" % i).status)
        threads = [threading.Thread(target=one, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        t.eq(sorted(answers), [200] + [400] * 7)
        size += 1
        t.eq(len(t.status(t.s3.get(name, "log"), 200).body), size)


def PutObjectAppend_makes_a_version(t):
    name = t.bucket()
    t.object(name, "key", b"one")
    t.status(t.s3.put(name, query="versioning", body=b"<VersioningConfiguration><Status>Enabled"
                      b"</Status></VersioningConfiguration>"), 200)
    answer = t.status(_append(t, name, "key", 3, LARGE), 200)
    second = answer.header("x-amz-version-id")
    t.status(_append(t, name, "key", 3 + len(LARGE), b"three"), 200)
    t.body(t.s3.get(name, "key"), b"one" + LARGE + b"three")
    t.body(t.s3.get(name, "key", {"versionId": "null"}), b"one")
    t.body(t.s3.get(name, "key", {"versionId": second}), b"one" + LARGE)
    t.status(t.s3.delete(name, "key", {"versionId": second}), 204)
    t.body(t.s3.get(name, "key"), b"one" + LARGE + b"three")
    t.status(t.s3.delete(name, "key"), 204)
    t.status(_append(t, name, "key", 0, b"new"), 200)
    t.body(t.s3.get(name, "key"), b"new")
