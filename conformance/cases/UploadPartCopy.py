# SPDX-License-Identifier: Apache-2.0
import case
import s3raw


def _copy(t, name, upload, number, source, headers=None):
    fields = {"x-amz-copy-source": source}
    fields.update(headers or {})
    return t.s3.put(name, "key", b"", fields, {"partNumber": number, "uploadId": upload})


def _made(t, body=b"0123456789"):
    name = t.bucket()
    t.object(name, "src", body)
    return name, t.upload(name, "key")


def UploadPartCopy_whole(t):
    name, upload = _made(t)
    root = t.status(_copy(t, name, upload, 1, name + "/src"), 200).xml
    t.eq(root.name, "CopyPartResult")
    t.eq(root.get("ETag"), s3raw.etag(b"0123456789"))
    t.iso_date(root.get("LastModified"), "LastModified")
    t.status(t.complete(name, "key", upload, [(1, root.get("ETag"))]), 200)
    t.body(t.s3.get(name, "key"), b"0123456789")


def UploadPartCopy_range(t):
    body = bytes(range(256)) * 4096 * 6
    name, upload = _made(t, body)
    cuts = [(0, case.PART - 1), (case.PART, len(body) - 1)]
    tags = []
    for n, (first, last) in enumerate(cuts, 1):
        root = t.status(_copy(t, name, upload, n, name + "/src", {
            "x-amz-copy-source-range": "bytes=%d-%d" % (first, last)}), 200).xml
        t.eq(root.get("ETag"), s3raw.etag(body[first:last + 1]))
        tags.append((n, root.get("ETag")))
    t.status(t.complete(name, "key", upload, tags), 200)
    t.status(t.s3.delete(name, "src"), 204)
    t.body(t.s3.get(name, "key"), body)


def UploadPartCopy_range_beyond(t):
    name, upload = _made(t)
    t.error(_copy(t, name, upload, 1, name + "/src",
                  {"x-amz-copy-source-range": "bytes=0-100"}), 400, "InvalidArgument",
            "Range specified is not valid for source object of size: 10",
            ArgumentName="x-amz-copy-source-range", ArgumentValue="bytes=0-100")
    t.error(_copy(t, name, upload, 1, name + "/src",
                  {"x-amz-copy-source-range": "bytes=100-200"}), 400, "InvalidRequest",
            "The specified copy range is invalid for the source object size")


def UploadPartCopy_range_malformed(t):
    name, upload = _made(t)
    for value in ("bytes=1-", "bytes=-1", "1-2", "bytes=x-y", "bytes=5-2"):
        root = t.error(_copy(t, name, upload, 1, name + "/src",
                             {"x-amz-copy-source-range": value}), 400, "InvalidArgument",
                       ArgumentName="x-amz-copy-source-range", ArgumentValue=value)
        t.ok(root.get("Message").startswith(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first "
            "and last are the zero-based offsets"), root.get("Message"))


def UploadPartCopy_conditions(t):
    name, upload = _made(t)
    prefix = "x-amz-copy-source-if-"
    t.error(_copy(t, name, upload, 1, name + "/src", {prefix + "match": '"0"'}), 412,
            "PreconditionFailed", "At least one of the pre-conditions you specified did not hold",
            Condition="x-amz-copy-source-If-Match")
    t.status(_copy(t, name, upload, 1, name + "/src",
                   {prefix + "match": s3raw.etag(b"0123456789")}), 200)


def UploadPartCopy_missing(t):
    name, upload = _made(t)
    t.error(_copy(t, name, upload, 1, name + "/none"), 404, "NoSuchKey", Key="none")
    t.error(_copy(t, name, "nonsense", 1, name + "/src"), 404, "NoSuchUpload",
            UploadId="nonsense")


def UploadPartCopy_of_multipart(t):
    name = t.bucket()
    bodies = [b"a" * case.PART, b"b" * 100]
    t.multipart(name, "src", bodies)
    upload = t.upload(name, "key")
    root = t.status(_copy(t, name, upload, 1, name + "/src", {
        "x-amz-copy-source-range": "bytes=%d-%d" % (case.PART - 10, case.PART + 9)}), 200).xml
    t.eq(root.get("ETag"), s3raw.etag(b"a" * 10 + b"b" * 10))


def UploadPartCopy_of_copies_of_copies(t):
    name = t.bucket()
    body = b"".join(bytes([n]) * 1000 for n in range(200)) * 30  # 6,000,000 bytes
    t.object(name, "gen0", body)
    for n in range(1, 9):
        key, source = "gen%d" % n, "%s/gen%d" % (name, n - 1)
        upload = t.upload(name, key)
        tags = []
        for number, span in ((1, (0, case.PART + 99)), (2, (case.PART + 100, len(body) - 1))):
            root = t.status(t.s3.put(name, key, b"", {
                "x-amz-copy-source": source,
                "x-amz-copy-source-range": "bytes=%d-%d" % span},
                {"partNumber": number, "uploadId": upload}), 200).xml
            t.eq(root.get("ETag"), s3raw.etag(body[span[0]:span[1] + 1]))
            tags.append((number, root.get("ETag")))
        t.status(t.complete(name, key, upload, tags), 200)
        t.body(t.s3.get(name, key), body)
    for n in range(8):
        t.status(t.s3.delete(name, "gen%d" % n), 204)
    t.body(t.s3.get(name, "gen8", None, {"Range": "bytes=5242000-5244000"}),
           body[5242000:5244001], 206)
    t.body(t.s3.get(name, "gen8", {"partNumber": 2}), body[case.PART + 100:], 206)
