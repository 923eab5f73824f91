#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""--default-ownership: what new buckets begin with, those made at the start too."""

import sys

from harness import Server, equal, run, run_tests

CANNED = {"x-amz-acl": "private"}


def shown(s3, bucket):
    return s3.get(bucket, query="ownershipControls").xml.get("Rule/ObjectOwnership")


def test_lists_are_off_by_default():
    with Server(buckets=["first"]) as server:
        s3 = server.client()
        equal(s3.put("second").status, 200)
        for bucket in ("first", "second"):
            equal(shown(s3, bucket), "BucketOwnerEnforced")
            equal(s3.put(bucket, "key", b"x", CANNED).code, "AccessControlListNotSupported")


def test_lists_on():
    with Server(args=["--default-ownership", "ObjectWriter"], buckets=["first"]) as server:
        s3 = server.client()
        equal(s3.put("second").status, 200)
        equal(s3.put("third", headers={"x-amz-object-ownership": "BucketOwnerEnforced"}).status,
              200)
        for bucket in ("first", "second"):
            equal(shown(s3, bucket), "ObjectWriter")
            equal(s3.put(bucket, "key", b"x", CANNED).status, 200)
        equal(shown(s3, "third"), "BucketOwnerEnforced")
        equal(server.stop(), 0)
        server.args = [a for a in server.args if a not in ("--default-ownership", "ObjectWriter")]
        server.start()
        s3 = server.client()
        equal(shown(s3, "first"), "ObjectWriter", "a bucket keeps what it began with")
        equal(s3.put("fourth").status, 200)
        equal(shown(s3, "fourth"), "BucketOwnerEnforced")


def test_bad_value():
    code, _, errors = run("serve", "/nowhere", "--default-ownership", "Nobody")
    equal((code, "default-ownership" in errors), (2, True), errors)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
