#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The audit log: every request, in CloudTrail's terms, and never a secret in any log."""

import base64
import hashlib
import http.server
import json
import os
import sys
import threading
import time
import urllib.parse

from harness import ACCESS, PATIENCE, SECRET, Server, check, equal, run_tests, until
import s3raw

FIELDS = {"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion",
          "sourceIPAddress", "userAgent", "requestParameters", "responseElements",
          "additionalEventData", "requestID", "eventID", "readOnly", "resources", "eventType",
          "managementEvent", "eventCategory"}


def md5(body):
    body = body if isinstance(body, bytes) else body.encode()
    return base64.b64encode(hashlib.md5(body).digest()).decode()


def records(path, count=0):
    """At least count of them: a record is written behind the answer it tells of."""
    end = time.monotonic() + PATIENCE
    while True:
        with open(path) as f:
            rows = [json.loads(line) for line in f if line.endswith("\n")]
        if len(rows) >= count or time.monotonic() > end:
            return rows
        time.sleep(0.02)


def audited(*args):
    server = Server(buckets=["audited"])
    server.path = os.path.join(server.home, "audit")
    server.args += ["--audit-log", server.path] + list(args)
    return server


def test_a_record():
    with audited() as server:
        s3 = server.client()
        s3.put("audited", "a/k", b"12345", {"x-amz-storage-class": "STANDARD_IA",
                                            "User-Agent": 'x "y"'})
        s3.get("audited", "a/k", query={"versionId": "null"})
        put, get = records(server.path, 2)
        for r in (put, get):
            check(FIELDS <= set(r), FIELDS - set(r))
            equal((r["eventSource"], r["eventType"], r["eventCategory"], r["managementEvent"],
                   r["awsRegion"], r["sourceIPAddress"]),
                  ("s3.amazonaws.com", "AwsApiCall", "Data", False, "us-east-1", "127.0.0.1"))
            equal(r["userIdentity"], {
                "type": "Root", "principalId": "000000000000", "accountId": "000000000000",
                "arn": "arn:aws:iam::000000000000:root", "accessKeyId": ACCESS})
            equal([x["ARN"] for x in r["resources"]],
                  ["arn:aws:s3:::audited/a/k", "arn:aws:s3:::audited"])
            equal(r["additionalEventData"]["decision"], "Allow")
            check(r["additionalEventData"]["reason"], "a reason")
            check("errorCode" not in r, r)
        equal((put["eventName"], put["readOnly"], put["userAgent"]),
              ("PutObject", False, '[x "y"]'))
        equal((put["requestParameters"]["key"], put["requestParameters"]["x-amz-storage-class"],
               put["additionalEventData"]["bytesTransferredIn"]), ("a/k", "STANDARD_IA", 5))
        equal((get["eventName"], get["readOnly"], get["requestParameters"]["versionId"],
               get["additionalEventData"]["bytesTransferredOut"]), ("GetObject", True, "null", 5))
        check(put["eventID"] != get["eventID"], "ids")


def test_every_request_whatever_becomes_of_it():
    with audited() as server:
        s3 = server.client()
        answers = [s3.request("GET", "audited", "k", sign=None),
                   s3.request("GET", "audited", signer=s3.signer(secret="wrong")),
                   s3.get("audited", "none"), s3.get("nobody"), s3.request("PATCH", "audited"),
                   s3.get("audited", query="frobnicate"), s3.get(),
                   s3.request("OPTIONS", "audited", "k", None, {
                       "Origin": "http://localhost", "Access-Control-Request-Method": "PUT"},
                       sign=None)]
        rows = records(server.path, len(answers))
        equal([r["requestID"] for r in rows], [a.header("x-amz-request-id") for a in answers])
        equal([r["additionalEventData"]["httpStatus"] for r in rows], [a.status for a in answers])
        equal([r.get("errorCode") for r in rows],
              ["AccessDenied", "SignatureDoesNotMatch", "NoSuchKey", "NoSuchBucket",
               "MethodNotAllowed", "NotImplemented", None, None])
        nobody = rows[0]
        equal(nobody["userIdentity"], {"type": "AWSAccount", "principalId": "",
                                       "accountId": "ANONYMOUS_PRINCIPAL"})
        equal(nobody["additionalEventData"]["decision"], "Deny")
        check("decision" not in rows[1]["additionalEventData"], "none was made")
        equal((rows[6]["eventName"], rows[6]["eventCategory"]), ("ListBuckets", "Management"))


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.status
        if status == 200:
            self.server.records += json.loads(body)["Records"]
        self.server.calls += 1
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def hook(status=200):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.status, server.records, server.calls = status, [], 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = "http://127.0.0.1:%d/audit" % server.server_port
    return server


