# SPDX-License-Identifier: Apache-2.0
"""Section 2: buckets."""
import os

import sse
from tiers import answers

MISSING = "<CreateBucketConfiguration><LocationConstraint>%s</LocationConstraint>" \
    "</CreateBucketConfiguration>"


def make(t, name, **how):
    """CreateBucket of that name, to be deleted afterwards."""
    t.buckets.append(name)
    return t.s3.put(name, **how)


def unique():
    return os.urandom(6).hex()


@answers("aws", "minio")
def bucket_dots(t):
    t.status(make(t, "a.b.%s" % unique()), 200)


@answers("aws")
def bucket_reserved(t):
    for name in ("xn--%s", "sthree-%s", "amzn-s3-demo-%s", "%s-s3alias", "%s--ol-s3", "%s.mrap",
                 "%s--x-s3", "%s--table-s3"):
        t.error(make(t, name % unique()), 400, "InvalidBucketName",
                "The specified bucket is not valid.")


@answers("minio")
def bucket_reserved__minio(t):
    for name in ("xn--%s", "sthree-%s", "amzn-s3-demo-%s", "%s-s3alias", "%s--ol-s3", "%s.mrap",
                 "%s--x-s3", "%s--table-s3"):
        t.status(make(t, name % unique()), 200)


@answers("aws")
def bucket_minio(t):
    t.status(make(t, "minio"), 200)


@answers("minio")
def bucket_minio__minio(t):
    t.error(make(t, "minio"), 403, "AllAccessDisabled",
            "All access to this resource has been disabled.")


@answers("aws", "minio")
def bucket_bad(t):
    for name in ("ab", "A" * 8, "a_b_c", "a..b", "-abc", "1.2.3.4", "a" * 64):
        t.error(t.s3.put(name), 400, "InvalidBucketName", "The specified bucket is not valid.")


@answers("aws")
def bucket_yours(t):
    t.status(t.s3.put(t.bucket()), 200)


@answers("minio")
def bucket_yours__minio(t):
    t.error(t.s3.put(t.bucket()), 409, "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.")


@answers("aws")
def location(t):
    t.error(make(t, t.name(), body=MISSING % "eu-west-1"), 400,
            "IllegalLocationConstraintException",
            "The eu-west-1 location constraint is incompatible for the region specific endpoint "
            "this request was sent to.")
    t.error(make(t, t.name(), body=MISSING % "us-east-1"), 400, "InvalidLocationConstraint",
            LocationConstraint="us-east-1")
    t.error(make(t, t.name(), body=MISSING % "moon-1"), 400, "InvalidLocationConstraint")


@answers("minio")
def location__minio(t):
    for region in ("eu-west-1", "us-east-1", "moon-1"):
        t.status(make(t, t.name(), body=MISSING % region), 200)


@answers("aws", "minio")
def location_told(t):
    root = t.status(t.s3.get(t.bucket(), query="location"), 200).xml
    t.eq((root.name, root.value), ("LocationConstraint", ""))


@answers("minio")
def location_told__any(t):
    name = t.name()
    t.status(t.s3.put(name, body=MISSING % "eu-west-1"), 200)
    t.eq(t.s3.get(name, query="location").xml.value, "")


@answers("aws")
def bucket_head(t):
    t.header(t.s3.head(t.bucket()), "x-amz-bucket-region", "us-east-1")


@answers("minio")
def bucket_head__minio(t):
    t.no_header(t.status(t.s3.head(t.bucket()), 200), "x-amz-bucket-region")


@answers("aws")
def bucket_head_more(t):
    name = t.bucket()
    answer = t.s3.head(name)
    t.header(answer, "x-amz-bucket-arn", "arn:aws:s3:::" + name)
    t.header(answer, "x-amz-access-point-alias", "false")


@answers("minio")
def bucket_head_more__minio(t):
    answer = t.s3.head(t.bucket())
    t.no_header(answer, "x-amz-bucket-arn")
    t.no_header(answer, "x-amz-access-point-alias")


@answers("aws", "minio")
def bucket_lock(t):
    name = t.name()
    t.status(t.s3.put(name, headers={"x-amz-bucket-object-lock-enabled": "true"}), 200)
    t.eq(t.s3.get(name, query="object-lock").xml.get("ObjectLockEnabled"), "Enabled")


