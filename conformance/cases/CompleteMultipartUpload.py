# SPDX-License-Identifier: Apache-2.0
import base64

import case
import s3raw

NO_UPLOAD = ("The specified upload does not exist. The upload ID may be invalid, or the upload "
             "may have been aborted or completed.")
INVALID_PART = ("One or more of the specified parts could not be found.  The part may not have "
                "been uploaded, or the specified entity tag may not match the part's entity tag.")


def _uploaded(t, bodies=(b"x",), headers=None):
    name = t.bucket()
    upload = t.upload(name, "key", headers)
    return name, upload, [(n, t.part(name, "key", upload, n, body))
                          for n, body in enumerate(bodies, 1)]


def CompleteMultipartUpload_result(t):
    bodies = [b"a" * case.PART, b"b" * 7]
    name, upload, parts = _uploaded(t, bodies)
    answer = t.status(t.complete(name, "key", upload, parts), 200)
    root = answer.xml
    t.eq(root.name, "CompleteMultipartUploadResult")
    t.eq(root.namespace, case.XMLNS)
    t.eq(root.get("Bucket"), name)
    t.eq(root.get("Key"), "key")
    t.eq(root.get("ETag"), s3raw.etag_multipart(bodies))
    t.ok(root.get("Location", "").endswith("key"), "Location %r" % root.get("Location"))
    t.eq(root.get("ChecksumCRC64NVME"), s3raw.checksum("CRC64NVME", b"".join(bodies)))
    t.eq(root.get("ChecksumType"), "FULL_OBJECT")
    t.body(t.s3.get(name, "key"), b"".join(bodies))
    t.eq(t.s3.get(name, query="list-type=2").xml.get("Contents/ETag"),
         s3raw.etag_multipart(bodies))


def CompleteMultipartUpload_again(t):
    name, upload, parts = _uploaded(t)
    first = t.status(t.complete(name, "key", upload, parts), 200).xml
    # Repeating a completion that succeeded answers as the first did (AWS, API page).
    again = t.complete(name, "key", upload, parts)
    if again.status == 200:
        t.eq(again.xml.get("ETag"), first.get("ETag"))
    else:
        t.error(again, 404, "NoSuchUpload", NO_UPLOAD, UploadId=upload)
    t.body(t.s3.get(name, "key"), b"x")


def CompleteMultipartUpload_unknown_upload(t):
    name = t.bucket()
    t.error(t.complete(name, "key", "nonsense", [(1, '"x"')]), 404, "NoSuchUpload", NO_UPLOAD,
            UploadId="nonsense")


def CompleteMultipartUpload_no_parts(t):
    name, upload, _ = _uploaded(t)
    t.error(t.complete(name, "key", upload, []), 400, "InvalidRequest",
            "You must specify at least one part")


def CompleteMultipartUpload_malformed(t):
    name, upload, _ = _uploaded(t)
    for body in (b"nonsense", b"<CompleteMultipartUpload>", b"<Other/>"):
        t.error(t.s3.post(name, "key", {"uploadId": upload}, body), 400, "MalformedXML")
    answer = t.s3.post(name, "key", {"uploadId": upload}, b"")
    t.status(answer, 400)
    t.one_of(answer.code, ("InvalidRequest", "MalformedXML", "MissingRequestBodyError"), "Code")


def CompleteMultipartUpload_order(t):
    bodies = [b"a" * case.PART, b"b"]
    name, upload, parts = _uploaded(t, bodies)
    t.error(t.complete(name, "key", upload, parts[::-1]), 400, "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
            UploadId=upload)
    t.error(t.complete(name, "key", upload, [parts[0], parts[0]]), 400, "InvalidPartOrder")
    t.status(t.complete(name, "key", upload, parts), 200)


def CompleteMultipartUpload_wrong_part(t):
    name, upload, parts = _uploaded(t)
    for part in ((1, '"0123456789abcdef0123456789abcdef"'), (2, parts[0][1])):
        t.error(t.complete(name, "key", upload, [part]), 400, "InvalidPart", INVALID_PART,
                UploadId=upload, PartNumber=part[0], ETag=part[1].strip('"'))
    t.status(t.complete(name, "key", upload, parts), 200)


def CompleteMultipartUpload_gaps_and_bare_etags(t):
    name = t.bucket()
    upload = t.upload(name, "key")
    tags = [(n, t.part(name, "key", upload, n, body).strip('"'))
            for n, body in ((3, b"a" * case.PART), (700, b"b"))]
    t.status(t.complete(name, "key", upload, tags), 200)
    t.body(t.s3.get(name, "key", headers={"Range": "bytes=-2"}), b"ab", 206)
    t.header(t.s3.head(name, "key", {"partNumber": 1}), "x-amz-mp-parts-count", "2")