def wait(condition):
    until("what is waited for", condition)


def test_webhook():
    to = hook()
    with Server(args=["--audit-log", to.url], buckets=["audited"]) as server:
        for i in range(20):
            server.client().get("audited", "k%d" % i)
        wait(lambda: len(to.records) == 20)
        equal(sorted(r["requestParameters"]["key"] for r in to.records),
              sorted("k%d" % i for i in range(20)))
        server.client().get("audited", "last")
        equal(server.stop(), 0)
        equal(to.records[-1]["requestParameters"]["key"], "last", "delivered at the end")


def test_webhook_that_is_down():
    to = hook(500)
    with Server(args=["--audit-log", to.url], buckets=["audited"]) as server:
        began = time.monotonic()
        for _ in range(50):
            equal(server.client().get("audited", "k").status, 404)
        check(time.monotonic() - began < 30, "nobody waits for the webhook")
        wait(lambda: to.calls > 0)
        to.status = 200
        wait(lambda: len(to.records) == 50)
        check("the webhook answered 500" in server.tail(), server.tail())
        to.status = 500
        server.client().get("audited", "lost")
        equal(server.stop(), 0)
        check("1 records could not be delivered" in server.tail(), server.tail())


def test_a_file_that_cannot_be_opened():
    server = Server(args=["--audit-log", "/nowhere/at/all"])
    try:
        equal(server.spawn().wait(20), 2)
        check("audit-log: '/nowhere/at/all' can't be opened" in server.tail(), server.tail())
    finally:
        server.remove()


def recorded(made):
    """All signatures that s3raw makes from here on go into made."""
    for signer in (s3raw.Signer, s3raw.SignerV2):
        def sign(self, *args, was=signer.sign):
            made.add(was(self, *args))
            return was(self, *args)
        signer.sign = sign


def all_bytes(server, s3):
    text = b""
    for folder, _, names in os.walk(server.home):
        if folder.startswith(server.directory):
            continue
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                text += f.read()
    for c in s3.get("logs", query="list-type=2").xml.all("Contents"):
        text += s3.get("logs", c.get("Key")).body
    return text


def test_no_secret_in_any_log():
    made = set()
    recorded(made)
    secret = "a-secret-that-nobody-knows"
    server = Server(buckets=["audited", "logs"])
    server.args += ["--root-password", secret, "--audit-log", server.home + "/audit",
                    "--access-log", server.home + "/access", "--access-log-format", "json",
                    "--log-level", "debug", "--log-delivery-interval", "200"]
    with server:
        s3 = server.client(secret=secret)
        body = ("<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket>"
                "<TargetPrefix/></LoggingEnabled></BucketLoggingStatus>")
        equal(s3.put("audited", None, body, {"Content-MD5": md5(body)}, "logging").status, 200)
        host = urllib.parse.urlparse(server.endpoint).netloc
        key = base64.b64encode(os.urandom(32)).decode()
        token = "a-token-that-opens-doors"
        customer = {"x-amz-server-side-encryption-customer-algorithm": "AES256",
                    "x-amz-server-side-encryption-customer-key": key,
                    "x-amz-server-side-encryption-customer-key-MD5": md5(base64.b64decode(key))}
        s3.put("audited", "k", b"x")
        s3.put("audited", "c", b"x", customer)
        s3.get("audited", "c", headers=customer)
        s3.get("audited", "k", headers={"x-amz-security-token": token})
        s3.request("GET", "audited", "k", signer=s3.signer(secret="wrong"))
        for signer in (s3raw.Signer(ACCESS, secret), s3raw.SignerV2(ACCESS, secret)):
            for more in ([], list(customer.items()), [("x-amz-security-token", token)],
                         [("X-Amz-Security-Token", token)]):
                query = signer.presign("GET", "/audited/k", more, [("host", host)])
                s3.send("GET", "/audited/k?" + s3raw.render_query(query), [("host", host)], b"")
        until("the bucket's log", lambda: b"REST.GET.OBJECT" in all_bytes(server, s3))
        time.sleep(0.7)  # the rest of it
        text = all_bytes(server, s3)
        check(text.count(b'"eventName":"GetObject"') >= 10, "the log is there")
        check(b"REST.GET.OBJECT" in text, "the bucket's log is there")
        check(len(made) > 10, "signatures")
        for word in sorted(made) + [secret, key, token]:
            for form in {word, urllib.parse.quote(word, safe=""), json.dumps(word)[1:-1]}:
                check(form.encode() not in text, "%s is in a log" % form)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
