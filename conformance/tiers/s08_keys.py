# SPDX-License-Identifier: Apache-2.0
"""Section 8: keys, metadata, ranges."""
from case import PART
from tiers import answers


@answers("aws", "minio")
def key_long(t):
    name = t.bucket()
    key = "/".join(["a" * 204] * 5)
    t.status(t.s3.put(name, key, b"x"), 200)
    t.error(t.s3.put(name, key + "b", b"x"), 400, "KeyTooLongError", "Your key is too long",
            Size=1025, MaxSizeAllowed=1024)


@answers("aws", "minio")
def key_segment(t):
    name = t.bucket()
    t.status(t.s3.put(name, "a/" + "b" * 255, b"x"), 200)
    answer = t.s3.put(name, "a/" + "b" * 256, b"x")
    if t.tier == "minio":
        t.error(answer, 400, "XMinioInvalidObjectName")
    else:
        t.status(answer, 200)


@answers("aws", "minio")
def key_dots(t):
    name = t.bucket()
    for key in ("a/../b", "a/./b", "..", "a/.."):
        answer = t.s3.put(name, key, b"x")
        if t.tier == "minio":
            t.error(answer, 400, "XMinioInvalidResourceName",
                    'Resource name contains bad components such as ".." or ".".')
        else:
            t.status(answer, 200)
    for key in ("a/..b", ".hidden", "a/...", "b."):
        t.status(t.s3.put(name, key, b"x"), 200)


@answers("aws", "minio")
def key_slashes(t):
    name = t.bucket()
    answer = t.s3.put(name, "a//b", b"x")
    if t.tier == "minio":
        t.error(answer, 400, "XMinioInvalidObjectName",
                "Object name contains unsupported characters.")
    else:
        t.status(answer, 200)
        t.bare_error(t.s3.head(name, "a/b"), 404)


@answers("aws")
def key_shadow(t):
    name = t.bucket()
    for key in ("a", "a/1"):
        t.object(name, key)
    t.eq(t.keys(name), ["a", "a/1"])


@answers("aws", "minio")
def key_unicode(t):
    name = t.bucket()
    for key in ("e\u0301", "\u00e9"):
        t.object(name, key, key.encode())
    t.body(t.s3.get(name, "e\u0301"), "e\u0301".encode())
    t.eq(len(t.keys(name)), 2)


@answers("minio")
def key_nul(t):
    t.error(t.s3.put(t.bucket(), "a\0b", b"x"), 400, "XMinioInvalidObjectName")


def metadata_of(t, size):
    return t.s3.put(t.bucket(), "k", b"x", {"x-amz-meta-a": "v" * (size - 1)})


@answers("aws")
def metadata(t):
    t.status(metadata_of(t, 2048), 200)
    t.error(metadata_of(t, 2049), 400, "MetadataTooLarge", Size=2049, MaxSizeAllowed=2048)


@answers("minio")
def metadata__minio(t):
    t.status(metadata_of(t, 1900), 200)
    t.error(metadata_of(t, 2049), 400, "MetadataTooLarge")


@answers("aws", "minio")
def metadata_count(t):
    answer = metadata_of(t, 2048)
    if t.tier == "minio":
        t.error(answer, 400, "MetadataTooLarge")
        t.status(metadata_of(t, 2048 - len("x-amz-meta-")), 200)
    else:
        t.status(answer, 200)


@answers("aws", "minio")
def metadata_words(t):
    name = t.bucket()
    t.object(name, "k", x_amz_meta_a="=?UTF-8?B?w6k=?=")
    t.header(t.s3.head(name, "k"), "x-amz-meta-a", "=?UTF-8?B?w6k=?=")


@answers("aws", "minio")
def headers(t):
    name = t.bucket()
    fill = {"x-custom-%d" % i: "v" * 950 for i in range(7)}
    t.status(t.s3.get(name, headers=fill), 200)
    fill["x-custom-7"] = fill["x-custom-8"] = "v" * 950
    t.ok(t.s3.get(name, headers=fill).status == 400, "more than 8 KB of headers were taken")


@answers("aws", "minio")
def type_default(t):
    name = t.bucket()
    t.object(name, "k.json", b"{}")
    t.header(t.s3.head(name, "k.json"), "Content-Type", "binary/octet-stream")


def ranged(t, value):
    name = t.bucket()
    t.object(name, "k", b"0123456789")
    return t.s3.get(name, "k", headers={"Range": value})


@answers("aws", "minio")
def range_good(t):
    t.body(ranged(t, "bytes=2-4"), b"234", 206)


