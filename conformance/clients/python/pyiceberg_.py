# SPDX-License-Identifier: Apache-2.0
"""pyiceberg: tables in the bucket, the catalog in a local file."""

import importlib.metadata

import pyarrow
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import GreaterThanOrEqual, LessThan

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, WORK, Adapter


class Iceberg(Adapter):
    def catalog(self, bucket):
        catalog = SqlCatalog("c", **{
            "uri": "sqlite:///%s/catalog.db" % WORK, "warehouse": "s3://%s/lake" % bucket,
            "s3.endpoint": ENDPOINT, "s3.access-key-id": ACCESS_KEY, "s3.region": REGION,
            "s3.secret-access-key": SECRET_KEY, "s3.force-virtual-addressing": "false"})
        catalog.create_namespace_if_not_exists("ns")
        return catalog

    def own_append_scan_evolve(self, bucket):
        catalog = self.catalog(bucket)
        data = pyarrow.table({"n": list(range(10000)), "s": ["x%d" % n for n in range(10000)]})
        table = catalog.create_table("ns.t", schema=data.schema)
        table.append(data)
        table.append(data)
        assert table.scan(GreaterThanOrEqual("n", 9990)).to_arrow().num_rows == 20
        table.delete(LessThan("n", 5000))
        with table.update_schema() as update:
            update.rename_column("s", "renamed")
        again = catalog.load_table("ns.t")
        assert again.scan().to_arrow().num_rows == 10000
        assert "renamed" in again.schema().column_names
        assert len(again.history()) >= 3
        catalog.purge_table("ns.t")


Iceberg().run(importlib.metadata.version("pyiceberg"))
