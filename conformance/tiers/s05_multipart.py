# SPDX-License-Identifier: Apache-2.0
"""Section 5: multipart uploads."""
import document
from case import PART
from tiers import answers

GONE = ("The specified upload does not exist. The upload ID may be invalid, or the upload may "
        "have been aborted or completed.")
GONE_MINIO = GONE.replace("specified upload", "specified multipart upload")


def put_length(t, name, key, length, query=None):
    """A PUT that only says how long it is."""
    method, target, headers, _ = t.s3.build("PUT", name, key, query, payload="UNSIGNED-PAYLOAD",
                                            headers={"Expect": "100-continue"}, length=False)
    headers.append(("Content-Length", str(length)))
    with t.s3.socket() as sock:
        sock.sendall(("%s %s HTTP/1.1\r\n" % (method, target)).encode() +
                     "".join("%s: %s\r\n" % h for h in headers).encode() + b"\r\n")
        sock.settimeout(60)
        return sock.recv(4096).decode("latin-1")


def too_large(t, name, query, limit):
    got = put_length(t, name, "k", limit + 1, query)
    t.ok(got.startswith("HTTP/1.1 400 ") and "EntityTooLarge" in got, got)
    got = put_length(t, name, "k", limit, query)
    t.ok(got.startswith("HTTP/1.1 100 "), got)


@answers("aws")
def put(t):
    too_large(t, t.bucket(), None, 5368709120)


@answers("minio")
def put__minio(t):
    too_large(t, t.bucket(), None, 5497558138880)


def part_query(t, name):
    return {"partNumber": 1, "uploadId": t.upload(name, "k")}


@answers("aws")
def part(t):
    name = t.bucket()
    too_large(t, name, part_query(t, name), 5368709120)


@answers("minio")
def part__minio(t):
    name = t.bucket()
    too_large(t, name, part_query(t, name), 5497558138880)


@answers("aws", "minio")
def parts_equal(t):
    name = t.bucket()
    t.multipart(name, "k", [b"a" * PART, b"b" * (PART + 1), b"c"])


@answers("aws", "minio")
def part_small(t):
    name = t.bucket()
    upload = t.upload(name, "k")
    parts = [(n, t.part(name, "k", upload, n, b"x")) for n in (1, 2)]
    answer = t.complete(name, "k", upload, parts)
    if t.tier == "minio":
        t.error(answer, 400, "EntityTooSmall",
                "Your proposed upload is smaller than the minimum allowed object size.")
    else:
        t.error(answer, 400, "EntityTooSmall",
                "Your proposed upload is smaller than the minimum allowed size",
                MinSizeAllowed=PART, PartNumber=1, ProposedSize=1,
                ETag=parts[0][1].strip('"'))


def number(t, value):
    name = t.bucket()
    return t.s3.put(name, "k", b"x", None, {"partNumber": value,
                                            "uploadId": t.upload(name, "k")})


@answers("aws")
def part_number(t):
    for value in ("0", "-1", "text", "10001"):
        t.error(number(t, value), 400, "InvalidArgument",
                "Part number must be an integer between 1 and 10000, inclusive",
                ArgumentName="partNumber", ArgumentValue=value)


@answers("minio")
def part_number__minio(t):
    for value in ("0", "-1", "text"):
        t.error(number(t, value), 400, "InvalidPart")
    t.error(number(t, "10001"), 400, "InvalidArgument",
            "Part number must be an integer between 1 and 10000, inclusive")


@answers("aws", "minio")
def parts_order(t):
    name = t.bucket()
    upload = t.upload(name, "k")
    parts = [(n, t.part(name, "k", upload, n, b"x" * PART)) for n in (1, 2)]
    t.error(t.complete(name, "k", upload, parts[::-1]), 400, "InvalidPartOrder",
            "The list of parts was not in ascending order. " +
            ("The parts list must be specified in order by part number." if t.tier == "minio"
             else "Parts must be ordered by part number."), UploadId=upload)


@answers("aws", "minio")
def parts_gaps(t):
    name = t.bucket()
    upload = t.upload(name, "k")
    parts = [(n, t.part(name, "k", upload, n, b"x" * PART).strip('"')) for n in (2, 7)]
    t.status(t.complete(name, "k", upload, parts), 200)


@answers("aws", "minio")
def parts_none(t):
    name = t.bucket()
    t.error(t.complete(name, "k", t.upload(name, "k"), []), 400, "InvalidRequest",
            "You must specify at least one part")


@answers("aws", "minio")
def part_wrong(t):
    name = t.bucket()
    upload = t.upload(name, "k")
    t.part(name, "k", upload, 1, b"x")
    root = t.error(t.complete(name, "k", upload, [(3, '"%s"' % ("0" * 32))]), 400, "InvalidPart",
                   "One or more of the specified parts could not be found.  The part may not "
                   "have been uploaded, or the specified entity tag may not match the part's "
                   "entity tag.")
    t.eq([root.get(n) for n in ("PartNumber", "UploadId")],
         [None, None] if t.tier == "minio" else ["3", upload])


@answers("aws", "minio")
def upload_unknown(t):
    name = t.bucket()
    upload = t.upload(name, "k")
    t.multipart  # the id's form is right, the upload is gone
    t.status(t.s3.delete(name, "k", {"uploadId": upload}), 204)
    t.error(t.s3.get(name, "k", {"uploadId": upload}), 404, "NoSuchUpload",
            GONE_MINIO if t.tier == "minio" else GONE)


