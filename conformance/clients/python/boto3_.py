# SPDX-License-Identifier: Apache-2.0
"""boto3, the newest or the distribution's."""

import datetime
import io

import boto3
import boto3.s3.transfer
import botocore.config

from adapter import (ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, SECURE, Adapter, Unsupported,
                     read, write)


class Boto3(Adapter):
    forms = {"get": "get_object", "head": "head_object", "put": "put_object",
             "delete": "delete_object", "part": "upload_part"}

    def __init__(self):
        self.s3 = self.client("s3v4")

    def client(self, signature):
        return boto3.client(
            "s3", endpoint_url=ENDPOINT, region_name=REGION, aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=botocore.config.Config(s3={"addressing_style": "path"},
                                          signature_version=signature))

    def members(self, name):
        return self.s3.meta.service_model.operation_model(name).input_shape.members

    def make_bucket(self, bucket):
        self.s3.create_bucket(Bucket=bucket)

    def buckets(self):
        return {"names": [b["Name"] for b in self.s3.list_buckets()["Buckets"]]}

    def put(self, bucket, key, file, type=None, meta=None):
        more = {}
        if type:
            more["ContentType"] = type
        if meta:
            more["Metadata"] = meta
        with open(file, "rb") as f:
            answer = self.s3.put_object(Bucket=bucket, Key=key, Body=f, **more)
        return {"etag": answer["ETag"]}

    def put_new(self, bucket, key, file):
        if "IfNoneMatch" not in self.members("PutObject"):
            raise Unsupported("this version has no IfNoneMatch")
        self.s3.put_object(Bucket=bucket, Key=key, Body=read(file), IfNoneMatch="*")

    def put_if(self, bucket, key, file, etag):
        if "IfMatch" not in self.members("PutObject"):
            raise Unsupported("this version has no IfMatch")
        self.s3.put_object(Bucket=bucket, Key=key, Body=read(file), IfMatch=etag)

    def upload(self, bucket, key, file, part):
        self.s3.upload_file(file, bucket, key, Config=boto3.s3.transfer.TransferConfig(
            multipart_threshold=part, multipart_chunksize=part))

    def get(self, bucket, key, file):
        write(file, self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def range(self, bucket, key, file, first, last):
        answer = self.s3.get_object(Bucket=bucket, Key=key, Range="bytes=%d-%d" % (first, last))
        write(file, answer["Body"].read())

    def head(self, bucket, key):
        answer = self.s3.head_object(Bucket=bucket, Key=key)
        return {"size": answer["ContentLength"], "etag": answer["ETag"],
                "type": answer["ContentType"], "meta": answer["Metadata"]}

    def list(self, bucket, prefix, delimiter, page):
        keys, prefixes = [], []
        for answer in self.s3.get_paginator("list_objects_v2").paginate(
                Bucket=bucket, Prefix=prefix, Delimiter=delimiter,
                PaginationConfig={"PageSize": page}):
            keys += [r["Key"] for r in answer.get("Contents", [])]
            prefixes += [r["Prefix"] for r in answer.get("CommonPrefixes", [])]
        return {"keys": keys, "prefixes": prefixes}

    def copy(self, bucket, source, key):
        self.s3.copy({"Bucket": bucket, "Key": source}, bucket, key)

    def delete(self, bucket, key):
        self.s3.delete_object(Bucket=bucket, Key=key)

    def delete_many(self, bucket, keys):
        answer = self.s3.delete_objects(Bucket=bucket, Delete={
            "Objects": [{"Key": k} for k in keys]})
        assert not answer.get("Errors"), answer

    def delete_bucket(self, bucket):
        self.s3.delete_bucket(Bucket=bucket)

    def presign_get(self, bucket, key):
        return {"url": self.s3.generate_presigned_url("get_object",
                                                      {"Bucket": bucket, "Key": key})}

    def presign_put(self, bucket, key):
        return {"url": self.s3.generate_presigned_url("put_object",
                                                      {"Bucket": bucket, "Key": key})}

    def presign(self, bucket, key, form, upload=None, number=None):
        s3 = self.s3
        if form.endswith("_v2"):
            s3, form = self.client("s3"), form[:-3]
        if form == "post":
            return s3.generate_presigned_post(bucket, key)
        more = {"UploadId": upload, "PartNumber": number} if form == "part" else {}
        return {"url": s3.generate_presigned_url(
            self.forms[form], dict({"Bucket": bucket, "Key": key}, **more))}

    def own_typed_exceptions(self, bucket):
        try:
            self.s3.get_object(Bucket=bucket, Key="none/such")
            raise AssertionError("there is no such key")
        except self.s3.exceptions.NoSuchKey:
            pass
        try:
            self.s3.list_objects_v2(Bucket=bucket + "-none")
            raise AssertionError("there is no such bucket")
        except self.s3.exceptions.NoSuchBucket:
            pass

    def own_tags_and_versions(self, bucket):
        self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={
            "Status": "Enabled"})
        first = self.s3.put_object(Bucket=bucket, Key="v", Body=b"1", Tagging="a=1&b=%C3%A9+2")
        second = self.s3.put_object(Bucket=bucket, Key="v", Body=b"22")
        tags = self.s3.get_object_tagging(Bucket=bucket, Key="v", VersionId=first["VersionId"])
        assert {t["Key"]: t["Value"] for t in tags["TagSet"]} == {"a": "1", "b": "é 2"}, tags
        assert self.s3.head_object(Bucket=bucket, Key="v").get("TagCount") is None
        marker = self.s3.delete_object(Bucket=bucket, Key="v")
        assert marker["DeleteMarker"], marker
        rows = self.s3.list_object_versions(Bucket=bucket, Prefix="v")
        assert [r["VersionId"] for r in rows["Versions"] if r["Key"] == "v"] == [
            second["VersionId"], first["VersionId"]], rows
        self.s3.delete_object(Bucket=bucket, Key="v", VersionId=marker["VersionId"])
        assert self.s3.get_object(Bucket=bucket, Key="v")["Body"].read() == b"22"
        self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={
            "Status": "Suspended"})

    def own_encryption(self, bucket):
        """By keys of S3 and of KMS, in one piece and in parts; copied from one to the other."""
        for how in ({"ServerSideEncryption": "AES256"}, {"ServerSideEncryption": "aws:kms"}):
            got = self.s3.put_object(Bucket=bucket, Key="sse", Body=b"secret", **how)
            assert got["ServerSideEncryption"] == how["ServerSideEncryption"], got
            self.s3.copy({"Bucket": bucket, "Key": "sse"}, bucket, "plain")
            self.parts(bucket, "parts", how)
            got = self.s3.get_object(Bucket=bucket, Key="parts")
            assert got["Body"].read() == b"p" * (11 << 20)
            assert got["ServerSideEncryption"] == how["ServerSideEncryption"], got
            assert self.s3.get_object(Bucket=bucket, Key="plain")["Body"].read() == b"secret"

    def own_customer_keys(self, bucket):
        if not SECURE:
            raise Unsupported("keys of one's own are for TLS only")
        key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"k" * 32}
        self.s3.put_object(Bucket=bucket, Key="ssec", Body=b"mine", **key)
        self.parts(bucket, "parts-c", key)
        assert self.s3.get_object(Bucket=bucket, Key="ssec", **key)["Body"].read() == b"mine"
        got = self.s3.get_object(Bucket=bucket, Key="parts-c", **key)
        assert got["Body"].read() == b"p" * (11 << 20)
        for wrong, code in (({}, "InvalidRequest"), (dict(key, SSECustomerKey=b"w" * 32),
                                                     "AccessDenied")):
            try:
                self.s3.get_object(Bucket=bucket, Key="ssec", **wrong)
            except self.s3.exceptions.ClientError as why:
                assert why.response["Error"]["Code"] == code, why
            else:
                raise AssertionError("opened without its key")

    def parts(self, bucket, key, how):
        data = io.BytesIO(b"p" * (11 << 20))
        self.s3.upload_fileobj(data, bucket, key, ExtraArgs=how,
                               Config=boto3.s3.transfer.TransferConfig(
                                   multipart_threshold=5 << 20, multipart_chunksize=5 << 20))

    def own_object_lock(self, bucket):
        name = bucket + "-lock"
        self.s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=4)
        got = self.s3.put_object(Bucket=name, Key="kept", Body=b"kept", ObjectLockMode="GOVERNANCE",
                                 ObjectLockRetainUntilDate=until)
        seen = self.s3.get_object_retention(Bucket=name, Key="kept")["Retention"]
        assert seen["Mode"] == "GOVERNANCE", seen
        try:
            self.s3.delete_object(Bucket=name, Key="kept", VersionId=got["VersionId"])
        except self.s3.exceptions.ClientError as why:
            assert why.response["Error"]["Code"] == "AccessDenied", why
        else:
            raise AssertionError("deleted what is locked")
        self.s3.delete_object(Bucket=name, Key="kept", VersionId=got["VersionId"],
                              BypassGovernanceRetention=True)
        self.s3.delete_bucket(Bucket=name)

    def own_waiters(self, bucket):
        self.s3.get_waiter("bucket_exists").wait(Bucket=bucket)
        self.s3.get_waiter("object_not_exists").wait(Bucket=bucket, Key="none/such")


Boto3().run(boto3.__version__)
