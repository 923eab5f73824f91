# SPDX-License-Identifier: Apache-2.0
"""Section 3: what a service lacks."""
import document
import sse
import tags
import worm
from tiers import answers

FIXED = "A header you provided implies functionality that is not implemented"
OTHER = "123456789012"


@answers("aws")
def op_lacks(t):
    t.error(t.s3.get(t.bucket(), query={"events": "s3:ObjectCreated:*"}), 501, "NotImplemented")


@answers("minio")
def op_lacks__minio(t):
    name = t.bucket()
    for query in ("cors", "accelerate", "requestPayment", "website", "logging", "analytics",
                  "inventory", "metrics", "ownershipControls", "publicAccessBlock"):
        t.error(t.s3.put(name, body="<x/>", query=query), 501, "NotImplemented", FIXED)
    for query in ("cors", "publicAccessBlock", "analytics", "ownershipControls"):
        t.error(t.s3.delete(name, query=query), 501, "NotImplemented", FIXED)
    t.error(t.s3.get(name, query="publicAccessBlock"), 501, "NotImplemented", FIXED)
    t.status(t.s3.head(name), 200)  # nothing of it was a DeleteBucket


@answers("aws", "minio")
def op_unknown(t):
    """Nothing falls through to another operation, whatever the service does."""
    name = t.bucket()
    t.object(name, "k")
    for method in ("GET", "PUT", "DELETE"):
        for key in (None, "k"):
            answer = t.s3.request(method, name, key, query="nonsense")
            t.error(answer, 501, "NotImplemented", FIXED if t.tier == "minio" else
                    "The sub-resource nonsense is not implemented.")
    t.body(t.s3.get(name, "k"), b"x")


@answers("aws")
def method_unknown(t):
    t.error(t.s3.request("PATCH", t.bucket(), "k"), 405, "MethodNotAllowed", Method="PATCH")


@answers("minio")
def method_unknown__minio(t):
    name = t.bucket()
    t.error(t.s3.request("PATCH", name, "k"), 400, "BadRequest",
            "An unsupported API call for method: PATCH at '/%s/k'" % name)


@answers("aws", "minio")
def list_param(t):
    name = t.bucket()
    t.object(name, "k")
    t.eq(t.keys(name, {"metadata": "true"}), ["k"])


@answers("aws")
def acl_header(t):
    name = t.bucket()
    t.error(t.s3.put(name, "k", b"x", {"x-amz-acl": "public-read"}), 400,
            "AccessControlListNotSupported", "The bucket does not allow ACLs")
    t.status(t.s3.put(name, "k", b"x", {"x-amz-acl": "bucket-owner-full-control"}), 200)


@answers("minio")
def acl_header__minio(t):
    name = t.bucket()
    for acl in ("public-read", "bucket-owner-full-control", "nonsense"):
        t.status(t.s3.put(name, "k", b"x", {"x-amz-acl": acl}), 200)


