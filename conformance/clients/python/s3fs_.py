# SPDX-License-Identifier: Apache-2.0
"""s3fs, the S3 file system of fsspec."""

import importlib.metadata
import os

import fsspec  # noqa: E402

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, Adapter, write  # noqa: E402

# A region among client_kwargs becomes a LocationConstraint, which S3 refuses for us-east-1.
os.environ["AWS_DEFAULT_REGION"] = REGION


class S3fs(Adapter):
    codes = {FileNotFoundError: "NotFound"}

    def answer(self, request):
        if request.get("key", "").startswith("/"):
            return {"unsupported": "drops slashes in front of a key"}
        return super().answer(request)

    def __init__(self):
        self.fs = self.open()

    def open(self, **more):
        return fsspec.filesystem("s3", endpoint_url=ENDPOINT, key=ACCESS_KEY, secret=SECRET_KEY,
                                 use_listings_cache=False, skip_instance_cache=True, **more)

    def code(self, why):
        # s3fs translates into OSError and keeps what botocore said as the cause.
        if why.__cause__ is not None and hasattr(why.__cause__, "response"):
            return why.__cause__.response["Error"]["Code"]
        return super().code(why)

    def make_bucket(self, bucket):
        self.fs.mkdir(bucket)

    def buckets(self):
        return {"names": self.fs.ls("", detail=False)}

    def put(self, bucket, key, file, type=None, meta=None):
        more = {}
        if type:
            more["ContentType"] = type
        if meta:
            more["Metadata"] = meta
        self.fs.put_file(file, bucket + "/" + key, **more)

    def put_new(self, bucket, key, file):
        with open(file, "rb") as f:
            self.fs.pipe_file(bucket + "/" + key, f.read(), mode="create")

    def upload(self, bucket, key, file, part):
        with open(file, "rb") as f, self.fs.open(bucket + "/" + key, "wb",
                                                 block_size=part) as to:
            while piece := f.read(part):
                to.write(piece)

    def get(self, bucket, key, file):
        write(file, self.fs.cat_file(bucket + "/" + key))

    def range(self, bucket, key, file, first, last):
        with self.fs.open(bucket + "/" + key, "rb") as f:
            f.seek(first)
            write(file, f.read(last - first + 1))

    def head(self, bucket, key):
        info = self.fs.info(bucket + "/" + key)
        return {"size": info["size"], "etag": info["ETag"],
                "type": info.get("ContentType", "text/x-trug"),
                "meta": self.fs.metadata(bucket + "/" + key)}

    def list(self, bucket, prefix, delimiter, page):
        start = len(bucket) + 1
        if delimiter:
            rows = self.fs.ls(bucket + "/" + prefix.rstrip("/"), detail=True)
            return {"keys": [r["name"][start:] for r in rows if r["type"] == "file"],
                    "prefixes": [r["name"][start:] for r in rows if r["type"] == "directory"]}
        return {"keys": [k[start:] for k in self.fs.find(bucket) if k[start:].startswith(prefix)]}

    def copy(self, bucket, source, key):
        self.fs.cp_file(bucket + "/" + source, bucket + "/" + key)

    def delete(self, bucket, key):
        self.fs.rm_file(bucket + "/" + key)

    def delete_many(self, bucket, keys):
        self.fs.rm([bucket + "/" + k for k in keys])

    def delete_bucket(self, bucket):
        self.fs.rmdir(bucket)

    def presign_get(self, bucket, key):
        return {"url": self.fs.sign(bucket + "/" + key)}

    def own_walk_and_glob(self, bucket):
        for name in ("w/a.txt", "w/b/c.txt", "w/b/d.csv"):
            self.fs.pipe_file(bucket + "/" + name, name.encode())
        assert [d[0][len(bucket):] for d in self.fs.walk(bucket + "/w")] == ["/w", "/w/b"]
        assert len(self.fs.glob(bucket + "/w/**/*.txt")) == 2
        assert self.fs.du(bucket + "/w") == 7 + 9 + 9
        # mv() would insist on copying the folders, which are no objects.
        self.fs.copy(bucket + "/w", bucket + "/v", recursive=True)
        self.fs.rm(bucket + "/w", recursive=True)
        assert not self.fs.exists(bucket + "/w") and self.fs.exists(bucket + "/v/b/c.txt")

    def own_append(self, bucket):
        path = bucket + "/append"
        self.fs.pipe_file(path, b"a" * 6000000)
        with self.fs.open(path, "ab") as f:
            f.write(b"b" * 10)
        assert self.fs.cat_file(path) == b"a" * 6000000 + b"b" * 10


S3fs().run(importlib.metadata.version("s3fs"))
