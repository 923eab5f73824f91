# SPDX-License-Identifier: Apache-2.0
"""Versions: what writes and deletes leave, what reads see, and the listing of all."""
import case
import s3raw


def _put(t, name, key, body):
    return t.status(t.s3.put(name, key, body), 200).header("x-amz-version-id")


def _made(t):
    """key with three versions, a delete marker on top: (bucket, [ids oldest first], marker)"""
    name = t.bucket()
    t.versioning(name)
    ids = [_put(t, name, "key", b"body %d" % n) for n in range(3)]
    marker = t.status(t.s3.delete(name, "key"), 204)
    t.header(marker, "x-amz-delete-marker", "true")
    return name, ids, marker.header("x-amz-version-id")


def ListObjectVersions_of_a_plain_bucket(t):
    name = t.bucket()
    t.object(name, "key", b"hello")
    rows, root = t.versions(name)
    t.eq(rows, [("key", "null", True, False)])
    t.eq(root.get("Version/ETag"), s3raw.etag(b"hello"))
    t.eq(root.get("Version/Size"), "5")
    t.eq(root.get("Version/StorageClass"), "STANDARD")
    t.eq(root.get("IsTruncated"), "false")
    t.eq(root.all("NextKeyMarker") + root.all("NextVersionIdMarker"), [])


def ListObjectVersions_newest_first(t):
    name, ids, marker = _made(t)
    t.eq(len(set(ids + [marker])), 4)
    rows, _ = t.versions(name)
    t.eq(rows, [("key", marker, True, True)] + [("key", i, False, False) for i in ids[::-1]])


def ListObjectVersions_reads_by_version(t):
    name, ids, marker = _made(t)
    for n, version in enumerate(ids):
        answer = t.body(t.s3.get(name, "key", {"versionId": version}), b"body %d" % n)
        t.header(answer, "x-amz-version-id", version)
    answer = t.s3.get(name, "key")
    t.error(answer, 404, "NoSuchKey", Key="key")
    t.header(answer, "x-amz-delete-marker", "true")
    t.header(answer, "x-amz-version-id", marker)
    answer = t.s3.get(name, "key", {"versionId": marker})
    t.error(answer, 405, "MethodNotAllowed")
    t.header(answer, "Allow", "DELETE")
    t.header(answer, "x-amz-delete-marker", "true")
    t.bare_error(t.s3.head(name, "key"), 404)
    t.bare_error(t.s3.head(name, "key", {"versionId": marker}), 405)


def ListObjectVersions_unknown_version(t):
    name, ids, _ = _made(t)
    other = t.bucket()
    t.versioning(other)
    foreign = _put(t, other, "key", b"x")
    t.error(t.s3.get(name, "key", {"versionId": foreign}), 404, "NoSuchVersion", Key="key",
            VersionId=foreign)
    t.error(t.s3.get(name, "other", {"versionId": ids[0]}), 404, "NoSuchVersion")
    t.error(t.s3.get(name, "key", {"versionId": "null"}), 404, "NoSuchVersion")
    for bad in ("x", "a" * 32):
        t.error(t.s3.get(name, "key", {"versionId": bad}), 400, "InvalidArgument",
                "Invalid version id specified", ArgumentName="versionId", ArgumentValue=bad)


def ListObjectVersions_deleting_the_marker_undeletes(t):
    name, ids, marker = _made(t)
    answer = t.status(t.s3.delete(name, "key", {"versionId": marker}), 204)
    t.header(answer, "x-amz-delete-marker", "true")
    t.header(answer, "x-amz-version-id", marker)
    t.body(t.s3.get(name, "key"), b"body 2")
    t.eq(t.keys(name), ["key"])
    t.eq([r[2] for r in t.versions(name)[0]], [True, False, False])


def ListObjectVersions_deleting_each(t):
    name, ids, marker = _made(t)
    for version in (ids[1], marker, ids[2], ids[0]):
        t.status(t.s3.delete(name, "key", {"versionId": version}), 204)
    t.eq(t.versions(name)[0], [])
    t.status(t.s3.delete(name, "key", {"versionId": ids[0]}), 204)
    t.status(t.s3.delete(name), 204)


def ListObjectVersions_bucket_with_versions_stays(t):
    name, _, _ = _made(t)
    t.error(t.s3.delete(name), 409, "BucketNotEmpty",
            "The bucket you tried to delete is not empty. You must delete all versions in the "
            "bucket.", BucketName=name)


