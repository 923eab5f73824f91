#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Access control lists between accounts: who owns what others upload, and what a grant to an
account gives to its root and to its users."""

import base64
import hashlib
import json
import os
import sys

from harness import Server, equal, run_tests

ROOT = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
LAB, OTHER = "1" * 64, "2" * 64
ALLOW_READ = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
IDENTITIES = {"accounts": [
    {"id": "111111111111", "canonical_id": LAB, "display_name": "lab",
     "keys": [{"access_key": "LABROOTKEY0000000000", "secret_key": "lab-root-secret-of-length"}],
     "users": [
         {"name": "reader",
          "keys": [{"access_key": "LABREADER00000000000", "secret_key": "reader-secret-of-length"}],
          "inline_policies": {"read": ALLOW_READ}},
         {"name": "idle",
          "keys": [{"access_key": "LABIDLE0000000000000", "secret_key": "idle-secret-of-length"}]}]},
    {"id": "222222222222", "canonical_id": OTHER, "display_name": "other",
     "keys": [{"access_key": "OTHERROOT00000000000", "secret_key": "other-root-secret-of-length"}]}]}


def server(**how):
    made = Server(**how)
    path = os.path.join(made.home, "identities.json")
    with open(path, "w") as f:
        json.dump(IDENTITIES, f)
    made.args += ["--identities", path]
    return made


def clients(s):
    return (s.client(),
            s.client(access="LABROOTKEY0000000000", secret="lab-root-secret-of-length"),
            s.client(access="LABREADER00000000000", secret="reader-secret-of-length"),
            s.client(access="LABIDLE0000000000000", secret="idle-secret-of-length"),
            s.client(access="OTHERROOT00000000000", secret="other-root-secret-of-length"))


def bucket(s3, ownership="ObjectWriter"):
    equal(s3.put("data", headers={"x-amz-object-ownership": ownership}).status, 200)


def put_acl(s3, key, headers):
    equal(s3.put("data", key, b"", headers, "acl").status, 200)


def acl(s3, key):
    root = s3.get("data", key, "acl").xml
    return root.get("Owner/ID"), [
        (g.get("Grantee/ID") or g.get("Grantee/URI"), g.get("Permission"))
        for g in root.all("AccessControlList/Grant")]


def denied(answer):
    equal((answer.status, answer.code), (403, "AccessDenied"))


def test_grant_to_an_account():
    with server() as s:
        owner, lab, reader, idle, other = clients(s)
        bucket(owner)
        equal(owner.put("data", "key", b"body").status, 200)
        for each in (lab, reader, idle, other):
            denied(each.get("data", "key"))
        put_acl(owner, "key", {"x-amz-grant-read": 'id="%s"' % LAB})
        equal(lab.get("data", "key").body, b"body")
        equal(reader.get("data", "key").body, b"body")
        denied(idle.get("data", "key"))  # the account may, but does not let its user
        denied(other.get("data", "key"))
        denied(lab.put("data", "key", b"x"))
        denied(lab.delete("data", "key"))
        denied(lab.get("data", "key", "acl"))
        put_acl(owner, "key", {"x-amz-grant-full-control": 'id="%s"' % LAB})
        equal(acl(lab, "key"), (ROOT, [(LAB, "FULL_CONTROL")]))
        put_acl(lab, "key", {"x-amz-acl": "private"})
        denied(lab.get("data", "key"))
        equal(acl(owner, "key"), (ROOT, [(ROOT, "FULL_CONTROL")]))


def test_who_signs():
    with server() as s:
        owner, lab, reader, idle, other = clients(s)
        bucket(owner)
        equal(owner.delete("data", query="publicAccessBlock").status, 204)
        equal(owner.put("data", "key", b"body", {"x-amz-acl": "authenticated-read"}).status, 200)
        for each in (lab, reader, other):
            equal(each.get("data", "key").body, b"body")
        denied(idle.get("data", "key"))  # across accounts both sides have to allow
        denied(owner.get("data", "key", sign=None))


def test_whose_objects():
    with server() as s:
        owner, lab, _, _, other = clients(s)
        bucket(owner)
        put_acl(owner, None, {"x-amz-grant-write": 'id="%s"' % LAB,
                              "x-amz-grant-full-control": 'id="%s"' % ROOT})
        denied(other.put("data", "theirs", b"x"))
        equal(lab.put("data", "theirs", b"x").status, 200)
        equal(lab.put("data", "shared", b"x", {"x-amz-grant-read": 'id="%s"' % OTHER}).status, 403)
        equal(owner.put("data", "mine", b"x").status, 200)
        equal(acl(owner, "theirs"), (LAB, [(LAB, "FULL_CONTROL")]))
        equal([(r.get("Key"), r.get("Owner/ID")) for r in owner.get("data").xml.all("Contents")],
              [("mine", ROOT), ("theirs", LAB)])
        equal(lab.get("data", "theirs").body, b"x")
        denied(lab.get("data", "mine"))
        equal(owner.delete("data", "theirs").status, 204, "a bucket is its owner's to empty")


def test_enforced_takes_all():
    with server() as s:
        owner, lab, reader, _, _ = clients(s)
        bucket(owner)
        equal(owner.put("data", "key", b"body").status, 200)
        put_acl(owner, "key", {"x-amz-grant-read": 'id="%s"' % LAB})
        equal(lab.get("data", "key").status, 200)
        body = ("<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership>"
                "</Rule></OwnershipControls>")
        digest = base64.b64encode(hashlib.md5(body.encode()).digest()).decode()
        equal(owner.put("data", None, body, {"Content-MD5": digest},
                        "ownershipControls").status, 200)
        denied(lab.get("data", "key"))
        denied(reader.get("data", "key"))
        equal(acl(owner, "key"), (ROOT, [(ROOT, "FULL_CONTROL")]))


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
