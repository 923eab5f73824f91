#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One program against three services: written for S3, run unchanged against the strict
profiles minio and r2, and against the image where there is one (TRUG_IMAGE, or
localhost/trug). What r2 refuses it, the report of the open profile has told before."""

import io
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from harness import (ACCESS, PATIENCE, SECRET, Server, Skip, check, equal, free_port, run,
                     run_tests)

MIB = 1 << 20

# What R2 answers to the program; nothing else may differ from an S3 with all of it.
R2_REFUSES = {"versions": "PutBucketVersioning not implemented",
              "tags": "PutObjectTagging not implemented",
              "sealed": "Header 'x-amz-server-side-encryption' with value 'AES256' not "
                        "implemented",
              "rewrite": "Reduce your concurrent request rate for the same object."}


# ---- the program: what comes of each of its steps, "ok" or the service's words ----


def program(endpoint, access=ACCESS, secret=SECRET, token=None):
    import boto3
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config
    from botocore.exceptions import ClientError

    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1",
                      aws_access_key_id=access, aws_secret_access_key=secret,
                      aws_session_token=token, config=Config(
                          signature_version="s3v4", s3={"addressing_style": "path"},
                          retries={"total_max_attempts": 1}))
    bucket = "three-tiers-%s" % os.urandom(4).hex()

    def upload():
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="docs/a.txt", Body=b"first", ContentType="text/plain",
                      Metadata={"owner": "me"})
        got = s3.get_object(Bucket=bucket, Key="docs/a.txt")
        equal((got["Body"].read(), got["ContentType"], got["Metadata"]),
              (b"first", "text/plain", {"owner": "me"}), "the object")

    def multipart():
        data = os.urandom(12 * MIB + 5)
        s3.upload_fileobj(io.BytesIO(data), bucket, "large", Config=TransferConfig(
            multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=3))
        out = io.BytesIO()
        s3.download_fileobj(bucket, "large", out)
        check(out.getvalue() == data, "12 MiB came back different")
        check(s3.head_object(Bucket=bucket, Key="large")["ETag"].endswith('-3"'), "ETag")

    def presigned():
        link = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "linked"})
        put = urllib.request.Request(link, data=b"by a link", method="PUT",
                                     headers={"Content-Type": ""})
        equal(urllib.request.urlopen(put, timeout=PATIENCE).status, 200, "status of the link")
        link = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "linked"})
        equal(urllib.request.urlopen(link, timeout=PATIENCE).read(), b"by a link", "the body")

    def listing():
        for n in range(4):
            s3.put_object(Bucket=bucket, Key="docs/%d" % n, Body=b"x")
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix="docs/", PaginationConfig={"PageSize": 2})
        equal([o["Key"] for p in pages for o in p.get("Contents", [])],
              ["docs/0", "docs/1", "docs/2", "docs/3", "docs/a.txt"], "keys")
        top = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
        equal([p["Prefix"] for p in top["CommonPrefixes"]], ["docs/"], "prefixes")

    def copy():
        s3.copy_object(Bucket=bucket, Key="copied", CopySource={"Bucket": bucket,
                                                                "Key": "docs/a.txt"})
        got = s3.get_object(Bucket=bucket, Key="copied")
        equal((got["Body"].read(), got["Metadata"]), (b"first", {"owner": "me"}), "the copy")

    def put_once(body):
        """An older boto3, as Debian has it, has no argument for it."""
        known = s3.meta.service_model.operation_model("PutObject").input_shape.members
        more = {"IfNoneMatch": "*"} if "IfNoneMatch" in known else {}
        only = {} if more else {"If-None-Match": "*"}

        def add(request, **_):
            for name, value in only.items():
                request.headers[name] = value

        s3.meta.events.register("before-sign.s3.PutObject", add)
        try:
            s3.put_object(Bucket=bucket, Key="once", Body=body, **more)
        finally:
            s3.meta.events.unregister("before-sign.s3.PutObject", add)

    def conditional():
        put_once(b"1")
        try:
            put_once(b"2")
        except ClientError as e:
            equal(e.response["Error"]["Code"], "PreconditionFailed", "the code")
        else:
            raise AssertionError("written twice")
        equal(s3.get_object(Bucket=bucket, Key="once")["Body"].read(), b"1", "what stands")

    def rewrite():
        """The same key by several at once, as configuration is saved. One behind the other
        they may be slow enough: an older boto3 waits a second for a 100 that R2 never sends."""
        with ThreadPoolExecutor(3) as pool:
            done = [pool.submit(s3.put_object, Bucket=bucket, Key="state", Body=b"%d" % n)
                    for n in range(3)]
        for put in done:
            put.result()
        came = s3.get_object(Bucket=bucket, Key="state")["Body"].read()
        equal(came in (b"0", b"1", b"2"), True, "one of them")

    def versions():
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for body in (b"old", b"new"):
            s3.put_object(Bucket=bucket, Key="versioned", Body=body)
        found = s3.list_object_versions(Bucket=bucket, Prefix="versioned")["Versions"]
        equal([v["IsLatest"] for v in found], [True, False], "versions")
        old = s3.get_object(Bucket=bucket, Key="versioned", VersionId=found[1]["VersionId"])
        equal(old["Body"].read(), b"old", "the older version")

    def tags():
        s3.put_object_tagging(Bucket=bucket, Key="copied", Tagging={
            "TagSet": [{"Key": "kind", "Value": "copy"}]})
        equal(s3.get_object_tagging(Bucket=bucket, Key="copied")["TagSet"],
              [{"Key": "kind", "Value": "copy"}], "tags")

    def sealed():
        s3.put_object(Bucket=bucket, Key="sealed", Body=b"x", ServerSideEncryption="AES256")

    came = {}
    for step in (upload, multipart, presigned, listing, copy, conditional, rewrite, versions,
                 tags, sealed):
        try:
            step()
            came[step.__name__] = "ok"
        except ClientError as e:
            came[step.__name__] = e.response["Error"]["Message"]
    return came


STEPS = ("upload multipart presigned listing copy conditional rewrite versions tags "
         "sealed").split()


def expect(came, refused):
    equal(came, {step: refused.get(step, "ok") for step in STEPS}, "what came of the steps")


def need_boto3():
    try:
        import boto3  # noqa: F401
    except ImportError:
        raise Skip("no boto3")


# ---- the services ----


def test_minio():
    need_boto3()
    # Encryption without a key management is what MinIO refuses in its own way.
    words = "Server side encryption specified but KMS is not configured"
    with Server(args=["--tier", "minio"]) as server:
        expect(program(server.endpoint), {"sealed": words})


def test_r2():
    need_boto3()
    with Server(args=["--tier", "r2"]) as server:
        expect(program(server.endpoint), R2_REFUSES)


def test_both_in_one_server():
    """The host name says whose answers a request gets."""
    need_boto3()
    with Server(args=["--tier-hosts", "r2.localhost=r2"]) as server:
        port = server.endpoint.rsplit(":", 1)[1]
        asked = socket.getaddrinfo

        def found(host, *more, **named):
            """Not every machine finds names below localhost."""
            return asked("127.0.0.1" if host.endswith("localhost") else host, *more, **named)

        socket.getaddrinfo = found
        try:
            expect(program("http://r2.localhost:" + port), R2_REFUSES)
            expect(program("http://localhost:" + port), {})
        finally:
            socket.getaddrinfo = asked


def test_a_refusal_spoils_no_connection():
    """botocore waits for 100 Continue also before an empty body; what answers it at once must
    not be taken for the answer to its next request."""
    need_boto3()
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError
    with Server(buckets=["there"]) as server:
        s3 = boto3.client("s3", endpoint_url=server.endpoint, region_name="us-east-1",
                          aws_access_key_id=ACCESS, aws_secret_access_key=SECRET,
                          config=Config(max_pool_connections=1, read_timeout=60,
                                        retries={"total_max_attempts": 1}))
        for n in range(3):
            try:
                s3.put_object(Bucket="missing", Key="k", Body=b"")
            except ClientError as e:
                equal(e.response["Error"]["Code"], "NoSuchBucket", "the code")
            else:
                raise AssertionError("written to no bucket")
            s3.put_object(Bucket="there", Key="k%d" % n, Body=b"" if n else b"x")
        equal(len(s3.list_objects_v2(Bucket="there")["Contents"]), 3, "keys")


def report(server):
    code, out, errors = run("tiers", "--report", server.endpoint, "--json",
                            env={"TRUG_ROOT_USER": ACCESS, "TRUG_ROOT_PASSWORD": SECRET})
    equal(code, 0, "exit code of trug tiers --report: %s" % errors)
    return json.loads(out)


def test_report_tells_beforehand():
    """Developed against the open profile, where all of it works."""
    need_boto3()
    with Server() as server:
        equal(report(server)["r2"], [], "the report before any request")
        expect(program(server.endpoint), {})
        rows = report(server)["r2"]
        lacks = {row["operation"] for row in rows if row["point"] == "op-lacks"}
        for words in R2_REFUSES.values():
            if words.endswith(" not implemented") and not words.startswith("Header"):
                operation = words.split()[0]
                check(operation in lacks, "%s is not in the report: %r" % (operation, lacks))
        # Of a point that many keys met, "*" is told.
        for point, key in (("sse-header", "sealed"), ("same-key", "*")):
            check(any((row["point"], row["operation"], row["key"]) == (point, "PutObject", key)
                      for row in rows), "%s of %s is not in the report" % (point, key))
        # And it cries no wolf: what R2 lacks is what the program meets it for.
        check(lacks <= {"PutBucketVersioning", "ListObjectVersions", "PutObjectTagging",
                        "GetObjectTagging"}, "the report says more: %r" % lacks)


def test_rclone_as_for_cloudflare():
    """With the settings that developers.cloudflare.com/r2/examples/rclone names."""
    if shutil.which("rclone") is None:
        raise Skip("no rclone")
    with Server(args=["--tier", "r2"]) as server, tempfile.TemporaryDirectory() as folder:
        tree = os.path.join(folder, "tree")
        for name, size in (("a.txt", 3), ("sub/b.bin", 12 * MIB + 1), ("sub/deep/ e\u0301.txt", 9)):
            path = os.path.join(tree, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(os.urandom(size))
        own = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "RCLONE_"))}
        env = dict(own, RCLONE_CONFIG=os.path.join(folder, "none"),
                   RCLONE_CONFIG_R2_TYPE="s3", RCLONE_CONFIG_R2_PROVIDER="Cloudflare",
                   RCLONE_CONFIG_R2_REGION="auto", RCLONE_CONFIG_R2_ACL="private",
                   RCLONE_CONFIG_R2_ACCESS_KEY_ID=ACCESS,
                   RCLONE_CONFIG_R2_SECRET_ACCESS_KEY=SECRET,
                   RCLONE_CONFIG_R2_ENDPOINT=server.endpoint)

        def rclone(*words):
            done = subprocess.run(["rclone", "--retries", "1", "--s3-upload-cutoff", "5M",
                                   "--s3-chunk-size", "5M"] + list(words), env=env,
                                  capture_output=True, text=True, timeout=300)
            equal(done.returncode, 0, "rclone %s: %s" % (words[0], done.stderr))
            return done.stdout

        rclone("mkdir", "r2:tree-bucket")
        # A bucket that is there makes rclone stumble over R2's BucketConflict.
        env["RCLONE_CONFIG_R2_NO_CHECK_BUCKET"] = "true"
        rclone("copy", tree, "r2:tree-bucket/in")
        rclone("check", tree, "r2:tree-bucket/in")
        equal(sorted(rclone("lsf", "-R", "--files-only", "r2:tree-bucket").splitlines()),
              ["in/a.txt", "in/sub/b.bin", "in/sub/deep/ e\u0301.txt"], "what is listed")
        rclone("copy", "r2:tree-bucket/in/sub", os.path.join(folder, "back"))
        rclone("check", os.path.join(folder, "back"), "r2:tree-bucket/in/sub")
        rclone("moveto", "r2:tree-bucket/in/a.txt", "r2:tree-bucket/moved.txt")
        rclone("purge", "r2:tree-bucket")
        equal(rclone("lsd", "r2:"), "", "buckets behind")


# ---- the image ----


class Image:
    """A container of it, without any right over this machine."""

    def __init__(self):
        name = os.environ.get("TRUG_IMAGE", "localhost/trug")
        if shutil.which("buildah") is None:
            raise Skip("no buildah")
        there = subprocess.run(["buildah", "images", "-q", name], capture_output=True, text=True)
        if there.returncode != 0 or not there.stdout.strip():
            raise Skip("no image %s" % name)
        self.port = free_port()
        self.id = subprocess.run(["buildah", "from", "--pull=never", name], check=True,
                                 capture_output=True, text=True).stdout.strip()
        self.process = subprocess.Popen(
            ["buildah", "run", "--isolation", "chroot", self.id, "--", "/trug", "serve", "/data",
             "--address", "127.0.0.1:%d" % self.port, "--tier", "minio"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return "http://127.0.0.1:%d" % self.port
            except OSError:
                time.sleep(0.1)
        self.__exit__()
        raise RuntimeError("the image's server does not answer")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        subprocess.run(["buildah", "rm", self.id], capture_output=True)


def test_image():
    need_boto3()
    with Image() as endpoint:
        expect(program(endpoint),
               {"sealed": "Server side encryption specified but KMS is not configured"})


if __name__ == "__main__":
    raise SystemExit(run_tests(globals()))
