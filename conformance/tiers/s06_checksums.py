# SPDX-License-Identifier: Apache-2.0
"""Section 6: ETags and checksums."""
import base64
import hashlib

import document
import s3raw
from case import PART
from tiers import answers

FIVE = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")
LATER = ("SHA512", "MD5", "XXHASH64", "XXHASH3", "XXHASH128")


@answers("aws", "minio")
def etag_put(t):
    t.header(t.object(t.bucket(), "k", b"hello"), "ETag", s3raw.etag(b"hello"))


@answers("aws")
def etag_put__kms(t):
    answer = t.object(t.bucket(), "k", b"hello", x_amz_server_side_encryption="aws:kms")
    t.ok(answer.header("ETag") != s3raw.etag(b"hello"), "the MD5 under aws:kms")


@answers("aws", "minio")
def etag_parts(t):
    name, bodies = t.bucket(), [b"a" * PART, b"b"]
    t.multipart(name, "k", bodies)
    t.header(t.s3.head(name, "k"), "ETag", s3raw.etag_multipart(bodies))


@answers("aws", "minio")
def checksums(t):
    name = t.bucket()
    for kind in FIVE:
        header = "x-amz-checksum-" + kind.lower()
        answer = t.status(t.s3.put(name, "k", b"x", {header: s3raw.checksum(kind, b"x")}), 200)
        t.header(answer, header, s3raw.checksum(kind, b"x"))


@answers("aws")
def checksums__later(t):
    name = t.bucket()
    for kind in LATER[:2]:
        digest = hashlib.new(kind.lower(), b"x").digest()
        header = "x-amz-checksum-" + kind.lower()
        answer = t.s3.put(name, "k", b"x", {header: base64.b64encode(digest).decode()})
        t.header(t.status(answer, 200), header, base64.b64encode(digest).decode())


@answers("minio")
def checksums__later_minio(t):
    name = t.bucket()
    for kind in LATER:
        header = "x-amz-checksum-" + kind.lower()
        answer = t.status(t.s3.put(name, "k", b"x", {header: "nonsense"}), 200)
        t.no_header(answer, header)
        t.ok(t.s3.post(name, "k", "uploads",
                       headers={"x-amz-checksum-algorithm": kind}).status == 400, kind)


def create(t, kind, form):
    return t.s3.post(t.bucket(), "k", "uploads", headers={
        "x-amz-checksum-algorithm": kind, "x-amz-checksum-type": form})


@answers("aws", "minio")
def sum_full(t):
    for kind in FIVE[:3]:
        t.status(create(t, kind, "FULL_OBJECT"), 200)


@answers("aws")
def sum_composite(t):
    for kind in ("CRC32", "CRC32C", "SHA1", "SHA256"):
        t.status(create(t, kind, "COMPOSITE"), 200)
    t.error(create(t, "CRC64NVME", "COMPOSITE"), 400, "InvalidRequest",
            "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.")


@answers("aws", "minio")
def sum_full_sha(t):
    answer = create(t, "SHA256", "FULL_OBJECT")
    if t.tier == "minio":
        t.error(answer, 400, "InvalidArgument", "Invalid checksum provided.")
    else:
        t.error(answer, 400, "InvalidRequest", "The FULL_OBJECT checksum type cannot be used "
                "with the sha256 checksum algorithm.")


@answers("aws")
def sum_default(t):
    name = t.bucket()
    want = s3raw.checksum("CRC64NVME", b"x")
    t.header(t.object(name, "k"), "x-amz-checksum-crc64nvme", want)
    t.header(t.s3.head(name, "k", headers={"x-amz-checksum-mode": "ENABLED"}),
             "x-amz-checksum-crc64nvme", want)
    t.multipart(name, "m", [b"x"])
    row = t.s3.get(name, query="list-type=2").xml.all("Contents")[0]
    t.eq(row.get("ChecksumAlgorithm"), "CRC64NVME")