def CompleteMultipartUpload_leaves_out_parts(t):
    name, upload, parts = _uploaded(t, [b"unused", b"used"])
    t.status(t.complete(name, "key", upload, parts[1:]), 200)
    t.body(t.s3.get(name, "key"), b"used")


def CompleteMultipartUpload_too_small(t):
    bodies = [b"tiny", b"b"]
    name, upload, parts = _uploaded(t, bodies)
    t.error(t.complete(name, "key", upload, parts), 400, "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed size",
            ETag=s3raw.etag(b"tiny").strip('"'), MinSizeAllowed=case.PART, PartNumber=1,
            ProposedSize=4)
    t.status(t.s3.head(name, "key"), 404)
    t.status(t.s3.get(name, "key", {"uploadId": upload}), 200)


def CompleteMultipartUpload_object_size(t):
    name, upload, parts = _uploaded(t, [b"four"])
    t.error(t.complete(name, "key", upload, parts, {"x-amz-mp-object-size": "5"}), 400,
            "InvalidRequest", "The provided 'x-amz-mp-object-size' header value 5 does not match "
            "what was computed: 4")
    t.status(t.complete(name, "key", upload, parts, {"x-amz-mp-object-size": "4"}), 200)


def CompleteMultipartUpload_if_none_match(t):
    name, upload, parts = _uploaded(t)
    t.status(t.complete(name, "key", upload, parts, {"If-None-Match": "*"}), 200)
    upload = t.upload(name, "key")
    parts = [(1, t.part(name, "key", upload, 1, b"y"))]
    t.error(t.complete(name, "key", upload, parts, {"If-None-Match": "*"}), 412,
            "PreconditionFailed", Condition="If-None-Match")
    t.body(t.s3.get(name, "key"), b"x")


def CompleteMultipartUpload_if_match(t):
    name = t.bucket()
    t.object(name, "key", b"old")
    upload = t.upload(name, "key")
    parts = [(1, t.part(name, "key", upload, 1, b"new"))]
    t.error(t.complete(name, "key", upload, parts, {"If-Match": '"0"'}), 412,
            "PreconditionFailed", Condition="If-Match")
    t.status(t.complete(name, "key", upload, parts, {"If-Match": s3raw.etag(b"old")}), 200)
    t.body(t.s3.get(name, "key"), b"new")


def CompleteMultipartUpload_if_match_after_overwrite(t):
    # aws-answers 26: the tag matches, but the object was written while the upload ran.
    name = t.bucket()
    t.object(name, "key", b"old")
    upload = t.upload(name, "key")
    parts = [(1, t.part(name, "key", upload, 1, b"new"))]
    t.object(name, "key", b"other")
    t.error(t.complete(name, "key", upload, parts, {"If-Match": s3raw.etag(b"other")}), 409,
            "ConditionalRequestConflict", "The conditional request cannot succeed due to a "
            "conflicting operation against this resource.", Condition="If-Match", Key="key")
    upload = t.upload(name, "key")
    parts = [(1, t.part(name, "key", upload, 1, b"new"))]
    t.status(t.complete(name, "key", upload, parts, {"If-Match": s3raw.etag(b"other")}), 200)


def CompleteMultipartUpload_if_none_match_after_delete(t):
    name = t.bucket()
    t.object(name, "key", b"old")
    upload = t.upload(name, "key")
    parts = [(1, t.part(name, "key", upload, 1, b"new"))]
    t.status(t.s3.delete(name, "key"), 204)
    t.error(t.complete(name, "key", upload, parts, {"If-None-Match": "*"}), 409,
            "ConditionalRequestConflict", Condition="If-None-Match", Key="key")


def _with_checksum(t, row, kind, bodies):
    headers = {"x-amz-checksum-algorithm": row}
    if kind:
        headers["x-amz-checksum-type"] = kind
    name = t.bucket()
    upload = t.upload(name, "key", headers)
    parts = []
    for n, body in enumerate(bodies, 1):
        value = s3raw.checksum(row, body)
        tag = t.part(name, "key", upload, n, body, {"x-amz-checksum-" + row.lower(): value})
        parts.append((n, tag, {"Checksum" + row: value}))
    return name, upload, parts


def CompleteMultipartUpload_composite(t):
    bodies = [b"a" * case.PART, b"b"]
    for row in ("CRC32", "CRC32C", "SHA1", "SHA256"):
        name, upload, parts = _with_checksum(t, row, None, bodies)
        joined = b"".join(s3raw.checksum_raw(row, b) for b in bodies)
        want = base64.b64encode(s3raw.checksum_raw(row, joined)).decode() + "-2"
        root = t.status(t.complete(name, "key", upload, parts), 200).xml
        t.eq(root.get("Checksum" + row), want)
        t.eq(root.get("ChecksumType"), "COMPOSITE")
        answer = t.s3.head(name, "key", headers={"x-amz-checksum-mode": "ENABLED"})
        t.header(answer, "x-amz-checksum-" + row.lower(), want)
        t.header(answer, "x-amz-checksum-type", "COMPOSITE")
        row_ = t.s3.get(name, query="list-type=2").xml.all("Contents")[0]
        t.eq((row_.get("ChecksumAlgorithm"), row_.get("ChecksumType")), (row, "COMPOSITE"))


