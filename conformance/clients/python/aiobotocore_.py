# SPDX-License-Identifier: Apache-2.0
"""aiobotocore: botocore on aiohttp."""

import asyncio
import importlib.metadata

from aiobotocore.session import get_session

from adapter import (ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, Adapter, Unsupported,
                     read, write)

FORMS = {"get": "get_object", "head": "head_object", "put": "put_object",
         "delete": "delete_object", "part": "upload_part"}


class Aio(Adapter):
    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.s3 = self.wait(self.open())

    async def open(self):
        return await get_session().create_client(
            "s3", endpoint_url=ENDPOINT, region_name=REGION, aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY).__aenter__()

    def wait(self, coroutine):
        return self.loop.run_until_complete(coroutine)

    def make_bucket(self, bucket):
        self.wait(self.s3.create_bucket(Bucket=bucket))

    def buckets(self):
        return {"names": [b["Name"] for b in self.wait(self.s3.list_buckets())["Buckets"]]}

    def put(self, bucket, key, file, type="binary/octet-stream", meta=None):
        answer = self.wait(self.s3.put_object(Bucket=bucket, Key=key, Body=read(file),
                                              ContentType=type, Metadata=meta or {}))
        return {"etag": answer["ETag"]}

    def put_new(self, bucket, key, file):
        self.wait(self.s3.put_object(Bucket=bucket, Key=key, Body=read(file), IfNoneMatch="*"))

    def put_if(self, bucket, key, file, etag):
        self.wait(self.s3.put_object(Bucket=bucket, Key=key, Body=read(file), IfMatch=etag))

    async def send(self, bucket, key, data, part):
        """There is no transfer manager; all parts at once."""
        upload = (await self.s3.create_multipart_upload(Bucket=bucket, Key=key))["UploadId"]
        done = await asyncio.gather(*[
            self.s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=n + 1,
                                Body=data[n * part:(n + 1) * part])
            for n in range(-(-len(data) // part))])
        await self.s3.complete_multipart_upload(
            Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": [
                {"PartNumber": n, "ETag": d["ETag"]} for n, d in enumerate(done, 1)]})

    def upload(self, bucket, key, file, part):
        self.wait(self.send(bucket, key, read(file), part))

    async def fetch(self, **how):
        answer = await self.s3.get_object(**how)
        async with answer["Body"] as stream:
            return await stream.read()

    def get(self, bucket, key, file):
        write(file, self.wait(self.fetch(Bucket=bucket, Key=key)))

    def range(self, bucket, key, file, first, last):
        write(file, self.wait(self.fetch(Bucket=bucket, Key=key,
                                         Range="bytes=%d-%d" % (first, last))))

    def head(self, bucket, key):
        answer = self.wait(self.s3.head_object(Bucket=bucket, Key=key))
        return {"size": answer["ContentLength"], "etag": answer["ETag"],
                "type": answer["ContentType"], "meta": answer["Metadata"]}

    async def pages(self, bucket, prefix, delimiter, page):
        keys, prefixes = [], []
        async for answer in self.s3.get_paginator("list_objects_v2").paginate(
                Bucket=bucket, Prefix=prefix, Delimiter=delimiter,
                PaginationConfig={"PageSize": page}):
            keys += [r["Key"] for r in answer.get("Contents", [])]
            prefixes += [r["Prefix"] for r in answer.get("CommonPrefixes", [])]
        return {"keys": keys, "prefixes": prefixes}

    def list(self, bucket, prefix, delimiter, page):
        return self.wait(self.pages(bucket, prefix, delimiter, page))

    def copy(self, bucket, source, key):
        self.wait(self.s3.copy_object(Bucket=bucket, Key=key,
                                      CopySource={"Bucket": bucket, "Key": source}))

    def delete(self, bucket, key):
        self.wait(self.s3.delete_object(Bucket=bucket, Key=key))

    def delete_many(self, bucket, keys):
        answer = self.wait(self.s3.delete_objects(Bucket=bucket, Delete={
            "Objects": [{"Key": k} for k in keys]}))
        assert not answer.get("Errors"), answer

    def presign(self, bucket, key, form, upload=None, number=None):
        if form == "post":
            return self.wait(self.s3.generate_presigned_post(bucket, key))
        if form not in FORMS:
            raise Unsupported("its client was made to sign by version 4")
        more = {"UploadId": upload, "PartNumber": number} if form == "part" else {}
        return {"url": self.wait(self.s3.generate_presigned_url(
            FORMS[form], dict({"Bucket": bucket, "Key": key}, **more)))}

    def delete_bucket(self, bucket):
        self.wait(self.s3.delete_bucket(Bucket=bucket))

    def presign_get(self, bucket, key):
        return {"url": self.wait(self.s3.generate_presigned_url(
            "get_object", {"Bucket": bucket, "Key": key}))}

    def presign_put(self, bucket, key):
        return {"url": self.wait(self.s3.generate_presigned_url(
            "put_object", {"Bucket": bucket, "Key": key}))}

    def own_many_at_once(self, bucket):
        async def story():
            await asyncio.gather(*[self.s3.put_object(
                Bucket=bucket, Key="aio/%d" % n, Body=b"%d" % n) for n in range(100)])
            return await asyncio.gather(*[self.fetch(Bucket=bucket, Key="aio/%d" % n)
                                          for n in range(100)])
        got = self.wait(story())
        assert got == [b"%d" % n for n in range(100)], got


Aio().run(importlib.metadata.version("aiobotocore"))
