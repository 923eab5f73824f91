# SPDX-License-Identifier: Apache-2.0
import urllib.parse

import case

FEW = ["a", "b/1", "b/2", "b/c/3", "d", "e//f", "sp ace", "ü"]


def _filled(t, keys=FEW):
    name = t.bucket()
    for key in keys:
        t.object(name, key, key.encode())
    return name


def _list(t, name, **query):
    return t.status(t.s3.get(name, query={k.replace("_", "-"): v for k, v in query.items()}),
                    200).xml


def _keys(root):
    return [c.get("Key") for c in root.all("Contents")]


def _prefixes(root):
    return [c.get("Prefix") for c in root.all("CommonPrefixes")]


def ListObjects_rows(t):
    name = t.bucket()
    t.object(name, "key", b"hello", x_amz_storage_class="STANDARD_IA")
    root = _list(t, name)
    t.eq(root.name, "ListBucketResult")
    t.eq(root.namespace, case.XMLNS)
    t.eq(root.get("Name"), name)
    t.eq(root.get("Prefix"), "")
    t.eq(root.get("Marker"), "")
    t.eq(root.get("MaxKeys"), "1000")
    t.eq(root.get("IsTruncated"), "false")
    t.eq(root.get("Delimiter"), None)
    t.eq(root.get("NextMarker"), None)
    row = root.all("Contents")[0]
    t.eq(row.get("Key"), "key")
    t.eq(row.get("Size"), "5")
    t.eq(row.get("ETag"), '"5d41402abc4b2a76b9719d911017c592"')
    t.eq(row.get("StorageClass"), "STANDARD_IA")
    t.iso_date(row.get("LastModified"), "LastModified")
    t.ok(row.get("Owner/ID"), "no Owner/ID")
    t.eq(row.get("Owner/DisplayName"), None, "DisplayName (gone since 2025-11)")
    # aws-answers 7
    t.eq(row.get("ChecksumAlgorithm"), "CRC64NVME")
    t.eq(row.get("ChecksumType"), "FULL_OBJECT")


def ListObjects_empty(t):
    root = _list(t, t.bucket())
    t.eq(_keys(root), [])
    t.eq(root.get("IsTruncated"), "false")


def ListObjects_order(t):
    name = _filled(t, reversed(FEW))
    t.eq(_keys(_list(t, name)), sorted(FEW, key=lambda k: k.encode()))


def ListObjects_prefix(t):
    name = _filled(t)
    for prefix in ("", "b", "b/", "b/c/3", "b/c/3x", "z", "ü", "sp "):
        root = _list(t, name, prefix=prefix)
        t.eq(_keys(root), [k for k in sorted(FEW, key=str.encode) if k.startswith(prefix)])
        t.eq(root.get("Prefix"), prefix)


def ListObjects_delimiter(t):
    name = _filled(t)
    root = _list(t, name, delimiter="/")
    t.eq(_keys(root), ["a", "d", "sp ace", "ü"])
    t.eq(_prefixes(root), ["b/", "e/"])
    t.eq(root.get("Delimiter"), "/")
    root = _list(t, name, delimiter="/", prefix="b/")
    t.eq(_keys(root), ["b/1", "b/2"])
    t.eq(_prefixes(root), ["b/c/"])
    root = _list(t, name, delimiter="/", prefix="e/")
    t.eq(_prefixes(root), ["e//"])


def ListObjects_delimiter_of_any_length(t):
    keys = ["a--b--c", "a--d", "a-e", "x", "x--", "x---y"]
    name = _filled(t, keys)
    root = _list(t, name, delimiter="--")
    t.eq(_keys(root), ["a-e", "x"])
    t.eq(_prefixes(root), ["a--", "x--"])
    root = _list(t, name, delimiter="b--c")
    t.eq(_keys(root), ["a--d", "a-e", "x", "x--", "x---y"])
    t.eq(_prefixes(root), ["a--b--c"])
    t.eq(_prefixes(_list(t, name, delimiter="a")), ["a"])
    t.eq(_keys(_list(t, name, delimiter="nowhere")), sorted(keys))
    t.eq(_keys(_list(t, name, delimiter="")), sorted(keys))


def ListObjects_delimiter_not_ascii(t):
    name = _filled(t, ["a€b", "a€c", "d"])
    root = _list(t, name, delimiter="€")
    t.eq(_prefixes(root), ["a€"])
    t.eq(_keys(root), ["d"])


def ListObjects_marker(t):
    name = _filled(t)
    ordered = sorted(FEW, key=str.encode)
    for marker in ("", "a", "b", "b/", "b/1", "b/11", "d", "ü", "zzz", "\u00ff"):
        root = _list(t, name, marker=marker)
        t.eq(_keys(root), [k for k in ordered if k.encode() > marker.encode()],
             "after %r" % marker)
        t.eq(root.get("Marker"), marker)


def ListObjects_marker_and_delimiter(t):
    name = _filled(t)
    # A marker inside a common prefix: the prefix still shows if keys of it are left (AWS
    # lists b/ again behind b/1, not behind the prefix itself).
    t.eq(_prefixes(_list(t, name, delimiter="/", marker="b/")), ["e/"])
    t.eq(_prefixes(_list(t, name, delimiter="/", marker="a")), ["b/", "e/"])
    t.eq(_prefixes(_list(t, name, delimiter="/", marker="c")), ["e/"])


