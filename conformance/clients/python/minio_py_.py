# SPDX-License-Identifier: Apache-2.0
"""MinIO's Python client."""

import datetime
import importlib.metadata

import minio
import minio.commonconfig
import minio.datatypes
import minio.deleteobjects

from adapter import (ACCESS_KEY, AUTHORITY, ENDPOINT, REGION, SECRET_KEY, SECURE, Adapter,
                     Unsupported, write)

METHODS = {"get": "GET", "head": "HEAD", "put": "PUT", "delete": "DELETE", "part": "PUT"}


class Minio(Adapter):
    def __init__(self):
        self.s3 = minio.Minio(endpoint=AUTHORITY, access_key=ACCESS_KEY, secret_key=SECRET_KEY,
                              region=REGION, secure=SECURE)

    def answer(self, request):
        answer = super().answer(request)
        if "path segment is not supported" in answer.get("text", ""):
            return {"unsupported": "refuses dot segments"}
        return answer

    def make_bucket(self, bucket):
        self.s3.make_bucket(bucket_name=bucket)

    def buckets(self):
        return {"names": [b.name for b in self.s3.list_buckets()]}

    def put(self, bucket, key, file, type="application/octet-stream", meta=None):
        more = {"metadata": meta} if meta else {}
        got = self.s3.fput_object(bucket_name=bucket, object_name=key, file_path=file,
                                  content_type=type, **more)
        return {"etag": got.etag}

    def upload(self, bucket, key, file, part):
        self.s3.fput_object(bucket_name=bucket, object_name=key, file_path=file, part_size=part)

    def read(self, file, **how):
        answer = self.s3.get_object(**how)
        try:
            write(file, answer.read())
        finally:
            answer.close()
            answer.release_conn()

    def get(self, bucket, key, file):
        self.read(file, bucket_name=bucket, object_name=key)

    def range(self, bucket, key, file, first, last):
        self.read(file, bucket_name=bucket, object_name=key, offset=first,
                  length=last - first + 1)

    def head(self, bucket, key):
        got = self.s3.stat_object(bucket_name=bucket, object_name=key)
        meta = {k.lower()[len("x-amz-meta-"):]: v for k, v in got.metadata.items()
                if k.lower().startswith("x-amz-meta-")}
        return {"size": got.size, "etag": got.etag, "type": got.content_type, "meta": meta}

    def list(self, bucket, prefix, delimiter, page):
        rows = list(self.s3.list_objects(bucket_name=bucket, prefix=prefix,
                                         recursive=not delimiter))
        return {"keys": [r.object_name for r in rows if not (delimiter and r.is_dir)],
                "prefixes": [r.object_name for r in rows if r.is_dir]}

    def copy(self, bucket, source, key):
        source_class = getattr(minio.commonconfig, "CopySource", None) or minio.args.CopySource
        self.s3.copy_object(bucket_name=bucket, object_name=key,
                            source=source_class(bucket_name=bucket, object_name=source))

    def delete(self, bucket, key):
        self.s3.remove_object(bucket_name=bucket, object_name=key)

    def delete_many(self, bucket, keys):
        failed = list(self.s3.remove_objects(bucket_name=bucket, delete_object_list=[
            minio.deleteobjects.DeleteObject(k) for k in keys]))
        assert not failed, failed

    def delete_bucket(self, bucket):
        self.s3.remove_bucket(bucket_name=bucket)

    def presign_get(self, bucket, key):
        return {"url": self.s3.presigned_get_object(bucket_name=bucket, object_name=key)}

    def presign_put(self, bucket, key):
        return {"url": self.s3.presigned_put_object(bucket_name=bucket, object_name=key)}

    def presign(self, bucket, key, form, upload=None, number=None):
        if form == "post":
            policy = minio.datatypes.PostPolicy(bucket, datetime.datetime.now(
                datetime.timezone.utc) + datetime.timedelta(minutes=10))
            policy.add_equals_condition("key", key)
            fields = self.s3.presigned_post_policy(policy)
            return {"url": "%s/%s" % (ENDPOINT, bucket), "fields": dict(fields, key=key)}
        if form not in METHODS:
            raise Unsupported("signs by version 4 only")
        more = {"uploadId": upload, "partNumber": str(number)} if form == "part" else {}
        return {"url": self.s3.get_presigned_url(
            method=METHODS[form], bucket_name=bucket, object_name=key,
            extra_query_params=more)}


Minio().run(importlib.metadata.version("minio"))
