# SPDX-License-Identifier: Apache-2.0
import re

import control


def CreateAccessPoint_answer(t):
    c, bucket = control.Control(t), t.bucket()
    name = "p" + bucket[-30:]
    root = c.good(c.create(bucket, name), 200, "CreateAccessPointResult")
    t.eq(root.get("AccessPointArn"), control.point_arn(t, name))
    alias = root.get("Alias")
    t.ok(re.fullmatch(r"[a-z0-9-]{1,63}", alias) and alias.startswith(name[:20] + "-")
         and re.search(r"-[a-z0-9]{34}-s3alias$", alias), alias)
    c.error(c.create(bucket, name), 409, "AccessPointAlreadyOwnedByYou")
    c.delete(name)


def CreateAccessPoint_data(t):
    """By alias and by ARN the bucket is what is read and written."""
    c, bucket = control.Control(t), t.bucket()
    name, alias = c.point(bucket)
    t.object(alias, "a/k", b"by alias")
    t.body(t.s3.get(bucket, "a/k"), b"by alias")
    arn = control.point_arn(t, name)
    in_path = arn.rsplit("/", 1)[0]
    t.body(t.s3.get(in_path, name + "/a/k"), b"by alias")
    t.eq(t.keys(alias), ["a/k"])
    t.status(t.s3.head(alias), 200)
    for source in (alias + "/a/k", arn + "/object/a/k"):
        t.status(t.s3.put(bucket, "copy", headers={"x-amz-copy-source": source}), 200)
        t.body(t.s3.get(bucket, "copy"), b"by alias")
    t.status(t.s3.delete(alias, "a/k"), 204)
    t.error(t.s3.get(bucket, "a/k"), 404, "NoSuchKey")
    c.delete(name)
    t.error(t.s3.get(alias, "copy"), 404, "NoSuchBucket")
    t.error(t.s3.get(in_path, name + "/copy"), 404, "NoSuchAccessPoint", AccessPointName=name)
    t.error(t.s3.get("arn:aws:s3:::x", "copy"), 400, "InvalidAccessPoint")


def CreateAccessPoint_bucket_operations(t):
    """Settings of a bucket are not changed through an access point."""
    c, bucket = control.Control(t), t.bucket()
    name, alias = c.point(bucket)
    for method, query in (("DELETE", ""), ("PUT", ""), ("PUT", "versioning"), ("GET", "website"),
                          ("DELETE", "policy")):
        t.error(t.s3.request(method, alias, None, query), 405, "MethodNotAllowed")
    t.error(t.s3.delete(bucket), 400, "BucketHasAccessPointsAttached")
    c.delete(name)
    t.status(t.s3.delete(bucket), 204)


def CreateAccessPoint_from_a_vpc(t):
    c, bucket = control.Control(t), t.bucket()
    name, alias = c.point(
        bucket, more="<VpcConfiguration><VpcId>vpc-1</VpcId></VpcConfiguration>")
    t.object(bucket, "k", b"x")
    t.error(t.s3.get(alias, "k"), 403, "AccessDenied")
    t.error(t.s3.put(bucket, "c", headers={"x-amz-copy-source": alias + "/k"}), 403, "AccessDenied")
    c.delete(name)


def CreateAccessPoint_bad(t):
    c, bucket = control.Control(t), t.bucket()
    for name in ("ab", "UPPER", "-abc", "abc-", "a_bc", "a.bc", "x" * 51, "abc-s3alias"):
        c.error(c.create(bucket, name), 400, "InvalidAccessPoint")
    c.error(c.create(t.name(), "good-name"), 404, "NoSuchBucket")
    for body in (b"", b"<X/>", b"<CreateAccessPointRequest/>"):
        c.error(c.ask("PUT", "accesspoint/good-name", body), 400, "MalformedXML")
    c.error(c.create(bucket, "good-name", "<VpcConfiguration/>"), 400, "MalformedXML")
    c.error(c.create(bucket, "good-name", "<PublicAccessBlockConfiguration><X/>"
                     "</PublicAccessBlockConfiguration>"), 400, "MalformedXML")
    c.error(c.create(bucket, "good-name", "<BucketAccountId>123456789012</BucketAccountId>"), 403,
            "AccessDenied")
    c.error(c.ask("GET", "accesspoint/good-name"), 404, "NoSuchAccessPoint")


def CreateAccessPoint_denied(t):
    c, bucket = control.Control(t), t.bucket()
    body = ("<CreateAccessPointRequest><Bucket>%s</Bucket></CreateAccessPointRequest>"
            % bucket).encode()
    c.error(c.ask("PUT", "accesspoint/nobodys", body, sign=None), 403, "AccessDenied")
    c.denied("PUT", "accesspoint/nobodys", body)
    c.error(c.ask("GET", "accesspoint/nobodys"), 404, "NoSuchAccessPoint")
    name, alias = c.point(bucket)
    t.error(t.s3.request("GET", alias, "k", sign=None), 403, "AccessDenied")
    c.delete(name)