def ListObjectVersions_null_version_is_kept(t):
    name = t.bucket()
    t.status(t.s3.put(name, "key", b"before"), 200)
    t.versioning(name)
    first = _put(t, name, "key", b"after")
    t.body(t.s3.get(name, "key", {"versionId": "null"}), b"before")
    t.eq(t.versions(name)[0], [("key", first, True, False), ("key", "null", False, False)])
    t.status(t.s3.delete(name, "key", {"versionId": "null"}), 204)
    t.eq(t.versions(name)[0], [("key", first, True, False)])


def ListObjectVersions_suspended(t):
    name = t.bucket()
    t.versioning(name)
    first = _put(t, name, "key", b"1")
    t.versioning(name, "Suspended")
    answer = t.status(t.s3.put(name, "key", b"2"), 200)
    t.no_header(answer, "x-amz-version-id")
    t.status(t.s3.put(name, "key", b"3"), 200)
    t.eq(t.versions(name)[0], [("key", "null", True, False), ("key", first, False, False)])
    t.header(t.body(t.s3.get(name, "key"), b"3"), "x-amz-version-id", "null")
    answer = t.status(t.s3.delete(name, "key"), 204)
    t.header(answer, "x-amz-delete-marker", "true")
    t.header(answer, "x-amz-version-id", "null")
    t.eq(t.versions(name)[0], [("key", "null", True, True), ("key", first, False, False)])
    t.status(t.s3.put(name, "key", b"4"), 200)
    t.eq(t.versions(name)[0], [("key", "null", True, False), ("key", first, False, False)])
    t.versioning(name)
    last = _put(t, name, "key", b"5")
    t.versioning(name, "Suspended")
    t.status(t.s3.put(name, "key", b"6"), 200)
    t.eq([r[1] for r in t.versions(name)[0]], ["null", last, first])


def ListObjectVersions_delete_of_nothing_leaves_a_marker(t):
    name = t.bucket()
    t.versioning(name)
    answer = t.status(t.s3.delete(name, "never"), 204)
    t.header(answer, "x-amz-delete-marker", "true")
    t.eq([(r[0], r[3]) for r in t.versions(name)[0]], [("never", True)])
    t.eq(t.keys(name), [])


def ListObjectVersions_pages(t):
    name = t.bucket()
    t.versioning(name)
    for key in ("a", "b/1", "b/2", "c"):
        for n in range(3):
            _put(t, name, key, b"%d" % n)
    t.status(t.s3.delete(name, "c"), 204)
    whole, _ = t.versions(name)
    t.eq(len(whole), 13)
    for size in (1, 2, 3, 5):
        got, query = [], {"versions": "", "max-keys": size}
        while True:
            rows, root = t.versions(name, query)
            got += rows
            if root.get("IsTruncated") != "true":
                break
            t.eq(len(rows), size)
            query = {"versions": "", "max-keys": size, "key-marker": root.get("NextKeyMarker"),
                     "version-id-marker": root.get("NextVersionIdMarker")}
        t.eq(got, whole, "pages of %d" % size)


def ListObjectVersions_delimiter(t):
    name = t.bucket()
    t.versioning(name)
    for key in ("a", "b/1", "b/2", "c/3", "d"):
        _put(t, name, key, b"x")
    t.status(t.s3.delete(name, "b/1"), 204)
    rows, root = t.versions(name, {"versions": "", "delimiter": "/"})
    t.eq([r[0] for r in rows], ["a", "d"])
    t.eq([p.get("Prefix") for p in root.all("CommonPrefixes")], ["b/", "c/"])
    got, marker = [], None
    for _ in range(9):
        query = {"versions": "", "delimiter": "/", "max-keys": 1}
        query.update({"key-marker": marker} if marker else {})
        rows, root = t.versions(name, query)
        got += [r[0] for r in rows] + [p.get("Prefix") for p in root.all("CommonPrefixes")]
        if root.get("IsTruncated") != "true":
            break
        marker = root.get("NextKeyMarker")
    t.eq(got, ["a", "b/", "c/", "d"])
    rows, _ = t.versions(name, {"versions": "", "prefix": "b/"})
    t.eq([(r[0], r[3]) for r in rows], [("b/1", True), ("b/1", False), ("b/2", False)])


