# SPDX-License-Identifier: Apache-2.0
import case
import s3raw


def _made(t, numbers=(1, 2, 5, 10)):
    name = t.bucket()
    upload = t.upload(name, "key")
    for n in numbers:
        t.part(name, "key", upload, n, b"x" * n)
    return name, upload


def _list(t, name, upload, **query):
    query = dict([("uploadId", upload)] + [(k.replace("_", "-"), v) for k, v in query.items()])
    return t.status(t.s3.get(name, "key", query), 200).xml


def ListParts_rows(t):
    name, upload = _made(t)
    root = _list(t, name, upload)
    t.eq(root.name, "ListPartsResult")
    t.eq(root.namespace, case.XMLNS)
    for field, value in (("Bucket", name), ("Key", "key"), ("UploadId", upload),
                         ("PartNumberMarker", "0"), ("NextPartNumberMarker", "10"),
                         ("MaxParts", "1000"), ("IsTruncated", "false"),
                         ("StorageClass", "STANDARD")):
        t.eq(root.get(field), value, field)
    t.ok(root.get("Initiator/ID") and root.get("Owner/ID"), "no ids")
    rows = root.all("Part")
    t.eq([r.get("PartNumber") for r in rows], ["1", "2", "5", "10"])
    t.eq([r.get("Size") for r in rows], ["1", "2", "5", "10"])
    t.eq(rows[1].get("ETag"), s3raw.etag(b"xx"))
    t.iso_date(rows[0].get("LastModified"), "LastModified")


def ListParts_pages(t):
    name, upload = _made(t)
    seen, marker = [], 0
    for _ in range(9):
        root = _list(t, name, upload, max_parts=1, part_number_marker=marker)
        t.eq(root.get("PartNumberMarker"), str(marker))
        t.eq(root.get("MaxParts"), "1")
        seen += [r.get("PartNumber") for r in root.all("Part")]
        if root.get("IsTruncated") != "true":
            break
        marker = root.get("NextPartNumberMarker")
    t.eq(seen, ["1", "2", "5", "10"])


def ListParts_marker_between(t):
    name, upload = _made(t)
    root = _list(t, name, upload, part_number_marker=3)
    t.eq([r.get("PartNumber") for r in root.all("Part")], ["5", "10"])
    t.eq(_list(t, name, upload, part_number_marker=10).all("Part"), [])


def ListParts_unknown_upload(t):
    name = t.bucket()
    t.error(t.s3.get(name, "key", {"uploadId": "nonsense"}), 404, "NoSuchUpload",
            UploadId="nonsense")


def ListParts_checksums(t):
    name = t.bucket()
    upload = t.upload(name, "key", {"x-amz-checksum-algorithm": "SHA256"})
    value = s3raw.checksum("SHA256", b"x")
    t.part(name, "key", upload, 1, b"x", {"x-amz-checksum-sha256": value})
    root = _list(t, name, upload)
    t.eq(root.get("ChecksumAlgorithm"), "SHA256")
    t.eq(root.get("ChecksumType"), "COMPOSITE")
    t.eq(root.get("Part/ChecksumSHA256"), value)


def ListParts_bad_values(t):
    name, upload = _made(t, (1,))
    for field in ("max-parts", "part-number-marker"):
        for value in ("x", "-1"):
            t.error(t.s3.get(name, "key", {"uploadId": upload, field: value}), 400,
                    "InvalidArgument", ArgumentName=field, ArgumentValue=value)
