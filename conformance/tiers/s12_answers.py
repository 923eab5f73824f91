# SPDX-License-Identifier: Apache-2.0
"""Section 12: error documents and response headers."""
import json
import re

import document

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


@answers("aws", "minio")
def unsigned(t):
    t.error(t.s3.get(t.bucket(), sign=None), 403, "AccessDenied")


@answers("aws", "minio")
def unsigned_bucket(t):
    answer = t.s3.get(t.name(), sign=None)
    if t.tier == "minio":
        t.error(answer, 403, "AccessDenied")
    else:
        t.error(answer, 404, "NoSuchBucket")


PUBLIC = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",' \
    '"Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"}]}'


@answers("aws", "minio")
def missing_key(t):
    name = t.bucket()
    if t.tier != "minio":
        t.status(t.s3.delete(name, query="publicAccessBlock"), 204)
    t.status(t.s3.put(name, body=PUBLIC % name, query="policy"), 204)
    answer = t.s3.get(name, "none", sign=None)
    if t.tier == "minio":
        t.error(answer, 404, "NoSuchKey")
    else:
        t.error(answer, 403, "AccessDenied")


PREFLIGHT = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "PUT"}


@answers("aws")
def cors_off(t):
    name = t.bucket()
    for headers in (PREFLIGHT, dict(PREFLIGHT, Origin="http://localhost:3000")):
        t.error(t.s3.request("OPTIONS", name, "k", headers=headers, sign=None), 403,
                "AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.")
    t.error(t.s3.request("OPTIONS", name, "k", sign=None), 400, "BadRequest",
            "Insufficient information. Origin request header needed.")


@answers("minio")
def cors_off__minio(t):
    answer = t.s3.request("OPTIONS", t.bucket(), "k", headers=PREFLIGHT, sign=None)
    t.status(answer, 204)
    t.header(answer, "Access-Control-Allow-Origin", "https://app.example.com")
    t.header(answer, "Access-Control-Allow-Credentials", "true")


CORS = ("<CORSConfiguration><CORSRule><AllowedOrigin>%s</AllowedOrigin><AllowedMethod>%s"
        "</AllowedMethod></CORSRule></CORSConfiguration>")


@answers("aws")
def cors_rules(t):
    name = t.bucket()
    t.status(document.put(t, name, "cors", CORS % ("https://app.example.com", "PUT")), 200)
    answer = t.s3.request("OPTIONS", name, "k", headers=PREFLIGHT, sign=None)
    t.header(t.status(answer, 200), "Access-Control-Allow-Origin", "https://app.example.com")
    t.error(document.put(t, name, "cors", CORS % ("*", "PATCH")), 400, "InvalidRequest",
            "Found unsupported HTTP method in CORS config. Unsupported method is PATCH")


@answers("minio")
def cors_rules__minio(t):
    name = t.bucket()
    t.error(document.put(t, name, "cors", CORS % ("*", "PUT")), 501, "NotImplemented")
    t.error(t.s3.get(name, query="cors"), 404, "NoSuchCORSConfiguration",
            "The CORS configuration does not exist")


@answers("aws", "r2")
def admin_error(t):
    t.error(t.s3.get(path="/minio/admin/v3/info"), 404, "NoSuchBucket")


@answers("minio")
def admin_error__minio(t):
    answer = t.status(t.s3.get(path="/minio/admin/v3/nonsense"), 501)
    t.header(answer, "Content-Type", "application/json")
    told = json.loads(answer.body)
    t.eq(sorted(told), ["Code", "HostId", "Message", "RequestId", "Resource"])
    t.eq((told["Code"], told["Resource"]), ("NotImplemented", "/minio/admin/v3/nonsense"))
