# SPDX-License-Identifier: Apache-2.0
"""Two accounts: what one may do with what is the other's, when both have to agree."""

import json
import os
import sys

import harness
from harness import Server, check, equal

import policies
import s3raw
from policies import arn, statement

ANY = statement("Allow", ["s3:*"], "*", None)
FILE = {"accounts": [{
    "id": "222222222222", "display_name": "other",
    "keys": [{"access_key": "OTHERROOTKEY", "secret_key": "other-root-secret"}],
    "users": [
        {"name": "eve", "keys": [{"access_key": "EVEACCESSKEY", "secret_key": "eve-secret-key"}],
         "inline_policies": {"all": json.loads(policies.document(ANY))}},
        {"name": "idle", "keys": [{"access_key": "IDLEACCESSKEY",
                                   "secret_key": "idle-secret-key"}]}]}]}
EVE = "arn:aws:iam::222222222222:user/eve"


class Accounts:
    def __enter__(self):
        self.server = Server()
        path = os.path.join(self.server.home, "identities.json")
        with open(path, "w") as f:
            json.dump(FILE, f)
        self.server.args += ["--identities", path]
        self.server.start()
        self.owner = self.server.client()
        self.root = self.server.client(access="OTHERROOTKEY", secret="other-root-secret")
        self.eve = self.server.client(access="EVEACCESSKEY", secret="eve-secret-key")
        self.idle = self.server.client(access="IDLEACCESSKEY", secret="idle-secret-key")
        equal(self.owner.put("shared").status, 200)
        self.put(policies.OFF % (("false",) * 4), "publicAccessBlock")
        equal(self.owner.put("shared", "key", b"body").status, 200)
        return self

    def __exit__(self, *_):
        self.server.remove()

    def put(self, body, sub):
        answer = self.owner.put("shared", None, body,
                                {"Content-MD5": s3raw.md5_base64(body.encode())}, sub)
        check(answer.status in (200, 204), repr(answer))

    def policy(self, *statements):
        self.put(policies.document(*statements), "policy")


def denied(answer):
    equal((answer.status, answer.code), (403, "AccessDenied"), repr(answer))
    # Strangers are not told why.
    check(b"<Message>Access Denied</Message>" in answer.body, repr(answer))


def test_both_have_to_allow():
    with Accounts() as a:
        for client in (a.eve, a.idle, a.root):
            denied(client.get("shared", "key"))
        a.policy(statement("Allow", "s3:GetObject", arn("shared", "*"), {"AWS": "222222222222"}))
        equal(a.eve.get("shared", "key").body, b"body")
        equal(a.root.get("shared", "key").body, b"body")
        denied(a.idle.get("shared", "key"))
        denied(a.eve.put("shared", "key", b"x"))
        a.policy(statement("Allow", "s3:GetObject", arn("shared", "*"), {"AWS": EVE}))
        equal(a.eve.get("shared", "key").body, b"body")
        denied(a.root.get("shared", "key"))
        a.policy(statement("Allow", "s3:GetObject", arn("shared", "*"), "*"),
                 statement("Deny", "s3:*", arn("shared", "*"), {"AWS": "222222222222"}))
        denied(a.eve.get("shared", "key"))
        equal(a.owner.get("shared", "key").body, b"body")


def test_what_is_whose():
    with Accounts() as a:
        equal(a.eve.put("theirs").status, 200)
        equal([b.get("Name") for b in a.root.get().xml.all("Buckets/Bucket")], ["theirs"])
        equal([b.get("Name") for b in a.owner.get().xml.all("Buckets/Bucket")], ["shared"])
        denied(a.owner.get("theirs"))
        equal(a.eve.put("shared").code, "BucketAlreadyExists")
        # Root of another account is no root here.
        denied(a.root.get("shared", query="policy"))
        denied(a.root.delete("shared"))


def test_policy_is_the_owners():
    with Accounts() as a:
        a.policy(statement("Allow", "s3:*", [arn("shared"), arn("shared", "*")],
                           {"AWS": "222222222222"}))
        for answer in (a.eve.get("shared", query="policy"),
                       a.eve.put("shared", None, "{}", query="policy"),
                       a.eve.delete("shared", query="policy")):
            equal((answer.status, answer.code), (405, "MethodNotAllowed"))
        equal(a.eve.get("shared", query="versioning").status, 200)


def test_public_only_within():
    with Accounts() as a:
        a.policy(statement("Allow", "s3:GetObject", arn("shared", "*")))
        equal(a.eve.get("shared", "key").body, b"body")
        a.put(policies.OFF % ("false", "false", "false", "true"), "publicAccessBlock")
        denied(a.eve.get("shared", "key"))
        denied(a.owner.get("shared", "key", sign=None))
        equal(a.owner.get("shared", "key").body, b"body")


def test_requester_pays():
    with Accounts() as a:
        a.policy(statement("Allow", "s3:GetObject", arn("shared", "*"), {"AWS": EVE}))
        a.put("<RequestPaymentConfiguration><Payer>Requester</Payer>"
              "</RequestPaymentConfiguration>", "requestPayment")
        denied(a.eve.get("shared", "key"))
        answer = a.eve.get("shared", "key", headers={"x-amz-request-payer": "requester"})
        equal(answer.body, b"body")
        equal(answer.header("x-amz-request-charged"), "requester")
        equal(a.owner.get("shared", "key").body, b"body")


def test_copies_between_accounts():
    with Accounts() as a:
        equal(a.eve.put("theirs").status, 200)

        def copy():
            return a.eve.put("theirs", "copy", b"", {"x-amz-copy-source": "shared/key"})

        denied(copy())
        a.policy(statement("Allow", "s3:GetObject", arn("shared", "*"), {"AWS": EVE}))
        equal(copy().status, 200)
        denied(a.owner.get("theirs", "copy"))


if __name__ == "__main__":
    sys.exit(harness.run_tests(globals()))
