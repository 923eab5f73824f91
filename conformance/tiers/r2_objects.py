# SPDX-License-Identifier: Apache-2.0
"""Cloudflare R2: uploads, checksums, conditions, keys, metadata, listings, rates."""
import base64
import gzip
import os
import time

import s3raw
from case import MIB, PART
from tiers import answers

PAST, FUTURE = "Mon, 01 Jan 2024 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
COMPOSED, DECOMPOSED = "H\u00e9llo", "He\u0301llo"


def _upload(t, name, key, sizes, **headers):
    upload = t.upload(name, key, headers)
    return upload, [(n, t.part(name, key, upload, n, b"a" * size))
                    for n, size in enumerate(sizes, 1)]


# ---- uploads of parts ----


@answers("r2")
def parts_equal__r2(t):
    name = t.bucket()
    text = "All non-trailing parts must have the same length."
    upload, parts = _upload(t, name, "k", [PART, PART + 1, 1])
    t.error(t.complete(name, "k", upload, parts), 400, "InvalidPart", text)
    upload, parts = _upload(t, name, "l", [PART, PART + 1])
    t.error(t.complete(name, "l", upload, parts), 400, "InvalidPart", text)
    upload, parts = _upload(t, name, "m", [PART, PART, 7])
    t.status(t.complete(name, "m", upload, parts), 200)
    t.header(t.s3.head(name, "m"), "Content-Length", str(2 * PART + 7))


@answers("aws", "minio")
def parts_equal__strict(t):
    name = t.bucket()
    upload, parts = _upload(t, name, "k", [PART, PART + 1, 1])
    t.status(t.complete(name, "k", upload, parts), 200)


@answers("r2")
def parts_order__r2(t):
    name = t.bucket()
    upload = t.upload(name, "k")
    bodies = [bytes([65 + n]) * PART for n in range(2)] + [b"end"]
    parts = [(n, t.part(name, "k", upload, n, body)) for n, body in enumerate(bodies, 1)]
    t.status(t.complete(name, "k", upload, [parts[2], parts[0], parts[1]]), 200)
    t.body(t.s3.get(name, "k"), b"".join(bodies))


@answers("r2")
def part_small__r2(t):
    name = t.bucket()
    upload, parts = _upload(t, name, "k", [5, 5])
    root = t.error(t.complete(name, "k", upload, parts), 400, "EntityTooSmall")
    t.eq(root.names(), ["Code", "Message"])


@answers("r2")
def part_wrong__r2(t):
    name = t.bucket()
    upload, parts = _upload(t, name, "k", [5])
    t.error(t.complete(name, "k", upload, [(1, '"%s"' % ("0" * 32))]), 400, "InvalidPart")
    t.error(t.complete(name, "k", upload, [(2, parts[0][1])]), 400, "InvalidPart")


@answers("r2")
def parts_gaps__r2(t):
    name = t.bucket()
    upload = t.upload(name, "k")
    parts = [(n, t.part(name, "k", upload, n, b"a" * PART).strip('"')) for n in (2, 7)]
    t.status(t.complete(name, "k", upload, parts), 200)


@answers("r2")
def upload_unknown__r2(t):
    name = t.bucket()
    t.error(t.s3.get(name, "k", {"uploadId": "0" * 32}), 404, "NoSuchUpload")


@answers("r2")
def abort_twice__r2(t):
    name = t.bucket()
    upload = t.upload(name, "k")
    for _ in range(2):
        t.status(t.s3.delete(name, "k", {"uploadId": upload}), 204)
    t.error(t.s3.get(name, "k", {"uploadId": upload}), 404, "NoSuchUpload")


@answers("r2")
def part_failed__r2(t):
    name = t.bucket()
    upload, parts = _upload(t, name, "k", [5])
    t.error(t.s3.put(name, "k", b"other", {"Content-MD5": s3raw.md5_base64(b"wrong")},
                     {"partNumber": 1, "uploadId": upload}), 400, "BadDigest")
    t.eq(t.s3.get(name, "k", {"uploadId": upload}).xml.all("Part"), [], "parts")
    t.error(t.complete(name, "k", upload, parts), 400, "InvalidPart")
    parts = [(1, t.part(name, "k", upload, 1, b"third"))]
    t.status(t.complete(name, "k", upload, parts), 200)
    t.body(t.s3.get(name, "k"), b"third")


