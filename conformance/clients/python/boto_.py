# SPDX-License-Identifier: Apache-2.0
"""boto 2.49: signature version 2, marker listings, the oldest client still met."""

import io
import os
import struct
import urllib.parse
import zlib

import boto
import boto.exception
import boto.s3.connection

from adapter import (ACCESS_KEY, AUTHORITY, SECRET_KEY, SECURE, WORK, Adapter,
                     Unsupported, read, resolve_localhost)

METHODS = {"get_v2": "GET", "head_v2": "HEAD", "put_v2": "PUT", "delete_v2": "DELETE"}


def image(n):
    """A picture of one colour, 8 by 8."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data))
    row = b"\0" + bytes([n & 255, n >> 8, 128]) * 8
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)) \
        + chunk(b"IDAT", zlib.compress(row * 8)) + chunk(b"IEND", b"")


class Boto(Adapter):
    calling = boto.s3.connection.OrdinaryCallingFormat

    def __init__(self):
        self.s3 = self.connect(AUTHORITY, self.calling())

    def connect(self, authority, calling):
        host, _, port = authority.partition(":")
        return boto.connect_s3(ACCESS_KEY, SECRET_KEY, is_secure=SECURE, host=host,
                               port=int(port or (443 if SECURE else 80)),
                               calling_format=calling, suppress_consec_slashes=False)

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

    def presign(self, bucket, key, form):
        if form not in METHODS:
            raise Unsupported("signs links by version 2 only, no parts; forms in Python 2 only")
        return {"url": self.s3.generate_url(600, METHODS[form], bucket, key)}

    def own_thousand_images_host_style(self, bucket):
        """SubdomainCallingFormat: the bucket made, files sent, walked by delimiter and by
        marker, fetched, all by bucket.host."""
        resolve_localhost()
        name = bucket + "-sub"
        port = AUTHORITY.rpartition(":")[2]
        # Not localhost itself: certificates have no names with a star right below the top.
        there = self.connect("s3.localhost:" + port, boto.s3.connection.SubdomainCallingFormat())
        box = there.create_bucket(name)
        file = os.path.join(WORK, "image.png")
        for n in range(1000):
            with open(file, "wb") as f:
                f.write(image(n))
            box.new_key("img/%02d/%03d.png" % (n % 20, n)).set_contents_from_filename(file)
        folders = [f.name for f in box.list(prefix="img/", delimiter="/")]
        assert folders == ["img/%02d/" % n for n in range(20)], folders
        names, marker = [], ""
        while True:
            page = box.get_all_keys(prefix="img/", marker=marker, max_keys=70)
            names += [k.name for k in page]
            if not page.is_truncated:
                break
            marker = page[-1].name
        assert len(names) == len(set(names)) == 1000 and names == sorted(names)
        walked = [k for f in folders for k in box.list(prefix=f, delimiter="/")]
        assert [k.name for k in walked] == names
        for key in walked:
            assert key.get_contents_as_string() == image(int(key.name[-7:-4])), key.name
        one = box.get_key(names[7])
        assert one.content_type == "image/png" and one.size == len(image(140)), one.size
        host = urllib.parse.urlsplit(one.generate_url(60)).netloc
        assert host == "%s.s3.localhost:%s" % (name, port), host
        assert box.get_key("img/none.png") is None
        assert not box.delete_keys(names).errors
        there.delete_bucket(name)


Boto().run(boto.__version__)
