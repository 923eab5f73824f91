#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which tier answers (server, host name, bucket; it lasts), and the portability report."""

import base64
import hashlib
import json
import sys
import time
import uuid

import harness  # noqa: F401
import document
import s3raw
from harness import ACCESS, PATIENCE, SECRET, Server, check, equal, run, run_tests

ADMIN = {"TRUG_ROOT_USER": ACCESS, "TRUG_ROOT_PASSWORD": SECRET}


def control(server, method, path, **query):
    answer = server.client().request(method, path="/_trug/v1/" + path, query=query)
    return answer.status, answer


def told(answer):
    return json.loads(answer.body)


def server_name(server, host=None, bucket=None):
    how = {"path": "/%s" % (bucket or ""), "host": host} if host else {}
    return server.client().get(bucket, **how).header("Server")


def test_server_host_and_bucket():
    with Server(args=["--tier", "minio", "--tier-hosts", "aws.localhost=aws,r2.localhost=r2",
                      "--tier-buckets", "plain=open,logs-*=aws"]) as server:
        equal(server_name(server), "MinIO", "the server's")
        equal(server_name(server, "aws.localhost"), "AmazonS3", "the host's")
        for bucket in ("plain", "logs-1", "other"):
            equal(server.client().put(bucket).status, 200, bucket)
        equal(server_name(server, bucket="plain"), "AmazonS3", "the bucket's")
        equal(server_name(server, bucket="logs-1"), "AmazonS3", "by the beginning of its name")
        equal(server_name(server, bucket="other"), "MinIO", "nobody's")
        client = server.client()
        answer = client.request("GET", path="/", host="other.aws.localhost")
        equal(answer.status, 200, "a bucket below a tier's host")
        equal(answer.header("Server"), "AmazonS3", "the host's, below it")
        equal(server.stop(), 0, "exit code")


def test_bucket_by_control_lasts():
    server = Server()
    try:
        server.start()
        client = server.client()
        client.put("mine")
        status, answer = control(server, "POST", "tier", bucket="mine", tier="minio")
        equal(status, 200, repr(answer))
        equal(told(answer)["buckets"], {"mine": "minio"}, "what is told")
        equal(client.get("mine").header("Server"), "MinIO", "at once")
        equal(server.stop(), 0, "exit code")
        server.start()
        equal(server.client().get("mine").header("Server"), "MinIO", "behind a restart")
        equal(control(server, "POST", "tier", bucket="mine", tier="none")[0], 200, "none")
        equal(server.client().get("mine").header("Server"), "AmazonS3", "as before")
        for query in ({"bucket": "mine", "tier": "azure"}, {"tier": "aws"},
                      {"bucket": "a b", "tier": "aws"}, {"bucket": "a=b", "tier": "aws"}):
            equal(control(server, "POST", "tier", **query)[0], 400, repr(query))
        answer = server.client(secret="wrong").request("GET", path="/_trug/v1/tier")
        equal(answer.status, 403, "who may not")
    finally:
        server.remove()


POLICY = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",
"Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"}]}"""
BLOCK = "<PublicAccessBlockConfiguration>%s</PublicAccessBlockConfiguration>" % "".join(
    "<%s>true</%s>" % (n, n) for n in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy",
                                       "RestrictPublicBuckets"))


def other_form(version):
    """The number that a version's UUID holds (version 8), as versions are called without."""
    raw = uuid.UUID(version).bytes
    number = raw[:6] + bytes([raw[6] << 4 & 0xf0 | raw[7] >> 4, raw[7] << 4 & 0xf0 | raw[8] & 15])
    return base64.urlsafe_b64encode(number + hashlib.md5(number).digest()).decode()


def test_a_version_has_one_name_for_policies():
    with Server(args=["--tier", "minio"], buckets=["data"]) as server:
        s3 = server.client()
        text = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        equal(s3.put("data", None, text, None, "versioning").status, 200)
        shown = [s3.put("data", "k", b"%d" % n).header("x-amz-version-id") for n in range(2)]
        hidden = [other_form(one) for one in shown]
        for n in range(2):
            answer = s3.get("data", "k", {"versionId": hidden[n]})
            equal((answer.status, answer.body), (200, b"%d" % n), "by the other form")
            equal(answer.header("x-amz-version-id"), shown[n], "what is told")
        policy = {"Version": "2012-10-17", "Statement": [{
            "Effect": "Deny", "Principal": "*", "Action": "s3:GetObjectVersion",
            "Resource": "arn:aws:s3:::data/*",
            "Condition": {"StringEquals": {"s3:VersionId": shown[0]}}}]}
        equal(s3.put("data", None, json.dumps(policy), None, "policy").status, 204)
        for form in (shown, hidden):
            equal(s3.get("data", "k", {"versionId": form[0]}).status, 403, "denied")
            equal(s3.get("data", "k", {"versionId": form[1]}).status, 200, "the other version")
        source = {"x-amz-copy-source": "/data/k?versionId=" + hidden[0]}
        equal(s3.put("data", "copy", headers=source).status, 403, "as a source")
        equal(server.stop(), 0, "exit code")


