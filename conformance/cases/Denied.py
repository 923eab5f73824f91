# SPDX-License-Identifier: Apache-2.0
"""Nobody without a signature may do anything, with any operation; and nothing is done."""

# operation: method, level, query, headers, body
OPERATIONS = {
    "ListBuckets": ("GET", "service", "", {}, b""),
    "CreateBucket": ("PUT", "new", "", {}, b""),
    "HeadBucket": ("HEAD", "bucket", "", {}, b""),
    "DeleteBucket": ("DELETE", "bucket", "", {}, b""),
    "GetBucketLocation": ("GET", "bucket", "location", {}, b""),
    "ListObjects": ("GET", "bucket", "", {}, b""),
    "ListObjectsV2": ("GET", "bucket", "list-type=2", {}, b""),
    "ListMultipartUploads": ("GET", "bucket", "uploads", {}, b""),
    "DeleteObjects": ("POST", "bucket", "delete", {},
                      b"<Delete><Object><Key>key</Key></Object></Delete>"),
    "GetObject": ("GET", "object", "", {}, b""),
    "HeadObject": ("HEAD", "object", "", {}, b""),
    "PutObject": ("PUT", "object", "", {}, b"overwritten"),
    "CopyObject": ("PUT", "object", "", {"x-amz-copy-source": "%(bucket)s/other"}, b""),
    "DeleteObject": ("DELETE", "object", "", {}, b""),
    "GetObjectAttributes": ("GET", "object", "attributes",
                            {"x-amz-object-attributes": "ETag"}, b""),
    "CreateMultipartUpload": ("POST", "object", "uploads", {}, b""),
    "UploadPart": ("PUT", "object", "partNumber=1&uploadId=%(upload)s", {}, b"part"),
    "UploadPartCopy": ("PUT", "object", "partNumber=1&uploadId=%(upload)s",
                       {"x-amz-copy-source": "%(bucket)s/other"}, b""),
    "CompleteMultipartUpload": (
        "POST", "object", "uploadId=%(upload)s", {},
        b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part>"
        b"</CompleteMultipartUpload>"),
    "AbortMultipartUpload": ("DELETE", "object", "uploadId=%(upload)s", {}, b""),
    "ListParts": ("GET", "object", "uploadId=%(upload)s", {}, b""),
}


def _denied(t, how):
    method, level, query, headers, body = how
    bucket = t.bucket()
    t.object(bucket, "key", b"kept")
    t.object(bucket, "other", b"other")
    fill = {"bucket": bucket, "upload": t.upload(bucket, "key")}
    name = {"service": None, "new": t.name()}.get(level, bucket)
    answer = t.s3.request(method, name, "key" if level == "object" else None, query % fill,
                          {k: v % fill for k, v in headers.items()}, body, sign=None)
    if method == "HEAD":
        t.bare_error(answer, 403)
    else:
        t.error(answer, 403, "AccessDenied", "Access Denied")
    t.body(t.s3.get(bucket, "key"), b"kept")
    t.eq(len(t.s3.get(bucket, query="uploads").xml.all("Upload")), 1, "uploads")
    if level == "new":
        t.status(t.s3.head(name), 404)


for _name, _how in OPERATIONS.items():
    def _case(t, how=_how):
        _denied(t, how)
    globals()["Denied_" + _name] = _case
