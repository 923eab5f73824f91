#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write sigv4-botocore.txt: requests as botocore builds and signs them, offline.

    pip install botocore && python3 sigv4-botocore.py > sigv4-botocore.txt

A foreign signer proves what our own can't: that both read AWS's rules alike.
"""
import datetime
import io
import sys
from urllib.parse import urlsplit

import botocore
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.session

NOW = datetime.datetime(2026, 11, 21, 11, 34, 53)
EPOCH = 1795260893
AK = "AKIAIOSFODNN7EXAMPLE"
SK = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKEN = "FwoGZXIvYXdzEBYaD+a/b=="
KEYS = [
    "plain", "two words", "a+b", "100%", "a&b=c", "ключ/日本語", "a//b", "trailing/", "/leading",
    "a/./b/../c", "~tilde-_.", "(brackets)'!*", "semi;colon,comma:at@", "dollar$?#hash",
    "q?uery", "%41already", "tab\tkey", "\U0001f600", "=", " ", "a/b/c d/e+f/%2F",
    "\"quoted\"<>^`{|}\\", "x" * 200,
]

botocore.auth.get_current_datetime = lambda *a, **k: NOW


def emit(name, method, url, headers, body=b""):
    u = urlsplit(url)
    target = url[url.index("://") + 3 + len(u.netloc):]
    target = target if target.startswith("/") else "/" + target
    print("= %s" % name)
    print("now %d" % EPOCH)
    print("line %s %s" % (method, target))
    seen = False
    for k, v in headers:
        if isinstance(v, bytes):
            v = v.decode("latin-1")
        if k.lower().startswith("amz-sdk-"):
            continue  # unsigned, and new each time
        seen |= k.lower() == "host"
        print("header %s: %s" % (k.lower(), v))
    if not seen:
        print("header host: %s" % u.netloc)
    if body and len(body) < 2000:
        print("body %s" % body.hex())


def client(token=None, https=False, **conf):
    s = botocore.session.Session()
    s.set_credentials(AK, SK, token)
    return s.create_client(
        "s3", region_name="us-east-1",
        endpoint_url="https://localhost:9443" if https else "http://localhost:9000",
        config=botocore.config.Config(signature_version="s3v4", user_agent="botocore", s3={"addressing_style": "path"}, **conf))


class Raw:
    def __init__(self):
        self.headers, self.status, self.reason = {}, 200, "OK"

    def stream(self, *a, **k):
        yield b""

    def read(self, *a, **k):
        return b""


def capture(name, c, op, **kw):
    def hook(request, **_):
        body = request.body
        if hasattr(body, "read"):
            body = body.read()
        emit(name, request.method, request.url, list(request.headers.items()), body or b"")
        return botocore.awsrequest.AWSResponse(request.url, 200, {}, Raw())
    c.meta.events.register("before-send.s3", hook, unique_id="capture")
    try:
        getattr(c, op)(**kw)
    except Exception:  # the answer is empty: only the request matters
        pass
    c.meta.events.unregister("before-send.s3", unique_id="capture")


def by_client():
    c = client()
    for i, k in enumerate(KEYS):
        capture("get_key_%d" % i, c, "get_object", Bucket="bucket", Key=k)
    for i, k in enumerate(KEYS):
        capture("list_prefix_%d" % i, c, "list_objects_v2", Bucket="bucket", Prefix=k, Delimiter="/", StartAfter="")
    capture("put_meta", c, "put_object", Bucket="bucket", Key="k", Body=b"hello",
            Metadata={"a": "two  spaces   here", "b": " ends ", "empty": ""}, ContentType="text/plain; charset=utf-8",
            Tagging="a=b&c=d%20e", StorageClass="STANDARD_IA")
    capture("copy", c, "copy_object", Bucket="bucket", Key="to here", CopySource={"Bucket": "from", "Key": "a b+c/%2F"})
    capture("delete_version", c, "delete_object", Bucket="bucket", Key="k", VersionId="a+b/c==")
    capture("range", c, "get_object", Bucket="bucket", Key="k", Range="bytes=0-9", IfMatch="\"etag\"")
    capture("list_buckets", c, "list_buckets")
    capture("acl", c, "get_bucket_acl", Bucket="bucket")
    capture("upload_part", c, "upload_part", Bucket="bucket", Key="k", UploadId="x.y_z-", PartNumber=3, Body=b"part")
    capture("delete_many", c, "delete_objects", Bucket="bucket", Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})
    capture("token", client(TOKEN), "get_object", Bucket="bucket", Key="k")
    capture("trailer_unsigned", client(https=True), "put_object", Bucket="bucket", Key="k",
            Body=io.BytesIO(b"hello, trailer"), ChecksumAlgorithm="CRC32")
    capture("trailer_sha256", client(https=True), "put_object", Bucket="bucket", Key="k",
            Body=io.BytesIO(b"x" * 700), ChecksumAlgorithm="SHA256")


def presigned():
    for i, k in enumerate(KEYS):
        emit("presign_key_%d" % i, "GET",
             client().generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": k}, ExpiresIn=60), [])
    emit("presign_response", "GET", client().generate_presigned_url("get_object", Params={
        "Bucket": "bucket", "Key": "k", "ResponseContentDisposition": "attachment; filename=\"a b+c.txt\"",
        "ResponseContentType": "text/plain", "VersionId": "null"}, ExpiresIn=604800), [])
    emit("presign_put", "PUT", client().generate_presigned_url("put_object", Params={
        "Bucket": "bucket", "Key": "k", "ContentType": "text/x"}, ExpiresIn=1), [("content-type", "text/x")])
    emit("presign_token", "GET", client(TOKEN).generate_presigned_url(
        "get_object", Params={"Bucket": "bucket", "Key": "k"}), [])
    emit("presign_list", "GET", client().generate_presigned_url("list_objects_v2", Params={
        "Bucket": "bucket", "Prefix": "a b/", "Delimiter": "/"}), [])


def raw():
    """What no operation sends: duplicates, empty values, odd escapes."""
    urls = [
        "/b?a=1&a=2&a=0", "/b?a=&b", "/b?b=2&a=1&B=0&A=", "/b?a-b=1&a=2&a.b=3&a%20b=4", "/b?x=%2F%3D%26&y=~-._",
        "/b?list-type=2&prefix=&delimiter=", "/b?versions", "/", "/b?acl", "/b?uploads&prefix=%E6%97%A5",
    ]
    cred = botocore.credentials.Credentials(AK, SK)
    for i, u in enumerate(urls):
        r = botocore.awsrequest.AWSRequest("GET", "http://localhost:9000" + u)
        botocore.auth.S3SigV4Auth(cred, "s3", "us-east-1").add_auth(r)
        emit("raw_%d" % i, "GET", r.url, list(r.headers.items()))
        r = botocore.awsrequest.AWSRequest("GET", "http://localhost:9000" + u)
        botocore.auth.S3SigV4QueryAuth(cred, "s3", "us-east-1", 300).add_auth(r)
        emit("raw_presign_%d" % i, "GET", r.url, [])
    r = botocore.awsrequest.AWSRequest("GET", "http://localhost:9000/b/k", headers={
        "X-Custom": "a  b\tc", "X-Amz-Meta-Odd": "  lots   of    room  "})
    botocore.auth.S3SigV4Auth(cred, "s3", "us-east-1").add_auth(r)
    emit("raw_spaces", "GET", r.url, [(k, v.strip()) for k, v in r.headers.items() if k != "X-Custom"] +
         [("X-Custom", r.headers["X-Custom"].replace("\t", " "))])


print("# Signed by botocore %s; made by sigv4-botocore.py." % botocore.__version__)
by_client()
presigned()
raw()
