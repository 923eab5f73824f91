#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""MinIO's admin API where it needs a server of its own: what stays over a restart, beside an
identity file, in no clear text on disk, and where time goes by."""

import datetime
import json
import os
import sys
import time

from harness import Server, check, equal, run_tests
from madmin import Madmin

USER, KEY = "mc-user", "mc-user-key"
FIRST, SECOND = "the-first-secret", "the-second-secret"


def made(server):
    """A user in a group with a policy, and an access key of the user's."""
    m = Madmin(server.client())
    for method, path, query, body, sealed in (
            ("PUT", "add-user", {"accessKey": USER}, {"secretKey": FIRST}, True),
            ("PUT", "update-group-members", None,
             {"group": "team", "members": [USER], "isRemove": False}, False),
            ("POST", "idp/builtin/policy/attach", None,
             {"group": "team", "policies": ["readwrite"]}, True),
            ("PUT", "add-service-account", None,
             {"targetUser": USER, "accessKey": KEY, "secretKey": SECOND}, True)):
        equal(m.send(method, path, query, body, sealed).status, 200, path)
    return m


def both(server, want):
    for access, secret in ((USER, FIRST), (KEY, SECOND)):
        equal(server.client(access=access, secret=secret).get().status, want, access)


def test_all_of_it_stays():
    with Server() as server:
        made(server)
        both(server, 200)
        server.kill()
        server.start()
        both(server, 200)
        m = Madmin(server.client())
        equal(m.send("PUT", "set-user-status",
                     {"accessKey": USER, "status": "disabled"}).status, 200)
        both(server, 403)
        server.stop()
        server.start()
        both(server, 403)


def test_secrets_are_sealed_on_disk():
    with Server() as server:
        made(server)
        server.stop()
        for folder, _, files in os.walk(server.directory):
            for name in files:
                with open(os.path.join(folder, name), "rb") as f:
                    data = f.read()
                check(FIRST.encode() not in data and SECOND.encode() not in data, name)


def test_what_a_file_declares_is_changed_there():
    server = Server()
    path = os.path.join(server.home, "people.json")
    with open(path, "w") as f:
        json.dump({"accounts": [{"id": "000000000000", "users": [
            {"name": "ann", "keys": [{"access_key": "ANN", "secret_key": "ann-secret"}],
             "inline_policies": {"p": {"Version": "2012-10-17", "Statement": [
                 {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}}}]}]}, f)
    server.args += ["--identities", path]
    with server:
        m = made(server)
        equal(sorted(m.text(m.send("GET", "list-users"))), ["ann", USER])
        for method, name, query, body in (
                ("PUT", "add-user", {"accessKey": "ann"}, {"secretKey": FIRST}),
                ("DELETE", "remove-user", {"accessKey": "ann"}, None),
                ("PUT", "set-user-status", {"accessKey": "ann", "status": "disabled"}, None),
                ("POST", "idp/builtin/policy/attach", None,
                 {"user": "ann", "policies": ["readonly"]}),
                ("PUT", "add-service-account", None, {"targetUser": "ann"})):
            answer = m.send(method, name, query, body or b"", body is not None)
            equal(json.loads(answer.body)["Code"], "UnmodifiableEntity", name)
        equal(server.client(access="ANN", secret="ann-secret").get().status, 200)


def test_a_quota_stays_but_not_a_reset():
    with Server(args=["--reset", "on"], buckets=["bkt"]) as server:
        m, s3 = Madmin(server.client()), server.client()
        equal(m.send("PUT", "set-bucket-quota", {"bucket": "bkt"},
                     {"size": 10, "quotatype": "hard"}).status, 200)
        server.kill()
        server.start()
        m, s3 = Madmin(server.client()), server.client()
        equal(s3.put("bkt", "k", b"1234567890").status, 400)
        for keep, status, size in (("keep=settings", 400, 10), (None, 200, 0)):
            equal(s3.request("POST", "_trug", "v1/reset", keep).status, 200)
            equal(json.loads(m.send("GET", "get-bucket-quota", {"bucket": "bkt"}).body)["size"],
                  size, keep)
            equal(s3.put("bkt", "k", b"1234567890").status, status, keep)


def test_a_key_expires():
    with Server() as server:
        m = made(server)
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=5)
        equal(m.send("POST", "update-service-account", {"accessKey": KEY},
                     {"newExpiration": soon.strftime("%Y-%m-%dT%H:%M:%SZ")}, True).status, 204)
        equal(server.client(access=KEY, secret=SECOND).get().status, 200)
        while datetime.datetime.now(datetime.timezone.utc) <= soon:
            time.sleep(0.1)
        equal(server.client(access=KEY, secret=SECOND).get().status, 403)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
