# SPDX-License-Identifier: Apache-2.0
from listener import EVENTS, listen


def ListenNotification_all_buckets(t):
    listener = listen(t, None, EVENTS)
    name = t.bucket()
    t.object(name, "k")
    while True:
        record = listener.record()
        if record["s3"]["bucket"]["name"] == name:
            break
    t.eq(record["s3"]["object"]["key"], "k", "key")
    listener.conn.close()


def ListenNotification_bad(t):
    t.error(t.s3.get(None, query=[("events", "s3:Nothing")]), 400, "InvalidArgument",
            "A specified event is not supported for notifications.")


def ListenNotification_denied(t):
    t.error(t.s3.get(None, query=EVENTS, sign=None), 403, "AccessDenied")
