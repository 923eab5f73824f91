# SPDX-License-Identifier: Apache-2.0
"""Operations that are known but not there answer 501 by name, and do nothing else."""

BUCKET = {
    "PUT": {
        "notification": "PutBucketNotificationConfiguration",
        "replication": "PutBucketReplication",
    },
}
OBJECT = {
    "GET": {"torrent": "GetObjectTorrent"},
    "PUT": {"annotation": "PutObjectAnnotation"},
    "POST": {"select&select-type=2": "SelectObjectContent"},
}


def _all(t, table, key):
    name = t.bucket()
    t.object(name, "key", b"kept")
    wrong = []
    for method, rows in table.items():
        for query, operation in rows.items():
            pairs = [tuple(q.split("=")) if "=" in q else (q, None) for q in query.split("&")]
            answer = t.s3.request(method, name, key, pairs,
                                  body=b"<X/>" if method in ("PUT", "POST") else b"")
            if answer.status != 501 or answer.code != "NotImplemented":
                wrong.append("%s ?%s: %d %s" % (method, query, answer.status, answer.code))
            elif operation.encode() not in answer.body:
                wrong.append("%s ?%s: %s is not named in %r" % (method, query, operation,
                                                                answer.body))
    t.ok(not wrong, "\n".join(wrong))
    t.body(t.s3.get(name, "key"), b"kept")

def NotImplemented_of_buckets(t):
    _all(t, BUCKET, None)

def NotImplemented_of_objects(t):
    _all(t, OBJECT, "key")

def NotImplemented_makes_no_bucket(t):
    name = t.name()
    for query in BUCKET["PUT"]:
        t.s3.put(name, query=query.split("&")[0], body=b"<X/>")
    t.status(t.s3.head(name), 404)

def NotImplemented_does_not_overwrite(t):
    name = t.bucket()
    t.object(name, "key", b"kept")
    for query in OBJECT["PUT"]:
        t.status(t.s3.put(name, "key", b"<X/>", query=query), 501)
    t.body(t.s3.get(name, "key"), b"kept")

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
