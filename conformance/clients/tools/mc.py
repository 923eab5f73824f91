# SPDX-License-Identifier: Apache-2.0
"""mc, MinIO's command line."""

import json

from adapter import ACCESS_KEY, ENDPOINT, SECRET_KEY
from tool import Tool


class Mc(Tool):
    words = (("Object does not exist", "NoSuchKey"), ("Bucket does not exist", "NoSuchBucket"),
             ("does not exist", "NotFound"), ("is not empty", "BucketNotEmpty"),
             ("you tried to delete is not", "BucketNotEmpty"),
             ("signature we calculated", "SignatureDoesNotMatch"))
    environment = {"MC_HOST_t": ENDPOINT.replace("://", "://%s:%s@" % (ACCESS_KEY, SECRET_KEY))}

    def answer(self, request):
        key = request.get("key", "")
        if key != key.strip("/") or "//" in key or "." in key.split("/") \
                or ".." in key.split("/"):
            return {"unsupported": "keys are paths"}
        return super().answer(request)

    def lines(self, *argv):
        return [json.loads(line) for line in self.do("--json", *argv).splitlines()]

    def make_bucket(self, bucket):
        self.do("mb", "t/" + bucket)

    def buckets(self):
        return {"names": [r["key"].strip("/") for r in self.lines("ls", "t/")]}

    def put(self, bucket, key, file, type=None, meta=None):
        attributes = dict(meta or {})
        if type:
            attributes["Content-Type"] = type
        more = ["--attr", ";".join("%s=%s" % kv for kv in attributes.items())] \
            if attributes else []
        self.do("cp", "-q", *more, file, "t/%s/%s" % (bucket, key))

    def upload(self, bucket, key, file, part):
        self.do("put", "--part-size", "5MiB", file, "t/%s/%s" % (bucket, key))

    def get(self, bucket, key, file):
        # cp cannot tell what is not there from a folder.
        with open(file, "wb") as f:
            f.write(self.do("cat", "t/%s/%s" % (bucket, key)))

    def range(self, bucket, key, file, first, last):
        data = self.do("cat", "--offset", str(first), "t/%s/%s" % (bucket, key))
        with open(file, "wb") as f:
            f.write(data[:last - first + 1])

    def head(self, bucket, key):
        got = self.lines("stat", "t/%s/%s" % (bucket, key))[0]
        meta = {k.lower().replace("x-amz-meta-", ""): v
                for k, v in got.get("metadata", {}).items()}
        return {"size": got["size"], "etag": got["etag"], "type": meta.get("content-type"),
                "meta": meta}

    def list(self, bucket, prefix, delimiter, page):
        folder, _, last = prefix.rpartition("/")
        start = folder + "/" if folder else ""
        more = [] if delimiter else ["--recursive"]
        rows = self.lines("ls", *more, "t/%s/%s" % (bucket, start))
        return {"keys": [start + r["key"] for r in rows if r["type"] == "file"
                         and (start + r["key"]).startswith(prefix)],
                "prefixes": [start + r["key"] for r in rows if r["type"] != "file"]}

    def copy(self, bucket, source, key):
        self.do("cp", "-q", "t/%s/%s" % (bucket, source), "t/%s/%s" % (bucket, key))

    def delete(self, bucket, key):
        self.do("rm", "-q", "t/%s/%s" % (bucket, key))

    def delete_many(self, bucket, keys):
        self.do("rm", "-q", *["t/%s/%s" % (bucket, k) for k in keys])

    def delete_bucket(self, bucket):
        self.do("rb", "t/" + bucket)

    def presign_get(self, bucket, key):
        return {"url": self.lines("share", "download", "t/%s/%s" % (bucket, key))[0]["share"]}

    def own_mirror_and_find(self, bucket):
        for n in range(20):
            path = "m/%d" % n
            with open("f", "wb") as f:
                f.write(b"%d" % n)
            self.do("cp", "-q", "f", "t/%s/%s" % (bucket, path))
        self.do("mirror", "-q", "t/%s/m" % bucket, "mirrored")
        with open("mirrored/19", "rb") as f:
            assert f.read() == b"19"
        assert len(self.lines("find", "t/%s/m" % bucket, "--name", "1*")) == 11


mc = Mc()
mc.run(mc.version("--version"))
