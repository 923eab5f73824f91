# SPDX-License-Identifier: Apache-2.0
"""rclone as "S3, another provider", by environment alone."""

import json
import os

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, WORK
from tool import Failed, Tool


class Rclone(Tool):
    limits = {"keys_dots": "refuses dot segments",
              "keys_control": "shows control characters as pictures of them",
              "bucket_not_empty": "rmdir looks first and keeps quiet about S3"}
    words = (("object not found", "NotFound"), ("directory not found", "NoSuchBucket"),
             ("Forbidden", "403"))
    # Debian's refuses to start with a bundle named for AWS's SDKs; SSL_CERT_FILE will do.
    environment = {
        "AWS_CA_BUNDLE": "",
        "RCLONE_CONFIG": os.path.join(WORK, "none"), "RCLONE_CONFIG_T_TYPE": "s3",
        "RCLONE_CONFIG_T_PROVIDER": "Other", "RCLONE_CONFIG_T_ACCESS_KEY_ID": ACCESS_KEY,
        "RCLONE_CONFIG_T_SECRET_ACCESS_KEY": SECRET_KEY, "RCLONE_CONFIG_T_ENDPOINT": ENDPOINT,
        "RCLONE_CONFIG_T_REGION": REGION, "RCLONE_CONFIG_T_FORCE_PATH_STYLE": "true",
        "RCLONE_S3_CHUNK_SIZE": "5M", "RCLONE_S3_UPLOAD_CUTOFF": "5M", "RCLONE_RETRIES": "1",
        "RCLONE_LOW_LEVEL_RETRIES": "1", "RCLONE_S3_NO_CHECK_BUCKET": "true"}

    def answer(self, request):
        key = request.get("key", "")
        if key != key.strip("/") or "//" in key:
            return {"unsupported": "keys are paths"}
        return super().answer(request)

    def make_bucket(self, bucket):
        self.do("mkdir", "t:" + bucket, "--s3-no-check-bucket=false")

    def buckets(self):
        return {"names": [d["Name"] for d in json.loads(self.do("lsjson", "t:"))]}

    def put(self, bucket, key, file, type=None, meta=None):
        more = ["--header-upload", "Content-Type: " + type] if type else []
        for name, value in (meta or {}).items():
            more += ["--metadata-set", "%s=%s" % (name, value)]
        self.do("copyto", "--metadata", *more, file, "t:%s/%s" % (bucket, key))

    def upload(self, bucket, key, file, part):
        self.do("copyto", file, "t:%s/%s" % (bucket, key))

    def get(self, bucket, key, file):
        # copyto takes what is not there for an empty folder, and is content.
        data = self.do("cat", "t:%s/%s" % (bucket, key))
        if not data:
            self.head(bucket, key)
        with open(file, "wb") as f:
            f.write(data)

    def range(self, bucket, key, file, first, last):
        with open(file, "wb") as f:
            f.write(self.do("cat", "--offset", str(first), "--count", str(last - first + 1),
                            "t:%s/%s" % (bucket, key)))

    def head(self, bucket, key):
        got = json.loads(self.do("lsjson", "--stat", "--metadata", "--hash",
                                 "t:%s/%s" % (bucket, key)))
        if got is None or got["IsDir"]:
            raise Failed("object not found")
        return {"size": got["Size"], "type": got["MimeType"], "meta": got.get("Metadata", {})}

    def list(self, bucket, prefix, delimiter, page):
        folder, _, last = prefix.rpartition("/")
        start = folder + "/" if folder else ""
        more = [] if delimiter else ["--recursive"]
        rows = json.loads(self.do("lsjson", *more, "--s3-list-chunk", str(page),
                                  "t:%s/%s" % (bucket, folder)))
        return {"keys": [start + r["Path"] for r in rows
                         if not r["IsDir"] and (start + r["Path"]).startswith(prefix)],
                "prefixes": [start + r["Path"] for r in rows if r["IsDir"]]}

    def copy(self, bucket, source, key):
        self.do("copyto", "--metadata", "t:%s/%s" % (bucket, source), "t:%s/%s" % (bucket, key))

    def delete(self, bucket, key):
        self.do("deletefile", "t:%s/%s" % (bucket, key))

    def delete_bucket(self, bucket):
        self.do("rmdir", "t:" + bucket)

    def presign_get(self, bucket, key):
        return {"url": self.do("link", "--expire", "10m",
                               "t:%s/%s" % (bucket, key)).decode().strip()}


rclone = Rclone()
rclone.run(rclone.version("version"))
