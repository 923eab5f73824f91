# SPDX-License-Identifier: Apache-2.0
"""The AWS command line: `aws s3api` for single calls, `aws s3` for what it has itself."""

import json
import os

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, WORK, Unsupported
from tool import Failed, Tool


class Aws(Tool):
    words = (("(404)", "NotFound"), ("Not Found", "NotFound"), ("Unknown options", "unknown"))
    environment = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                   "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": ENDPOINT,
                   "AWS_CONFIG_FILE": os.path.join(WORK, "config"), "AWS_PAGER": ""}

    def __init__(self):
        with open(os.path.join(WORK, "config"), "w") as f:
            f.write("[default]\ns3 =\n  signature_version = s3v4\n  addressing_style = path\n"
                    "  multipart_threshold = 5MB\n  multipart_chunksize = 5MB\n")

    def api(self, *argv):
        text = self.do("--endpoint-url", ENDPOINT, "s3api", *argv)
        return json.loads(text) if text.strip() else {}

    def s3(self, *argv):
        return self.do("--endpoint-url", ENDPOINT, "s3", *argv)

    def make_bucket(self, bucket):
        self.s3("mb", "s3://" + bucket)

    def buckets(self):
        return {"names": [b["Name"] for b in self.api("list-buckets")["Buckets"]]}

    def put(self, bucket, key, file, type=None, meta=None):
        more = ["--content-type", type] if type else []
        if meta:
            more += ["--metadata", json.dumps(meta)]
        got = self.api("put-object", "--bucket", bucket, "--key", key, "--body", file, *more)
        return {"etag": got["ETag"]}

    def conditional(self, *argv):
        try:
            self.api("put-object", *argv)
        except Failed as why:
            if "Unknown options" in str(why):
                raise Unsupported("this version has no such option")
            raise

    def put_new(self, bucket, key, file):
        self.conditional("--bucket", bucket, "--key", key, "--body", file,
                         "--if-none-match", "*")

    def put_if(self, bucket, key, file, etag):
        self.conditional("--bucket", bucket, "--key", key, "--body", file, "--if-match", etag)

    def upload(self, bucket, key, file, part):
        self.s3("cp", "--quiet", file, "s3://%s/%s" % (bucket, key))

    def get(self, bucket, key, file):
        self.api("get-object", "--bucket", bucket, "--key", key, file)

    def range(self, bucket, key, file, first, last):
        self.api("get-object", "--bucket", bucket, "--key", key, "--range",
                 "bytes=%d-%d" % (first, last), file)

    def head(self, bucket, key):
        got = self.api("head-object", "--bucket", bucket, "--key", key)
        return {"size": got["ContentLength"], "etag": got["ETag"], "type": got["ContentType"],
                "meta": got["Metadata"]}

    def list(self, bucket, prefix, delimiter, page):
        more = ["--delimiter", delimiter] if delimiter else []
        got = self.api("list-objects-v2", "--bucket", bucket, "--prefix", prefix,
                       "--page-size", str(page), *more)
        return {"keys": [r["Key"] for r in got.get("Contents") or []],
                "prefixes": [r["Prefix"] for r in got.get("CommonPrefixes") or []]}

    def copy(self, bucket, source, key):
        self.s3("cp", "--quiet", "s3://%s/%s" % (bucket, source), "s3://%s/%s" % (bucket, key))

    def delete(self, bucket, key):
        self.api("delete-object", "--bucket", bucket, "--key", key)

    def delete_many(self, bucket, keys):
        got = self.api("delete-objects", "--bucket", bucket, "--delete", json.dumps(
            {"Objects": [{"Key": k} for k in keys]}))
        assert not got.get("Errors"), got

    def delete_bucket(self, bucket):
        self.s3("rb", "s3://" + bucket)

    def presign_get(self, bucket, key):
        return {"url": self.s3("presign", "s3://%s/%s" % (bucket, key)).decode().strip()}

    def own_sync(self, bucket):
        here, there = os.path.join(WORK, "here"), os.path.join(WORK, "there")
        for n in range(30):
            os.makedirs("%s/d%d" % (here, n % 3), exist_ok=True)
            with open("%s/d%d/é %d" % (here, n % 3, n), "wb") as f:
                f.write(b"%d" % n * n)
        self.s3("sync", "--quiet", here, "s3://%s/sync" % bucket)
        self.s3("sync", "--quiet", "s3://%s/sync" % bucket, there)
        assert not self.s3("sync", "s3://%s/sync" % bucket, there).strip()
        with open(there + "/d2/é 29", "rb") as f:
            assert f.read() == b"29" * 29
        self.s3("rm", "--quiet", "--recursive", "s3://%s/sync" % bucket)

    def own_copy_in_parts(self, bucket):
        """Version 2 takes all along, asking for headers and tags first; version 1 nothing."""
        path = os.path.join(WORK, "large")
        with open(path, "wb") as f:
            f.write(b"".join(b"%09d" % n for n in range(1500000)))
        self.s3("cp", "--quiet", "--metadata", "colour=blue", "--content-type", "text/x-trug",
                path, "s3://%s/parts" % bucket)
        self.api("put-object-tagging", "--bucket", bucket, "--key", "parts", "--tagging",
                 json.dumps({"TagSet": [{"Key": "of", "Value": "é +1"}]}))
        self.s3("cp", "--quiet", "s3://%s/parts" % bucket, "s3://%s/copied" % bucket)
        got = self.api("head-object", "--bucket", bucket, "--key", "copied")
        assert got["ContentLength"] == 13500000 and got["ETag"].endswith('-3"'), got
        if self.do("--version").startswith(b"aws-cli/2"):
            assert (got["ContentType"], got["Metadata"]) == ("text/x-trug", {"colour": "blue"}), got
            tags = self.api("get-object-tagging", "--bucket", bucket, "--key", "copied")
            assert tags["TagSet"] == [{"Key": "of", "Value": "é +1"}], tags


aws = Aws()
aws.run(aws.version("--version"))
