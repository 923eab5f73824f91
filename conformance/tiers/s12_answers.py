# SPDX-License-Identifier: Apache-2.0
"""Section 12: error documents and response headers."""
import re

from tiers import answers

ALWAYS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains",
          "X-Content-Type-Options": "nosniff", "X-Xss-Protection": "1; mode=block"}


@answers("aws")
def error_fields(t):
    name = t.bucket()
    root = t.error(t.s3.get(name, "none"), 404, "NoSuchKey",
                   "The specified key does not exist.", Key="none")
    t.eq(root.names(), ["Code", "Message", "Key", "RequestId", "HostId"])


@answers("minio")
def error_fields__minio(t):
    name = t.bucket()
    answer = t.s3.get(name, "a/none")
    root = t.error(answer, 404, "NoSuchKey", "The specified key does not exist.")
    t.eq(root.names(), ["Code", "Message", "Key", "BucketName", "Resource", "RequestId",
                        "HostId"])
    t.eq(root.get("Key"), "a/none")
    t.eq(root.get("BucketName"), name)
    t.eq(root.get("Resource"), "/%s/a/none" % name)
    t.eq(root.get("RequestId"), answer.header("x-amz-request-id"))
    t.eq(root.get("HostId"), answer.header("x-amz-id-2"))


@answers("aws")
def ids(t):
    answer = t.s3.get(t.bucket())
    t.ok(re.fullmatch("[0-9A-F]{16}", answer.header("x-amz-request-id")), "request id")
    t.ok(re.fullmatch("[0-9A-Za-z+/]{50,}=*", answer.header("x-amz-id-2")), "id 2")


@answers("minio")
def ids__minio(t):
    name = t.bucket()
    answer, second = t.s3.get(name), t.s3.get(name)
    t.ok(re.fullmatch("[0-9A-F]{16}", answer.header("x-amz-request-id")), "request id")
    t.ok(re.fullmatch("[0-9a-f]{64}", answer.header("x-amz-id-2")), "id 2")
    t.eq(second.header("x-amz-id-2"), answer.header("x-amz-id-2"), "id of the server")


@answers("aws")
def server(t):
    t.header(t.s3.get(t.bucket()), "Server", "AmazonS3")


@answers("minio")
def server__minio(t):
    t.header(t.s3.get(t.bucket()), "Server", "MinIO")


@answers("aws")
def headers_more(t):
    answer = t.s3.get(t.bucket())
    for name in list(ALWAYS) + ["X-Ratelimit-Limit"]:
        t.no_header(answer, name)


@answers("minio")
def headers_more__minio(t):
    name = t.bucket()
    t.object(name, "k")
    for answer in (t.s3.get(name), t.s3.get(name, "k"), t.s3.get(name, "none"), t.s3.head(name)):
        for header, value in ALWAYS.items():
            t.header(answer, header, value)
        t.header(answer, "Accept-Ranges", "bytes")
        t.ok(answer.header("Vary"), "Vary")
        t.ok(int(answer.header("X-Ratelimit-Limit")) >= int(
            answer.header("X-Ratelimit-Remaining")) > 0, "rate limit")


@answers("aws")
def head_error(t):
    answer = t.s3.head(t.bucket(), "none")
    t.bare_error(answer, 404)
    t.no_header(answer, "X-Minio-Error-Code")


@answers("minio")
def head_error__minio(t):
    answer = t.s3.head(t.bucket(), "none")
    t.bare_error(answer, 404)
    t.header(answer, "X-Minio-Error-Code", "NoSuchKey")
    t.header(answer, "X-Minio-Error-Desc", '"The specified key does not exist."')


@answers("aws")
def sse_told(t):
    name = t.bucket()
    for answer in (t.object(name, "k"), t.s3.get(name, "k"), t.s3.head(name, "k")):
        t.header(answer, "x-amz-server-side-encryption", "AES256")


@answers("minio")
def sse_told__minio(t):
    name = t.bucket()
    for answer in (t.object(name, "k"), t.s3.get(name, "k"), t.s3.head(name, "k")):
        t.no_header(answer, "x-amz-server-side-encryption")