@answers("aws", "minio")
def abort_twice(t):
    name = t.bucket()
    upload = t.upload(name, "k")
    t.status(t.s3.delete(name, "k", {"uploadId": upload}), 204)
    again = t.s3.delete(name, "k", {"uploadId": upload})
    if t.tier == "minio":
        t.status(again, 204)
    else:
        t.error(again, 404, "NoSuchUpload", GONE)
    t.error(t.s3.delete(name, "k", {"uploadId": "never"}), 404, "NoSuchUpload")


@answers("aws", "minio")
def part_failed(t):
    name = t.bucket()
    upload = t.upload(name, "k")
    first = t.part(name, "k", upload, 1, b"first")
    t.ok(t.s3.put(name, "k", b"second", {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="},
                  {"partNumber": 1, "uploadId": upload}).status == 400, "a wrong digest")
    t.status(t.complete(name, "k", upload, [(1, first)]), 200)
    t.body(t.s3.get(name, "k"), b"first")


@answers("aws", "minio")
def abort_date(t):
    """AWS's where a rule aborts, MinIO's nowhere."""
    name = t.bucket()
    t.no_header(t.s3.post(name, "k", "uploads"), "x-amz-abort-date")
    t.status(document.put(t, name, "lifecycle", document.xml("LifecycleConfiguration", (
        "<Rule><ID>tidy</ID><Filter><Prefix/></Filter><Status>Enabled</Status><Expiration>"
        "<Days>9</Days></Expiration><AbortIncompleteMultipartUpload><DaysAfterInitiation>3"
        "</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>"))), 200)
    answer = t.status(t.s3.post(name, "k", "uploads"), 200)
    if t.tier == "minio":
        t.no_header(answer, "x-amz-abort-date")
        t.no_header(answer, "x-amz-abort-rule-id")
    else:
        t.ok(answer.header("x-amz-abort-date").endswith(" 00:00:00 GMT"), "a midnight")
        t.header(answer, "x-amz-abort-rule-id", "tidy")


@answers("aws", "minio")
def complete_failed(t):
    name = t.bucket()
    t.object(name, "k")
    upload = t.upload(name, "k")
    parts = [(1, t.part(name, "k", upload, 1, b"x"))]
    t.error(t.complete(name, "k", upload, parts, {"If-None-Match": "*"}), 412,
            "PreconditionFailed")
    t.status(t.complete(name, "k", upload, parts), 200)


@answers("aws", "minio")
def uploads(t):
    root = t.status(t.s3.get(t.bucket(), query="uploads"), 200).xml
    t.eq(root.get("MaxUploads"), "10000" if t.tier == "minio" else "1000")


@answers("aws", "minio")
def part_copy_cond(t):
    name = t.bucket()
    t.object(name, "s")
    upload = t.upload(name, "k")
    query = {"partNumber": 1, "uploadId": upload}
    source = {"x-amz-copy-source": "/%s/s" % name}
    t.error(t.s3.put(name, "k", b"", dict(source, **{"x-amz-copy-source-if-match": '"no"'}),
                     query), 412, "PreconditionFailed")
    t.status(t.s3.put(name, "k", b"", source, query), 200)


@answers("aws", "minio")
def part_copy_range(t):
    name = t.bucket()
    t.object(name, "s", b"0123456789")
    upload = t.upload(name, "k")
    answer = t.s3.put(name, "k", b"", {"x-amz-copy-source": "/%s/s" % name,
                                       "x-amz-copy-source-range": "bytes=0-100"},
                      {"partNumber": 1, "uploadId": upload})
    t.error(answer, 400, "InvalidArgument", "Range specified is not valid for source object" +
            ("" if t.tier == "minio" else " of size: 10"))


@answers("aws", "minio", "r2")
def object(t):
    """The limit, where the server was started with a small one."""
    if "object" not in t.limits:
        t.skip("needs a server with a small limit")
    name, limit = t.bucket(), t.limits["object"]
    for size, status in ((limit, 200), (limit + 1, 400)):
        key = "k%d" % size
        upload = t.upload(name, key)
        part = t.part(name, key, upload, 1, b"x" * size)
        answer = t.complete(name, key, upload, [(1, part)])
        if status == 200:
            t.status(answer, 200)
        else:
            t.error(answer, 400, "EntityTooLarge", MaxSizeAllowed=limit, ProposedSize=size)


@answers("minio")
def upload_stale__minio(t):
    """Nobody completes it within a day; one begun later stays, and rules do not matter."""
    name = t.bucket()
    upload = t.upload(name, "k")
    t.status(t.s3.put(name, "k", "x", query={"uploadId": upload, "partNumber": "1"}), 200)
    t.clock("by", "23h")
    later = t.upload(name, "k")
    t.status(t.s3.get(name, "k", {"uploadId": upload}), 200)
    t.clock("by", "2h")
    t.error(t.s3.get(name, "k", {"uploadId": upload}), 404, "NoSuchUpload")
    t.status(t.s3.get(name, "k", {"uploadId": later}), 200)
    rows = t.s3.get(name, query="uploads").xml.all("Upload")
    t.eq([row.get("UploadId") for row in rows], [later])
    t.clock("by", "30d")
    t.eq(t.s3.get(name, query="uploads").xml.all("Upload"), [])


upload_stale__minio.alone = True


@answers("aws")
def upload_stale(t):
    """Nothing is aborted without a rule, however long it lies there."""
    name = t.bucket()
    upload = t.upload(name, "k")
    t.clock("by", "100d")
    t.status(t.s3.get(name, "k", {"uploadId": upload}), 200)


upload_stale.alone = True