def test_stale_uploads_follow_the_bucket():
    with Server(buckets=["one", "two"]) as server:
        s3 = server.client()
        ids = {name: s3.post(name, "k", "uploads").xml.get("UploadId") for name in ("one", "two")}

        def there(name):
            return s3.get(name, "k", {"uploadId": ids[name]}).status

        equal(control(server, "POST", "clock", by="3d")[0], 200)
        equal((there("one"), there("two")), (200, 200), "nobody's tier has it so")
        equal(control(server, "POST", "tier", bucket="one", tier="minio")[0], 200)
        end = time.monotonic() + PATIENCE
        while there("one") == 200 and time.monotonic() < end:
            equal(control(server, "POST", "clock", by="1s")[0], 200)
        equal((there("one"), there("two")), (404, 200), "of the bucket that was bound")
        equal(server.stop(), 0, "exit code")


def test_a_host_name_opens_nothing():
    """MinIO and R2 have no block of public access: buckets made there are without. One that has
    it keeps it, whatever the server is called by who asks; only its owner's rules bind it."""
    with Server(args=["--tier-hosts", "minio.localhost=minio,r2.localhost=r2"]) as server:
        client = server.client()

        def ask(method, path, host=None, **how):
            return client.request(method, path=path, host=host or "localhost", **how).status

        equal(ask("PUT", "/made-there", "minio.localhost"), 200, "made as MinIO makes them")
        equal(ask("PUT", "/made-there", "minio.localhost", query="policy",
                  body=POLICY % "made-there"), 204, "its policy")
        equal(ask("PUT", "/made-there/k", body=b"x"), 200, "an object")
        equal(ask("GET", "/made-there/k", "minio.localhost", sign=None), 200, "anybody")
        for state in ("as made", "said so"):
            name = "/" + state.replace(" ", "-")
            equal(ask("PUT", name), 200, "made as AWS makes them")
            if state == "said so":
                equal(ask("DELETE", name, query="publicAccessBlock"), 204, "opened")
                equal(ask("PUT", name, query="policy", body=POLICY % name[1:]), 204, "a policy")
                equal(ask("PUT", name + "/k", body=b"x"), 200, "an object")
                equal(ask("GET", name + "/k", sign=None), 200, "public")
                equal(ask("PUT", name, query="publicAccessBlock", body=BLOCK, headers={
                    "Content-MD5": document.md5(BLOCK)}), 200, "closed")
            else:
                equal(ask("PUT", name + "/k", body=b"x"), 200, "an object")
            for host in (None, "minio.localhost"):
                equal(ask("PUT", name, host, query="policy", body=POLICY % name[1:]), 403,
                      "%s: a public policy by %s" % (state, host))
            for host, status in ((None, 403), ("minio.localhost", 403), ("r2.localhost", 400)):
                equal(ask("GET", name + "/k", host, sign=None), status,
                      "%s: anybody by %s" % (state, host))
        status, answer = control(server, "POST", "tier", bucket="as-made", tier="minio")
        equal(status, 200, repr(answer))
        equal(ask("PUT", "/as-made", query="policy", body=POLICY % "as-made"), 204, "bound")


def test_bad_settings_stop_the_start():
    for args, word in ((["--tier", "azure"], "open|aws|minio|r2"),
                       (["--tier-hosts", "a=b"], "tier-hosts"),
                       (["--tier-buckets", "x"], "tier-buckets"),
                       (["--tier-options", "r2.link-expired=nonsense"], "tier-options"),
                       (["--tier-options", "r2.nothing=yes"], "tier-options")):
        server = Server(args=args)
        server.spawn()
        check(server.process.wait(20) != 0, "%r was taken" % args)
        check(word in server.tail(), server.tail())
        server.remove()