def CompleteMultipartUpload_full_object(t):
    bodies = [b"a" * case.PART, b"bcd" * 1000, ]
    for row in ("CRC32", "CRC32C", "CRC64NVME"):
        name, upload, parts = _with_checksum(t, row, "FULL_OBJECT", bodies)
        want = s3raw.checksum(row, b"".join(bodies))
        field = "x-amz-checksum-" + row.lower()
        t.error(t.complete(name, "key", upload, parts,
                           {field: s3raw.checksum(row, b"other"),
                            "x-amz-checksum-type": "FULL_OBJECT"}), 400, "BadDigest")
        root = t.status(t.complete(name, "key", upload, parts,
                                   {field: want, "x-amz-checksum-type": "FULL_OBJECT"}), 200).xml
        t.eq(root.get("Checksum" + row), want)
        t.eq(root.get("ChecksumType"), "FULL_OBJECT")
        answer = t.s3.head(name, "key", headers={"x-amz-checksum-mode": "ENABLED"})
        t.header(answer, field, want)


def CompleteMultipartUpload_wrong_part_checksum(t):
    name, upload, parts = _with_checksum(t, "SHA256", None, [b"x"])
    bad = [(1, parts[0][1], {"ChecksumSHA256": s3raw.checksum("SHA256", b"y")})]
    t.error(t.complete(name, "key", upload, bad), 400, "InvalidPart", INVALID_PART)
    t.status(t.complete(name, "key", upload, parts), 200)


def CompleteMultipartUpload_many_parts(t):
    name = t.bucket()
    bodies = [bytes([n]) * case.PART for n in range(6)] + [b"end"]
    t.multipart(name, "key", bodies)
    t.body(t.s3.get(name, "key"), b"".join(bodies))
    for first in (case.PART - 3, 2 * case.PART - 1, 5 * case.PART + 17):
        t.body(t.s3.get(name, "key", headers={"Range": "bytes=%d-%d" % (first, first + 9)}),
               b"".join(bodies)[first:first + 10], 206)


def CompleteMultipartUpload_etag_is_no_pattern(t):
    name = t.bucket()
    upload = t.upload(name, "key")
    tag = t.part(name, "key", upload, 1, b"x")
    for bent in ("*", tag + ",b", "W/" + tag, tag.upper().replace('"', "") + "0"):
        t.error(t.complete(name, "key", upload, [(1, bent)]), 400, "InvalidPart")
    t.status(t.complete(name, "key", upload, [(1, tag)]), 200)


def CompleteMultipartUpload_empty_last_part(t):
    name = t.bucket()
    upload = t.upload(name, "key")
    first = b"a" * case.PART
    tags = [(1, t.part(name, "key", upload, 1, first)), (2, t.part(name, "key", upload, 2, b""))]
    t.status(t.complete(name, "key", upload, tags), 200)
    t.body(t.s3.get(name, "key"), first)
    t.body(t.s3.get(name, "key", None, {"Range": "bytes=-5"}), b"aaaaa", 206)
    t.body(t.s3.get(name, "key", {"partNumber": 2}), b"", 206)


def CompleteMultipartUpload_parts_with_another_checksum(t):
    name = t.bucket()
    bodies = [b"a" * case.PART, b"end"]
    upload = t.upload(name, "key")
    tags = [(n, t.part(name, "key", upload, n, body,
                       {"x-amz-checksum-sha256": s3raw.checksum("sha256", body)}))
            for n, body in enumerate(bodies, 1)]
    root = t.status(t.complete(name, "key", upload, tags), 200).xml
    t.eq(root.get("ChecksumCRC64NVME"), s3raw.checksum("crc64nvme", b"".join(bodies)))
    t.eq(root.get("ChecksumType"), "FULL_OBJECT")


def CompleteMultipartUpload_ten_thousand_parts(t):
    name = t.bucket()
    upload = t.upload(name, "key", {"x-amz-checksum-algorithm": "SHA256"})
    tag = t.part(name, "key", upload, 1, b"x")
    sums = {"ChecksumSHA256": s3raw.checksum("sha256", b"x")}
    # All are there on paper; the second is the first that is missing.
    root = t.error(t.complete(name, "key", upload,
                              [(n, tag, sums) for n in range(1, 10001)]), 400, "EntityTooSmall")
    t.eq(root.get("PartNumber"), "1")
    t.error(t.complete(name, "key", upload, [(n, tag) for n in range(1, 10002)]), 400,
            "MalformedXML")
    t.status(t.complete(name, "key", upload, [(1, tag, sums)]), 200)