def ListObjects_pages_with_delimiter(t):
    keys = ["a", "b/1", "b/2", "c", "d/1", "d/2", "e", "f/1"]
    name = _filled(t, keys)
    want = ["a", "b/", "c", "d/", "e", "f/"]
    for size in (1, 2, 3, 5, 6, 7):
        seen, marker = [], ""
        for _ in range(10):
            root = _list(t, name, delimiter="/", marker=marker, max_keys=size)
            page = sorted(_keys(root) + _prefixes(root))
            t.ok(len(page) <= size, "page of %d for %d" % (len(page), size))
            seen += page
            if root.get("IsTruncated") != "true":
                t.eq(root.get("NextMarker"), None)
                break
            marker = root.get("NextMarker")
            t.eq(marker, page[-1], "NextMarker")
        t.eq(seen, want, "pages of %d" % size)


def ListObjects_next_marker_only_with_delimiter(t):
    name = _filled(t)
    root = _list(t, name, max_keys=2)
    t.eq(root.get("IsTruncated"), "true")
    t.eq(root.get("NextMarker"), None)
    t.eq(len(_keys(root)), 2)


def ListObjects_max_keys(t):
    name = _filled(t)
    for given, said, n in ((0, "0", 0), (3, "3", 3), (1000, "1000", 8), (5000, "1000", 8)):
        root = _list(t, name, max_keys=given)
        t.eq(root.get("MaxKeys"), said)
        t.eq(len(_keys(root)), n)
        t.eq(root.get("IsTruncated"), "true" if given == 3 else "false")


def ListObjects_bad_max_keys(t):
    name = t.bucket()
    for value in ("-1", "x", "2147483648", "1.5"):
        t.error(t.s3.get(name, query={"max-keys": value}), 400, "InvalidArgument",
                ArgumentName="max-keys", ArgumentValue=value)


def ListObjects_encoding_type(t):
    keys = ["a b", "a+b", "a/ü", "a%41", "a&b", "new\nline", "\x01"]
    name = _filled(t, keys)
    root = _list(t, name, encoding_type="url", prefix="", delimiter=" ")
    t.eq(root.get("EncodingType"), "url")
    t.eq(root.get("Delimiter"), "+")
    t.eq([urllib.parse.unquote_plus(k) for k in _keys(root)],
         sorted((k for k in keys if " " not in k), key=str.encode))
    t.eq(_prefixes(root), ["a+"])
    t.ok("a%2Bb" in _keys(root) and "a/%C3%BC" in _keys(root), "encoding of %r" % _keys(root))


def ListObjects_bad_encoding_type(t):
    name = t.bucket()
    for value in ("", "x", "URL"):
        t.error(t.s3.get(name, query={"encoding-type": value}), 400, "InvalidArgument",
                "Invalid Encoding Method specified in Request", ArgumentName="encoding-type",
                ArgumentValue=value)


def ListObjects_many_pages(t):
    keys = ["k%05d" % n for n in range(250)]
    name = _filled(t, keys)
    seen, marker = [], ""
    while True:
        root = _list(t, name, marker=marker, max_keys=17)
        seen += _keys(root)
        if root.get("IsTruncated") != "true":
            break
        marker = seen[-1]
    t.eq(seen, keys)


def ListObjects_missing_bucket(t):
    name = t.name()
    t.error(t.s3.get(name), 404, "NoSuchBucket", "The specified bucket does not exist",
            BucketName=name)


def ListObjects_long_keys(t):
    keys = ["a" * n for n in (1, 500, 510, 511, 512, 513, 1023, 1024)]
    keys += ["a" * 511 + "b", "a" * 600 + "/" + "b" * 300]
    name = _filled(t, keys)
    t.eq(_keys(_list(t, name)), sorted(keys))
    t.eq(_keys(_list(t, name, prefix="a" * 511 + "b")), ["a" * 511 + "b"])
    t.eq(_prefixes(_list(t, name, delimiter="/")), ["a" * 600 + "/"])
    t.eq(_keys(_list(t, name, marker="a" * 512)),
         [k for k in sorted(keys) if k > "a" * 512])
    seen, marker = [], ""
    for _ in range(20):
        root = _list(t, name, marker=marker, max_keys=1)
        if not _keys(root):
            break
        seen += _keys(root)
        marker = seen[-1]
    t.eq(seen, sorted(keys), "one by one")


def ListObjects_list_type_3_is_v1(t):
    root = _list(t, _filled(t, ["a"]), list_type="3")
    t.eq(root.get("Marker"), "")
    t.eq(root.get("KeyCount"), None)


def ListObjects_no_keys_of_other_buckets(t):
    one, two = _filled(t, ["a", "b"]), _filled(t, ["c"])
    t.eq(_keys(_list(t, one)), ["a", "b"])
    t.eq(_keys(_list(t, two)), ["c"])


def ListObjects_characters_xml_cannot_hold(t):
    # XML 1.0 has no way to write most control characters; AWS writes references all the
    # same, so only what a parser is given with encoding-type=url is compared.
    name = _filled(t, ["a\x02b"])
    root = _list(t, name, encoding_type="url")
    t.eq(_keys(root), ["a%02b"])