def ListObjectVersions_hidden_keys_make_no_prefix(t):
    name = t.bucket()
    t.versioning(name)
    for key in ("gone/1", "gone/2", "there/1"):
        _put(t, name, key, b"x")
    for key in ("gone/1", "gone/2"):
        t.status(t.s3.delete(name, key), 204)
    root = t.s3.get(name, query={"list-type": 2, "delimiter": "/"}).xml
    t.eq([p.get("Prefix") for p in root.all("CommonPrefixes")], ["there/"])
    t.eq(root.get("KeyCount"), "1")


def ListObjectVersions_marker_errors(t):
    name = t.bucket()
    t.error(t.s3.get(name, query={"versions": "", "version-id-marker": "null"}), 400,
            "InvalidArgument", "A version-id marker cannot be specified without a key marker.",
            ArgumentName="version-id-marker", ArgumentValue="null")
    t.error(t.s3.get(name, query={"versions": "", "key-marker": "k", "version-id-marker": "x"}),
            400, "InvalidArgument")


def ListObjectVersions_copy_restores(t):
    name, ids, _ = _made(t)
    answer = t.status(t.s3.put(name, "key", b"", {
        "x-amz-copy-source": "%s/key?versionId=%s" % (name, ids[0])}), 200)
    t.header(answer, "x-amz-copy-source-version-id", ids[0])
    t.ok(answer.header("x-amz-version-id") not in ids + [None], "a version of its own")
    t.body(t.s3.get(name, "key"), b"body 0")
    t.eq(len(t.versions(name)[0]), 5)


def ListObjectVersions_copy_of_a_marker(t):
    name, _, marker = _made(t)
    t.error(t.s3.put(name, "dst", b"", {"x-amz-copy-source": name + "/key"}), 404, "NoSuchKey")
    t.error(t.s3.put(name, "dst", b"", {
        "x-amz-copy-source": "%s/key?versionId=%s" % (name, marker)}), 400, "InvalidRequest")


def ListObjectVersions_delete_many(t):
    name, ids, marker = _made(t)
    body = "<Delete>%s<Object><Key>key</Key></Object><Object><Key>key</Key><VersionId>x" \
        "</VersionId></Object></Delete>" % "".join(
            "<Object><Key>key</Key><VersionId>%s</VersionId></Object>" % i
            for i in (ids[0], marker))
    body = body.encode()
    root = t.status(t.s3.post(name, None, "delete", body,
                              {"Content-MD5": s3raw.md5_base64(body)}), 200).xml
    rows = root.all("Deleted")
    t.eq([r.get("VersionId") for r in rows], [ids[0], marker, None])
    t.eq([r.get("DeleteMarker") for r in rows], [None, "true", "true"])
    t.eq(rows[1].get("DeleteMarkerVersionId"), marker)
    t.eq(root.get("Error/Code"), "InvalidArgument")
    t.eq([(r[1], r[3]) for r in t.versions(name)[0]],
         [(rows[2].get("DeleteMarkerVersionId"), True), (ids[2], False), (ids[1], False)])


def ListObjectVersions_conditions_see_the_marker_as_nothing(t):
    name, _, _ = _made(t)
    t.error(t.s3.put(name, "key", b"x", {"If-Match": '"0"'}), 404, "NoSuchKey")
    t.status(t.s3.put(name, "key", b"x", {"If-None-Match": "*"}), 200)
    t.error(t.s3.put(name, "key", b"x", {"If-None-Match": "*"}), 412, "PreconditionFailed")


def ListObjectVersions_multipart_and_attributes(t):
    name = t.bucket()
    t.versioning(name)
    first = _put(t, name, "key", b"small")
    t.multipart(name, "key", [b"a" * case.PART, b"b"])
    rows, _ = t.versions(name)
    t.eq([r[1] == first for r in rows], [False, True])
    answer = t.s3.get(name, "key", {"attributes": "", "versionId": first},
                      {"x-amz-object-attributes": "ObjectSize"})
    t.eq(t.status(answer, 200).xml.get("ObjectSize"), "5")
    t.header(answer, "x-amz-version-id", first)
    t.body(t.s3.get(name, "key", {"versionId": rows[0][1]}, {"Range": "bytes=5242879-"}), b"ab",
           206)
