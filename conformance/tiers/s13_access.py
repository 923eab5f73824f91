# SPDX-License-Identifier: Apache-2.0
"""Section 13: access, consistency, rate."""
from tiers import answers

PUBLIC = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",' \
    '"Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"}]}'


@answers("aws", "minio")
def nobody(t):
    name = t.bucket()
    t.object(name, "k", b"open")
    t.error(t.s3.get(name, "k", sign=None), 403, "AccessDenied")
    if t.tier != "minio":
        t.status(t.s3.delete(name, query="publicAccessBlock"), 204)
    t.status(t.s3.put(name, body=PUBLIC % name, query="policy"), 204)
    t.body(t.s3.get(name, "k", sign=None), b"open")


@answers("aws", "minio")
def consistency(t):
    """What was acknowledged is there, in reads and in listings."""
    name = t.bucket()
    for i in range(20):
        t.object(name, "k%02d" % i, b"%d" % i)
        t.body(t.s3.get(name, "k%02d" % i), b"%d" % i)
        t.eq(len(t.keys(name)), i + 1)
    t.status(t.s3.delete(name, "k07"), 204)
    t.eq(len(t.keys(name)), 19)


@answers("aws", "minio")
def same_key(t):
    name = t.bucket()
    for i in range(20):
        t.object(name, "k", b"%d" % i)
    t.body(t.s3.get(name, "k"), b"19")


@answers("aws", "minio")
def throttle(t):
    name = t.bucket()
    for _ in range(100):
        t.bare_error(t.s3.head(name, "none"), 404)


@answers("aws")
def policy_bad(t):
    t.error(t.s3.put(t.bucket(), body="[]", query="policy"), 400, "MalformedPolicy",
            "Policies must be valid JSON and the first byte must be '{'")


@answers("aws", "minio")
def tls(t):
    t.status(t.s3.get(t.bucket()), 200)


@answers("minio")
def policy_bad__minio(t):
    other = PUBLIC % "another-bucket"
    t.error(t.s3.put(t.bucket(), body=other, query="policy"), 400, "MalformedPolicy",
            "bucket name does not match")
