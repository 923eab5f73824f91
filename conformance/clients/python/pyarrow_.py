# SPDX-License-Identifier: Apache-2.0
"""pyarrow: the AWS SDK for C++ behind Arrow's file system."""

import os
import re

import pyarrow
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet

from adapter import (ACCESS_KEY, AUTHORITY, REGION, SECRET_KEY, SECURE, Adapter, Unsupported,
                     read, write)


class Arrow(Adapter):
    codes = {FileNotFoundError: "NotFound"}
    limits = {"bucket_not_empty": "delete_dir empties a bucket first",
              "keys_dots": "libcurl, below the C++ SDK, removes dot segments after signing"}

    def answer(self, request):
        key = request.get("key", "")
        if key.startswith("/") or key.endswith("/") or "//" in key:
            return {"unsupported": "refuses empty segments of a key"}
        return super().answer(request)

    def __init__(self):
        self.fs = pyarrow.fs.S3FileSystem(
            access_key=ACCESS_KEY, secret_key=SECRET_KEY, region=REGION,
            scheme="https" if SECURE else "http", endpoint_override=AUTHORITY,
            allow_bucket_creation=True, allow_bucket_deletion=True,
            force_virtual_addressing=False, tls_ca_file_path=os.environ.get("CA_FILE"))

    def code(self, why):
        # The SDK's own name of an error stands in the text alone.
        name = re.search(r"AWS Error (\w+)", str(why))
        names = {"NO_SUCH_KEY": "NoSuchKey", "NO_SUCH_BUCKET": "NoSuchBucket",
                 "RESOURCE_NOT_FOUND": "NotFound"}
        if name and name.group(1) in names:
            return names[name.group(1)]
        known = re.search(r"SIGNATURE_DOES_NOT_MATCH|ACCESS_DENIED during HeadObject", str(why))
        return "SignatureDoesNotMatch" if known else super().code(why)

    def make_bucket(self, bucket):
        self.fs.create_dir(bucket)

    def buckets(self):
        return {"names": [i.path for i in self.fs.get_file_info(pyarrow.fs.FileSelector(""))]}

    def put(self, bucket, key, file, type=None, meta=None):
        more = dict(meta or {})
        if meta:
            raise Unsupported("knows only S3's own metadata")
        if type:
            more["Content-Type"] = type
        with self.fs.open_output_stream(bucket + "/" + key, metadata=more or None) as f:
            f.write(read(file))

    def upload(self, bucket, key, file, part):
        with self.fs.open_output_stream(bucket + "/" + key, buffer_size=None) as f:
            data = read(file)
            for at in range(0, len(data), part):
                f.write(data[at:at + part])

    def get(self, bucket, key, file):
        with self.fs.open_input_stream(bucket + "/" + key) as f:
            write(file, f.read())

    def range(self, bucket, key, file, first, last):
        with self.fs.open_input_file(bucket + "/" + key) as f:
            write(file, f.read_at(last - first + 1, first))

    def head(self, bucket, key):
        info = self.fs.get_file_info(bucket + "/" + key)
        if info.type == pyarrow.fs.FileType.NotFound:
            raise FileNotFoundError(key)
        with self.fs.open_input_stream(bucket + "/" + key) as f:
            meta = {k.lower(): v for k, v in f.metadata().items()}
        return {"size": info.size, "etag": meta["etag"].decode()}

    def list(self, bucket, prefix, delimiter, page):
        start = len(bucket) + 1
        folder = prefix.rstrip("/") if delimiter else ""
        rows = self.fs.get_file_info(pyarrow.fs.FileSelector(
            (bucket + "/" + folder).rstrip("/"), recursive=not delimiter))
        file = pyarrow.fs.FileType.File
        return {"keys": [r.path[start:] for r in rows if r.type == file
                         and r.path[start:].startswith(prefix)],
                "prefixes": [r.path[start:] for r in rows if r.type != file]}

    def copy(self, bucket, source, key):
        self.fs.copy_file(bucket + "/" + source, bucket + "/" + key)

    def delete(self, bucket, key):
        self.fs.delete_file(bucket + "/" + key)

    def delete_bucket(self, bucket):
        self.fs.delete_dir(bucket)

    def own_parquet_dataset(self, bucket):
        table = pyarrow.table({"n": list(range(100000)),
                               "part": [n % 4 for n in range(100000)]})
        pyarrow.dataset.write_dataset(table, bucket + "/set", format="parquet",
                                      filesystem=self.fs, partitioning=["part"])
        found = pyarrow.dataset.dataset(bucket + "/set", filesystem=self.fs, format="parquet",
                                        partitioning=["part"])
        assert len(found.files) == 4, found.files
        got = found.to_table(filter=pyarrow.dataset.field("part") == 3)
        assert got.num_rows == 25000, got.num_rows

    def own_parquet_columns(self, bucket):
        path = bucket + "/wide.parquet"
        pyarrow.parquet.write_table(pyarrow.table(
            {"c%d" % n: list(range(50000)) for n in range(20)}), path, filesystem=self.fs,
            row_group_size=10000)
        got = pyarrow.parquet.read_table(path, columns=["c7"], filesystem=self.fs)
        assert got.column_names == ["c7"] and got["c7"][49999].as_py() == 49999
        self.fs.move(path, bucket + "/moved.parquet")

    def own_delete_directory(self, bucket):
        for n in range(30):
            with self.fs.open_output_stream("%s/deep/%d/x" % (bucket, n % 5)) as f:
                f.write(b"x")
        self.fs.delete_dir(bucket + "/deep")
        info = self.fs.get_file_info(bucket + "/deep")
        assert info.type == pyarrow.fs.FileType.NotFound, info


Arrow().run(pyarrow.__version__)
