# SPDX-License-Identifier: Apache-2.0
import s3raw


def _rows(t, query=None):
    return t.status(t.s3.get(query=query), 200).xml


def ListBuckets_names_dates_arns(t):
    name = t.bucket()
    root = _rows(t)
    t.eq(root.name, "ListAllMyBucketsResult")
    t.eq(root.namespace, "http://s3.amazonaws.com/doc/2006-03-01/")
    t.ok(root.get("Owner/ID"), "no Owner/ID")
    rows = [b for b in root.all("Buckets/Bucket") if b.get("Name") == name]
    t.eq(len(rows), 1, "rows of the new bucket")
    t.iso_date(rows[0].get("CreationDate"), "CreationDate")
    # aws-answers 6: each entry carries its ARN; the region only when a parameter was sent.
    t.eq(rows[0].get("BucketArn"), "arn:aws:s3:::" + name)
    t.eq(rows[0].get("BucketRegion"), None, "BucketRegion")


def ListBuckets_sorted(t):
    for _ in range(3):
        t.bucket()
    names = [b.get("Name") for b in _rows(t).all("Buckets/Bucket")]
    t.eq(names, sorted(names), "order")


def ListBuckets_prefix(t):
    name = t.bucket()
    t.bucket()
    root = _rows(t, {"prefix": name})
    t.eq([b.get("Name") for b in root.all("Buckets/Bucket")], [name])
    t.eq(root.get("Prefix"), name, "Prefix")
    t.eq(root.all("Buckets/Bucket")[0].get("BucketRegion"), t.region)


def ListBuckets_pages(t):
    names = sorted(t.bucket() for _ in range(3))
    prefix = names[0].rsplit("-", 2)[0]
    seen, token = [], None
    for _ in range(2000):
        query = {"max-buckets": 1, "prefix": prefix}
        if token:
            query["continuation-token"] = token
        root = _rows(t, query)
        rows = [b.get("Name") for b in root.all("Buckets/Bucket")]
        t.ok(len(rows) <= 1, "more than max-buckets")
        seen += rows
        token = root.get("ContinuationToken")
        if not token:
            break
    t.eq([n for n in seen if n in names], names, "pages")


def ListBuckets_bad_region(t):
    t.error(t.s3.get(query={"bucket-region": "eu-east-1"}), 400, "InvalidArgument",
            "Argument value eu-east-1 is not a valid AWS Region", ArgumentName="bucket-region")


def ListBuckets_bad_max_buckets(t):
    for value in ("0", "10001", "x", "-1"):
        t.error(t.s3.get(query={"max-buckets": value}), 400, "InvalidArgument",
                ArgumentName="max-buckets")


def ListBuckets_unsigned(t):
    t.error(t.s3.get(sign=None), 403, "AccessDenied")


def ListBuckets_presigned(t):
    t.status(t.s3.get(sign="presign"), 200)


def ListBuckets_ids_differ(t):
    a, b = t.s3.get(), t.s3.get()
    for name in ("x-amz-request-id", "x-amz-id-2"):
        t.ok(a.header(name), "no " + name)
        t.ok(a.header(name) != b.header(name), name + " twice the same")


def ListBuckets_date_and_type(t):
    answer = t.status(t.s3.get(), 200)
    t.http_date(answer.header("Date"), "Date")
    t.header(answer, "Content-Type", "application/xml")
    t.ok(answer.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'), "no XML declaration")
    t.eq(s3raw.Node(answer.xml.element).name, "ListAllMyBucketsResult")


def ListBuckets_very_long_prefix(t):
    root = t.status(t.s3.get(query={"prefix": "p" * 700}), 200).xml
    t.eq(len(root.all("Buckets/Bucket")), 0)
