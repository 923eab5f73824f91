# SPDX-License-Identifier: Apache-2.0
from listener import EVENTS, listen


def ListenBucketNotification_put_and_delete(t):
    name = t.bucket()
    listener = listen(t, name, EVENTS + [("prefix", "a"), ("suffix", "")])
    t.object(name, "b")
    t.object(name, "a b", b"123", content_type="text/plain")
    t.status(t.s3.delete(name, "a b"), 204)
    put, gone = listener.record(), listener.record()
    t.eq((put["eventName"], put["s3"]["bucket"]["name"], put["s3"]["object"]["key"],
          put["s3"]["object"]["size"], put["s3"]["object"]["contentType"]),
         ("s3:ObjectCreated:Put", name, "a b", 3, "text/plain"), "put")
    t.eq((gone["eventName"], gone["s3"]["object"]["key"]), ("s3:ObjectRemoved:Delete", "a b"),
         "delete")
    listener.conn.close()


def ListenBucketNotification_bad(t):
    name = t.bucket()
    for query, message in (
            ([("events", "s3:Nothing")], "A specified event is not supported for notifications."),
            (EVENTS + [("prefix", "a"), ("prefix", "b")],
             "Cannot specify more than one prefix rule in a filter."),
            (EVENTS + [("suffix", "a"), ("suffix", "b")],
             "Cannot specify more than one suffix rule in a filter."),
            (EVENTS + [("prefix", "x" * 1025)],
             "Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation")):
        t.error(t.s3.get(name, query=query), 400, "InvalidArgument", message)
    t.error(t.s3.get(name, query=EVENTS + [("ping", "x")]), 400, "InvalidArgument")
    t.error(t.s3.get(t.name(), query=EVENTS), 404, "NoSuchBucket")


def ListenBucketNotification_denied(t):
    t.error(t.s3.get(t.bucket(), query=EVENTS, sign=None), 403, "AccessDenied")
