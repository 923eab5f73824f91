# SPDX-License-Identifier: Apache-2.0
import case
import s3raw
import tags
import worm


def CreateMultipartUpload_result(t):
    name = t.bucket()
    root = t.status(t.s3.post(name, "key", "uploads"), 200).xml
    t.eq(root.name, "InitiateMultipartUploadResult")
    t.eq(root.namespace, case.XMLNS)
    t.eq(root.get("Bucket"), name)
    t.eq(root.get("Key"), "key")
    t.ok(root.get("UploadId"), "no UploadId")
    t.eq(t.keys(name), [])


def CreateMultipartUpload_ids_differ(t):
    name = t.bucket()
    t.eq(len({t.upload(name, "key") for _ in range(20)}), 20)


def CreateMultipartUpload_metadata_arrives(t):
    name = t.bucket()
    t.multipart(name, "key", [b"x"], {"Content-Type": "a/b", "x-amz-meta-a": "1",
                                      "x-amz-storage-class": "STANDARD_IA",
                                      "Cache-Control": "no-cache"})
    answer = t.s3.head(name, "key")
    for field, value in (("Content-Type", "a/b"), ("x-amz-meta-a", "1"),
                         ("x-amz-storage-class", "STANDARD_IA"), ("Cache-Control", "no-cache")):
        t.header(answer, field, value)


def CreateMultipartUpload_checksum_algorithm(t):
    name = t.bucket()
    for row, kind in (("CRC32", "COMPOSITE"), ("CRC32C", "COMPOSITE"), ("SHA1", "COMPOSITE"),
                      ("SHA256", "COMPOSITE"), ("CRC64NVME", "FULL_OBJECT")):
        answer = t.status(t.s3.post(name, "key", "uploads",
                                    headers={"x-amz-checksum-algorithm": row}), 200)
        t.header(answer, "x-amz-checksum-algorithm", row)
        t.header(answer, "x-amz-checksum-type", kind)


def CreateMultipartUpload_unknown_algorithm(t):
    name = t.bucket()
    t.error(t.s3.post(name, "key", "uploads", headers={"x-amz-checksum-algorithm": "BLAH"}), 400,
            "InvalidRequest",
            "Checksum algorithm provided is unsupported. Please try again with any of the valid "
            "types: [CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]")


def CreateMultipartUpload_type_and_algorithm(t):
    name = t.bucket()
    for row, kind in (("CRC64NVME", "COMPOSITE"), ("SHA256", "FULL_OBJECT"),
                      ("SHA1", "FULL_OBJECT")):
        t.error(t.s3.post(name, "key", "uploads", headers={"x-amz-checksum-algorithm": row,
                                                           "x-amz-checksum-type": kind}), 400,
                "InvalidRequest", "The %s checksum type cannot be used with the %s checksum "
                "algorithm." % (kind, row.lower()))
    for row in ("CRC32", "CRC32C", "CRC64NVME"):
        answer = t.s3.post(name, "key", "uploads", headers={"x-amz-checksum-algorithm": row,
                                                            "x-amz-checksum-type": "FULL_OBJECT"})
        t.header(t.status(answer, 200), "x-amz-checksum-type", "FULL_OBJECT")


def CreateMultipartUpload_missing_bucket(t):
    name = t.name()
    t.error(t.s3.post(name, "key", "uploads"), 404, "NoSuchBucket", BucketName=name)


def CreateMultipartUpload_bad_storage_class(t):
    name = t.bucket()
    t.error(t.s3.post(name, "key", "uploads", headers={"x-amz-storage-class": "NONE"}), 400,
            "InvalidStorageClass", StorageClassRequested="NONE")


def CreateMultipartUpload_key_too_long(t):
    name = t.bucket()
    t.error(t.s3.post(name, "k" * 1025, "uploads"), 400, "KeyTooLongError", Size=1025)
    upload = t.upload(name, "k" * 1024)
    tag = t.part(name, "k" * 1024, upload, 1, b"x")
    t.status(t.complete(name, "k" * 1024, upload, [(1, tag)]), 200)
    t.body(t.s3.get(name, "k" * 1024), b"x")


def CreateMultipartUpload_hides_nothing(t):
    # The object of that name stays until the upload is completed.
    name = t.bucket()
    t.object(name, "key", b"old")
    upload = t.upload(name, "key")
    tag = t.part(name, "key", upload, 1, b"new")
    t.body(t.s3.get(name, "key"), b"old")
    t.status(t.complete(name, "key", upload, [(1, tag)]), 200)
    t.body(t.s3.get(name, "key"), b"new")
    t.header(t.s3.head(name, "key"), "ETag", s3raw.etag_multipart([b"new"]))


def CreateMultipartUpload_tags(t):
    name = t.bucket()
    t.multipart(name, "key", [b"x"], {"x-amz-tagging": "b=2&a=1"})
    t.eq(tags.read(t, name, "key"), [("a", "1"), ("b", "2")])
    t.header(t.s3.head(name, "key"), "x-amz-tagging-count", "2")
    t.error(t.s3.post(name, "key", "uploads", headers={"x-amz-tagging": "a=1&a=2"}), 400,
            "InvalidArgument", tags.HEADER)


def CreateMultipartUpload_lock(t):
    name = worm.bucket(t)
    upload = t.upload(name, "key", {"x-amz-object-lock-mode": "GOVERNANCE",
                                    "x-amz-object-lock-legal-hold": "OFF",
                                    "x-amz-object-lock-retain-until-date": worm.at(days=1)})
    t.error(t.s3.put(name, "key", b"x", None, {"partNumber": 1, "uploadId": upload}), 400,
            "InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required for Put "
            "Part requests with Object Lock parameters")
    part = t.part(name, "key", upload, 1, b"x", {"Content-MD5": s3raw.md5_base64(b"x")})
    version = t.status(t.complete(name, "key", upload, [(1, part)]), 200).header(
        "x-amz-version-id")
    head = t.s3.head(name, "key")
    t.header(head, "x-amz-object-lock-mode", "GOVERNANCE")
    t.header(head, "x-amz-object-lock-legal-hold", "OFF")
    t.error(worm.destroy(t, name, "key", version), 403, "AccessDenied", worm.LOCKED)
    t.error(t.s3.post(t.bucket(), "key", "uploads", headers={
        "x-amz-object-lock-legal-hold": "ON"}), 400, "InvalidRequest", worm.MISSING)