@answers("aws", "minio")
def part_failed__strict(t):
    name = t.bucket()
    upload, parts = _upload(t, name, "k", [5])
    t.error(t.s3.put(name, "k", b"other", {"Content-MD5": s3raw.md5_base64(b"wrong")},
                     {"partNumber": 1, "uploadId": upload}), 400, "BadDigest")
    t.status(t.complete(name, "k", upload, parts), 200)


@answers("r2")
def upload_stale__r2(t):
    name = t.bucket()
    upload = t.upload(name, "k")
    t.clock("by", "6d")
    t.status(t.s3.get(name, "k", {"uploadId": upload}), 200)
    t.clock("by", "3d")
    t.error(t.s3.get(name, "k", {"uploadId": upload}), 404, "NoSuchUpload")


upload_stale__r2.alone = True


@answers("r2")
def abort_date__r2(t):
    name = t.bucket()
    answer = t.status(t.s3.post(name, "k", "uploads"), 200)
    t.http_date(answer.header("x-amz-abort-date"), "x-amz-abort-date")
    t.header(answer, "x-amz-abort-rule-id", "Default Multipart Abort Rule")
    parts = t.s3.get(name, "k", {"uploadId": answer.xml.get("UploadId")})
    t.header(parts, "x-amz-abort-date", answer.header("x-amz-abort-date"))


@answers("aws")
def abort_date__aws(t):
    """Only where a rule aborts."""
    name = t.bucket()
    t.no_header(t.s3.post(name, "k", "uploads"), "x-amz-abort-date")
    body = ("<LifecycleConfiguration><Rule><ID>a</ID><Filter><Prefix>tmp/</Prefix></Filter>"
            "<Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>3"
            "</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>"
            "</LifecycleConfiguration>")
    t.status(t.s3.put(name, None, body, {"Content-MD5": s3raw.md5_base64(body.encode())},
                      "lifecycle"), 200)
    t.no_header(t.s3.post(name, "k", "uploads"), "x-amz-abort-date")
    answer = t.s3.post(name, "tmp/k", "uploads")
    t.http_date(answer.header("x-amz-abort-date"), "x-amz-abort-date")
    t.header(answer, "x-amz-abort-rule-id", "a")


@answers("r2")
def complete_failed__r2(t):
    name = t.bucket()
    t.object(name, "k", b"there")
    time.sleep(1.1)
    upload, parts = _upload(t, name, "k", [5])
    t.error(t.complete(name, "k", upload, parts, {"If-None-Match": "*"}), 412,
            "PreconditionFailed")
    t.error(t.complete(name, "k", upload, parts), 404, "NoSuchUpload")
    t.body(t.s3.get(name, "k"), b"there")


@answers("r2")
def uploads__r2(t):
    name = t.bucket()
    t.upload(name, "k")
    root = t.status(t.s3.get(name, query="uploads&max-uploads=2000"), 200).xml
    t.eq(root.get("MaxUploads"), "1000")


@answers("r2")
def part_copy_cond__r2(t):
    name = t.bucket()
    t.object(name, "from", b"x")
    upload = t.upload(name, "to")
    for header, value in (("x-amz-copy-source-if-match", "*"),
                          ("x-amz-copy-source-if-unmodified-since", FUTURE)):
        t.error(t.s3.put(name, "to", b"", {"x-amz-copy-source": "/%s/from" % name, header: value},
                         {"partNumber": 1, "uploadId": upload}), 501, "NotImplemented",
                "Header '%s' with value '%s' not implemented" % (header, value))


# ---- checksums ----


@answers("r2")
def etag_put__r2(t):
    name = t.bucket()
    t.header(t.object(name, "k", b"body"), "ETag", s3raw.etag(b"body"))