@answers("aws", "minio")
def range_beyond(t):
    root = t.error(ranged(t, "bytes=10-20"), 416, "InvalidRange",
                   "The requested range %sis not satisfiable" %
                   ("'bytes=10-20' " if t.tier == "minio" else ""))
    if t.tier == "minio":
        t.error(ranged(t, "bytes=10-"), 416, "InvalidRange",
                "The requested range 'bytes=10--1' is not satisfiable")
    t.eq(root.get("ActualObjectSize"), "10")
    t.eq(root.get("RangeRequested"), "bytes=10-20")


@answers("aws", "minio")
def range_reversed(t):
    answer = ranged(t, "bytes=5-2")
    if t.tier == "minio":
        t.error(answer, 416, "InvalidRange")
    else:
        t.body(answer, b"0123456789")


@answers("aws", "minio")
def range_suffix_0(t):
    t.error(ranged(t, "bytes=-0"), 416, "InvalidRange")


@answers("aws", "minio")
def range_many(t):
    for value in ("bytes=0-1,4-5", "lines=1-2"):
        t.body(ranged(t, value), b"0123456789")


@answers("aws", "minio")
def part_beyond(t):
    name = t.bucket()
    t.multipart(name, "k", [b"a" * PART, b"b"])
    t.status(t.s3.get(name, "k", {"partNumber": 2}), 206)
    t.error(t.s3.get(name, "k", {"partNumber": 3}), 416, "InvalidPartNumber",
            "The requested partnumber is not satisfiable")


@answers("aws", "minio")
def range_and_part(t):
    name = t.bucket()
    t.object(name, "k")
    t.error(t.s3.get(name, "k", {"partNumber": 1}, {"Range": "bytes=0-0"}), 400,
            "InvalidRequest",
            "Cannot specify both Range header and partNumber query parameter")


PUBLIC = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",' \
    '"Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"}]}'


def public(t):
    """A bucket whose objects anybody may read."""
    name = t.bucket()
    t.object(name, "k", b"open")
    if t.tier != "minio":
        t.status(t.s3.delete(name, query="publicAccessBlock"), 204)
    t.status(t.s3.put(name, body=PUBLIC % name, query="policy"), 204)
    return name


@answers("aws", "minio")
def override_nobody(t):
    answer = t.s3.get(public(t), "k", {"response-content-type": "text/x"}, sign=None)
    if t.tier == "minio":
        t.header(t.body(answer, b"open"), "Content-Type", "text/x")
    else:
        t.error(answer, 400, "InvalidRequest")


@answers("aws", "minio")
def gzip(t):
    name = t.bucket()
    body = bytes.fromhex("1f8b08000000000000034b040043beb7e801000000")
    t.object(name, "k", body, content_encoding="gzip")
    answer = t.body(t.s3.get(name, "k"), body)
    t.header(answer, "Content-Encoding", "gzip")


@answers("aws", "minio")
def copy_self(t):
    name = t.bucket()
    t.object(name, "k")
    t.error(t.s3.put(name, "k", b"", {"x-amz-copy-source": "/%s/k" % name}), 400,
            "InvalidRequest", "This copy request is illegal because it is trying to copy an "
            "object to itself without changing the object's metadata, storage class, website "
            "redirect location or encryption attributes.")


@answers("aws", "minio")
def copy_slash(t):
    name = t.bucket()
    t.object(name, "s")
    for source in ("/%s/s" % name, "%s/s" % name):
        t.status(t.s3.put(name, "k", b"", {"x-amz-copy-source": source}), 200)


@answers("aws", "minio")
def copy_merge(t):
    name = t.bucket()
    t.object(name, "s")
    t.error(t.s3.put(name, "k", b"", {"x-amz-copy-source": "/%s/s" % name,
                                      "x-amz-metadata-directive": "MERGE"}), 400,
            "InvalidArgument", "Unknown metadata directive.")


@answers("aws")
def key_nul__aws(t):
    name = t.bucket()
    t.object(name, "a\0b", b"nul")
    t.body(t.s3.get(name, "a\0b"), b"nul")


@answers("minio")
def key_shadow__minio(t):
    name = t.bucket()
    for key in ("a/1", "a", "b/1"):
        t.object(name, key, key.encode())
    t.body(t.s3.get(name, "a/1"), b"a/1")
    t.eq(t.keys(name), ["a", "b/1"])
    t.eq(t.keys(name, {"prefix": "a/"}), [])
    root = t.s3.get(name, query={"delimiter": "/"}).xml
    t.eq([p.get("Prefix") for p in root.all("CommonPrefixes")], ["b/"])
    t.status(t.s3.delete(name, "a"), 204)
    t.eq(t.keys(name), ["a/1", "b/1"])