@answers("aws", "minio")
def bucket_full(t):
    name = t.bucket()
    t.object(name, "k")
    t.error(t.s3.delete(name), 409, "BucketNotEmpty",
            "The bucket you tried to delete is not empty")
    t.versioning(name)
    t.status(t.s3.delete(name, "k"), 204)
    t.error(t.s3.delete(name), 409, "BucketNotEmpty",
            "The bucket you tried to delete is not empty. You must delete all versions in the "
            "bucket.")


@answers("aws")
def bucket_force(t):
    name = t.bucket()
    t.object(name, "k")
    t.error(t.s3.delete(name, headers={"x-minio-force-delete": "true"}), 409, "BucketNotEmpty")


@answers("aws")
def buckets_params(t):
    first, second = sorted((t.bucket(), t.bucket()))
    root = t.status(t.s3.get(query={"prefix": second}), 200).xml
    t.eq([b.get("Name") for b in root.all("Buckets/Bucket")], [second])
    root = t.status(t.s3.get(query={"max-buckets": "1"}), 200).xml
    t.eq(len(root.all("Buckets/Bucket")), 1)
    t.error(t.s3.get(query={"bucket-region": "moon-1"}), 400, "InvalidArgument",
            "Argument value moon-1 is not a valid AWS Region")


@answers("minio")
def buckets_params__minio(t):
    names = {t.bucket(), t.bucket()}
    for query in ({"prefix": "zzz"}, {"max-buckets": "1"}, {"bucket-region": "moon-1"},
                  {"continuation-token": "!"}):
        root = t.status(t.s3.get(query=query), 200).xml
        t.ok(names <= {b.get("Name") for b in root.all("Buckets/Bucket")}, "not all are there")
        t.eq(root.get("Prefix"), None)


PUBLIC = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",' \
    '"Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"}]}'


@answers("aws")
def new_public(t):
    name = t.bucket()
    t.error(t.s3.put(name, body=PUBLIC % name, query="policy"), 403, "AccessDenied")


@answers("minio")
def new_public__minio(t):
    name = t.bucket()
    t.object(name, "k", b"open")
    t.status(t.s3.put(name, body=PUBLIC % name, query="policy"), 204)
    t.body(t.s3.get(name, "k", sign=None), b"open")


@answers("aws")
def new_acl(t):
    name = t.name()
    t.status(t.s3.put(name, headers={"x-amz-acl": "private"}), 200)
    root = t.status(t.s3.get(name, query="ownershipControls"), 200).xml
    t.eq(root.get("Rule/ObjectOwnership"), "BucketOwnerEnforced")
    t.error(t.s3.put(t.name(), headers={"x-amz-acl": "public-read"}), 400,
            "InvalidBucketAclWithObjectOwnership")


@answers("minio")
def new_acl__minio(t):
    for acl in ("private", "public-read", "nonsense"):
        t.status(t.s3.put(t.name(), headers={"x-amz-acl": acl}), 200)


@answers("aws")
def new_sse_c(t):
    if not t.s3.tls:
        t.skip("needs TLS")
    t.error(t.s3.put(t.bucket(), "k", b"x", sse.customer(sse.new_key())), 403, "AccessDenied")


@answers("minio")
def new_sse_c__minio(t):
    if not t.s3.tls:
        t.skip("needs TLS")
    name, key = t.bucket(), sse.customer(sse.new_key())
    t.status(t.s3.put(name, "k", b"x", key), 200)
    t.body(t.s3.get(name, "k", headers=key), b"x")


@answers("aws", "minio")
def new_rule(t):
    t.error(t.s3.get(t.bucket(), query="lifecycle"), 404, "NoSuchLifecycleConfiguration",
            "The lifecycle configuration does not exist")


@answers("aws", "minio", "r2")
def buckets(t):
    """The limit, where the server was started with a small one."""
    if "buckets" not in t.limits:
        t.skip("needs a server with a small limit")
    names = [t.bucket() for _ in range(t.limits["buckets"])]
    t.error(t.s3.put(t.name()), 400, "TooManyBuckets")
    t.status(t.s3.delete(names[0]), 204)
    t.bucket()


@answers("minio")
def bucket_force__minio(t):
    name = t.bucket()
    t.versioning(name)
    for _ in range(3):
        t.object(name, "k")
    t.upload(name, "u")
    t.status(t.s3.delete(name, headers={"x-minio-force-delete": "true"}), 204)
    t.bare_error(t.s3.head(name), 404)
    t.status(t.s3.put(name), 200)
    t.eq(t.keys(name), [])
