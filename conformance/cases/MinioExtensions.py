# SPDX-License-Identifier: Apache-2.0
"""What MinIO has beside S3 and its clients use: forced deletes, listings with metadata, names."""
import policies
import s3raw
from policies import arn, statement

FORCE = "x-minio-force-delete"


def _filled(t):
    """Two versions of one key, a delete marker, other keys, an open upload."""
    name = t.bucket()
    t.versioning(name)
    for n in range(2):
        t.object(name, "a/b", b"%d" % n)
    for key in ("a/b/c", "a/b/d/e", "a/bc", "z"):
        t.object(name, key, key.encode())
    t.status(t.s3.delete(name, "a/b/c"), 204)
    t.upload(name, "open")
    return name


def _left(t, name):
    return sorted({row[0] for row in t.versions(name)[0]})


def MinioExtensions_bucket_with_all_that_is_in_it(t):
    name = _filled(t)
    t.error(t.s3.delete(name), 409, "BucketNotEmpty")
    t.error(t.s3.delete(name, headers={FORCE: "false"}), 409, "BucketNotEmpty")
    t.error(t.s3.delete(name, headers={FORCE: "perhaps"}), 400, "InvalidRequest",
            "x-minio-force-delete is neither true nor false.")
    answer = t.status(t.s3.delete(name, headers={FORCE: "true"}), 204)
    t.eq(answer.body, b"")
    t.bare_error(t.s3.head(name), 404)
    t.error(t.s3.delete(name, headers={FORCE: "true"}), 404, "NoSuchBucket")


def MinioExtensions_bucket_of_more_than_a_page(t):
    name = t.bucket()
    for n in range(600):
        t.object(name, "k%d" % n, b"")
    t.status(t.s3.delete(name, headers={FORCE: "true"}), 204)
    t.bare_error(t.s3.head(name), 404)


def MinioExtensions_key_and_what_is_below(t):
    name = _filled(t)
    answer = t.status(t.s3.delete(name, "a/b", headers={FORCE: "true"}), 204)
    t.no_header(answer, "x-amz-delete-marker")
    t.eq(_left(t, name), ["a/bc", "z"])
    t.status(t.s3.delete(name, "none", headers={FORCE: "1"}), 204)
    t.status(t.s3.delete(name, "a/", headers={FORCE: "true"}), 204)
    t.eq(_left(t, name), ["z"])


def MinioExtensions_nothing_is_forced_past_object_lock(t):
    name = t.name()
    t.status(t.s3.put(name, headers={"x-amz-bucket-object-lock-enabled": "true"}, **t._location()),
             200)
    t.object(name, "key")
    message = "The specified method is not allowed against this resource."
    t.error(t.s3.delete(name, headers={FORCE: "true"}), 405, "MethodNotAllowed", message,
            Method="DELETE", ResourceType="BUCKET")
    t.error(t.s3.delete(name, "key", headers={FORCE: "true"}), 405, "MethodNotAllowed", message,
            Method="DELETE", ResourceType="OBJECT")
    t.status(t.s3.head(name, "key"), 200)


def MinioExtensions_nothing_is_forced_past_replication(t):
    name, other = t.bucket(), t.bucket()
    t.versioning(name)
    t.versioning(other)
    body = ("<ReplicationConfiguration><Role>arn:aws:iam::000000000000:role/r</Role><Rule><ID>r</ID>"
            "<Priority>1</Priority><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>"
            "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>"
            "<Destination><Bucket>arn:aws:s3:::%s</Bucket></Destination></Rule>"
            "</ReplicationConfiguration>" % other).encode()
    answer = t.s3.put(name, None, body, {"Content-MD5": s3raw.md5_base64(body)}, "replication")
    if answer.status == 501:
        t.skip("no replication here")
    t.status(answer, 200)
    t.object(name, "key")
    t.error(t.s3.delete(name, headers={FORCE: "true"}), 405, "MethodNotAllowed",
            Method="DELETE", ResourceType="BUCKET")
    t.status(t.s3.head(name, "key"), 200)
    t.status(t.s3.delete(name, query="replication"), 204)
    t.status(t.s3.delete(name, headers={FORCE: "true"}), 204)


