#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Server access logs are delivered to buckets, in AWS's format."""

import base64
import hashlib
import re
import sys
import time
import urllib.parse

from harness import ACCESS, PATIENCE, SECRET, Server, check, equal, run_tests, until
import s3raw

OWNER = "[0-9a-f]{64}"
LINE = re.compile(
    r'(?P<owner>\S+) (?P<bucket>\S+) \[(?P<time>[^]]+)\] (?P<ip>\S+) (?P<requester>\S+) '
    r'(?P<id>\S+) (?P<operation>\S+) (?P<key>\S+) (?:"(?P<uri>[^"]*)"|-) (?P<status>\S+) '
    r'(?P<error>\S+) (?P<sent>\S+) (?P<size>\S+) (?P<total>\S+) (?P<turn>\S+) '
    r'(?:"(?P<referer>[^"]*)"|-) (?:"(?P<agent>[^"]*)"|-) (?P<version>\S+) (?P<host_id>\S+) '
    r'(?P<signature>\S+) (?P<cipher>\S+) (?P<auth>\S+) (?P<host>\S+) (?P<tls>\S+) (?P<arn>\S+) '
    r'(?P<acl>\S+) (?P<region>\S+)$')


def md5(body):
    return base64.b64encode(hashlib.md5(body.encode()).digest()).decode()


def logged(s3, bucket, target, prefix="logs/", form=""):
    body = ("<BucketLoggingStatus><LoggingEnabled><TargetBucket>%s</TargetBucket><TargetPrefix>%s"
            "</TargetPrefix>%s</LoggingEnabled></BucketLoggingStatus>" % (target, prefix, form))
    equal(s3.put(bucket, None, body, {"Content-MD5": md5(body)}, "logging").status, 200)


def objects(s3, bucket):
    return [c.get("Key") for c in s3.get(bucket, query="list-type=2").xml.all("Contents")]


def lines(s3, bucket, want, seconds=PATIENCE):
    """All lines delivered so far, once there are that many."""
    end = time.monotonic() + seconds
    while True:
        text = b"".join(s3.get(bucket, key).body for key in objects(s3, bucket))
        rows = [LINE.match(line) for line in text.decode().splitlines()]
        check(None not in rows, "a line is not AWS's: %r" % text)
        rows = [r.groupdict() for r in rows]
        if len(rows) >= want or time.monotonic() > end:
            equal(len(rows), want, "lines %r" % [r["operation"] for r in rows])
            return rows
        time.sleep(0.05)


def fast(*args):
    return Server(args=["--log-delivery-interval", "200"] + list(args), buckets=["from", "into"])


def test_fields():
    with fast() as server:
        s3 = server.client()
        logged(s3, "from", "into")
        s3.put("from", "a b/c%", b"12345", {"User-Agent": 'x "y"\tz', "Referer": "http://r/"})
        s3.get("from", "a b/c%", headers={"Range": "bytes=1-2"})
        s3.get("from", "none")
        s3.request("GET", "from", "a b/c%", sign=None)
        rows = lines(s3, "into", 5)
        equal([r["operation"] for r in rows], ["REST.PUT.LOGGING_STATUS", "REST.PUT.OBJECT"] +
              ["REST.GET.OBJECT"] * 3)
        put, get, none, nobody = rows[1:]
        for row in rows:
            check(re.fullmatch(OWNER, row["owner"]), row)
            equal((row["bucket"], row["ip"], row["host"]),
                  ("from", "127.0.0.1", urllib.parse.urlparse(server.endpoint).netloc))
            check(re.fullmatch(r"\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d \+0000", row["time"]), row)
            equal((row["cipher"], row["tls"], row["arn"], row["acl"], row["region"]), ("-",) * 5)
            check(row["total"].isdigit() and row["turn"].isdigit(), row)
        equal((put["key"], put["uri"], put["status"], put["error"], put["sent"], put["size"]),
              ("a%20b/c%25", "PUT /from/a%20b/c%25 HTTP/1.1", "200", "-", "-", "5"))
        equal((put["referer"], put["agent"]), ("http://r/", "x %22y%22%09z"))
        equal((put["requester"], put["signature"], put["auth"]),
              (put["owner"], "SigV4", "AuthHeader"))
        equal((get["status"], get["sent"], get["size"]), ("206", "2", "5"))
        equal((none["status"], none["error"]), ("404", "NoSuchKey"))
        equal((nobody["status"], nobody["error"], nobody["requester"], nobody["auth"],
               nobody["signature"]), ("403", "AccessDenied", "-", "-", "-"))


