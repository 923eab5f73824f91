# SPDX-License-Identifier: Apache-2.0
"""Versions that come from another store keep their id and time, if who brings them may."""

import json

import PutBucketReplication as rules

ID = "9bc5265d-d50e-4f51-9ccf-32fc808f07af"
OTHER = "11111111-2222-4333-8444-555555555555"
MTIME = "2026-01-02T03:04:05.678Z"
ASKED = {"x-minio-source-replication-request": "true", "x-minio-source-mtime": MTIME,
         "x-amz-replication-status": "REPLICA"}


def _put(t, name, key, body=b"x", version=ID, **more):
    return t.s3.put(name, key, body, dict(ASKED, **more), {"versionId": version})


def Replica_put(t):
    name = rules._versioned(t)
    t.header(t.status(_put(t, name, "k"), 200), "x-amz-version-id", ID)
    for query in ({}, {"versionId": ID}):
        answer = t.status(t.s3.get(name, "k", query), 200)
        t.header(answer, "x-amz-replication-status", "REPLICA")
        t.header(answer, "x-amz-version-id", ID)
        t.header(answer, "Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT")
    t.error(_put(t, name, "k"), 409, "VersionAlreadyExists")
    t.header(t.status(_put(t, name, "other"), 200), "x-amz-version-id", ID)
    # An older version is found by it too, and goes by it.
    t.status(t.s3.put(name, "k", b"new"), 200)
    t.eq(t.status(t.s3.get(name, "k", {"versionId": ID}), 200).body, b"x", "old")
    page = t.s3.get(name, None, {"versions": None, "key-marker": "k",
                                 "version-id-marker": ID}).xml
    t.eq([v.get("Key") for v in page.all("Version")], ["other"], "behind the marker")
    t.status(t.s3.delete(name, "k", {"versionId": ID}), 204)
    t.error(t.s3.get(name, "k", {"versionId": ID}), 404, "NoSuchVersion", VersionId=ID)
    t.header(t.status(_put(t, name, "k"), 200), "x-amz-version-id", ID)


def Replica_unsaid(t):
    name = rules._versioned(t)
    t.error(t.s3.put(name, "k", b"x", None, {"versionId": ID}), 400, "InvalidArgument",
            "This operation does not accept a version-id.")
    answer = t.s3.put(name, "k", b"x", {"x-minio-source-mtime": MTIME})
    t.ok(t.status(answer, 200).header("x-amz-version-id") != ID, "an id is given")
    t.ok(t.s3.head(name, "k").header("Last-Modified") != "Fri, 02 Jan 2026 03:04:05 GMT", "time")


def Replica_bad(t):
    name = rules._versioned(t)
    t.error(_put(t, name, "k", version="nonsense"), 400, "InvalidArgument",
            "Invalid version id specified")
    t.error(_put(t, name, "k", **{"x-minio-source-mtime": "yesterday"}), 400, "InvalidArgument")
    t.error(t.s3.get(name, "k"), 404, "NoSuchKey")


def Replica_denied(t):
    """s3:PutObject is no right to it."""
    name = rules._versioned(t)
    statement = {"Effect": "Allow", "Principal": "*", "Resource": "arn:aws:s3:::%s/*" % name,
                 "Action": ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    t.status(t.s3.delete(name, None, {"publicAccessBlock": None}), 204)
    t.status(t.s3.put(name, None, policy, None, {"policy": None}), 204)
    t.status(t.s3.put(name, "k", b"x", sign=None), 200)
    t.error(t.s3.put(name, "k", b"x", ASKED, {"versionId": ID}, sign=None), 403, "AccessDenied")
    t.error(t.s3.delete(name, "k", {"versionId": ID},
                        dict(ASKED, **{"x-minio-source-deletemarker": "true"}), sign=None), 403,
            "AccessDenied")
    statement["Action"].append("s3:ReplicateObject")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    t.status(t.s3.put(name, None, policy, None, {"policy": None}), 204)
    t.header(t.status(t.s3.put(name, "k", b"x", ASKED, {"versionId": ID}, sign=None), 200),
             "x-amz-version-id", ID)


def Replica_marker(t):
    name = rules._versioned(t)
    t.status(t.s3.put(name, "k", b"x"), 200)
    asked = dict(ASKED, **{"x-minio-source-deletemarker": "true"})
    for _ in range(2):  # twice is once
        answer = t.status(t.s3.delete(name, "k", {"versionId": OTHER}, asked), 204)
        t.header(answer, "x-amz-version-id", OTHER)
        t.header(answer, "x-amz-delete-marker", "true")
    rows = t.s3.get(name, None, {"versions": None}).xml.all("DeleteMarker")
    t.eq([(r.get("VersionId"), r.get("LastModified")) for r in rows],
         [(OTHER, "2026-01-02T03:04:05.000Z")], "markers")


def Replica_multipart(t):
    name = rules._versioned(t)
    upload = t.status(t.s3.post(name, "k", {"uploads": None, "versionId": ID}, b"", ASKED),
                      200).xml.get("UploadId")
    part = t.s3.put(name, "k", b"x", None, {"partNumber": 1, "uploadId": upload})
    body = ("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part>"
            "</CompleteMultipartUpload>" % part.header("ETag"))
    t.header(t.status(t.s3.post(name, "k", {"uploadId": upload}, body.encode()), 200),
             "x-amz-version-id", ID)
    answer = t.s3.head(name, "k")
    t.header(answer, "x-amz-replication-status", "REPLICA")
    t.header(answer, "Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT")