@answers("r2")
def etag_parts__r2(t):
    name = t.bucket()
    bodies = [b"a" * PART, b"b"]
    t.multipart(name, "k", bodies)
    t.header(t.s3.head(name, "k"), "ETag", s3raw.etag_multipart(bodies))


@answers("r2")
def checksums__r2(t):
    name = t.bucket()
    for n, algorithm in enumerate(("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")):
        header = "x-amz-checksum-" + algorithm.lower()
        value = s3raw.checksum(algorithm, b"body")
        t.header(t.s3.put(name, "k%d" % n, b"body", {header: value}), header, value)
    for algorithm in ("SHA512", "MD5"):
        header = "x-amz-checksum-" + algorithm.lower()
        value = s3raw.checksum(algorithm, b"body")
        t.error(t.s3.put(name, algorithm, b"body", {header: value}), 501, "NotImplemented",
                "Header '%s' with value '%s' not implemented" % (header, value))
    t.error(t.s3.post(name, "m", "uploads", headers={"x-amz-checksum-algorithm": "SHA512"}), 501,
            "NotImplemented")


def _create(t, name, algorithm, kind):
    return t.s3.post(name, "k", "uploads", headers={"x-amz-checksum-algorithm": algorithm,
                                                    "x-amz-checksum-type": kind})


@answers("r2")
def sum_full__r2(t):
    name = t.bucket()
    t.status(_create(t, name, "CRC64NVME", "FULL_OBJECT"), 200)
    for algorithm in ("CRC32", "CRC32C", "SHA1", "SHA256"):
        t.error(_create(t, name, algorithm, "FULL_OBJECT"), 400, "InvalidRequest",
                "The FULL_OBJECT checksum type cannot be used with the %s checksum algorithm."
                % algorithm.lower())
        t.status(_create(t, name, algorithm, "COMPOSITE"), 200)


@answers("r2")
def sum_full_sha__r2(t):
    t.error(_create(t, t.bucket(), "SHA256", "FULL_OBJECT"), 400, "InvalidRequest")


@answers("r2")
def sum_composite__r2(t):
    t.error(_create(t, t.bucket(), "CRC64NVME", "COMPOSITE"), 400, "InvalidRequest")


@answers("r2")
def sum_wrong__r2(t):
    wrong = s3raw.checksum("CRC32", b"other")
    t.error(t.s3.put(t.bucket(), "k", b"body", {"x-amz-checksum-crc32": wrong}), 400, "BadDigest")


@answers("r2")
def sum_malformed__r2(t):
    t.error(t.s3.put(t.bucket(), "k", b"body", {"x-amz-checksum-crc32": "xx"}), 400,
            "InvalidDigest")


@answers("r2")
def sum_two__r2(t):
    t.error(t.s3.put(t.bucket(), "k", b"b", {"x-amz-checksum-crc32": s3raw.checksum("CRC32", b"b"),
                     "x-amz-checksum-sha1": s3raw.checksum("SHA1", b"b")}), 400, "InvalidRequest")


@answers("r2")
def md5_text__r2(t):
    name = t.bucket()
    t.error(t.s3.put(name, "k", b"b", {"Content-MD5": "xx"}), 400, "InvalidDigest")
    t.error(t.s3.put(name, "k", b"b", {"Content-MD5": s3raw.md5_base64(b"c")}), 400, "BadDigest")


CORS = (b"<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*"
        b"</AllowedOrigin></CORSRule></CORSConfiguration>")


@answers("r2")
def digest_missing__r2(t):
    name = t.bucket()
    t.status(t.s3.put(name, None, CORS, None, "cors"), 200)
    t.object(name, "k")
    t.status(t.s3.post(name, None, "delete", b"<Delete><Object><Key>k</Key></Object></Delete>"),
             200)


@answers("r2")
def sum_document__r2(t):
    name = t.bucket()
    for header in ("x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm"):
        t.error(t.s3.put(name, None, CORS, {header: "CRC32"}, "cors"), 501, "NotImplemented",
                "Header '%s' with value 'CRC32' not implemented" % header)


