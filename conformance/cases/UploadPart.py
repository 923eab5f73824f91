# SPDX-License-Identifier: Apache-2.0
import s3raw

NO_UPLOAD = ("The specified upload does not exist. The upload ID may be invalid, or the upload "
             "may have been aborted or completed.")


def UploadPart_etag(t):
    name = t.bucket()
    upload = t.upload(name, "key")
    t.eq(t.part(name, "key", upload, 1, b"one"), s3raw.etag(b"one"))
    t.eq(t.part(name, "key", upload, 10000, b""), s3raw.etag(b""))


def UploadPart_again(t):
    name = t.bucket()
    upload = t.upload(name, "key")
    t.part(name, "key", upload, 1, b"one")
    tag = t.part(name, "key", upload, 1, b"two")
    t.status(t.complete(name, "key", upload, [(1, tag)]), 200)
    t.body(t.s3.get(name, "key"), b"two")


def UploadPart_unknown_upload(t):
    name = t.bucket()
    for upload in ("nonsense", "A" * 64):
        t.error(t.s3.put(name, "key", b"x", query={"partNumber": 1, "uploadId": upload}), 404,
                "NoSuchUpload", NO_UPLOAD, UploadId=upload)


def UploadPart_upload_of_another_key(t):
    name = t.bucket()
    upload = t.upload(name, "key")
    t.error(t.s3.put(name, "other", b"x", query={"partNumber": 1, "uploadId": upload}), 404,
            "NoSuchUpload", NO_UPLOAD, UploadId=upload)


def UploadPart_bad_number(t):
    name = t.bucket()
    upload = t.upload(name, "key")
    for value in ("-1", "0", "10001"):
        t.error(t.s3.put(name, "key", b"x", query={"partNumber": value, "uploadId": upload}),
                400, "InvalidArgument",
                "Part number must be an integer between 1 and 10000, inclusive",
                ArgumentName="partNumber", ArgumentValue=value)


def UploadPart_bad_md5(t):
    name = t.bucket()
    upload = t.upload(name, "key")
    query = {"partNumber": 1, "uploadId": upload}
    t.error(t.s3.put(name, "key", b"y", {"Content-MD5": s3raw.md5_base64(b"z")}, query), 400,
            "BadDigest", "The Content-MD5 you specified did not match what we received.",
            ExpectedDigest=s3raw.md5_base64(b"z"), CalculatedDigest=s3raw.md5_base64(b"y"))
    t.error(t.s3.put(name, "key", b"y", {"Content-MD5": "no"}, query), 400, "InvalidDigest",
            "The Content-MD5 you specified was invalid.")


def UploadPart_failed_again_keeps_the_old(t):
    name = t.bucket()
    upload = t.upload(name, "key")
    tag = t.part(name, "key", upload, 1, b"good")
    t.status(t.s3.put(name, "key", b"bad", {"Content-MD5": s3raw.md5_base64(b"other")},
                      {"partNumber": 1, "uploadId": upload}), 400)
    t.status(t.complete(name, "key", upload, [(1, tag)]), 200)
    t.body(t.s3.get(name, "key"), b"good")


def UploadPart_checksum(t):
    name = t.bucket()
    for row in ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"):
        upload = t.upload(name, "key", {"x-amz-checksum-algorithm": row})
        field = "x-amz-checksum-" + row.lower()
        query = {"partNumber": 1, "uploadId": upload}
        answer = t.status(t.s3.put(name, "key", b"x", {field: s3raw.checksum(row, b"x")}, query),
                          200)
        t.header(answer, field, s3raw.checksum(row, b"x"))
        t.error(t.s3.put(name, "key", b"x", {field: s3raw.checksum(row, b"y")}, query), 400,
                "BadDigest", "The %s you specified did not match the calculated checksum." % row)


def UploadPart_checksum_of_another_kind(t):
    name = t.bucket()
    upload = t.upload(name, "key", {"x-amz-checksum-algorithm": "SHA256"})
    t.error(t.s3.put(name, "key", b"x", {"x-amz-checksum-crc32": s3raw.checksum("CRC32", b"x")},
                     {"partNumber": 1, "uploadId": upload}), 400, "InvalidRequest",
            "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum "
            "Type: crc32")


def UploadPart_chunked(t):
    name = t.bucket()
    upload = t.upload(name, "key", {"x-amz-checksum-algorithm": "CRC32"})
    value = s3raw.checksum("CRC32", b"x" * 100000)
    tags = []
    for n, payload in enumerate((s3raw.STREAM_SIGNED_TRAILER, s3raw.STREAM_UNSIGNED_TRAILER), 1):
        answer = t.status(t.s3.put(name, "key", b"x" * 100000, None,
                                   {"partNumber": n, "uploadId": upload}, payload=payload,
                                   trailers=[("x-amz-checksum-crc32", value)]), 200)
        t.header(answer, "x-amz-checksum-crc32", value)
        tags.append(answer.header("ETag"))
    t.eq(tags, [s3raw.etag(b"x" * 100000)] * 2)


def UploadPart_missing_bucket(t):
    name = t.name()
    t.error(t.s3.put(name, "key", b"x", query={"partNumber": 1, "uploadId": "x"}), 404,
            "NoSuchBucket", BucketName=name)


def UploadPart_number_without_upload(t):
    # partNumber alone makes no part: it must not become a PutObject of part data.
    name = t.bucket()
    answer = t.s3.put(name, "key", b"x", query={"partNumber": 1})
    t.ok(answer.status in (400, 200), repr(answer))
