#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Links that SDKs make for one name of the server, opened under another.

Without arguments: those of a few SDKs, where they are on this machine already; with names of
clients (conformance/run --list) or "all", these, fetched if need be. Each form of link it knows is followed
thrice: where the name it was made for is a public URL, under two other names; and where it is
not, which must be refused.
"""

import argparse
import os
import shutil
import sys
import tempfile

from harness import ACCESS, SECRET, TOP, Server, Skip, run_tests

sys.path.insert(0, os.path.join(TOP, "conformance", "lib"))

import case as case_module  # noqa: E402
import clients  # noqa: E402
import links  # noqa: E402
import scenario  # noqa: E402

MADE_FOR = "http://files.example.test:8080"
NAMES = ["boto3", "boto3-debian", "aws-sdk-js-v3", "aws-sdk-js-v2", "aws-sdk-go-v2",
         "aws-sdk-java-v2", "aws-sdk-java-v1", "aws-sdk-rust", "boto", "minio-py", "minio-go",
         "minio-js", "minio-java"]
QUICK = ["boto3", "boto3-debian", "aws-sdk-js-v3", "aws-sdk-go-v2", "minio-go"]


class Sdk:
    """A client's adapter that knows the server by MADE_FOR alone, where nobody listens."""

    def __init__(self, name):
        command = clients.ALL[name].prepare(name)
        self.work = tempfile.mkdtemp(prefix="trug-presigned-")
        environ = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        environ.update(ENDPOINT=MADE_FOR, ACCESS_KEY=ACCESS, SECRET_KEY=SECRET,
                       REGION="us-east-1", WORK=self.work, HOME=self.work,
                       PYTHONDONTWRITEBYTECODE="1", AWS_EC2_METADATA_DISABLED="true",
                       PYTHONPATH=os.path.join(clients.CLIENTS, "python"))
        self.adapter = scenario.Adapter(command, environ, 60)

    def ask(self, bucket):
        def ask(form, key, **more):
            answer = self.adapter.ask("presign", bucket=bucket, form=form, key=key, **more)
            if "error" in answer:
                raise case_module.Failed("presign %s: %s" % (form, answer.get("text")))
            assert answer["url"].startswith(MADE_FOR + "/"), answer["url"]
            return answer
        return ask

    def close(self):
        self.adapter.close()
        shutil.rmtree(self.work, ignore_errors=True)


def case_at(server):
    options = argparse.Namespace(endpoint=server.endpoint, access_key=ACCESS, secret_key=SECRET,
                                 region="us-east-1", profile="aws", timeout=60)
    return case_module.Case(options)


def followed(sdk, server, host):
    """The forms that worked under host; host None is the address itself."""
    t = case_at(server)
    bucket = t.bucket()
    story, worked = links.Story(t, bucket, sdk.ask(bucket), host), []
    for form in links.FORMS:
        try:
            story.tell(form)
            worked.append(form)
        except scenario.Unsupported:
            pass
    t.clean()
    return worked


def refused(sdk, server, forms):
    """Where the name is not known, what has the host in its signature is refused."""
    t = case_at(server)
    bucket = t.bucket()
    story = links.Story(t, bucket, sdk.ask(bucket))
    for form in forms:
        more = {"upload": "x", "number": 1} if form.startswith("part") else {}
        answer = story.open(form, None if form.startswith(("get", "head", "delete")) else b"x",
                            **more)
        if form.startswith("post") or form.endswith("_v2"):
            continue
        assert answer.status == 403, "%s: status %d of an unknown name" % (form, answer.status)
        assert form == "head" or b"SignatureDoesNotMatch" in answer.body, answer.body
    t.clean()


def follow(name):
    try:
        sdk = Sdk(name)
    except clients.Absent as why:
        raise Skip(str(why))
    try:
        with Server(args=["--public-urls", MADE_FOR]) as server:
            forms = followed(sdk, server, None)
            assert forms, "makes no links at all"
            other = "trug.internal.test:%d" % case_at(server).s3.port
            assert followed(sdk, server, other) == forms
        with Server() as server:
            refused(sdk, server, forms)
        print("# %s %s: %s" % (name, sdk.adapter.version, ", ".join(forms)))
    finally:
        sdk.close()


def main():
    names = NAMES if sys.argv[1:] == ["all"] else sys.argv[1:] or QUICK
    if not sys.argv[1:]:
        os.environ["TRUG_CLIENT_FETCH"] = "no"
    return run_tests({"test_" + n: (lambda n=n: follow(n)) for n in names}, argv=[])


if __name__ == "__main__":
    sys.exit(main())
