# SPDX-License-Identifier: Apache-2.0
"""duckdb with its httpfs extension."""

import glob
import os

import duckdb
import duckdb_extension_httpfs

from adapter import (ACCESS_KEY, AUTHORITY, REGION, SECURE, SECRET_KEY, WORK,
                     Adapter, write)


class Duck(Adapter):
    def __init__(self):
        self.db = duckdb.connect()
        folder = os.path.dirname(duckdb_extension_httpfs.__file__)
        packed = glob.glob(folder + "/extensions/**/httpfs.duckdb_extension*", recursive=True)
        self.db.execute("load '%s'" % packed[0])
        if os.environ.get("CA_FILE"):
            self.db.execute("set global ca_cert_file = '%s'" % os.environ["CA_FILE"])
        self.db.execute("create secret (type s3, provider config, key_id '%s', secret '%s', "
                        "region '%s', endpoint '%s', url_style 'path', use_ssl %s)" % (
                            ACCESS_KEY, SECRET_KEY, REGION, AUTHORITY, str(SECURE).lower()))

    def code(self, why):
        text = str(why)
        for sign, code in (("404", "NotFound"), ("403", "403")):
            if sign in text:
                return code
        return super().code(why)

    def get(self, bucket, key, file):
        rows = self.db.execute("select content from read_blob(?)",
                               ["s3://%s/%s" % (bucket, key)]).fetchall()
        write(file, rows[0][0])

    def list(self, bucket, prefix):
        rows = self.db.execute("select file from glob(?)",
                               ["s3://%s/%s**" % (bucket, prefix)]).fetchall()
        start = len("s3://%s/" % bucket)
        return {"keys": [r[0][start:] for r in rows]}

    def own_parquet(self, bucket):
        path = "s3://%s/duck/a b.parquet" % bucket
        self.db.execute("copy (select range n, range %% 7 m from range(300000)) to '%s' "
                        "(format parquet, row_group_size 20000)" % path)
        got = self.db.execute("select count(*), sum(n) from '%s' where m = 3" % path).fetchone()
        assert got[0] == 42857, got

    def own_large_parquet(self, bucket):
        path = "s3://%s/duck/large.parquet" % bucket
        self.db.execute("copy (select range n, hash(range) h from range(3000000)) to '%s' "
                        "(format parquet, compression uncompressed)" % path)
        assert self.db.execute("select count(h) from '%s'" % path).fetchone()[0] == 3000000

    def own_csv_and_json(self, bucket):
        for kind in ("csv", "json"):
            path = "s3://%s/duck/a.%s" % (bucket, kind)
            self.db.execute("copy (select range n from range(1000)) to '%s'" % path)
            assert self.db.execute("select sum(n) from '%s'" % path).fetchone()[0] == 499500

    def own_partitions_and_glob(self, bucket):
        folder = "s3://%s/duck/parts" % bucket
        self.db.execute("copy (select range n, range %% 4 p from range(10000)) to '%s' "
                        "(format parquet, partition_by (p))" % folder)
        got = self.db.execute("select count(*) from read_parquet('%s/*/*.parquet', "
                              "hive_partitioning=true) where p = 2" % folder).fetchone()
        assert got[0] == 2500, got

    def own_attach(self, bucket):
        """A database file in the bucket, read in ranges."""
        path = WORK + "/d.db"
        local = duckdb.connect(path)
        local.execute("create table t as select range n from range(100000)")
        local.close()
        with open(path, "rb") as f:
            self.db.execute("create or replace temp table b as select ?::blob c", [f.read()])
        self.db.execute("copy b to 's3://%s/duck/d.db' (format blob)" % bucket)
        self.db.execute("attach 's3://%s/duck/d.db' as far (read_only)" % bucket)
        assert self.db.execute("select sum(n) from far.t").fetchone()[0] == 4999950000
        self.db.execute("detach far")


Duck().run(duckdb.__version__)
