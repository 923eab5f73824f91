# SPDX-License-Identifier: Apache-2.0
"""Operations that are known but not there answer 501 by name, to those who would be allowed to
do them, and do nothing else."""

BUCKET, OBJECT = None, "key"
OPERATIONS = {
    "CreateBucketMetadataConfiguration": ("POST", BUCKET, "metadataConfiguration"),
    "GetBucketMetadataConfiguration": ("GET", BUCKET, "metadataConfiguration"),
    "DeleteBucketMetadataConfiguration": ("DELETE", BUCKET, "metadataConfiguration"),
    "CreateBucketMetadataTableConfiguration": ("POST", BUCKET, "metadataTable"),
    "GetBucketMetadataTableConfiguration": ("GET", BUCKET, "metadataTable"),
    "DeleteBucketMetadataTableConfiguration": ("DELETE", BUCKET, "metadataTable"),
    "UpdateBucketMetadataAnnotationTableConfiguration":
        ("PUT", BUCKET, "metadataAnnotationTable"),
    "UpdateBucketMetadataInventoryTableConfiguration": ("PUT", BUCKET, "metadataInventoryTable"),
    "UpdateBucketMetadataJournalTableConfiguration": ("PUT", BUCKET, "metadataJournalTable"),
    "GetObjectTorrent": ("GET", OBJECT, "torrent"),
    "SelectObjectContent": ("POST", OBJECT, "select&select-type=2"),
    "ListObjectAnnotations": ("GET", OBJECT, "annotation"),
    "GetObjectAnnotation": ("GET", OBJECT, "annotation&annotationName=a"),
    "PutObjectAnnotation": ("PUT", OBJECT, "annotation&annotationName=a"),
    "DeleteObjectAnnotation": ("DELETE", OBJECT, "annotation&annotationName=a"),
}


def _is_named(t, operation, method, key, query):
    name = t.bucket()
    t.object(name, "key", b"kept")
    body = b"<X/>" if method in ("PUT", "POST") else b""

    def ask(bucket, **how):
        return t.s3.request(method, bucket, key, query, None, body, **how)

    t.error(ask(name), 501, "NotImplemented", operation + " is not implemented.")
    t.error(ask(name, sign=None), 403, "AccessDenied", "Access Denied")
    t.error(ask(name, signer=t.s3.signer(secret="wrong")), 403, "SignatureDoesNotMatch")
    gone = t.name()
    t.error(ask(gone), 404, "NoSuchBucket", BucketName=gone)
    t.status(t.s3.head(gone), 404)
    t.eq(t.keys(name), ["key"], "keys")
    t.body(t.s3.get(name, "key"), b"kept")


for _name, (_method, _key, _query) in OPERATIONS.items():
    def _case(t, operation=_name, method=_method, key=_key, query=_query):
        _is_named(t, operation, method, key, query)
    globals()["NotImplemented_" + _name] = _case


def NotImplemented_wrong_method(t):
    name = t.bucket()
    t.object(name, "key", b"kept")
    for method in ("PATCH", "TRACE", "FOO"):
        answer = t.s3.request(method, name, "key")
        t.ok(answer.status in (400, 405, 501), repr(answer))
    t.error(t.s3.post(name, "key", None, b""), 405, "MethodNotAllowed",
            "The specified method is not allowed against this resource.", Method="POST",
            ResourceType="OBJECT")
    t.body(t.s3.get(name, "key"), b"kept")


def NotImplemented_unknown_parameter_of_a_write(t):
    name = t.bucket()
    t.object(name, "key", b"old")
    t.error(t.s3.put(name, "key", b"new", query={"frobnicate": "yes"}), 501, "NotImplemented")
    t.error(t.s3.delete(name, "key", {"frobnicate": "yes"}), 501, "NotImplemented")
    for query in ({"uploadId": "0" * 32}, {"versionId": "null"}, {"frobnicate": "yes"}):
        t.error(t.s3.delete(name, query=query), 501, "NotImplemented")
    t.body(t.s3.get(name, "key"), b"old")
    t.status(t.s3.put(name, "key", b"new", query={"x-mark": "mine", "x-id": "PutObject"}), 200)
