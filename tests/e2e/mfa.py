#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""MFA delete: versions go, and the setting changes, only with a code of the root's device."""

import base64
import hashlib
import hmac
import struct
import sys
import time

from harness import Server, check, equal, run, run_tests

SECRET = base64.b32encode(b"twenty bytes of seed").decode()
DEVICE = "arn:aws:iam::000000000000:mfa/root-account-mfa-device"
WANTED = "Mfa Authentication must be used for this request"


class Device:
    """Shows each code once: the steps around now are three, but for one that ends so soon that
    it might not arrive in it."""

    def __init__(self):
        self.last = 0

    def header(self, step=None):
        if step is None:
            now = int(time.time()) // 30
            while self.last >= now + 1:
                time.sleep(0.5)
                now = int(time.time()) // 30
            step = self.last = max(self.last + 1, int(time.time() + 10) // 30 - 1)
        mac = hmac.new(base64.b32decode(SECRET), struct.pack(">Q", step), hashlib.sha1).digest()
        at = mac[19] & 15
        code = (struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1000000
        return {"x-amz-mfa": "%s %06d" % (DEVICE, code)}


def versioning(s3, status="Enabled", mfa=None, headers=None):
    body = "<VersioningConfiguration><Status>%s</Status>%s</VersioningConfiguration>" % (
        status, "" if mfa is None else "<MfaDelete>%s</MfaDelete>" % mfa)
    return s3.put("data", None, body, headers, "versioning")


def rules(s3):
    body = ("<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/><Expiration><Days>1"
            "</Days></Expiration></Rule></LifecycleConfiguration>")
    digest = base64.b64encode(hashlib.md5(body.encode()).digest()).decode()
    return s3.put("data", None, body, {"Content-MD5": digest}, "lifecycle")


def refused(answer, message=WANTED):
    equal((answer.status, answer.code, answer.xml.get("Message")), (403, "AccessDenied", message))


def shown(s3):
    root = s3.get("data", query="versioning").xml
    return root.get("Status"), root.get("MfaDelete")


def version(s3):
    return s3.put("data", "key", b"x").header("x-amz-version-id")


def test_versions_go_with_a_code_only():
    device = Device()
    with Server(args=["--root-mfa-secret", SECRET], buckets=["data"]) as server:
        s3 = server.client()
        equal(versioning(s3, mfa="Disabled").status, 200)
        equal(shown(s3), ("Enabled", None), "never on")
        refused(versioning(s3, mfa="Enabled"))
        equal(versioning(s3, mfa="Enabled", headers=device.header()).status, 200)
        equal(shown(s3), ("Enabled", "Enabled"))
        equal(rules(s3).code, "InvalidBucketState")
        old = version(s3)
        refused(s3.delete("data", "key", {"versionId": old}))
        equal(s3.delete("data", "key").status, 204, "a marker needs no code")
        body = "<Delete><Object><Key>key</Key><VersionId>%s</VersionId></Object></Delete>" % old
        digest = {"Content-MD5": base64.b64encode(hashlib.md5(body.encode()).digest()).decode()}
        root = s3.post("data", None, "delete", body, digest).xml
        equal((root.get("Error/Code"), root.get("Error/Message")), ("AccessDenied", WANTED))
        header = device.header()
        equal(s3.delete("data", "key", {"versionId": old}, header).status, 204)
        refused(s3.delete("data", "key", {"versionId": version(s3)}, header), "Access Denied")
        for change in ({"status": "Suspended"}, {"mfa": "Disabled"}):
            refused(versioning(s3, **change))
        equal(shown(s3), ("Enabled", "Enabled"))
        equal(versioning(s3, mfa="Disabled", headers=device.header()).status, 200)
        equal(shown(s3), ("Enabled", "Disabled"))
        equal(s3.delete("data", "key", {"versionId": version(s3)}).status, 204)
        equal(server.stop(), 0)


def test_bad_codes():
    with Server(args=["--root-mfa-secret", SECRET], buckets=["data"]) as server:
        s3 = server.client()
        now = int(time.time()) // 30
        good = Device().header(now + 1)["x-amz-mfa"]
        for value in ("nonsense", "123456", DEVICE, DEVICE + " 12a456", " 123456"):
            answer = versioning(s3, mfa="Enabled", headers={"x-amz-mfa": value})
            equal((answer.status, answer.code, answer.xml.get("ArgumentName")),
                  (400, "InvalidArgument", "x-amz-mfa"), value)
        for value in (good.replace("root-account", "other"), DEVICE + " 1",
                      Device().header(now - 5)["x-amz-mfa"], Device().header(now + 9)["x-amz-mfa"]):
            refused(versioning(s3, mfa="Enabled", headers={"x-amz-mfa": value}), "Access Denied")
        equal(shown(s3), (None, None))
        equal(versioning(s3, mfa="Enabled", headers={"x-amz-mfa": good}).status, 200)


def test_not_with_rules():
    with Server(args=["--root-mfa-secret", SECRET], buckets=["data"]) as server:
        s3 = server.client()
        equal(rules(s3).status, 200)
        answer = versioning(s3, mfa="Enabled", headers=Device().header())
        equal((answer.status, answer.code, answer.xml.get("Message")), (
            409, "InvalidBucketState", "Mfa Authentication is not supported on a bucket with "
            "lifecycle configuration. Delete lifecycle configuration before enabling Mfa "
            "Authentication."))


def test_without_a_device():
    with Server(buckets=["data"]) as server:
        s3 = server.client()
        refused(versioning(s3, mfa="Enabled"))
        refused(versioning(s3, mfa="Enabled", headers=Device().header()), "Access Denied")
        equal(versioning(s3).status, 200)


def test_bad_secret():
    with Server() as server:
        server.stop()
        code, _, errors = run("serve", server.directory, "--root-mfa-secret", "not base32!",
                              "--address", "127.0.0.1:0")
        equal(code, 2)
        check("root-mfa-secret" in errors and "not base32!" not in errors, errors)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