def test_option_picks_where_sources_disagree():
    with Server(args=["--tier", "aws", "--tier-options",
                      "aws.bucket-yours=owned,aws.metadata=100"]) as server:
        client = server.client()
        equal(client.put("mine").status, 200, "made")
        equal(client.put("mine").status, 409, "recorded as 409")
        equal(client.put("mine", "k", b"x", {"x-amz-meta-a": "v" * 100}).status, 400, "a limit")


def rows(server, tier):
    status, answer = control(server, "GET", "tier/report")
    equal(status, 200, "the report")
    return {(r["point"], r["operation"]): r for r in told(answer)[tier]}


def test_report_tells_what_happened():
    with Server() as server:
        client = server.client()
        equal([rows(server, t) for t in ("aws", "minio", "r2")], [{}] * 3, "nothing yet")
        client.put("mine")
        check_digest = {"x-amz-checksum-crc32": s3raw.checksum("CRC32", b"x"),
                        "Content-Type": "text/plain"}
        for n in range(3):
            equal(client.put("mine", "data/%d" % n, b"x", check_digest).status, 200, "put")
        client.get("mine", "data/1")
        client.get("mine", query="list-type=2")
        equal([rows(server, t) for t in ("aws", "minio", "r2")], [{}] * 3,
              "what all answer alike")
        for n in range(3):
            client.put("mine", "a//b%d" % n, b"x", check_digest)
        client.put("mine", "ia", b"x", dict(check_digest, **{"x-amz-storage-class": "GLACIER"}))
        client.delete("mine", "ia", headers={"If-Match": '"no"'})
        client.put("mine", "m", b"x", dict(check_digest, **{"x-amz-meta-a": "v" * 3000}))
        aws, minio, r2 = (rows(server, t) for t in ("aws", "minio", "r2"))
        row = minio[("key-slashes", "PutObject")]
        equal((row["count"], row["bucket"], row["key"]), (3, "mine", "a//b*"), "a//b")
        equal(row["there"], "400 XMinioInvalidObjectName", "what MinIO says")
        check(("key-slashes", "PutObject") not in aws, "AWS takes a//b")
        equal(minio[("classes", "PutObject")]["count"], 1, "GLACIER")
        check(("classes", "PutObject") in r2 and ("classes", "PutObject") not in aws, "GLACIER")
        equal(minio[("delete-cond", "DeleteObject")]["count"], 1, "a condition that failed")
        equal(r2[("metadata", "PutObject")]["there"], 8192, "metadata of 3,000 bytes")
        check(("metadata", "PutObject") not in minio, "2 KB in MinIO as well")
        client.delete("mine", "data/1", headers={"If-Match": '"9dd4e461268c8034f5c8564e155c67a6"'})
        equal(rows(server, "minio")[("delete-cond", "DeleteObject")]["count"], 1,
              "a condition that held changes nothing")
        client.get("mine", headers={"x-amz-expected-bucket-owner": "000000000000"})
        check(("expected-owner", "ListObjects") not in rows(server, "minio"), "the right owner")
        client.get("mine", headers={"x-amz-expected-bucket-owner": "123456789012"})
        check(("expected-owner", "ListObjects") in rows(server, "minio"), "another owner")
        client.put("mine", "to", b"", {"x-amz-copy-source": "/mine/data/2", "If-None-Match": "*",
                                       "x-amz-copy-source-if-match": '"no"'})
        check(("copy-cond", "CopyObject") not in rows(server, "minio"), "the source's condition")
        client.put("mine", "data/2", b"", {"x-amz-copy-source": "/mine/m", "If-None-Match": "*"})
        client.put("mine", "m2", b"x", check_digest)
        client.put("mine", "m2", b"", {"x-amz-copy-source": "/mine/data/2",
                                       "If-None-Match": "*"})
        check(("copy-cond", "CopyObject") in rows(server, "minio"), "the destination's")
        code, out, err = run("tiers", "--report", server.endpoint, env=ADMIN)
        equal(code, 0, err)
        check("key-slashes" in out and "a//b*" in out, out)
        equal(control(server, "DELETE", "tier/report")[0], 200, "anew")
        equal(rows(server, "minio"), {}, "begun anew")
        client.put("mine", "x//y", b"x", check_digest)
        equal(server.stop(), 0, "exit code")
        check("portability: " in server.tail(), server.tail())


def test_strict_tiers_report_nothing():
    with Server(args=["--tier", "minio"]) as server:
        client = server.client()
        client.put("mine")
        equal(client.put("mine", "a//b", b"x").status, 400, "refused")
        equal(rows(server, "minio"), {}, "the report is of the open profile")


sys.exit(run_tests(globals()))
