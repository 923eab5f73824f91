# SPDX-License-Identifier: Apache-2.0
"""s3cmd."""

import os

from adapter import ACCESS_KEY, AUTHORITY, REGION, SECRET_KEY, SECURE, WORK, Unsupported
from tool import Tool


class S3cmd(Tool):
    words = (("404", "NotFound"), ("does not exist", "NotFound"), ("403", "403"))

    def __init__(self):
        self.config = os.path.join(WORK, "s3cfg")
        with open(self.config, "w") as f:
            f.write("[default]\naccess_key = %s\nsecret_key = %s\nhost_base = %s\n"
                    "host_bucket = %s\nuse_https = %s\nbucket_location = %s\n"
                    "multipart_chunk_size_mb = 5\nguess_mime_type = False\n" % (
                        ACCESS_KEY, SECRET_KEY, AUTHORITY, AUTHORITY, SECURE,
                        "US" if REGION == "us-east-1" else REGION))

    def s3(self, *argv):
        return self.do("-c", self.config, "--no-progress", *argv)

    def make_bucket(self, bucket):
        self.s3("mb", "s3://" + bucket)

    def buckets(self):
        return {"names": [line.split("s3://")[1] for line in self.s3("ls").decode().splitlines()]}

    def put(self, bucket, key, file, type=None, meta=None):
        more = ["--mime-type=" + type] if type else []
        for name, value in (meta or {}).items():
            more.append("--add-header=x-amz-meta-%s:%s" % (name, value))
        self.s3("put", *more, file, "s3://%s/%s" % (bucket, key))

    def upload(self, bucket, key, file, part):
        self.s3("put", file, "s3://%s/%s" % (bucket, key))

    def get(self, bucket, key, file):
        self.s3("get", "--force", "s3://%s/%s" % (bucket, key), file)

    def head(self, bucket, key):
        rows = dict(line.strip().split(":", 1) for line in
                    self.s3("info", "s3://%s/%s" % (bucket, key)).decode().splitlines()[1:]
                    if ":" in line)
        meta = {k[len("x-amz-meta-"):]: v.strip() for k, v in rows.items()
                if k.startswith("x-amz-meta-")}
        return {"size": int(rows["File size"]), "etag": rows["MD5 sum"].strip(),
                "type": rows["MIME type"].strip(), "meta": meta}

    def list(self, bucket, prefix, delimiter, page):
        more = [] if delimiter else ["--recursive"]
        lines = self.s3("ls", *more, "s3://%s/%s" % (bucket, prefix)).decode().split("\n")
        start = "s3://%s/" % bucket
        rows = [(line.strip().startswith("DIR"), line.split(start, 1)[1])
                for line in lines if start in line]
        return {"keys": [r[1] for r in rows if not r[0]],
                "prefixes": [r[1] for r in rows if r[0]]}

    def copy(self, bucket, source, key):
        self.s3("cp", "s3://%s/%s" % (bucket, source), "s3://%s/%s" % (bucket, key))

    def delete(self, bucket, key):
        self.s3("del", "--force", "s3://%s/%s" % (bucket, key))

    def delete_many(self, bucket, keys):
        self.s3("del", "--force", *["s3://%s/%s" % (bucket, k) for k in keys])

    def delete_bucket(self, bucket):
        self.s3("rb", "s3://" + bucket)

    def presign_get(self, bucket, key):
        raise Unsupported("signs links by version 2 only")

    def answer(self, request):
        if request.get("key", "").endswith("/"):
            return {"unsupported": "takes a slash at the end for a folder"}
        if "\n" in request.get("key", ""):
            return {"unsupported": "one line, one key"}
        return super().answer(request)


s3cmd = S3cmd()
s3cmd.run(s3cmd.version("--version"))
