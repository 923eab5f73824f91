# SPDX-License-Identifier: Apache-2.0
import case

FEW = ["a", "b/1", "b/2", "b/c/3", "d", "e//f", "sp ace", "ü"]


def _filled(t, keys=FEW):
    name = t.bucket()
    for key in keys:
        t.object(name, key, key.encode())
    return name


def _query(query):
    return dict([("list-type", "2")] + [(k.replace("_", "-"), v) for k, v in query.items()])


def _list(t, name, **query):
    return t.status(t.s3.get(name, query=_query(query)), 200).xml


def _keys(root):
    return [c.get("Key") for c in root.all("Contents")]


def _prefixes(root):
    return [c.get("Prefix") for c in root.all("CommonPrefixes")]


def ListObjectsV2_rows(t):
    name = t.bucket()
    t.object(name, "key", b"hello")
    root = _list(t, name)
    t.eq(root.name, "ListBucketResult")
    t.eq(root.namespace, case.XMLNS)
    for field, value in (("Name", name), ("Prefix", ""), ("KeyCount", "1"), ("MaxKeys", "1000"),
                         ("IsTruncated", "false"), ("Delimiter", None), ("Marker", None),
                         ("StartAfter", None), ("ContinuationToken", None),
                         ("NextContinuationToken", None), ("EncodingType", None)):
        t.eq(root.get(field), value, field)
    row = root.all("Contents")[0]
    for field, value in (("Key", "key"), ("Size", "5"), ("StorageClass", "STANDARD"),
                         ("ETag", '"5d41402abc4b2a76b9719d911017c592"'),
                         ("ChecksumAlgorithm", "CRC64NVME"), ("ChecksumType", "FULL_OBJECT"),
                         ("Owner", None)):
        t.eq(row.get(field), value, field)
    t.iso_date(row.get("LastModified"), "LastModified")


def ListObjectsV2_fetch_owner(t):
    name = _filled(t, ["a"])
    t.ok(_list(t, name, fetch_owner="true").get("Contents/Owner/ID"), "no owner")
    t.eq(_list(t, name, fetch_owner="false").get("Contents/Owner/ID"), None)


def ListObjectsV2_prefix_and_delimiter(t):
    name = _filled(t)
    root = _list(t, name, delimiter="/")
    t.eq(_keys(root), ["a", "d", "sp ace", "ü"])
    t.eq(_prefixes(root), ["b/", "e/"])
    t.eq(root.get("KeyCount"), "6")
    root = _list(t, name, delimiter="/", prefix="b/")
    t.eq((_keys(root), _prefixes(root)), (["b/1", "b/2"], ["b/c/"]))
    root = _list(t, name, delimiter="c/", prefix="b")
    t.eq((_keys(root), _prefixes(root)), (["b/1", "b/2"], ["b/c/"]))


def ListObjectsV2_start_after(t):
    name = _filled(t)
    ordered = sorted(FEW, key=str.encode)
    for after in ("a", "b", "b/1", "b/2", "d", "zz", "ü"):
        root = _list(t, name, start_after=after)
        t.eq(_keys(root), [k for k in ordered if k.encode() > after.encode()])
        t.eq(root.get("StartAfter"), after)


def ListObjectsV2_pages(t):
    name = _filled(t)
    for size in (1, 2, 3, 7, 8, 9):
        seen, token = [], None
        for _ in range(20):
            query = {"max_keys": size}
            if token:
                query["continuation_token"] = token
            root = _list(t, name, **query)
            t.eq(root.get("ContinuationToken"), token)
            t.eq(root.get("KeyCount"), str(len(_keys(root))))
            seen += _keys(root)
            token = root.get("NextContinuationToken")
            t.eq(root.get("IsTruncated"), "true" if token else "false")
            if not token:
                break
        t.eq(seen, sorted(FEW, key=str.encode), "pages of %d" % size)


