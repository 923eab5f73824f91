# SPDX-License-Identifier: Apache-2.0
"""webdataset: shards written to a bucket through fsspec, read again as presigned links."""

import importlib.metadata

import fsspec
import webdataset

from adapter import ACCESS_KEY, ENDPOINT, SECRET_KEY, Adapter


class Shards(Adapter):
    def __init__(self):
        self.fs = fsspec.filesystem("s3", endpoint_url=ENDPOINT, key=ACCESS_KEY,
                                    secret=SECRET_KEY,
                                    config_kwargs={"signature_version": "s3v4"})

    def own_write_and_read_shards(self, bucket):
        for shard in range(3):
            with self.fs.open("%s/shards/s-%03d.tar" % (bucket, shard), "wb") as f:
                sink = webdataset.TarWriter(f)
                for n in range(200):
                    sink.write({"__key__": "%d-%04d" % (shard, n), "cls": n % 10,
                                "bin": bytes([n]) * 5000})
                sink.close()
        urls = [self.fs.sign(p) for p in sorted(self.fs.ls(bucket + "/shards"))]
        got = [s["__key__"] for s in webdataset.WebDataset(
            ["pipe:curl -sSf '%s'" % u for u in urls], shardshuffle=False)]
        assert len(got) == 600 and got[0] == "0-0000" and got[-1] == "2-0199", got[:3]


Shards().run(importlib.metadata.version("webdataset"))