@answers("r2")
def copy_sum__r2(t):
    name = t.bucket()
    t.object(name, "from")
    t.error(t.s3.put(name, "to", b"", {"x-amz-copy-source": "/%s/from" % name,
                                       "x-amz-checksum-algorithm": "CRC32"}), 501,
            "NotImplemented",
            "Header 'x-amz-checksum-algorithm' with value 'CRC32' not implemented")


# ---- conditions ----


def _put(t, name, key, **headers):
    return t.s3.put(name, key, b"new", {k.replace("_", "-"): v for k, v in headers.items()})


@answers("r2")
def put_none_star__r2(t):
    name = t.bucket()
    t.status(_put(t, name, "k", if_none_match="*"), 200)
    time.sleep(1.1)
    t.error(_put(t, name, "k", if_none_match="*"), 412, "PreconditionFailed")


@answers("r2")
def put_none_etag__r2(t):
    name = t.bucket()
    t.object(name, "k", b"old")
    time.sleep(1.1)
    t.error(_put(t, name, "k", if_none_match='"x", W/' + s3raw.etag(b"old")), 412,
            "PreconditionFailed")
    t.status(_put(t, name, "k", if_none_match='"x", "y"'), 200)


@answers("r2")
def put_match__r2(t):
    name = t.bucket()
    t.object(name, "k", b"old")
    time.sleep(1.1)
    t.error(_put(t, name, "k", if_match='"x"'), 412, "PreconditionFailed")
    t.status(_put(t, name, "k", if_match=s3raw.etag(b"old")), 200)


@answers("r2")
def put_match_gone__r2(t):
    t.error(_put(t, t.bucket(), "k", if_match='"x"'), 412, "PreconditionFailed")


@answers("r2")
def put_match_star__r2(t):
    name = t.bucket()
    t.error(_put(t, name, "k", if_match="*"), 412, "PreconditionFailed")
    t.object(name, "k", b"old")
    time.sleep(1.1)
    t.status(_put(t, name, "k", if_match="*"), 200)


@answers("r2")
def put_both__r2(t):
    name = t.bucket()
    t.object(name, "k", b"old")
    time.sleep(1.1)
    t.error(_put(t, name, "k", if_match=s3raw.etag(b"old"), if_none_match="*"), 412,
            "PreconditionFailed")
    t.status(_put(t, name, "k", if_match=s3raw.etag(b"old"), if_none_match='"x"'), 200)


@answers("r2")
def put_times__r2(t):
    name = t.bucket()
    t.object(name, "k", b"old")
    time.sleep(1.1)
    t.error(_put(t, name, "k", if_unmodified_since=PAST), 412, "PreconditionFailed")
    t.error(_put(t, name, "k", if_modified_since=FUTURE), 412, "PreconditionFailed")
    t.body(t.s3.get(name, "k"), b"old")
    t.status(_put(t, name, "k", if_unmodified_since=FUTURE, if_modified_since=PAST), 200)


@answers("aws", "minio")
def put_times__strict(t):
    name = t.bucket()
    t.object(name, "k", b"old")
    t.status(_put(t, name, "k", if_unmodified_since=PAST), 200)


@answers("open", "r2")
def copy_cond_cf(t):
    name = t.bucket()
    t.object(name, "from", b"new")
    t.object(name, "to", b"old")
    time.sleep(1.1)

    def copy(key, header, value):
        return t.s3.put(name, key, b"", {"x-amz-copy-source": "/%s/from" % name,
                                         "cf-copy-destination-" + header: value})

    t.error(copy("to", "if-none-match", "*"), 412, "PreconditionFailed")
    t.error(copy("none", "if-match", "*"), 412, "PreconditionFailed")
    t.status(copy("to", "if-match", s3raw.etag(b"old")), 200)
    t.body(t.s3.get(name, "to"), b"new")


@answers("aws", "minio")
def copy_cond_cf__strict(t):
    name = t.bucket()
    t.object(name, "from", b"new")
    t.status(t.s3.put(name, "none", b"", {"x-amz-copy-source": "/%s/from" % name,
                                          "cf-copy-destination-if-match": '"x"'}), 200)


