# SPDX-License-Identifier: Apache-2.0
"""s5cmd."""

import json
import os

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, WORK
from tool import Tool


class S5cmd(Tool):
    limits = {"keys_control": "its addresses have no control characters",
              "copy_awkward": "reads ? in an address as a wildcard"}
    words = (("status code: 404", "NotFound"), ("not found", "NotFound"),
             ("status code: 403", "403"))
    environment = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                   "AWS_REGION": REGION, "S3_ENDPOINT_URL": ENDPOINT}

    def answer(self, request):
        for key in [request.get("key", "")] + request.get("keys", []):
            if set(key) & set("?*"):
                return {"unsupported": "reads ? and * in an address as wildcards"}
            if key.endswith("/"):
                return {"unsupported": "takes a slash at the end for a folder"}
        return super().answer(request)

    def s3(self, *argv):
        return self.do("--log", "error", "--retry-count", "1", *argv)

    def rows(self, *argv):
        out = self.do("--json", "--retry-count", "1", *argv).decode()
        return [json.loads(line) for line in out.splitlines()]

    def make_bucket(self, bucket):
        self.s3("mb", "s3://" + bucket)

    def buckets(self):
        return {"names": [r["name"] for r in self.rows("ls")]}

    def put(self, bucket, key, file, type=None, meta=None):
        more = ["--content-type", type] if type else []
        for name, value in (meta or {}).items():
            more += ["--metadata", "%s=%s" % (name, value)]
        self.s3("cp", *more, file, "s3://%s/%s" % (bucket, key))

    def upload(self, bucket, key, file, part):
        self.s3("cp", "--part-size", str(part >> 20), file, "s3://%s/%s" % (bucket, key))

    def get(self, bucket, key, file):
        # cat knows of one object; cp of what is not there would look for a folder.
        with open(file, "wb") as f:
            f.write(self.s3("cat", "--raw", "s3://%s/%s" % (bucket, key)))

    def head(self, bucket, key):
        got = self.rows("head", "s3://%s/%s" % (bucket, key))[0]
        return {"size": got["size"], "etag": got["etag"], "type": got.get("content_type"),
                "meta": got.get("metadata") or {}}

    def list(self, bucket, prefix, delimiter, page):
        # An address without a wildcard is one key or one folder.
        folder = delimiter and prefix.endswith("/")
        address = "s3://%s/%s%s" % (bucket, prefix, "" if folder else "*")
        start = "s3://%s/" % bucket
        rows = [(r["type"], r["key"][len(start):]) for r in self.rows("ls", address)]
        return {"keys": [k for t, k in rows if t == "file"],
                "prefixes": [k for t, k in rows if t != "file"]}

    def copy(self, bucket, source, key):
        # Between buckets its own default is to drop what is known of the object.
        self.s3("cp", "--metadata-directive", "COPY", "s3://%s/%s" % (bucket, source), "s3://%s/%s" % (bucket, key))

    def delete(self, bucket, key):
        self.s3("rm", "--raw", "s3://%s/%s" % (bucket, key))

    def delete_many(self, bucket, keys):
        self.s3("rm", "--raw", *["s3://%s/%s" % (bucket, k) for k in keys])

    def delete_bucket(self, bucket):
        self.s3("rb", "s3://" + bucket)

    def presign_get(self, bucket, key):
        return {"url": self.do("presign", "s3://%s/%s" % (bucket, key)).decode().strip()}

    def own_sync_and_du(self, bucket):
        here, there = os.path.join(WORK, "here"), os.path.join(WORK, "there")
        for n in range(60):
            os.makedirs("%s/d%d" % (here, n % 3), exist_ok=True)
            with open("%s/d%d/é %d" % (here, n % 3, n), "wb") as f:
                f.write(b"%d" % n * n)
        self.s3("sync", here + "/", "s3://%s/sync/" % bucket)
        self.s3("sync", "s3://%s/sync/*" % bucket, there)
        with open(there + "/d2/é 59", "rb") as f:
            assert f.read() == b"59" * 59
        assert self.rows("du", "s3://%s/sync/*" % bucket)[0]["count"] == 60
        self.s3("rm", "s3://%s/sync/*" % bucket)


s5cmd = S5cmd()
s5cmd.run(s5cmd.version("version"))
