# SPDX-License-Identifier: Apache-2.0
"""The algorithms AWS added in 2026, wherever a checksum may stand."""
import base64

import s3raw

NEWER = ("SHA512", "MD5", "XXHASH64", "XXHASH3", "XXHASH128")
BODY = b"123456789"
PARTS = (b"a" * (5 << 20), b"b")
# Of the values of PARTS, one behind the other.
COMPOSITE = {"XXHASH64": "rYfbuJvJbjY=", "XXHASH3": "XhVo0+N3QnU=",
             "XXHASH128": "gm68qOGnYOu1WsrKUk7Xtg=="}


def _field(algorithm):
    return "x-amz-checksum-" + algorithm.lower()


def Checksums_newer_in_header(t):
    name = t.bucket()
    for row in NEWER:
        value = s3raw.checksum(row, BODY)
        answer = t.object(name, row, BODY, **{_field(row): value})
        t.header(answer, _field(row), value)
        t.header(answer, "x-amz-checksum-type", "FULL_OBJECT")
        answer = t.body(t.s3.get(name, row, headers={"x-amz-checksum-mode": "ENABLED"}), BODY)
        t.header(answer, _field(row), value)
        t.object(name, row, BODY, **{_field(row): value, "x_amz_sdk_checksum_algorithm": row})
        root = t.status(t.s3.get(name, row, "attributes", {
            "x-amz-object-attributes": "Checksum"}), 200).xml
        t.eq(root.get("Checksum/Checksum" + row), value)
        t.eq(root.get("Checksum/ChecksumType"), "FULL_OBJECT")
    rows = t.status(t.s3.get(name, query="list-type=2"), 200).xml.all("Contents")
    t.eq(sorted(r.get("ChecksumAlgorithm") for r in rows), sorted(NEWER))


def Checksums_newer_wrong(t):
    name = t.bucket()
    for row in NEWER:
        raw = base64.b64decode(s3raw.checksum(row, BODY))
        wrong = base64.b64encode(bytes([raw[0] ^ 1]) + raw[1:]).decode()
        t.error(t.s3.put(name, "key", BODY, {_field(row): wrong}), 400, "BadDigest",
                "The %s you specified did not match the calculated checksum." % row)
        for value in ("", "AAAA", "!", wrong[:-1], base64.b64encode(raw + b"x").decode(),
                      base64.b64encode(raw[:-1]).decode()):
            t.error(t.s3.put(name, "key", BODY, {_field(row): value}), 400, "InvalidRequest",
                    "Value for %s header is invalid." % _field(row))
        t.error(t.s3.put(name, "key", BODY, {
            _field(row): s3raw.checksum(row, BODY),
            "x-amz-checksum-crc32": s3raw.checksum("CRC32", BODY)}), 400, "InvalidRequest")
    t.eq(t.keys(name), [])


def Checksums_newer_in_trailer(t):
    name = t.bucket()
    for row in NEWER:
        for payload in (s3raw.STREAM_UNSIGNED_TRAILER, s3raw.STREAM_SIGNED_TRAILER):
            value = s3raw.checksum(row, BODY)
            answer = t.status(t.s3.put(name, row, BODY, {"x-amz-sdk-checksum-algorithm": row},
                                       payload=payload, trailers=[(_field(row), value)]), 200)
            t.header(answer, _field(row), value)
            raw = base64.b64decode(value)
            wrong = base64.b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode()
            t.error(t.s3.put(name, row, BODY, payload=payload, trailers=[(_field(row), wrong)]),
                    400, "BadDigest")


def Checksums_newer_composite(t):
    name = t.bucket()
    for row in NEWER:
        field, element = _field(row), "Checksum" + row
        answer = t.status(t.s3.post(name, row, "uploads", headers={
            "x-amz-checksum-algorithm": row}), 200)
        t.header(answer, "x-amz-checksum-algorithm", row)
        t.header(answer, "x-amz-checksum-type", "COMPOSITE")
        upload, parts, raw = answer.xml.get("UploadId"), [], b""
        for number, body in enumerate(PARTS, 1):
            value = s3raw.checksum(row, body)
            answer = t.status(t.s3.put(name, row, body, {field: value},
                                       {"partNumber": number, "uploadId": upload}), 200)
            t.header(answer, field, value)
            parts.append((number, answer.header("ETag"), {element: value}))
            raw += base64.b64decode(value)
        listed = t.status(t.s3.get(name, row, {"uploadId": upload}), 200).xml
        t.eq([p.get(element) for p in listed.all("Part")], [p[2][element] for p in parts])
        want = (COMPOSITE.get(row) or s3raw.checksum(row, raw)) + "-2"
        root = t.status(t.complete(name, row, upload, parts), 200).xml
        t.eq(root.get(element), want)
        t.eq(root.get("ChecksumType"), "COMPOSITE")
        answer = t.status(t.s3.head(name, row, headers={"x-amz-checksum-mode": "ENABLED"}), 200)
        t.header(answer, field, want)
        root = t.status(t.s3.get(name, row, "attributes", {
            "x-amz-object-attributes": "Checksum,ObjectParts"}), 200).xml
        t.eq([p.get(element) for p in root.all("ObjectParts/Part")],
             [p[2][element] for p in parts])


def Checksums_newer_not_full_object(t):
    name = t.bucket()
    for row in NEWER:
        t.error(t.s3.post(name, "key", "uploads", headers={
            "x-amz-checksum-algorithm": row, "x-amz-checksum-type": "FULL_OBJECT"}), 400,
            "InvalidRequest", "The FULL_OBJECT checksum type cannot be used with the %s checksum "
            "algorithm." % row.lower())


def Checksums_newer_of_copies(t):
    name = t.bucket()
    t.object(name, "from", BODY)
    for row in NEWER:
        root = t.status(t.s3.put(name, row, headers={
            "x-amz-copy-source": name + "/from", "x-amz-checksum-algorithm": row}), 200).xml
        t.eq(root.get("Checksum" + row), s3raw.checksum(row, BODY))


def Checksums_in_presigned_query(t):
    """AWS ignores them there, and holds to them in a signed header."""
    name = t.bucket()
    for row in NEWER + ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"):
        wrong = base64.b64encode(bytes(len(s3raw.checksum_raw(row, BODY)))).decode()
        t.status(t.s3.put(name, row, BODY, sign="presign", query={
            _field(row): wrong, "x-amz-sdk-checksum-algorithm": row}), 200)
        t.body(t.s3.get(name, row), BODY)
        t.error(t.s3.put(name, row, BODY, {_field(row): wrong}, sign="presign"), 400, "BadDigest")