@answers("minio")
def sum_default__minio(t):
    name = t.bucket()
    t.no_header(t.object(name, "k"), "x-amz-checksum-crc64nvme")
    root = t.multipart(name, "m", [b"a" * PART, b"x"]).xml
    t.eq(root.get("ChecksumCRC64NVME"), None)
    for key in ("k", "m"):
        answer = t.s3.head(name, key, headers={"x-amz-checksum-mode": "ENABLED"})
        t.no_header(answer, "x-amz-checksum-crc64nvme")
        t.no_header(answer, "x-amz-checksum-type")
    t.body(t.s3.get(name, "m"), b"a" * PART + b"x")


@answers("aws", "minio")
def sum_wrong(t):
    answer = t.s3.put(t.bucket(), "k", b"x", {"x-amz-checksum-crc32": s3raw.checksum("CRC32", b"y")})
    if t.tier == "minio":
        t.error(answer, 400, "XAmzContentChecksumMismatch")
    else:
        t.error(answer, 400, "BadDigest",
                "The CRC32 you specified did not match the calculated checksum.")


@answers("aws", "minio")
def sum_malformed(t):
    answer = t.s3.put(t.bucket(), "k", b"x", {"x-amz-checksum-crc32": "nonsense"})
    if t.tier == "minio":
        t.error(answer, 400, "InvalidArgument", "Invalid checksum provided.")
    else:
        t.error(answer, 400, "InvalidRequest", "Value for x-amz-checksum-crc32 header is invalid.")


@answers("aws", "minio")
def sum_two(t):
    t.error(t.s3.put(t.bucket(), "k", b"x", {
        "x-amz-checksum-crc32": s3raw.checksum("CRC32", b"x"),
        "x-amz-checksum-sha1": s3raw.checksum("SHA1", b"x")}), 400, "InvalidRequest",
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")


@answers("aws", "minio")
def md5_text(t):
    name, minio = t.bucket(), t.tier == "minio"
    t.error(t.s3.put(name, "k", b"x", {"Content-MD5": "nonsense"}), 400, "InvalidDigest",
            "The Content-Md5 you specified is not valid." if minio else
            "The Content-MD5 you specified was invalid.")
    t.error(t.s3.put(name, "k", b"x", {"Content-MD5": s3raw.md5_base64(b"y")}), 400, "BadDigest",
            "The Content-Md5 you specified did not match what we received." if minio else
            "The Content-MD5 you specified did not match what we received.")


@answers("aws", "minio")
def digest_missing(t):
    name = t.bucket()
    body = "<Delete><Object><Key>k</Key></Object></Delete>"
    answer = t.s3.post(name, None, "delete", body)
    if t.tier == "minio":
        t.error(answer, 400, "MissingContentMD5",
                "Missing required header for this request: Content-Md5.")
    else:
        t.error(answer, 400, "InvalidRequest",
                "Missing required header for this request: Content-MD5")


@answers("minio")
def sum_composite__minio(t):
    name = t.bucket()
    answer = t.s3.post(name, "k", "uploads", headers={
        "x-amz-checksum-algorithm": "CRC64NVME", "x-amz-checksum-type": "COMPOSITE"})
    upload = t.status(answer, 200).xml.get("UploadId")
    sums = [s3raw.checksum("CRC64NVME", b) for b in (b"a" * PART, b"b")]
    parts = [(n, t.part(name, "k", upload, n, body), {"ChecksumCRC64NVME": sums[n - 1]})
             for n, body in ((1, b"a" * PART), (2, b"b"))]
    root = t.status(t.complete(name, "k", upload, parts), 200).xml
    raw = b"".join(base64.b64decode(s) for s in sums)
    t.eq(root.get("ChecksumCRC64NVME"), s3raw.checksum("CRC64NVME", raw) + "-2")
    t.eq(root.get("ChecksumType"), "COMPOSITE")


@answers("aws", "minio")
def sum_document(t):
    name = t.bucket()
    body = document.xml("LifecycleConfiguration", "<Rule><ID>r</ID><Filter/><Status>Enabled"
                        "</Status><Expiration><Days>1</Days></Expiration></Rule>")
    for right, status in ((True, 200), (False, 400)):
        value = s3raw.checksum("CRC32", body.encode() if right else b"other")
        t.status(t.s3.put(name, None, body, {"x-amz-checksum-crc32": value}, "lifecycle"), status)
