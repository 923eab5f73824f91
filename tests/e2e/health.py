#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The story of a health data set: encrypted by a named key unless asked otherwise, reached
over HTTPS only, public access blocked, each person's rights on the bucket and on the key, and
every request of the story in the audit log with who, what and why."""

import hashlib
import json
import os
import sys
import tempfile

import certs
from harness import Server, check, equal, run_tests
import sse

BUCKET, ACCOUNT = "health", "000000000000"
RECORD = b"patient 4711: " + b"confidential " * 3000  # a body outside the index
KEY_ID = "4a6b8c00-0000-4000-8000-00000000feed"
KEY = "arn:aws:kms:us-east-1:%s:key/%s" % (ACCOUNT, KEY_ID)


def allow(actions, resources):
    return {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": actions, "Resource": resources}]}


def user(name, statements):
    return {"name": name, "inline_policies": {"p%d" % n: s for n, s in enumerate(statements)},
            "keys": [{"access_key": name.upper() + "KEY", "secret_key": name + "-secret"}]}


ALL = "arn:aws:s3:::%s/*" % BUCKET
PEOPLE = {"accounts": [{"id": ACCOUNT, "users": [
    user("clinic", [allow(["s3:PutObject", "s3:GetObject"], ALL),
                    allow(["kms:GenerateDataKey", "kms:Decrypt"], KEY)]),
    user("analyst", [allow("s3:GetObject", ALL), allow("kms:Decrypt", KEY)]),
    user("auditor", [allow("s3:GetObject", ALL)]),  # who may read, but not with the key
]}]}
KEYS = {"keys": [{"name": "health", "id": KEY_ID, "policy": {
    "Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::%s:root" % ACCOUNT},
         "Action": "kms:*", "Resource": "*"},
        {"Sid": "NotByAnybodyElse", "Effect": "Deny", "Principal": "*", "Action": "kms:*",
         "Resource": "*", "Condition": {"StringNotEquals": {
             "kms:ViaService": "s3.us-east-1.amazonaws.com"}}}]}}]}
POLICY = {"Version": "2012-10-17", "Statement": [
    {"Sid": "HttpsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
     "Resource": ["arn:aws:s3:::" + BUCKET, ALL],
     "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    {"Sid": "ByThisKeyOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
     "Resource": ALL, "Condition": {
         "StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"},
         "Null": {"s3:x-amz-server-side-encryption": "false"}}}]}
PUBLIC = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": ALL}]}
BLOCK = "".join("<%s>true</%s>" % (n, n) for n in (
    "BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"))
DEFAULT = ("<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>"
           "<KMSMasterKeyID>%s</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>"
           "<BucketKeyEnabled>true</BucketKeyEnabled></Rule>" % KEY)


def written(folder, name, what):
    path = os.path.join(folder, name)
    with open(path, "w") as f:
        json.dump(what, f)
    return path


class Story:
    """What was asked, and what the log must say of it."""

    def __init__(self):
        self.told = []

    def ask(self, answer, status, event, who, code=None):
        equal((answer.status, answer.code if code else code), (status, code),
              "%s by %s: %r" % (event, who, answer))
        self.told.append((answer.header("x-amz-request-id"), event, who, status, code))
        return answer


def document(root, inner):
    return "<%s>%s</%s>" % (root, inner, root)


def put_document(s3, sub, body):
    return s3.put(BUCKET, None, body, {"Content-MD5": sse.b64(
        hashlib.md5(body.encode()).digest())}, sub)


def set_up(story, root):
    story.ask(root.put(BUCKET), 200, "CreateBucket", "root")
    story.ask(put_document(root, "encryption", document(
        "ServerSideEncryptionConfiguration", DEFAULT)), 200, "PutBucketEncryption", "root")
    story.ask(put_document(root, "publicAccessBlock", document(
        "PublicAccessBlockConfiguration", BLOCK)), 200, "PutBucketPublicAccessBlock", "root")
    story.ask(root.put(BUCKET, None, json.dumps(POLICY), query="policy"), 204,
              "PutBucketPolicy", "root")
    story.ask(root.put(BUCKET, None, json.dumps(PUBLIC), query="policy"), 403,
              "PutBucketPolicy", "root", "AccessDenied")


def daily_life(story, people):
    clinic, analyst, auditor = people
    made = story.ask(clinic.put(BUCKET, "4711", RECORD), 200, "PutObject", "clinic")
    equal((made.header(sse.SSE), made.header(sse.KEY), made.header(sse.BUCKET_KEY)),
          ("aws:kms", KEY, "true"))
    check(not sse.is_md5(made, RECORD), "the ETag tells the content")
    equal(story.ask(analyst.get(BUCKET, "4711"), 200, "GetObject", "analyst").body, RECORD)
    part = story.ask(analyst.get(BUCKET, "4711", headers={"Range": "bytes=8-11"}), 206,
                     "GetObject", "analyst")
    equal(part.body, b"4711")
    story.ask(analyst.put(BUCKET, "4711", b"changed"), 403, "PutObject", "analyst",
              "AccessDenied")
    refused = story.ask(auditor.get(BUCKET, "4711"), 403, "GetObject", "auditor", "AccessDenied")
    check("kms:Decrypt" in refused.xml.get("Message"), refused.body)
    story.ask(auditor.head(BUCKET, "4711"), 403, "HeadObject", "auditor")
    story.ask(clinic.put(BUCKET, "plain", RECORD, sse.S3), 403, "PutObject", "clinic",
              "AccessDenied")
    story.ask(clinic.get(BUCKET, "4711", sign=None), 403, "GetObject", "anonymous",
              "AccessDenied")


def over_http(story, people):
    for s3, who in zip(people, ("clinic", "analyst")):
        story.ask(s3.get(BUCKET, "4711"), 403, "GetObject", who, "AccessDenied")
    story.ask(people[0].put(BUCKET, "4712", RECORD), 403, "PutObject", "clinic", "AccessDenied")


def people_of(server):
    return [server.client(access=n.upper() + "KEY", secret=n + "-secret")
            for n in ("clinic", "analyst", "auditor")]


def name_of(identity):
    if identity["type"] == "Root":
        return "root"
    return identity.get("userName") or "anonymous"


def in_the_log(story, path):
    with open(path) as f:
        rows = [json.loads(line) for line in f]
    equal([r["requestID"] for r in rows], [told[0] for told in story.told], "requests")
    for r, (_, event, who, status, code) in zip(rows, story.told):
        extra = r["additionalEventData"]
        equal((r["eventName"], name_of(r["userIdentity"]), extra["httpStatus"]),
              (event, who, status), r)
        equal(r.get("errorCode"), code or ("AccessDenied" if status == 403 else None), r)
        check(extra.get("reason"), "no reason in %r" % r)


def test_health_data_set():
    story = Story()
    with tempfile.TemporaryDirectory() as folder:
        certs.issue(folder)
        server = Server()
        log = os.path.join(server.home, "audit")
        args = ["--audit-log", log,
                "--identities", written(server.home, "people.json", PEOPLE),
                "--kms-file", written(server.home, "keys.json", KEYS)]
        server.args = args + ["--tls-dir", folder]
        try:
            server.start()
            set_up(story, server.client())
            daily_life(story, people_of(server))
            equal(server.stop(), 0)
            server.args = args  # the same store where nobody hides what is said
            server.start()
            over_http(story, people_of(server))
            equal(server.stop(), 0)
            in_the_log(story, log)
            code, out, err = server.verify()
            equal(code, 0, out + err)
            for at, _, names in os.walk(server.directory):
                for name in names:
                    with open(os.path.join(at, name), "rb") as f:
                        check(b"confidential confidential" not in f.read(), name)
        finally:
            server.remove()


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
