# SPDX-License-Identifier: Apache-2.0
"""smart_open on boto3."""

import importlib.metadata

import boto3
import smart_open
import smart_open.s3

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, Adapter, read, write


class SmartOpen(Adapter):
    def __init__(self):
        self.s3 = boto3.client("s3", endpoint_url=ENDPOINT, region_name=REGION,
                               aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY)

    def code(self, why):
        cause = why if hasattr(why, "response") else getattr(why, "backend_error", why)
        if hasattr(cause, "response"):
            return cause.response["Error"]["Code"]
        for code in ("NoSuchKey", "NoSuchBucket", "SignatureDoesNotMatch"):
            if code in str(why):
                return code
        return super().code(why)

    def open(self, bucket, key, mode, **params):
        return smart_open.s3.open(bucket, key, mode, client=self.s3, **params)

    def put(self, bucket, key, file, type=None, meta=None):
        more = {}
        if type:
            more["ContentType"] = type
        if meta:
            more["Metadata"] = meta
        with self.open(bucket, key, "wb", multipart_upload=False, client_kwargs={
                "S3.Client.put_object": more}) as f:
            f.write(read(file))

    def upload(self, bucket, key, file, part):
        with self.open(bucket, key, "wb", min_part_size=part) as f:
            f.write(read(file))

    def get(self, bucket, key, file):
        with self.open(bucket, key, "rb") as f:
            write(file, f.read())

    def range(self, bucket, key, file, first, last):
        with self.open(bucket, key, "rb") as f:
            f.seek(first)
            write(file, f.read(last - first + 1))

    def list(self, bucket, prefix):
        return {"keys": [k for k, _ in smart_open.s3.iter_bucket(
            bucket, prefix=prefix, workers=1, client_kwargs={
                "aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY,
                "endpoint_url": ENDPOINT, "region_name": REGION})]}

    def own_lines_and_gzip(self, bucket):
        params = {"client": self.s3}
        url = "s3://%s/lines.txt.gz" % bucket
        with smart_open.open(url, "w", transport_params=params) as f:
            for n in range(20000):
                f.write("line %d\n" % n)
        with smart_open.open(url, transport_params=params) as f:
            assert sum(1 for _ in f) == 20000


SmartOpen().run(importlib.metadata.version("smart-open"))