@answers("r2")
def copy_cond__r2(t):
    name = t.bucket()
    t.object(name, "from", b"new")
    t.error(t.s3.put(name, "to", b"", {"x-amz-copy-source": "/%s/from" % name,
                                       "If-None-Match": "*"}), 501, "NotImplemented")


@answers("r2")
def cond_race__r2(t):
    name = t.bucket()
    upload, parts = _upload(t, name, "k", [5])
    t.object(name, "k", b"later")
    time.sleep(1.1)
    t.status(t.complete(name, "k", upload, parts, {"If-Match": s3raw.etag(b"later")}), 200)


@answers("r2")
def get_none_match__r2(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    t.body(t.s3.get(name, "k", headers={"If-None-Match": s3raw.etag(b"x")}), b"", 304)


@answers("r2")
def get_match_old__r2(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    t.body(t.s3.get(name, "k", headers={"If-Match": s3raw.etag(b"x"),
                                        "If-Unmodified-Since": PAST}), b"x")


# ---- keys ----


@answers("r2")
def key_unicode__r2(t):
    name = t.bucket()
    t.object(name, "dir/" + COMPOSED, b"one")
    t.body(t.s3.get(name, "dir/" + DECOMPOSED), b"one")
    time.sleep(1.1)
    t.object(name, "dir/" + DECOMPOSED, b"two", x_amz_meta_a="b")
    t.body(t.s3.get(name, "dir/" + COMPOSED), b"two")
    # One object, listed as it was written last.
    t.eq(t.keys(name), ["dir/" + DECOMPOSED])
    t.eq(t.keys(name, {"prefix": "dir/" + COMPOSED}), ["dir/" + DECOMPOSED])
    t.eq(t.keys(name, {"prefix": "dir/" + DECOMPOSED}, v2=False), ["dir/" + DECOMPOSED])
    time.sleep(1.1)
    t.object(name, "dir/" + COMPOSED, b"three")
    t.eq(t.keys(name), ["dir/" + COMPOSED])
    # Copies, uploads of parts and deletes find it by either.
    copy = {"x-amz-copy-source": s3raw.quote("/%s/dir/%s" % (name, DECOMPOSED), "/")}
    t.status(t.s3.put(name, "to/" + DECOMPOSED, b"", copy), 200)
    t.eq(t.keys(name, {"prefix": "to/"}), ["to/" + DECOMPOSED])
    t.body(t.s3.get(name, "to/" + COMPOSED), b"three")
    body = ("<Delete><Object><Key>to/%s</Key></Object></Delete>" % COMPOSED).encode()
    t.status(t.s3.post(name, None, "delete", body), 200)
    t.status(t.s3.delete(name, "dir/" + DECOMPOSED), 204)
    t.eq(t.keys(name), [])
    upload = t.upload(name, DECOMPOSED)
    t.eq([u.get("Key") for u in t.s3.get(name, query="uploads").xml.all("Upload")], [DECOMPOSED])
    etag = t.part(name, COMPOSED, upload, 1, b"part")
    t.status(t.complete(name, COMPOSED, upload, [(1, etag)]), 200)
    t.eq(t.keys(name), [DECOMPOSED])


@answers("aws", "minio")
def key_unicode__strict(t):
    name = t.bucket()
    t.object(name, COMPOSED, b"one")
    t.error(t.s3.get(name, DECOMPOSED), 404, "NoSuchKey")
    t.object(name, DECOMPOSED, b"two")
    t.eq(sorted(t.keys(name)), sorted([COMPOSED, DECOMPOSED]))


@answers("r2")
def key_long__r2(t):
    name = t.bucket()
    t.object(name, "k" * 1024)
    t.error(t.s3.put(name, "k" * 1025, b"x"), 400, "InvalidObjectName")


@answers("r2")
def key_segment__r2(t):
    name = t.bucket()
    t.object(name, "s" * 300 + "/k")
    t.eq(t.keys(name), ["s" * 300 + "/k"])


@answers("r2")
def key_dots__r2(t):
    name = t.bucket()
    for key in ("a/./b", "a/../b"):
        t.object(name, key, key.encode())
        t.body(t.s3.get(name, key), key.encode())


@answers("r2")
def key_slashes__r2(t):
    name = t.bucket()
    t.object(name, "a//b", b"x")
    t.error(t.s3.get(name, "a/b"), 404, "NoSuchKey")


@answers("r2")
def key_shadow__r2(t):
    name = t.bucket()
    t.object(name, "a")
    t.object(name, "a/1")
    t.eq(t.keys(name), ["a", "a/1"])


@answers("r2")
def metadata__r2(t):
    name = t.bucket()
    t.object(name, "k", x_amz_meta_a="v" * 8191)
    t.error(t.s3.put(name, "l", b"x", {"x-amz-meta-a": "v" * 8192}), 400, "MetadataTooLarge")


@answers("r2")
def metadata_words__r2(t):
    name = t.bucket()
    word = "=?UTF-8?B?%s?=" % base64.b64encode("caf\u00e9".encode()).decode()
    t.object(name, "k", x_amz_meta_a=word, x_amz_meta_b="=?utf-8?q?plain_text?=",
             x_amz_meta_c="=?broken", x_amz_meta_d="=?UTF-8?Q?x=0D=0AEvil:_1?=")
    answer = t.s3.head(name, "k")
    t.header(answer, "x-amz-meta-a", word)
    t.header(answer, "x-amz-meta-b", "plain text")
    t.header(answer, "x-amz-meta-c", "=?broken")
    t.no_header(answer, "Evil")
    # Bytes that are UTF-8 already come back as a word, too.
    t.status(t.s3.put(name, "raw", b"x", {"x-amz-meta-a": "caf\u00e9"}), 200)
    t.header(t.s3.head(name, "raw"), "x-amz-meta-a", word)


@answers("aws", "minio")
def metadata_words__strict(t):
    name = t.bucket()
    t.object(name, "k", x_amz_meta_a="=?utf-8?q?plain_text?=")
    t.header(t.s3.head(name, "k"), "x-amz-meta-a", "=?utf-8?q?plain_text?=")


@answers("r2")
def type_default__r2(t):
    name = t.bucket()
    for key, body, kind in (("png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "image/png"),
                            ("html", b"<!DOCTYPE html><p>x", "text/html; charset=utf-8"),
                            ("text", b"plain", "text/plain; charset=utf-8"),
                            ("pdf", b"%PDF-1.7" + b"x" * MIB, "application/pdf"),
                            ("zero", b"", "application/octet-stream")):
        t.object(name, key, body)
        t.header(t.s3.head(name, key), "Content-Type", kind)
    t.object(name, "said", b"%PDF-1.7", Content_Type="text/x-mine")
    t.header(t.s3.head(name, "said"), "Content-Type", "text/x-mine")


GZIP = {"Content-Encoding": "gzip"}


@answers("r2")
def gzip__r2(t):
    name = t.bucket()
    for key, size in (("small", 100), ("middle", 60000), ("large", 3 * MIB)):
        plain = os.urandom(size // 2) + b"text " * (size // 10)
        kept = gzip.compress(plain)
        t.status(t.s3.put(name, key, kept, GZIP), 200)
        answer = t.body(t.s3.get(name, key), plain)
        t.no_header(answer, "Content-Encoding")
        t.ok(answer.header("ETag").startswith('W/"'), "ETag of what was undone is weak")
        t.body(t.s3.get(name, key, headers={"Accept-Encoding": "identity"}), plain)
        t.body(t.s3.get(name, key, headers={"Accept-Encoding": "gzip;q=0, br"}), plain)
        for takes in ("gzip", "br, gzip;q=0.5", "*"):
            answer = t.body(t.s3.get(name, key, headers={"Accept-Encoding": takes}), kept)
            t.header(answer, "Content-Encoding", "gzip")
            t.header(answer, "ETag", s3raw.etag(kept))
        # A range is one of the bytes that are kept.
        t.body(t.s3.get(name, key, headers={"Range": "bytes=0-2"}), kept[:3], 206)
        t.header(t.s3.head(name, key), "Content-Length", str(len(kept)))
    customer = {"x-amz-server-side-encryption-customer-algorithm": "AES256",
                "x-amz-server-side-encryption-customer-key": base64.b64encode(b"k" * 32).decode(),
                "x-amz-server-side-encryption-customer-key-MD5": s3raw.md5_base64(b"k" * 32)}
    for key, plain in (("sealed", b"sealed text " * 9), ("sealed-large", os.urandom(2 * MIB))):
        t.status(t.s3.put(name, key, gzip.compress(plain), dict(customer, **GZIP)), 200)
        t.body(t.s3.get(name, key, headers=customer), plain)
    # What says gzip and is none goes out as it is.
    t.status(t.s3.put(name, "none", b"no gzip at all", GZIP), 200)
    t.header(t.body(t.s3.get(name, "none"), b"no gzip at all"), "Content-Encoding", "gzip")


@answers("aws", "minio")
def gzip__strict(t):
    name = t.bucket()
    kept = gzip.compress(b"text")
    t.status(t.s3.put(name, "k", kept, GZIP), 200)
    t.header(t.body(t.s3.get(name, "k"), kept), "Content-Encoding", "gzip")


@answers("r2")
def range_good__r2(t):
    name = t.bucket()
    t.object(name, "k", b"0123456789")
    answer = t.body(t.s3.get(name, "k", headers={"Range": "bytes=0-9"}), b"0123456789", 206)
    t.header(answer, "Content-Range", "bytes 0-9/10")


@answers("r2")
def range_beyond__r2(t):
    name = t.bucket()
    t.object(name, "k", b"0123")
    t.error(t.s3.get(name, "k", headers={"Range": "bytes=9-"}), 416, "InvalidRange")


@answers("r2")
def copy_merge__r2(t):
    name = t.bucket()
    t.object(name, "from", b"x", x_amz_meta_a="1", x_amz_meta_b="2", Content_Type="text/x-old",
             Cache_Control="no-cache")

    def merged(key, **headers):
        sent = {k.replace("_", "-"): v for k, v in headers.items()}
        sent.update({"x-amz-copy-source": "/%s/from" % name,
                     "x-amz-metadata-directive": "MERGE"})
        t.status(t.s3.put(name, key, b"", sent), 200)
        return t.s3.head(name, key)

    answer = merged("one", x_amz_meta_b="3", x_amz_meta_c="4")
    for header, value in (("x-amz-meta-a", "1"), ("x-amz-meta-b", "3"), ("x-amz-meta-c", "4"),
                          ("Content-Type", "text/x-old"), ("Cache-Control", "no-cache")):
        t.header(answer, header, value)
    answer = merged("two", Content_Type="text/plain", Cache_Control="public")
    for header, value in (("x-amz-meta-a", "1"), ("x-amz-meta-b", "2"),
                          ("Content-Type", "text/plain"), ("Cache-Control", "public")):
        t.header(answer, header, value)
    t.header(merged("three", Content_Type="text/x-new"), "Content-Type", "text/x-new")
    time.sleep(1.1)
    t.header(merged("from", x_amz_meta_a="9"), "x-amz-meta-a", "9")


@answers("r2")
def copy_slash__r2(t):
    name = t.bucket()
    t.object(name, "from")
    t.status(t.s3.put(name, "to", b"", {"x-amz-copy-source": "%s/from" % name}), 200)


@answers("r2")
def copy_self__r2(t):
    name = t.bucket()
    t.object(name, "k")
    time.sleep(1.1)
    t.error(t.s3.put(name, "k", b"", {"x-amz-copy-source": "/%s/k" % name}), 400,
            "InvalidRequest")


# ---- listings ----


@answers("r2")
def list_param__r2(t):
    name = t.bucket()
    t.error(t.s3.get(name, query={"list-type": "2", "metadata": "true"}), 501, "NotImplemented",
            "ListObjectsV2 search parameter metadata not implemented")
    t.error(t.s3.get(name, query={"start-after": "x"}), 501, "NotImplemented",
            "ListObjects search parameter start-after not implemented")
    for query in ({"list-type": "2", "x-id": "ListObjectsV2", "start-after": "a"},
                  {"marker": "a", "x-purpose": "y"}):
        t.status(t.s3.get(name, query=query), 200)


@answers("r2")
def list_type_3__r2(t):
    t.error(t.s3.get(t.bucket(), query={"list-type": "3"}), 501, "NotImplemented",
            "ListObjects search parameter list-type not implemented")


@answers("r2")
def list_marker__r2(t):
    name = t.bucket()
    for key in "abc":
        t.object(name, key)
    root = t.status(t.s3.get(name, query={"max-keys": "2"}), 200).xml
    t.eq((root.get("IsTruncated"), root.get("NextMarker")), ("true", "b"))
    root = t.status(t.s3.get(name, query={"marker": "b"}), 200).xml
    t.eq((root.get("IsTruncated"), root.get("NextMarker")), ("false", None))


@answers("r2")
def list_owner__r2(t):
    name = t.bucket()
    t.object(name, "k")
    for query in ({}, {"list-type": "2", "fetch-owner": "true"}):
        root = t.status(t.s3.get(name, query=query), 200).xml
        t.eq(root.get("Contents/Owner/ID"), None)


@answers("r2")
def list_more__r2(t):
    name = t.bucket()
    t.object(name, "k", x_amz_checksum_crc32=s3raw.checksum("CRC32", b"x"))
    entry = t.status(t.s3.get(name, query="list-type=2"), 200).xml.all("Contents")[0]
    t.eq(entry.names(), ["Key", "LastModified", "ETag", "Size", "StorageClass"])


@answers("r2")
def list_max__r2(t):
    root = t.status(t.s3.get(t.bucket(), query={"max-keys": "5000"}), 200).xml
    t.eq(root.get("MaxKeys"), "1000")


@answers("r2")
def list_max_0__r2(t):
    name = t.bucket()
    t.object(name, "k")
    root = t.status(t.s3.get(name, query={"list-type": "2", "max-keys": "0"}), 200).xml
    t.eq((root.get("IsTruncated"), root.get("KeyCount"), root.all("Contents")), ("false", "0", []))


@answers("r2")
def list_count__r2(t):
    name = t.bucket()
    for key in ("a/1", "a/2", "b"):
        t.object(name, key)
    root = t.status(t.s3.get(name, query={"list-type": "2", "delimiter": "/"}), 200).xml
    t.eq(root.get("KeyCount"), "2")


@answers("r2")
def list_order__r2(t):
    name = t.bucket()
    for key in ("b", "a", "B", "\u00e9", "a/"):
        t.object(name, key)
    t.eq(t.keys(name), ["B", "a", "a/", "b", "\u00e9"])


@answers("r2")
def delete_max__r2(t):
    name = t.bucket()
    body = "<Delete>%s</Delete>" % "".join(
        "<Object><Key>%d</Key></Object>" % n for n in range(1001))
    t.error(t.s3.post(name, None, "delete", body), 400, "MalformedXML")


# ---- rates ----


@answers("r2")
def same_key__r2(t):
    name = t.bucket()
    t.object(name, "k", b"one")
    t.error(t.s3.put(name, "k", b"two"), 429, "TooManyRequests",
            "Reduce your concurrent request rate for the same object.")
    t.error(t.s3.put(name, "k", b"", {"x-amz-copy-source": "/%s/other" % name}), 429,
            "TooManyRequests")
    t.object(name, "other", b"x")
    t.body(t.s3.get(name, "k"), b"one")
    time.sleep(1.1)
    t.object(name, "k", b"three")
    t.body(t.s3.get(name, "k"), b"three")


@answers("aws", "minio")
def same_key__strict(t):
    name = t.bucket()
    for body in (b"1", b"2", b"3"):
        t.object(name, "k", body)
    t.body(t.s3.get(name, "k"), b"3")


@answers("aws", "minio")
def bucket_rate__strict(t):
    name = t.bucket()
    t.eq({t.s3.get(name, query="location").status for _ in range(100)}, {200})
