# SPDX-License-Identifier: Apache-2.0
"""No row of the registry is reached without a decision: each is asked as nobody and as a
user without rights, in every way to sign, and all are denied, and nothing has changed."""

import json
import re
import sys

import harness
from harness import Server, check, equal

import policies
import postform
import s3raw

FORM = {"Content-Type": "multipart/form-data; boundary=" + postform.BOUNDARY}
KEYS = b"<Delete><Object><Key>key</Key></Object><Object><Key>none</Key></Object></Delete>"


class Anybody:
    """As much of a conformance case as policies.User asks for."""

    def __init__(self, server):
        self.s3, self.region = server.client(), "us-east-1"
        self.buckets, self.later = [], []

    def name(self):
        self.buckets.append("none")
        return "test-x1"

    def status(self, answer, want):
        equal(answer.status, want, repr(answer))
        return answer


def rows():
    code, out, err = harness.run("ops")
    equal(code, 0, err)
    return json.loads(out)


class Store:
    def __init__(self, server):
        self.case = Anybody(server)
        self.s3 = self.case.s3
        for name, headers in (("kept", {}), ("locked", {
                "x-amz-bucket-object-lock-enabled": "true"})):
            self.good(self.s3.put(name, None, b"", headers))
            for key in ("key", "other"):
                self.good(self.s3.put(name, key, b"body of " + key.encode(),
                                      {"x-amz-tagging": "a=b"}))
        self.good(self.s3.request(
            "PUT", "v20180820", "accesspoint/spot", None, {"x-amz-account-id": "000000000000"},
            b"<CreateAccessPointRequest><Bucket>kept</Bucket></CreateAccessPointRequest>"))
        self.upload = self.good(self.s3.post("kept", "up", "uploads")).xml.get("UploadId")
        self.good(self.s3.put("kept", "up", b"part", None,
                              {"partNumber": 1, "uploadId": self.upload}))
        self.user = policies.User(self.case)

    @staticmethod
    def good(answer):
        check(answer.status < 300, repr(answer))
        return answer

    def request(self, row, bucket):
        """How a client would ask for that row."""
        fill = {"uploadId": self.upload, "partNumber": "1", "annotationName": "a", "id": "x"}
        query = [(row["sub"], None)] if row["sub"] else []
        for part in row["query"].split():
            name, _, value = part.partition("=")
            query.append((name, value or fill[name]))
        headers = {row["header"]: bucket + "/other"} if row["header"] else {}
        if row["name"] == "RenameObject":
            headers["x-amz-rename-source"] = "other"
        key = "key" if row["level"] == "object" else None
        if row["level"] == "control":
            body = b"<x/>" if row["body"] == "document" else b""
            what = "arn:aws:s3:::kept" if row["sub"].startswith("tags/") else "spot"
            return (row["method"], "v20180820", row["sub"].replace("*", what), query,
                    {"x-amz-account-id": "000000000000"}, body)
        if "uploadId" in row["query"]:
            bucket, key = "kept", "up"
        body = b""
        if row["name"] == "PostObject":
            headers, body = dict(FORM), postform.body([("key", "key")], b"overwritten")
        elif row["name"] == "DeleteObjects":
            body = KEYS
        elif row["body"] != "none" or row["method"] == "PUT":
            body = b"<x/>" if row["body"] == "document" else b"overwritten"
        if row["body"] == "document":
            headers["Content-MD5"] = s3raw.md5_base64(body)
        if row["level"] == "service":
            bucket = None
        elif row["name"] == "CreateBucket":
            bucket = "fresh"
        return row["method"], bucket, key, query, headers, body

    def seen(self):
        """All that the owner sees: what every row that reads answers."""
        out = {}
        for row in rows():
            # CreateSession makes other credentials each time, and changes nothing.
            if row["method"] not in ("GET", "HEAD") or row["name"] == "CreateSession":
                continue
            for bucket in ("kept", "locked"):
                answer = self.s3.request(*self.request(row, bucket))
                text = re.sub(rb"<(RequestId|HostId)>.*?</", b"", answer.body)
                out[row["name"], bucket] = answer.status, text
        for bucket in ("kept", "locked"):
            for query in ("versions", "uploads"):
                out[query, bucket] = self.s3.get(bucket, query=query).body
        out["fresh"] = self.s3.head("fresh").status
        return out


def denied(row, answer, who):
    what = "%s as %s: %r" % (row["name"], who, answer)
    if row["name"] == "DeleteObjects" and answer.status == 200:
        equal([x.get("Code") for x in answer.xml.all("Error")], ["AccessDenied"] * 2, what)
        equal(answer.xml.all("Deleted"), [], what)
        return
    equal(answer.status, 403, what)
    if row["method"] == "HEAD":
        equal(answer.body, b"", what)
    else:
        check(b"<Code>AccessDenied</Code>" in answer.body, what)


def ask_iam(store, client, **how):
    """The one row that is another service's."""
    body = "Action=CreateUser&UserName=evil&Version=2010-05-08"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    equal(client.request("POST", headers=form, body=body, signer=client.signer(service="iam"),
                         **how).status, 403)
    equal(store.user.call(Action="GetUser", UserName="evil").status, 404)


def ask_all(store, who, client, **how):
    asked = 0
    if how.get("sign") != "presign":
        ask_iam(store, client, **how)
    for row in rows():
        if row["name"] == "Query":
            continue
        for bucket in ("kept", "locked"):
            method, name, key, query, headers, body = store.request(row, bucket)
            if row["name"] == "PostObject":
                # A form is signed in its fields; without any it is nobody's.
                answer = client.request(method, name, key, query, headers, body, sign=None)
            else:
                answer = client.request(method, name, key, query, headers, body, **how)
            denied(row, answer, who)
            asked += 1
            # And of a version that is named, where there may be one.
            if row["level"] == "object" and method in ("GET", "HEAD", "DELETE") and \
                    "uploadId" not in row["query"]:
                answer = client.request(method, name, key, query + [("versionId", "null")],
                                        headers, body, **how)
                denied(row, answer, who)
    check(asked >= 2 * 90, "rows were asked: %d" % asked)


def all_denied(**how):
    with Server() as server:
        store = Store(server)
        before = store.seen()
        equal(before["fresh"], 404)
        if how.get("sign", "") is None:
            ask_all(store, "nobody", store.s3, **how)
        else:
            ask_all(store, "a user", store.user.s3, **how)
        after = store.seen()
        for key in before:
            equal(after[key], before[key], key)


def test_nobody():
    all_denied(sign=None)


def test_user():
    all_denied()


def test_user_by_link():
    all_denied(sign="presign")


def test_one_action_is_no_other():
    """A policy that allows one action allows no other."""
    with Server() as server:
        store = Store(server)
        policies.block(store.case, "kept")
        store.good(policies.put(store.case, "kept", policies.statement(
            "Allow", "s3:GetObject", policies.arn("kept", "*"))))
        for row in rows():
            if row["action"] == "s3:GetObject" or row["name"] == "Query":
                continue
            answer = store.s3.request(*store.request(row, "kept"), sign=None)
            denied(row, answer, "nobody")


if __name__ == "__main__":
    sys.exit(harness.run_tests(globals()))
