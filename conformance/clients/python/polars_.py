# SPDX-License-Identifier: Apache-2.0
"""polars: scans and sinks through Rust's object_store."""

import polars

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, Adapter

OPTIONS = {"aws_endpoint_url": ENDPOINT, "aws_access_key_id": ACCESS_KEY, "aws_region": REGION,
           "aws_secret_access_key": SECRET_KEY, "aws_allow_http": "true"}
FRAME = polars.DataFrame({"n": range(200000), "s": ["row %d" % (n % 97) for n in range(200000)],
                          "part": [n % 3 for n in range(200000)]})


class Polars(Adapter):
    def own_parquet(self, bucket):
        path = "s3://%s/polars/a é.parquet" % bucket
        FRAME.write_parquet(path, storage_options=OPTIONS, row_group_size=20000)
        got = polars.scan_parquet(path, storage_options=OPTIONS).filter(
            polars.col("n") > 199000).select("s").collect()
        assert got.height == 999, got.height
        assert polars.read_parquet(path, storage_options=OPTIONS).equals(FRAME)

    def own_large_sink(self, bucket):
        path = "s3://%s/polars/large.parquet" % bucket
        frame = polars.concat([FRAME] * 12)
        frame.lazy().sink_parquet(path, storage_options=OPTIONS, compression="uncompressed")
        assert polars.scan_parquet(path, storage_options=OPTIONS).select(
            polars.len()).collect().item() == 2400000

    def own_glob(self, bucket):
        for n in range(3):
            FRAME.filter(polars.col("part") == n).write_parquet(
                "s3://%s/glob/%d.parquet" % (bucket, n), storage_options=OPTIONS)
        got = polars.scan_parquet("s3://%s/glob/*.parquet" % bucket, storage_options=OPTIONS)
        assert got.select(polars.len()).collect().item() == 200000

    def own_csv(self, bucket):
        path = "s3://%s/polars/a.csv" % bucket
        FRAME.lazy().sink_csv(path, storage_options=OPTIONS)
        got = polars.scan_csv(path, storage_options=OPTIONS).select("n").sum().collect()
        assert got.item() == FRAME["n"].sum()

    def own_hive_partitions(self, bucket):
        FRAME.write_parquet("s3://%s/hive/" % bucket, partition_by="part",
                            storage_options=OPTIONS)
        got = polars.scan_parquet("s3://%s/hive/" % bucket, storage_options=OPTIONS).filter(
            polars.col("part") == 1).collect()
        assert got.height == 66667, got.height

    def own_missing(self, bucket):
        try:
            polars.read_parquet("s3://%s/none.parquet" % bucket, storage_options=OPTIONS)
        except (FileNotFoundError, OSError, polars.exceptions.ComputeError):
            return
        raise AssertionError("there is no such object")


Polars().run(polars.__version__)
