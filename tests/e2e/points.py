#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Access points and the account's public access block, where they decide along."""

import base64
import hashlib
import json
import sys

from harness import Server, check, equal, run_tests

ACCOUNT = {"x-amz-account-id": "000000000000"}
BLOCK = "configuration/publicAccessBlock"


def md5(body):
    return {"Content-MD5": base64.b64encode(hashlib.md5(body.encode()).digest()).decode()}


def control(s3, method, path, body=""):
    return s3.request(method, "v20180820", path, None, ACCOUNT, body.encode())


def point(s3, name, bucket, more=""):
    answer = control(s3, "PUT", "accesspoint/" + name, "<CreateAccessPointRequest><Bucket>%s</Bucket>"
                     "%s</CreateAccessPointRequest>" % (bucket, more))
    equal(answer.status, 200)
    return answer.xml.get("AccessPointArn"), answer.xml.get("Alias")


def policy(effect, action, resource, principal="*"):
    return json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": effect, "Principal": principal, "Action": action, "Resource": resource}]})


def put_policy(s3, name, text):
    return control(s3, "PUT", "accesspoint/%s/policy" % name, "<PutAccessPointPolicyRequest><Policy>"
                   "%s</Policy></PutAccessPointPolicyRequest>" % text.replace('"', "&quot;"))


def test_a_points_policy_decides_along():
    with Server(buckets=["data"]) as server:
        s3 = server.client()
        s3.put("data", "k", b"x")
        arn, alias = point(s3, "team", "data")
        equal(s3.get(alias, "k").status, 200)
        equal(put_policy(s3, "team", policy("Deny", "s3:GetObject", arn + "/object/*")).status, 200)
        equal((s3.get(alias, "k").status, s3.get(alias, "k").code), (403, "AccessDenied"))
        equal(s3.put("data", "c", headers={"x-amz-copy-source": alias + "/k"}).status, 403)
        equal(s3.put(alias, "k", b"y").status, 200, "only reading is denied")
        equal(s3.get("data", "k").body, b"y", "only through the point")
        equal(control(s3, "DELETE", "accesspoint/team/policy").status, 204)
        equal(s3.get(alias, "k").body, b"y")


def test_a_point_for_everybody():
    with Server(buckets=["data"]) as server:
        s3 = server.client()
        s3.put("data", "k", b"x")
        arn, alias = point(s3, "open", "data", "<PublicAccessBlockConfiguration>"
                           "<BlockPublicAcls>false</BlockPublicAcls>"
                           "</PublicAccessBlockConfiguration>")
        anybody = policy("Allow", "s3:GetObject", arn + "/object/*")
        equal(put_policy(s3, "open", anybody).status, 403, "the bucket blocks it")
        equal(s3.delete("data", None, "publicAccessBlock").status, 204)
        equal(put_policy(s3, "open", anybody).status, 200)
        equal(s3.request("GET", alias, "k", sign=None).status, 403, "the bucket has to allow, too")
        bucket = policy("Allow", "s3:GetObject", "arn:aws:s3:::data/*")
        equal(s3.put("data", None, bucket, md5(bucket), "policy").status, 204)
        equal(s3.request("GET", alias, "k", sign=None).body, b"x")
        equal(control(s3, "DELETE", "accesspoint/open/policy").status, 204)
        equal(s3.request("GET", alias, "k", sign=None).status, 403, "and so has the point")


def test_a_point_that_blocks_public_policies():
    with Server(buckets=["data"]) as server:
        s3 = server.client()
        arn, _ = point(s3, "closed", "data")
        equal(put_policy(s3, "closed", policy("Allow", "s3:GetObject", arn + "/object/*")).status,
              403)
        equal(control(s3, "GET", "accesspoint/closed/policy").status, 404)


def test_the_accounts_block_is_every_buckets():
    with Server(buckets=["data"]) as server:
        s3 = server.client()
        s3.put("data", "k", b"x")
        equal(s3.delete("data", None, "publicAccessBlock").status, 204)
        text = policy("Allow", "s3:GetObject", "arn:aws:s3:::data/*")
        equal(s3.put("data", None, text, md5(text), "policy").status, 204)
        equal(s3.request("GET", "data", "k", sign=None).status, 200)
        put = "<PublicAccessBlockConfiguration><%s>true</%s></PublicAccessBlockConfiguration>"
        equal(control(s3, "PUT", BLOCK, put % (("RestrictPublicBuckets",) * 2)).status, 201)
        equal(s3.request("GET", "data", "k", sign=None).status, 403)
        equal(s3.get("data", "k").status, 200, "the owner is not everybody")
        equal(control(s3, "PUT", BLOCK, put % (("BlockPublicPolicy",) * 2)).status, 201)
        equal(s3.request("GET", "data", "k", sign=None).status, 200)
        equal(s3.put("data", None, text, md5(text), "policy").status, 403)
        equal(control(s3, "DELETE", BLOCK).status, 204)
        equal(s3.put("data", None, text, md5(text), "policy").status, 204)


def test_points_survive_a_restart():
    server = Server(buckets=["data"])
    try:
        server.start()
        _, alias = point(server.client(), "kept", "data")
        equal(server.client().put(alias, "k", b"x").status, 200)
        server.kill()
        server.start()
        equal(server.client().get(alias, "k").body, b"x")
        equal(server.stop(), 0)
        check(server.verify()[0] == 0, "verify")
    finally:
        server.remove()


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
