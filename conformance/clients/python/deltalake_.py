# SPDX-License-Identifier: Apache-2.0
"""deltalake: tables committed by If-None-Match, without a lock service."""

import importlib.metadata
import threading

import deltalake
import pyarrow

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, Adapter

OPTIONS = {"aws_endpoint_url": ENDPOINT, "aws_access_key_id": ACCESS_KEY, "aws_region": REGION,
           "aws_secret_access_key": SECRET_KEY, "aws_allow_http": "true",
           "conditional_put": "etag"}


def rows(first, count):
    return pyarrow.table({"n": list(range(first, first + count)),
                          "p": [n % 2 for n in range(first, first + count)]})


def append(path, first, count=100):
    deltalake.write_deltalake(path, rows(first, count), mode="append", storage_options=OPTIONS)


class Delta(Adapter):
    def table(self, path, **more):
        return deltalake.DeltaTable(path, storage_options=OPTIONS, **more)

    def own_write_append_read(self, bucket):
        path = "s3://%s/delta/a" % bucket
        for n in range(3):
            append(path, n * 100)
        table = self.table(path)
        assert table.version() == 2 and table.to_pyarrow_table().num_rows == 300
        assert self.table(path, version=0).to_pyarrow_table().num_rows == 100

    def own_delete_merge_vacuum(self, bucket):
        path = "s3://%s/delta/b" % bucket
        deltalake.write_deltalake(path, rows(0, 1000), partition_by=["p"],
                                  storage_options=OPTIONS)
        table = self.table(path)
        table.delete("n < 100")
        table.merge(rows(900, 200), "t.n = s.n", source_alias="s", target_alias="t")\
            .when_not_matched_insert_all().execute()
        table.optimize.compact()
        table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
        assert self.table(path).to_pyarrow_table().num_rows == 1000
        table.create_checkpoint()

    def own_concurrent_appends(self, bucket):
        """Eight writers at once: every commit must be there, none twice."""
        path = "s3://%s/delta/c" % bucket
        append(path, 0)
        failures = []

        def write(n):
            try:
                append(path, n * 1000)
            except Exception as why:
                failures.append(why)
        threads = [threading.Thread(target=write, args=(n,)) for n in range(1, 9)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        table = self.table(path)
        done = 8 - len(failures)
        assert table.version() == done and table.to_pyarrow_table().num_rows == 100 + 100 * done
        assert not failures, failures[0]


Delta().run(importlib.metadata.version("deltalake"))
