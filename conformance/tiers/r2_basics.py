# SPDX-License-Identifier: Apache-2.0
"""Cloudflare R2: endpoint, signatures, buckets, what is not there."""
import re

import s3raw
from tempcred import Holder
from tiers import answers

XML = "http://s3.amazonaws.com/doc/2006-03-01/"


def _signed(t, region):
    return s3raw.Signer(t.s3.access, t.s3.secret, region)


@answers("r2")
def region_signed__r2(t):
    name = t.bucket()
    for region in ("auto", "", "us-east-1", "weur", "apac", "oc"):
        t.status(t.s3.get(name, signer=_signed(t, region)), 200)


@answers("r2")
def hosts__r2(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    account = "4893d737c0b9e484dfc37ec392b5fa8a"
    for place in ("r2.cloudflarestorage.com", "eu.r2.cloudflarestorage.com",
                  "fedramp.r2.cloudflarestorage.com", "localhost", "eu.localhost:9000"):
        for host, bucket in (("%s.%s" % (account, place), name),
                             ("%s.%s.%s" % (name, account, place), None)):
            path = "/".join([""] + [p for p in (bucket, "k") if p])
            t.body(t.s3.get(path=path, host=host), b"x")
    # Signed for one host, sent to another.
    method, target, headers, body = t.s3.build("GET", path="/k", host="%s.%s.r2.cloudflarestorage.com"
                                               % (name, account))
    headers[0] = ("Host", "other.%s.r2.cloudflarestorage.com" % account)
    t.error(t.s3.send(method, target, headers, body), 403, "SignatureDoesNotMatch")
    # Below a domain of one's own a name that is no account is a bucket.
    t.body(t.s3.get(path="/k", host=name + ".localhost"), b"x")


@answers("r2")
def region_wrong__r2(t):
    name = t.bucket()
    text = ("The region name 'cn-north-1' is not valid. Must be one of: wnam, enam, weur, eeur, "
            "apac, oc, auto")
    t.error(t.s3.get(name, signer=_signed(t, "cn-north-1")), 400, "InvalidRegionName", text)
    t.error(t.s3.put(t.name(), None, b"", signer=_signed(t, "cn-north-1")), 400,
            "InvalidRegionName", text)


@answers("r2")
def region_location__r2(t):
    t.error(t.s3.get(t.bucket(), query="location", signer=_signed(t, "cn-north-1")), 400,
            "InvalidRegionName")


@answers("r2")
def sigv2__r2(t):
    name = t.bucket()
    answer = t.s3.get(name, sign="v2", signer=s3raw.SignerV2(t.s3.access, t.s3.secret))
    t.error(answer, 401, "Unauthorized",
            "SigV2 authorization is not supported. Please use SigV4 instead.")


@answers("r2")
def key_unknown__r2(t):
    t.error(t.s3.get(t.bucket(), signer=t.s3.signer(access="NOBODYHASTHISKEY0000")), 401,
            "Unauthorized")


@answers("r2")
def signature_bad__r2(t):
    t.error(t.s3.get(t.bucket(), signer=t.s3.signer(secret="wrong")), 403,
            "SignatureDoesNotMatch")


@answers("r2")
def chunk_signed__r2(t):
    name = t.bucket()
    for payload, trailers, text in (
            (s3raw.STREAM_SIGNED, None, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
            (s3raw.STREAM_SIGNED_TRAILER,
             [("x-amz-checksum-crc32", s3raw.checksum("CRC32", b"x"))],
             "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")):
        t.error(t.s3.put(name, "k", b"x", payload=payload, trailers=trailers), 501,
                "NotImplemented", text + " not implemented")
    t.error(t.s3.get(name, "k"), 404, "NoSuchKey")
    # Without a signature in each chunk it is taken, as SDKs send it over TLS.
    t.status(t.s3.put(name, "k", b"x", payload=s3raw.STREAM_UNSIGNED_TRAILER,
                      trailers=[("x-amz-checksum-crc32", s3raw.checksum("CRC32", b"x"))]), 200)
    t.body(t.s3.get(name, "k"), b"x")


@answers("r2")
def post_form__r2(t):
    name = t.bucket()
    answer = t.s3.request("POST", name, None, None, {"Content-Type": "multipart/form-data; "
                          "boundary=x"}, b"--x--\r\n")
    t.error(answer, 501, "NotImplemented", "PostObject not implemented")


@answers("r2")
def link_expired__r2(t):
    name = t.bucket()
    t.object(name, "k")
    import datetime
    past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=90)
    t.error(t.s3.get(name, "k", sign="presign", expires=30, signer=t.s3.signer(now=past)), 403,
            "ExpiredRequest")


@answers("r2")
def session__r2(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    t.body(Holder(t, name, "object-read-only")("GET", name, "k"), b"x")
    t.error(Holder(t, name, "object-read-only")("PUT", name, "k", b"y"), 403, "AccessDenied")
    t.error(Holder(t, name, sign="wrong")("GET", name, "k"), 401, "Unauthorized")
    t.error(Holder(t, name, ttl=-1)("GET", name, "k"), 401, "Unauthorized")


@answers("aws", "minio")
def session__strict(t):
    name = t.bucket()
    t.error(Holder(t, name)("GET", name, "k"), 400, "InvalidToken")


# ---- buckets ----


@answers("r2")
def bucket_dots__r2(t):
    t.error(t.s3.put("a.bucket.with.dots"), 400, "InvalidBucketName")


@answers("r2")
def bucket_bad__r2(t):
    for name in ("ab", "Upper", "under_score", "-a-", "a" * 64):
        t.error(t.s3.put(name), 400, "InvalidBucketName")


@answers("r2")
def bucket_yours__r2(t):
    name = t.bucket()
    t.error(t.s3.put(name), 409, "BucketConflict")


def _location(place):
    return ("<CreateBucketConfiguration><LocationConstraint>%s</LocationConstraint>"
            "</CreateBucketConfiguration>" % place)


@answers("r2")
def location__r2(t):
    for place in ("auto", "us-east-1", "", "weur", "WEUR", "oc"):
        t.status(t.s3.put(t.name(), None, _location(place)), 200)
    t.error(t.s3.put(t.name(), None, _location("eu-west-1")), 400, "InvalidRegionName",
            "The region name 'eu-west-1' is not valid. Must be one of: wnam, enam, weur, eeur, "
            "apac, oc, auto")


@answers("r2")
def location_told__r2(t):
    root = t.status(t.s3.get(t.bucket(), query="location"), 200).xml
    t.eq((root.name, root.value), ("LocationConstraint", "auto"))


@answers("r2")
def bucket_head__r2(t):
    t.header(t.status(t.s3.head(t.bucket()), 200), "x-amz-bucket-region", "auto")


@answers("r2")
def bucket_head_more__r2(t):
    answer = t.s3.head(t.bucket())
    t.no_header(answer, "x-amz-bucket-arn")
    t.no_header(answer, "x-amz-access-point-alias")


@answers("r2")
def bucket_lock__r2(t):
    name = t.name()
    t.error(t.s3.put(name, None, b"", {"x-amz-bucket-object-lock-enabled": "true"}), 501,
            "NotImplemented",
            "Header 'x-amz-bucket-object-lock-enabled' with value 'true' not implemented")
    t.status(t.s3.put(name, None, b"", {"x-amz-bucket-object-lock-enabled": "false"}), 200)


@answers("r2")
def bucket_full__r2(t):
    name = t.bucket()
    t.object(name, "k")
    t.error(t.s3.delete(name), 409, "BucketNotEmpty")


@answers("open", "r2")
def bucket_missing(t):
    name = t.name()
    t.error(t.s3.put(name, "k", b"x"), 404, "NoSuchBucket")
    t.status(t.s3.put(name, "k", b"x", {"cf-create-bucket-if-missing": "true"}), 200)
    t.body(t.s3.get(name, "k"), b"x")


@answers("aws", "minio")
def bucket_missing__strict(t):
    t.error(t.s3.put(t.name(), "k", b"x", {"cf-create-bucket-if-missing": "true"}), 404,
            "NoSuchBucket")


@answers("r2")
def buckets_params__r2(t):
    prefix = t.bucket()
    names = sorted([prefix] + [t.name_of(prefix + "-%d" % i) for i in range(3)])
    for name in names[1:]:
        t.status(t.s3.put(name), 200)

    def page(query=None, headers=None):
        answer = t.status(t.s3.get(query=query, headers=headers), 200)
        root = answer.xml
        return answer, root, [b.get("Name") for b in root.all("Buckets/Bucket")]

    answer, root, found = page({"prefix": prefix, "max-keys": "2"})
    t.eq(found, names[:2])
    t.eq((root.get("IsTruncated"), root.get("KeyCount"), root.get("MaxKeys"),
          root.get("Prefix")), ("true", "2", "2", prefix))
    token = root.get("NextContinuationToken")
    t.header(answer, "cf-is-truncated", "true")
    t.header(answer, "cf-next-continuation-token", token)
    answer, root, found = page(None, {"cf-prefix": prefix, "cf-continuation-token": token})
    t.eq((found, root.get("IsTruncated")), (names[2:], "false"))
    t.header(answer, "cf-is-truncated", "false")
    t.no_header(answer, "cf-next-continuation-token")
    # Headers go before parameters.
    answer, root, found = page({"prefix": "nothing", "max-keys": "1"},
                               {"cf-prefix": prefix, "cf-start-after": names[1],
                                "cf-max-keys": "1000"})
    t.eq((found, root.get("StartAfter")), (names[2:], names[1]))
    t.eq(page({"prefix": prefix, "max-keys": "0"})[2], [])
    t.error(t.s3.get(query={"max-keys": "x"}), 400, "InvalidArgument")
    t.error(t.s3.get(query={"continuation-token": "!"}), 400, "InvalidArgument")


@answers("r2")
def new_rule__r2(t):
    name = t.bucket()
    root = t.status(t.s3.get(name, query="lifecycle"), 200).xml
    t.eq(root.get("Rule/ID"), "Default Multipart Abort Rule")
    t.eq(root.get("Rule/AbortIncompleteMultipartUpload/DaysAfterInitiation"), "7")
    t.status(t.s3.delete(name, query="lifecycle"), 204)
    t.error(t.s3.get(name, query="lifecycle"), 404, "NoSuchLifecycleConfiguration")


@answers("r2")
def bucket_rate__r2(t):
    name = t.bucket()
    seen = {t.s3.get(name, query="location").status for _ in range(200)}
    t.ok(429 in seen and seen <= {200, 429}, "statuses %r" % seen)


# ---- what is not there ----


@answers("r2")
def op_lacks__r2(t):
    name = t.bucket()
    for answer, operation in (
            (t.s3.get(name, query="publicAccessBlock"), "GetPublicAccessBlock"),
            (t.s3.get(name, query="versions"), "ListObjectVersions"),
            (t.s3.put(name, "k", b"<Tagging/>", None, "tagging"), "PutObjectTagging"),
            (t.s3.get(name, query="policy"), "GetBucketPolicy"),
            (t.s3.put(name, None, b"<x/>", None, "versioning"), "PutBucketVersioning"),
            (t.s3.get(name, "k", query="attributes"), "GetObjectAttributes")):
        t.error(answer, 501, "NotImplemented", operation + " not implemented")


def _lacks(t, answer, header, value):
    t.error(answer, 501, "NotImplemented",
            "Header '%s' with value '%s' not implemented" % (header, value))


def _refused(t, name, rows, method="PUT", key="k", **more):
    for header, value in rows:
        headers = dict(more, **{header: value})
        _lacks(t, t.s3.request(method, name, key, None, headers, b"x" if method == "PUT" else b""),
               header, value)


@answers("r2")
def tagging_header__r2(t):
    name = t.bucket()
    _refused(t, name, [("x-amz-tagging", "retention=default")])
    _refused(t, name, [("x-amz-tagging-directive", "REPLACE")],
             **{"x-amz-copy-source": "/%s/from" % name})


@answers("r2")
def tagging_twice__r2(t):
    _refused(t, t.bucket(), [("x-amz-tagging", "a=1&a=2")])


@answers("r2")
def header_lacks__r2(t):
    _refused(t, t.bucket(), [("x-amz-website-redirect-location", "/x")])


@answers("r2")
def redirect__r2(t):
    _refused(t, t.bucket(), [("x-amz-website-redirect-location", "/x")])


@answers("r2")
def grant_header__r2(t):
    _refused(t, t.bucket(), [("x-amz-grant-read", "id=1"), ("x-amz-grant-full-control", "id=1")])


@answers("r2")
def sse_header__r2(t):
    _refused(t, t.bucket(), [("x-amz-server-side-encryption", "AES256"),
                             ("x-amz-server-side-encryption", "aws:kms"),
                             ("x-amz-server-side-encryption-aws-kms-key-id", "x")])


@answers("r2")
def sse_dsse__r2(t):
    _refused(t, t.bucket(), [("x-amz-server-side-encryption", "aws:kms:dsse")])


@answers("r2")
def lock_header__r2(t):
    name = t.bucket()
    _refused(t, name, [("x-amz-object-lock-mode", "GOVERNANCE"),
                       ("x-amz-object-lock-legal-hold", "ON")])
    _refused(t, name, [("x-amz-bypass-governance-retention", "true")], "DELETE")


@answers("r2")
def mfa_header__r2(t):
    _refused(t, t.bucket(), [("x-amz-mfa", "serial 123456")], "DELETE")


@answers("r2")
def expected_owner__r2(t):
    name = t.bucket()
    _refused(t, name, [("x-amz-expected-bucket-owner", "000000000000")])
    _refused(t, name, [("x-amz-expected-bucket-owner", "000000000000")], "GET", None)


@answers("r2")
def request_payer__r2(t):
    _refused(t, t.bucket(), [("x-amz-request-payer", "requester")], "GET")


@answers("r2")
def write_offset__r2(t):
    _refused(t, t.bucket(), [("x-amz-write-offset-bytes", "0")])


@answers("r2")
def class_empty__r2(t):
    _refused(t, t.bucket(), [("x-amz-storage-class", "")])


@answers("r2")
def class_bad__r2(t):
    _refused(t, t.bucket(), [("x-amz-storage-class", "GLACIER"),
                             ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                             ("x-amz-storage-class", "none")])


@answers("r2")
def classes__r2(t):
    name = t.bucket()
    t.object(name, "s", x_amz_storage_class="STANDARD")
    t.object(name, "ia", x_amz_storage_class="STANDARD_IA")
    t.no_header(t.s3.head(name, "s"), "x-amz-storage-class")
    t.header(t.s3.head(name, "ia"), "x-amz-storage-class", "STANDARD_IA")
    for other in ("REDUCED_REDUNDANCY", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER",
                  "GLACIER_IR", "DEEP_ARCHIVE"):
        t.error(t.s3.put(name, "k", b"x", {"x-amz-storage-class": other}), 501, "NotImplemented",
                "Header 'x-amz-storage-class' with value '%s' not implemented" % other)


@answers("r2")
def class_header__r2(t):
    name = t.bucket()
    t.object(name, "ia", x_amz_storage_class="STANDARD_IA")
    t.header(t.s3.get(name, "ia"), "x-amz-storage-class", "STANDARD_IA")


@answers("r2")
def class_listed__r2(t):
    name = t.bucket()
    t.object(name, "a", x_amz_storage_class="STANDARD_IA")
    t.object(name, "b")
    root = t.status(t.s3.get(name, query="list-type=2"), 200).xml
    t.eq([c.get("StorageClass") for c in root.all("Contents")], ["STANDARD_IA", "STANDARD"])


@answers("r2")
def restore__r2(t):
    t.error(t.s3.post(t.bucket(), "k", "restore", b"<RestoreRequest/>"), 501, "NotImplemented",
            "RestoreObject not implemented")


# ---- answers ----


@answers("r2")
def error_fields__r2(t):
    root = t.error(t.s3.get(t.bucket(), "none"), 404, "NoSuchKey",
                   "The specified key does not exist.")
    t.eq((root.names(), root.namespace), (["Code", "Message"], ""))


@answers("r2")
def ids__r2(t):
    answer = t.s3.get(t.bucket())
    t.ok(re.fullmatch("[0-9a-f]{16}-[A-Z]{3}", answer.header("cf-ray") or ""), "cf-ray")
    t.no_header(answer, "x-amz-request-id")
    t.no_header(answer, "x-amz-id-2")


@answers("r2")
def headers_more__r2(t):
    name = t.bucket()
    for answer in (t.s3.get(name, "none"), t.s3.head(name), t.s3.get()):
        t.ok(answer.header("cf-ray"), "cf-ray of %r" % answer)


@answers("r2")
def server__r2(t):
    t.header(t.s3.get(t.bucket()), "Server", "cloudflare")


@answers("r2")
def head_error__r2(t):
    t.bare_error(t.s3.head(t.bucket(), "none"), 404)


@answers("r2")
def sse_told__r2(t):
    name = t.bucket()
    for answer in (t.object(name, "k"), t.s3.get(name, "k")):
        t.no_header(answer, "x-amz-server-side-encryption")


@answers("r2")
def unsigned__r2(t):
    name = t.bucket()
    t.object(name, "k")
    for answer in (t.s3.get(name, "k", sign=None), t.s3.get(name, sign=None),
                   t.s3.put(name, "k", b"y", sign=None)):
        t.error(answer, 400, "InvalidArgument", "Authorization")


@answers("r2")
def unsigned_bucket__r2(t):
    t.error(t.s3.get(t.name(), "k", sign=None), 400, "InvalidArgument", "Authorization")


@answers("r2")
def nobody__r2(t):
    t.error(t.s3.get(t.bucket(), "k", sign=None), 400, "InvalidArgument", "Authorization")


@answers("r2")
def versioning__r2(t):
    t.error(t.s3.get(t.bucket(), query="versioning"), 501, "NotImplemented",
            "GetBucketVersioning not implemented")


@answers("r2")
def list_versions__r2(t):
    t.error(t.s3.get(t.bucket(), query="versions"), 501, "NotImplemented",
            "ListObjectVersions not implemented")


@answers("r2")
def version_id__r2(t):
    name = t.bucket()
    told = t.object(name, "k").header("x-amz-version-id")
    t.ok(re.fullmatch("[0-9A-Za-z_-]{32}", told or ""), "version id of PUT: %r" % told)
    copy = t.s3.put(name, "copy", b"", {"x-amz-copy-source": "/%s/k" % name})
    t.ok(t.status(copy, 200).header("x-amz-version-id"), "version id of a copy")
    t.no_header(t.s3.get(name, "k"), "x-amz-version-id")


@answers("r2")
def policy_bad__r2(t):
    t.error(t.s3.put(t.bucket(), None, b"x", None, "policy"), 501, "NotImplemented",
            "PutBucketPolicy not implemented")


@answers("r2")
def cors_off__r2(t):
    name = t.bucket()
    answer = t.s3.request("OPTIONS", name, "k", None, {
        "Origin": "https://x.example", "Access-Control-Request-Method": "GET"}, sign=None)
    t.status(answer, 204)
    t.no_header(answer, "Access-Control-Allow-Origin")


@answers("r2")
def cors_rules__r2(t):
    name = t.bucket()

    def put(origin):
        return t.s3.put(name, None, "<CORSConfiguration><CORSRule><AllowedMethod>GET"
                        "</AllowedMethod><AllowedOrigin>%s</AllowedOrigin></CORSRule>"
                        "</CORSConfiguration>" % origin, None, "cors")

    for origin in ("https://a.example", "http://localhost:3000", "*", "https://*.example"):
        t.status(put(origin), 200)
    for origin in ("a.example", "https://a.example/", "https://a.example/path", "https://",
                   "https://a.example:port"):
        t.error(put(origin), 400, "MalformedXML")


CUSTOMER = {"x-amz-server-side-encryption-customer-algorithm": "AES256",
            "x-amz-server-side-encryption-customer-key": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
            "x-amz-server-side-encryption-customer-key-MD5": s3raw.md5_base64(b"k" * 32)}


@answers("open", "r2")
def sse_c_plain__r2(t):
    name = t.bucket()
    t.status(t.s3.put(name, "k", b"x", CUSTOMER), 200)
    t.body(t.s3.get(name, "k", headers=CUSTOMER), b"x")
    t.status(t.s3.get(name, "k"), 400)


@answers("r2")
def new_sse_c__r2(t):
    t.status(t.s3.put(t.bucket(), "k", b"x", CUSTOMER), 200)


@answers("r2")
def bucket_reserved__r2(t):
    t.status(t.s3.put(t.name_of("xn--" + t.name()[-20:])), 200)


@answers("r2")
def bucket_minio__r2(t):
    t.status(t.s3.put(t.name_of("minio")), 200)


@answers("r2")
def bucket_force__r2(t):
    name = t.bucket()
    t.object(name, "k")
    t.error(t.s3.delete(name, headers={"x-minio-force-delete": "true"}), 409, "BucketNotEmpty")


@answers("r2")
def method_unknown__r2(t):
    t.error(t.s3.request("PATCH", t.bucket(), "k"), 405, "MethodNotAllowed")


@answers("r2")
def op_unknown__r2(t):
    name = t.bucket()
    for method in ("GET", "PUT", "DELETE"):
        t.error(t.s3.request(method, name, None, "sub-resource"), 501, "NotImplemented")
    t.status(t.s3.head(name), 200)


@answers("r2")
def acl_header__r2(t):
    """It does no harm and nothing else."""
    name = t.bucket()
    t.object(name, "k", b"x", x_amz_acl="public-read")
    t.error(t.s3.get(name, "k", sign=None), 400, "InvalidArgument", "Authorization")


@answers("r2")
def acl_put__r2(t):
    t.error(t.s3.put(t.bucket(), None, b"", {"x-amz-acl": "private"}, "acl"), 501,
            "NotImplemented", "PutBucketAcl not implemented")


@answers("r2")
def expect_100__r2(t):
    name = t.bucket()
    """No word of it is said; who waits sends the body after a while, and all is well."""
    method, target, headers, body = t.s3.build("PUT", name, "k", body=b"data",
                                               headers={"Expect": "100-continue"})
    with t.s3.socket() as sock:
        sock.sendall(("%s %s HTTP/1.1\r\n" % (method, target)).encode() +
                     "".join("%s: %s\r\n" % h for h in headers).encode() + b"\r\n")
        sock.settimeout(0.3)
        try:
            t.fail("there came %r" % sock.recv(4096))
        except TimeoutError:
            pass
        sock.settimeout(60)
        sock.sendall(body)
        t.ok(sock.recv(4096).startswith(b"HTTP/1.1 200 "), "no 200")
    t.body(t.s3.get(name, "k"), b"data")


@answers("r2")
def link_long__r2(t):
    name = t.bucket()
    t.status(t.s3.get(name, "k", sign="presign", expires=604801), 400)
    t.status(t.s3.get(name, "k", sign="presign", expires=604800), 404)


@answers("r2")
def consistency__r2(t):
    name = t.bucket()
    for n in range(5):
        t.object(name, "k%d" % n, b"%d" % n)
        t.body(t.s3.get(name, "k%d" % n), b"%d" % n)
        t.eq(len(t.keys(name)), n + 1)
        t.status(t.s3.delete(name, "k%d" % n), 204) if n == 4 else None
    t.eq(len(t.keys(name)), 4)
