# SPDX-License-Identifier: Apache-2.0
import s3raw
import worm


def DeleteObject_there(t):
    name = t.bucket()
    t.object(name, "key")
    answer = t.status(t.s3.delete(name, "key"), 204)
    t.eq(answer.body, b"")
    t.no_header(answer, "x-amz-delete-marker")
    t.error(t.s3.get(name, "key"), 404, "NoSuchKey")


def DeleteObject_missing(t):
    name = t.bucket()
    t.status(t.s3.delete(name, "key"), 204)
    missing = t.name()
    t.error(t.s3.delete(missing, "key"), 404, "NoSuchBucket", BucketName=missing)


def DeleteObject_if_match(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    t.error(t.s3.delete(name, "key", headers={"If-Match": '"0"'}), 412, "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold", Condition="If-Match")
    t.status(t.s3.head(name, "key"), 200)
    t.status(t.s3.delete(name, "key", headers={"If-Match": s3raw.etag(b"x")}), 204)
    t.status(t.s3.head(name, "key"), 404)


def DeleteObject_if_match_star(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    t.status(t.s3.delete(name, "key", headers={"If-Match": "*"}), 204)


def DeleteObject_if_match_size_and_time(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    for field, value in (("x-amz-if-match-size", "1"),
                         ("x-amz-if-match-last-modified-time", "Wed, 21 Oct 2015 07:28:00 GMT")):
        t.error(t.s3.delete(name, "key", headers={field: value}), 501, "NotImplemented",
                "A header you provided implies functionality that is not implemented",
                Header=field)
    t.status(t.s3.head(name, "key"), 200)


def DeleteObject_bypass_governance(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    for value in ("true", "false"):
        t.error(t.s3.delete(name, "key", headers={"x-amz-bypass-governance-retention": value}),
                400, "InvalidArgument",
                "x-amz-bypass-governance-retention is only applicable to Object Lock enabled "
                "buckets.", ArgumentName="x-amz-bypass-governance-retention")
    t.status(t.s3.head(name, "key"), 200)


def DeleteObject_subresource_keeps_the_object(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    for query in ("tagging", "acl", "retention", "legal-hold", "torrent", "restore"):
        t.s3.delete(name, "key", query)
        t.status(t.s3.head(name, "key"), 200)


def DeleteObject_prefix_of_others(t):
    name = t.bucket()
    for key in ("a", "a/", "a/b", "ab"):
        t.object(name, key)
    t.status(t.s3.delete(name, "a"), 204)
    t.eq(t.keys(name), ["a/", "a/b", "ab"])
    t.status(t.s3.delete(name, "a/"), 204)
    t.eq(t.keys(name), ["a/b", "ab"])


def DeleteObject_bypass(t):
    """Past GOVERNANCE for who asks; a header without a lock is refused."""
    name = worm.bucket(t)
    version = worm.locked(t, name, "key")
    for value in (None, "false", "yes"):
        headers = {"x-amz-bypass-governance-retention": value} if value else None
        t.error(worm.destroy(t, name, "key", version, headers), 403, "AccessDenied", worm.LOCKED)
    t.status(worm.destroy(t, name, "key", version, worm.BYPASS), 204)
    t.eq(t.versions(name)[0], [])