@answers("aws")
def grant_header(t):
    t.error(t.s3.put(t.bucket(), "k", b"x", {
        "x-amz-grant-read": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'}),
        400, "AccessControlListNotSupported")


@answers("minio")
def grant_header__minio(t):
    t.status(t.s3.put(t.bucket(), "k", b"x", {"x-amz-grant-read": "nonsense"}), 200)


@answers("aws", "minio")
def tagging_header(t):
    name = t.bucket()
    t.object(name, "k", x_amz_tagging="a=1&b=2")
    t.eq(t.s3.head(name, "k").header("x-amz-tagging-count"), "2")


@answers("aws")
def tagging_twice(t):
    t.error(t.s3.put(t.bucket(), "k", b"x", {"x-amz-tagging": "a=1&a=2"}), 400,
            "InvalidArgument", tags.HEADER)


@answers("minio")
def tagging_twice__minio(t):
    t.error(t.s3.put(t.bucket(), "k", b"x", {"x-amz-tagging": "a=1&a=2"}), 400, "InvalidTag",
            "Cannot provide multiple Tags with the same key")


@answers("aws")
def sse_header(t):
    name = t.bucket()
    for mode in ("AES256", "aws:kms"):
        answer = t.object(name, "k", x_amz_server_side_encryption=mode)
        t.header(answer, "x-amz-server-side-encryption", mode)


@answers("minio")
def sse_header__minio(t):
    name = t.bucket()
    for mode in ("AES256", "aws:kms"):
        t.error(t.s3.put(name, "k", b"x", {"x-amz-server-side-encryption": mode}), 501,
                "NotImplemented", "Server side encryption specified but KMS is not configured")
    t.error(t.s3.put(name, "k", b"x", {"x-amz-server-side-encryption": "bogus"}), 400,
            "InvalidArgument")


@answers("aws")
def sse_dsse(t):
    answer = t.object(t.bucket(), "k", x_amz_server_side_encryption="aws:kms:dsse")
    t.header(answer, "x-amz-server-side-encryption", "aws:kms:dsse")


@answers("minio")
def sse_dsse__minio(t):
    t.error(t.s3.put(t.bucket(), "k", b"x", {"x-amz-server-side-encryption": "aws:kms:dsse"}),
            400, "InvalidArgument")


@answers("aws", "minio")
def sse_c_plain(t):
    if t.s3.tls:
        t.skip("over TLS")
    t.error(t.s3.put(t.bucket(), "k", b"x", sse.customer(sse.new_key())), 400, "InvalidRequest",
            "Requests specifying Server Side Encryption with Customer provided keys must be "
            "made over a secure connection.")


@answers("aws", "minio")
def lock_header(t):
    t.error(t.s3.put(t.bucket(), "k", b"x", {
        "x-amz-object-lock-mode": "GOVERNANCE",
        "x-amz-object-lock-retain-until-date": worm.at(days=1)}), 400, "InvalidRequest",
        "Bucket is missing ObjectLockConfiguration" if t.tier == "minio" else
        "Bucket is missing Object Lock Configuration")


@answers("aws")
def expected_owner(t):
    name = t.bucket()
    t.error(t.s3.get(name, headers={"x-amz-expected-bucket-owner": OTHER}), 403, "AccessDenied")
    t.error(t.s3.get(name, headers={"x-amz-expected-bucket-owner": "0000"}), 400,
            "InvalidBucketOwnerAWSAccountID")


@answers("minio")
def expected_owner__minio(t):
    name = t.bucket()
    for owner in (OTHER, "0000"):
        t.status(t.s3.get(name, headers={"x-amz-expected-bucket-owner": owner}), 200)


@answers("aws")
def request_payer(t):
    name = t.bucket()
    t.error(t.s3.get(name, headers={"x-amz-request-payer": "somebody"}), 400,
            "InvalidArgument", ArgumentName="x-amz-request-payer")
    t.status(document.put(t, name, "requestPayment", document.xml(
        "RequestPaymentConfiguration", "<Payer>Requester</Payer>")), 200)
    t.header(t.s3.get(name, headers={"x-amz-request-payer": "requester"}),
             "x-amz-request-charged", "requester")


@answers("minio")
def request_payer__minio(t):
    answer = t.status(t.s3.get(t.bucket(), headers={"x-amz-request-payer": "nonsense"}), 200)
    t.no_header(answer, "x-amz-request-charged")


@answers("aws")
def redirect(t):
    name = t.bucket()
    t.object(name, "k", x_amz_website_redirect_location="/other")
    t.header(t.s3.head(name, "k"), "x-amz-website-redirect-location", "/other")
    t.error(t.s3.put(name, "k", b"x", {"x-amz-website-redirect-location": "other"}), 400,
            "InvalidRedirectLocation")


@answers("minio")
def redirect__minio(t):
    name = t.bucket()
    t.object(name, "k", x_amz_website_redirect_location="other")
    t.no_header(t.s3.head(name, "k"), "x-amz-website-redirect-location")


@answers("minio")
def class_empty(t):
    name = t.bucket()
    t.status(t.s3.put(name, "k", b"x", {"x-amz-storage-class": ""}), 200)
    t.no_header(t.s3.head(name, "k"), "x-amz-storage-class")


@answers("aws")
def class_empty__aws(t):
    t.error(t.s3.put(t.bucket(), "k", b"x", {"x-amz-storage-class": ""}), 400,
            "InvalidStorageClass")


@answers("aws")
def header_lacks(t):
    t.error(t.s3.put(t.bucket(), "k", b"x", {"x-amz-checksum-later": "AAAA"}), 501,
            "NotImplemented", FIXED, Header="x-amz-checksum-later")


@answers("minio")
def header_lacks__minio(t):
    name = t.bucket()
    t.status(t.s3.put(name, "k", b"x", {"x-amz-checksum-later": "AAAA"}), 200)
    t.no_header(t.s3.head(name, "k"), "x-amz-checksum-later")


PUBLIC_READ = {"x-amz-acl": "public-read"}


@answers("aws")
def acl_put(t):
    name = t.bucket()
    t.object(name, "k")
    for key in (None, "k"):
        t.error(t.s3.put(name, key, b"", PUBLIC_READ, "acl"), 400,
                "AccessControlListNotSupported")
        t.status(t.s3.put(name, key, b"", {"x-amz-acl": "bucket-owner-full-control"}, "acl"), 200)


@answers("minio")
def acl_put__minio(t):
    name = t.bucket()
    t.object(name, "k")
    for key in (None, "k"):
        t.error(t.s3.put(name, key, b"", PUBLIC_READ, "acl"), 501, "NotImplemented", FIXED)
        t.status(t.s3.put(name, key, b"", {"x-amz-acl": "private"}, "acl"), 200)


@answers("aws")
def write_offset(t):
    t.error(t.s3.put(t.bucket(), "k", b"x", {"x-amz-write-offset-bytes": "0"}), 501,
            "NotImplemented", Header="x-amz-write-offset-bytes")


@answers("minio")
def write_offset__minio(t):
    t.error(t.s3.put(t.bucket(), "k", b"x", {"x-amz-write-offset-bytes": "0"}), 400, "BadRequest")