def test_no_signature_in_a_line():
    with fast() as server:
        s3 = server.client()
        logged(s3, "from", "into")
        signer = s3raw.Signer(ACCESS, SECRET)
        host = urllib.parse.urlparse(server.endpoint).netloc
        query = signer.presign("GET", "/from/key", [], [("host", host)])
        secret = dict(query)["X-Amz-Signature"]
        target = "/from/key?" + s3raw.render_query(query)
        s3.send("GET", target, [("host", host)], b"")
        s3.send("GET", target.replace("X-Amz-Signature", "%58-Amz-Signature"),
                [("host", host)], b"")
        v2 = s3raw.SignerV2(ACCESS, SECRET)
        query = v2.presign("GET", "/from/key", [], [])
        s3.send("GET", "/from/key?" + s3raw.render_query(query), [("host", host)], b"")
        rows = lines(s3, "into", 4)[1:]
        for row in rows:
            check("Signature=***" in row["uri"], row)
            check(secret not in row["uri"] and dict(query)["Signature"] not in
                  urllib.parse.unquote(row["uri"]), row)
        equal([(r["signature"], r["auth"]) for r in (rows[0], rows[2])],
              [("SigV4", "QueryString"), ("SigV2", "QueryString")])


def test_settings_change_between_small_reads():
    """A small object is answered, and logged, within one look at the index."""
    with fast() as server:
        s3 = server.client()
        s3.put("from", "key", b"small")
        for round in range(3):
            logged(s3, "from", "into")
            equal(s3.get("from", "key").body, b"small")
        equal([r["operation"] for r in lines(s3, "into", 6)],
              ["REST.PUT.LOGGING_STATUS", "REST.GET.OBJECT"] * 3)


def test_many_deleted():
    with fast() as server:
        s3 = server.client()
        s3.put("from", "a", b"x")
        logged(s3, "from", "into")
        body = ("<Delete><Object><Key>a</Key></Object><Object><Key>b</Key><VersionId>zz"
                "</VersionId></Object></Delete>")
        equal(s3.post("from", None, "delete", body, {"Content-MD5": md5(body)}).status, 200)
        rows = lines(s3, "into", 4)[1:]
        equal([(r["operation"], r["key"], r["status"], r["error"]) for r in rows],
              [("BATCH.DELETE.OBJECT", "a", "204", "-"),
               ("BATCH.DELETE.OBJECT", "b", "400", "InvalidArgument"),
               ("REST.POST.MULTI_OBJECT_DELETE", "-", "200", "-")])
        equal(len({r["id"] for r in rows}), 1)


def test_names_of_the_objects():
    region = "us-east-1"
    part = ("<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>%s</PartitionDateSource>"
            "</PartitionedPrefix></TargetObjectKeyFormat>")
    stamp = r"\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-[0-9A-F]{16}"
    for form, want in (
            ("", "p" + stamp),
            ("<TargetObjectKeyFormat><SimplePrefix/></TargetObjectKeyFormat>", "p" + stamp),
            (part % "DeliveryTime", r"p\d{12}/%s/from/\d{4}/\d\d/\d\d/%s" % (region, stamp)),
            (part % "EventTime", r"p\d{12}/%s/from/\d{4}/\d\d/\d\d/\d{4}-\d\d-\d\d-00-00-00-"
             r"[0-9A-F]{16}" % region)):
        with fast() as server:
            s3 = server.client()
            logged(s3, "from", "into", "p", form)
            lines(s3, "into", 1)
            key = objects(s3, "into")[0]
            check(re.fullmatch(want, key), "%s is not %s" % (key, want))
            equal(s3.head("into", key).header("Content-Type"), "text/plain")


def test_delivered_at_shutdown():
    server = Server(buckets=["from", "into"])
    try:
        server.start()
        s3 = server.client()
        logged(s3, "from", "into")
        s3.get("from", "x")
        equal(objects(s3, "into"), [], "before the interval is over")
        equal(server.stop(), 0)
        server.start()
        s3 = server.client()
        equal([r["operation"] for r in lines(s3, "into", 2)],
              ["REST.PUT.LOGGING_STATUS", "REST.GET.OBJECT"])
        equal(server.stop(), 0)
        equal(server.verify()[0], 0, "verify")
    finally:
        server.remove()


def test_off_and_gone():
    with fast() as server:
        s3 = server.client()
        logged(s3, "from", "into")
        body = "<BucketLoggingStatus/>"
        equal(s3.put("from", None, body, {"Content-MD5": md5(body)}, "logging").status, 200)
        s3.get("from", "x")
        lines(s3, "into", 1)
        # A target that is no more: the lines are lost, the requests are not.
        s3.put("brief")
        logged(s3, "from", "brief")
        equal(s3.delete("brief").status, 204)
        equal(s3.put("from", "key", b"x").status, 200)
        until("the line about it", lambda: "could not be delivered to brief" in server.tail())
        lines(s3, "into", 1)


def test_a_log_into_itself():
    with fast() as server:
        s3 = server.client()
        logged(s3, "into", "into")
        for _ in range(3):
            s3.get("into", "x")
        time.sleep(1.5)
        equal(len(objects(s3, "into")) <= 4, True, "deliveries log nothing")


def test_large_batches():
    with Server(args=["--log-delivery-interval", "86400000"], buckets=["from", "into"]) as server:
        s3 = server.client()
        logged(s3, "from", "into")
        agent = "x" * 7000
        for _ in range(620):
            s3.head("from", "none", headers={"User-Agent": agent})
        key = until("a log", lambda: objects(s3, "into"))[0]
        check(len(s3.get("into", key).body) >= 4 << 20, "a full batch does not wait")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