def ListObjectsV2_pages_with_delimiter(t):
    keys = ["a", "b/1", "b/2", "c", "d/1", "d/2", "e", "f/1"]
    name = _filled(t, keys)
    for size in (1, 2, 4, 6, 7):
        seen, token = [], None
        for _ in range(10):
            query = {"max_keys": size, "delimiter": "/"}
            if token:
                query["continuation_token"] = token
            root = _list(t, name, **query)
            page = sorted(_keys(root) + _prefixes(root))
            t.ok(len(page) <= size, "page too long")
            seen += page
            token = root.get("NextContinuationToken")
            if not token:
                break
        t.eq(seen, ["a", "b/", "c", "d/", "e", "f/"], "pages of %d" % size)


def ListObjectsV2_token_over_start_after(t):
    name = _filled(t)
    token = _list(t, name, max_keys=1, start_after="b/2").get("NextContinuationToken")
    root = _list(t, name, continuation_token=token, start_after="zzz")
    t.eq(_keys(root), ["d", "e//f", "sp ace", "ü"])


def ListObjectsV2_bad_token(t):
    name = _filled(t, ["a"])
    for value in ("nonsense", "", "AAAA"):
        t.error(t.s3.get(name, query=_query({"continuation_token": value})), 400,
                "InvalidArgument", "The continuation token provided is incorrect",
                ArgumentName="continuation-token")


def ListObjectsV2_max_keys(t):
    name = _filled(t)
    for given, said, n in ((0, "0", 0), (3, "3", 3), (5000, "1000", 8)):
        root = _list(t, name, max_keys=given)
        t.eq(root.get("MaxKeys"), said)
        t.eq(root.get("KeyCount"), str(n))
        t.eq(root.get("IsTruncated"), "true" if given == 3 else "false")


def ListObjectsV2_bad_max_keys(t):
    name = t.bucket()
    for value in ("-1", "x"):
        t.error(t.s3.get(name, query=_query({"max_keys": value})), 400, "InvalidArgument",
                ArgumentName="max-keys", ArgumentValue=value)


def ListObjectsV2_encoding_type(t):
    name = _filled(t, ["a b", "a/ü", "a*", "a~(1)'!"])
    root = _list(t, name, encoding_type="url", start_after=" ", prefix="a")
    t.eq(root.get("EncodingType"), "url")
    t.eq(root.get("StartAfter"), "+")
    t.ok("a+b" in _keys(root) and "a/%C3%BC" in _keys(root), "encoding of %r" % _keys(root))


def ListObjectsV2_bad_encoding_type(t):
    name = t.bucket()
    for value in ("", "x"):
        t.error(t.s3.get(name, query=_query({"encoding_type": value})), 400, "InvalidArgument",
                "Invalid Encoding Method specified in Request", ArgumentName="encoding-type")


def ListObjectsV2_thousand(t):
    name = t.bucket()
    for n in range(1001):
        t.object(name, "%04d" % n, b"")
    root = _list(t, name)
    t.eq((len(_keys(root)), root.get("IsTruncated")), (1000, "true"))
    root = _list(t, name, continuation_token=root.get("NextContinuationToken"))
    t.eq((_keys(root), root.get("IsTruncated")), (["1000"], "false"))


def ListObjectsV2_sees_writes_at_once(t):
    name = t.bucket()
    for n in range(30):
        t.object(name, "k%02d" % n)
        t.eq(len(t.keys(name)), n + 1)
    for n in range(30):
        t.status(t.s3.delete(name, "k%02d" % n), 204)
        t.eq(len(t.keys(name)), 29 - n)


def ListObjectsV2_prefix_at_its_end(t):
    # Keys just behind a prefix in byte order must not end the listing early or come in.
    name = _filled(t, ["a", "a/", "a/\U0010ffff", "a0", "b"])
    t.eq(_keys(_list(t, name, prefix="a/")), ["a/", "a/\U0010ffff"])
    t.eq(_prefixes(_list(t, name, delimiter="/")), ["a/"])
    t.eq(_keys(_list(t, name, delimiter="/")), ["a", "a0", "b"])


def ListObjectsV2_missing_bucket(t):
    name = t.name()
    t.error(t.s3.get(name, query="list-type=2"), 404, "NoSuchBucket", BucketName=name)


def ListObjectsV2_unsigned(t):
    t.error(t.s3.get(t.bucket(), query="list-type=2", sign=None), 403, "AccessDenied")
