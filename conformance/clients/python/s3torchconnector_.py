# SPDX-License-Identifier: Apache-2.0
"""s3torchconnector's client: the CRT through mountpoint's Rust client, without torch."""

import importlib.metadata
import os

os.environ.update(AWS_ACCESS_KEY_ID=os.environ["ACCESS_KEY"],
                  AWS_SECRET_ACCESS_KEY=os.environ["SECRET_KEY"])

from s3torchconnectorclient._mountpoint_s3_client import (  # noqa: E402
    MountpointS3Client, S3Exception)

from adapter import ENDPOINT, REGION, Adapter, read, write  # noqa: E402


class Mountpoint(Adapter):
    limits = {"copy_awkward": "puts the source into a header as it is; the CRT refuses"}

    def __init__(self):
        self.s3 = MountpointS3Client(region=REGION, endpoint=ENDPOINT, part_size=5 << 20,
                                     throughput_target_gbps=1.0, force_path_style=True)

    def code(self, why):
        text = str(why)
        if isinstance(why, S3Exception):
            for sign, code in (("The bucket does not exist", "NoSuchBucket"),
                               ("NoSuchBucket", "NoSuchBucket"),
                               ("The key does not exist", "NoSuchKey"),
                               ("not found", "NotFound"), ("NotFound", "NotFound"),
                               ("SignatureDoesNotMatch", "SignatureDoesNotMatch"),
                               ("signature we calculated", "SignatureDoesNotMatch")):
                if sign in text:
                    return code
        return super().code(why)

    def put(self, bucket, key, file):
        stream = self.s3.put_object(bucket, key)
        stream.write(read(file))
        stream.close()

    def upload(self, bucket, key, file, part):
        self.put(bucket, key, file)

    def get(self, bucket, key, file):
        write(file, b"".join(self.s3.get_object(bucket, key)))

    def range(self, bucket, key, file, first, last):
        write(file, b"".join(self.s3.get_object(bucket, key, start=first, end=last + 1)))

    def head(self, bucket, key):
        info = self.s3.head_object(bucket, key)
        return {"size": info.size, "etag": info.etag}

    def list(self, bucket, prefix, delimiter, page):
        keys, prefixes = [], []
        for answer in self.s3.list_objects(bucket, prefix=prefix, delimiter=delimiter,
                                           max_keys=page):
            keys += [o.key for o in answer.object_info]
            prefixes += answer.common_prefixes
        return {"keys": keys, "prefixes": prefixes}

    def copy(self, bucket, source, key):
        self.s3.copy_object(bucket, source, bucket, key)

    def delete(self, bucket, key):
        self.s3.delete_object(bucket, key)


Mountpoint().run(importlib.metadata.version("s3torchconnectorclient"))
