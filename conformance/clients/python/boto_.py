# SPDX-License-Identifier: Apache-2.0
"""boto 2.49: signature version 2, marker listings, the oldest client still met."""

import io

import boto
import boto.exception
import boto.s3.connection

from adapter import (ACCESS_KEY, AUTHORITY, SECURE, SECRET_KEY, Adapter,
                     read)


class Boto(Adapter):
    calling = boto.s3.connection.OrdinaryCallingFormat

    def __init__(self):
        self.s3 = self.connect(AUTHORITY, self.calling())

    def connect(self, authority, calling):
        host, _, port = authority.partition(":")
        return boto.connect_s3(ACCESS_KEY, SECRET_KEY, is_secure=SECURE, host=host,
                               port=int(port or (443 if SECURE else 80)),
                               calling_format=calling)

    def code(self, why):
        if isinstance(why, boto.exception.StorageResponseError):
            return why.error_code or str(why.status)
        return super().code(why)

    def bucket(self, name):
        return self.s3.get_bucket(name, validate=False)

    def make_bucket(self, bucket):
        self.s3.create_bucket(bucket)

    def buckets(self):
        return {"names": [b.name for b in self.s3.get_all_buckets()]}

    def put(self, bucket, key, file, type=None, meta=None):
        item = self.bucket(bucket).new_key(key)
        for name, value in (meta or {}).items():
            item.set_metadata(name, value)
        item.set_contents_from_filename(file, headers={"Content-Type": type} if type else None)
        return {"etag": item.etag}

    def upload(self, bucket, key, file, part):
        upload = self.bucket(bucket).initiate_multipart_upload(key)
        data = read(file)
        for n in range(-(-len(data) // part)):
            upload.upload_part_from_file(io.BytesIO(data[n * part:(n + 1) * part]), n + 1)
        upload.complete_upload()

    def get(self, bucket, key, file):
        self.bucket(bucket).new_key(key).get_contents_to_filename(file)

    def range(self, bucket, key, file, first, last):
        with open(file, "wb") as f:
            self.bucket(bucket).new_key(key).get_contents_to_file(
                f, headers={"Range": "bytes=%d-%d" % (first, last)})

    def head(self, bucket, key):
        item = self.bucket(bucket).get_key(key)
        if item is None:
            raise boto.exception.S3ResponseError(404, "Not Found")
        return {"size": item.size, "etag": item.etag, "type": item.content_type,
                "meta": item.metadata}

    def list(self, bucket, prefix, delimiter, page):
        keys, prefixes, marker = [], [], ""
        while True:
            got = self.bucket(bucket).get_all_keys(prefix=prefix, delimiter=delimiter,
                                                   marker=marker, max_keys=page)
            for row in got:
                (keys if isinstance(row, boto.s3.key.Key) else prefixes).append(row.name)
            if not got.is_truncated:
                return {"keys": keys, "prefixes": prefixes}
            marker = got.next_marker or got[-1].name

    def copy(self, bucket, source, key):
        self.bucket(bucket).copy_key(key, bucket, source)

    def delete(self, bucket, key):
        self.bucket(bucket).delete_key(key)

    def delete_many(self, bucket, keys):
        assert not self.bucket(bucket).delete_keys(keys).errors

    def delete_bucket(self, bucket):
        self.s3.delete_bucket(bucket)

    def presign_get(self, bucket, key):
        return {"url": self.bucket(bucket).new_key(key).generate_url(600)}

    def presign_put(self, bucket, key):
        return {"url": self.bucket(bucket).new_key(key).generate_url(600, "PUT")}

    def own_host_style(self, bucket):
        """A thousand small images under a prefix, walked by delimiter and marker."""
        port = AUTHORITY.rpartition(":")[2]
        there = self.connect("localhost:" + port, boto.s3.connection.SubdomainCallingFormat())
        box = there.get_bucket(bucket)
        for n in range(1000):
            box.new_key("img/%02d/%03d.png" % (n % 20, n)).set_contents_from_string(b"%d" % n)
        folders = list(box.list(prefix="img/", delimiter="/"))
        assert len(folders) == 20, len(folders)
        keys = [k for f in folders for k in box.list(prefix=f.name)]
        assert len(keys) == 1000 and keys[0].get_contents_as_string() == b"0"


Boto().run(boto.__version__)