def MinioExtensions_bucket_needs_a_right_of_its_own(t):
    name = t.bucket()
    t.object(name, "key")
    user = policies.User(t, statement("Allow", ["s3:DeleteBucket", "s3:DeleteObject"],
                                      [arn(name), arn(name, "*")], None))
    for value in ("true", "false"):
        t.error(user.s3.delete(name, headers={FORCE: value}), 403, "AccessDenied")
    t.status(t.s3.head(name, "key"), 200)
    user.may(statement("Allow", ["s3:DeleteBucket", "s3:ForceDeleteBucket"], arn(name), None))
    t.status(user.s3.delete(name, headers={FORCE: "true"}), 204)
    t.bare_error(t.s3.head(name), 404)


def MinioExtensions_keys_below_are_asked_about_one_by_one(t):
    name = t.bucket()
    for key in ("a", "a/1", "a/kept", "a/z"):
        t.object(name, key)
    user = policies.User(
        t, statement("Allow", "s3:DeleteObject", arn(name, "*"), None),
        statement("Deny", "s3:DeleteObject", arn(name, "a/kept"), None))
    t.error(user.s3.delete(name, "a", headers={FORCE: "true"}), 403, "AccessDenied")
    t.status(t.s3.head(name, "a/kept"), 200)


def _rows(t, s3, name, query, tag="Contents"):
    return {row.get("Key"): row for row in t.status(s3.get(name, query=query), 200).xml.all(tag)}


def MinioExtensions_listings_with_metadata(t):
    name = t.bucket()
    t.object(name, "a", b"x", **{"x-amz-meta-owner": "us & them", "content-type": "text/plain",
                                "cache-control": "no-cache", "x-amz-tagging": "b=2%2F3&a=1"})
    t.object(name, "b", b"x", **{"content-type": "application/x-own"})
    rows = _rows(t, t.s3, name, "list-type=2&metadata=true")
    for field, value in (("UserMetadata/X-Amz-Meta-Owner", "us & them"), ("Internal/K", "1"),
                         ("UserMetadata/content-type", "text/plain"), ("Internal/M", "0"),
                         ("UserMetadata/cache-control", "no-cache"), ("UserTags", "a=1&b=2%2F3"),
                         ("Size", "1"), ("StorageClass", "STANDARD")):
        t.eq(rows["a"].get(field), value, field)
    t.eq(rows["b"].get("UserMetadata/content-type"), "application/x-own")
    t.eq(rows["b"].get("UserTags"), "")
    for query in ("list-type=2", "list-type=2&metadata=false", "metadata=true"):
        t.eq(_rows(t, t.s3, name, query)["a"].get("UserMetadata"), None, query)


def MinioExtensions_versions_with_metadata(t):
    name = t.bucket()
    t.versioning(name)
    for n in range(2):
        t.object(name, "a", b"x", **{"x-amz-meta-n": str(n)})
    t.status(t.s3.delete(name, "a"), 204)
    root = t.status(t.s3.get(name, query="versions&metadata=true"), 200).xml
    t.eq([row.get("UserMetadata/X-Amz-Meta-N") for row in root.all("Version")], ["1", "0"])
    t.eq(root.get("DeleteMarker/UserMetadata"), None)


def MinioExtensions_metadata_of_what_may_not_be_read(t):
    name = t.bucket()
    for key in ("mine", "yours"):
        t.object(name, key, b"x", **{"x-amz-meta-secret": "s", "x-amz-tagging": "a=1"})
    user = policies.User(
        t, statement("Allow", "s3:ListBucket", arn(name), None),
        statement("Allow", ["s3:GetObject"], arn(name, "mine"), None))
    rows = _rows(t, user.s3, name, "list-type=2&metadata=true")
    t.eq(rows["mine"].get("UserMetadata/X-Amz-Meta-Secret"), "s")
    t.eq(rows["mine"].get("UserTags"), None)
    t.eq(rows["yours"].get("UserMetadata"), None)
    t.eq(rows["yours"].get("UserTags"), None)


def MinioExtensions_metadata_with_a_name_that_is_none_of_xml(t):
    name = t.bucket()
    t.object(name, "a", b"x", **{"x-amz-meta-odd!": "1", "x-amz-meta-even": "2"})
    row = _rows(t, t.s3, name, "list-type=2&metadata=true")["a"]
    t.eq(row.get("UserMetadata/X-Amz-Meta-Even"), "2")
