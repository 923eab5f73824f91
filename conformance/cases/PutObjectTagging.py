# SPDX-License-Identifier: Apache-2.0
import document
import tags

GOOD = tags.xml([("k", "v")])


def PutObjectTagging_replaces(t):
    name = t.bucket()
    before = t.object(name, "key", b"body", x_amz_tagging="a=1&b=2", x_amz_meta_m="v")
    modified = t.s3.head(name, "key").header("Last-Modified")
    t.eq(t.status(tags.put(t, name, "key", [("c", "3")]), 200).body, b"", "body")
    t.eq(tags.read(t, name, "key"), [("c", "3")])
    for answer in (t.body(t.s3.get(name, "key"), b"body"), t.s3.head(name, "key")):
        t.header(answer, "x-amz-tagging-count", "1")
        t.header(answer, "x-amz-meta-m", "v")
        t.header(answer, "ETag", before.header("ETag"))
        t.header(answer, "Last-Modified", modified)
    t.status(tags.put(t, name, "key", []), 200)
    t.eq(tags.read(t, name, "key"), [])
    t.no_header(t.s3.head(name, "key"), "x-amz-tagging-count")


def PutObjectTagging_first(t):
    """On an object that had nothing beside its body."""
    name = t.bucket()
    t.object(name, "key")
    t.status(tags.put(t, name, "key", [("b", ""), ("a", "x y")]), 200)
    t.eq(tags.read(t, name, "key"), [("a", "x y"), ("b", "")])
    t.body(t.s3.get(name, "key"), b"x")
    t.object(name, "key", b"new")
    t.eq(tags.read(t, name, "key"), [])
    t.status(t.s3.delete(name, "key"), 204)


def PutObjectTagging_of_a_version(t):
    name = t.bucket()
    t.versioning(name)
    old, new = [t.object(name, "key").header("x-amz-version-id") for _ in range(2)]
    t.header(t.status(tags.put(t, name, "key", [("a", "old")], old), 200), "x-amz-version-id",
             old)
    t.header(t.status(tags.put(t, name, "key", [("a", "new")]), 200), "x-amz-version-id", new)
    t.eq(tags.read(t, name, "key", old), [("a", "old")])
    t.eq(tags.read(t, name, "key", new), [("a", "new")])
    t.eq([row[1] for row in t.versions(name)[0]], [new, old], "versions")
    t.status(t.s3.delete(name, "key", {"versionId": new}), 204)
    t.eq(tags.read(t, name, "key"), [("a", "old")])


def PutObjectTagging_limits(t):
    name = t.bucket()
    t.object(name, "key")
    most = [("k%03d" % n + "x" * 124, "v" * 256) for n in range(9)] + [("\u00e4" * 128, "\u4e2d" * 256)]
    t.status(tags.put(t, name, "key", most), 200)
    t.eq(tags.read(t, name, "key"), most)
    t.header(t.s3.head(name, "key"), "x-amz-tagging-count", "10")
    t.error(tags.put(t, name, "key", [("k%d" % n, "v") for n in range(11)]), 400, "BadRequest",
            tags.COUNT)
    t.eq(tags.read(t, name, "key"), most)


def PutObjectTagging_invalid_tags(t):
    name = t.bucket()
    t.object(name, "key", x_amz_tagging="kept=1")
    for pairs, message, fields in (
            ([("a", "1"), ("a", "2")], tags.TWICE, {"TagKey": "a"}),
            ([("aws:x", "1")], tags.SYSTEM, {"TagKey": "aws:x"}),
            ([("", "1")], tags.KEY, {}),
            ([("k" * 129, "1")], tags.KEY, {"TagKey": "k" * 129}),
            ([("\U0001f600" * 65, "1")], tags.KEY, {}),
            ([("Key1,Key2", "1")], tags.KEY, {"TagKey": "Key1,Key2"}),
            ([("a", "v" * 257)], tags.VALUE, {"TagKey": "a"}),
            ([("a", "<")], tags.VALUE, {"TagKey": "a", "TagValue": "<"})):
        t.error(tags.put(t, name, "key", pairs), 400, "InvalidTag", message, **fields)
    t.eq(tags.read(t, name, "key"), [("kept", "1")])


def PutObjectTagging_malformed(t):
    name = t.bucket()
    t.object(name, "key", x_amz_tagging="kept=1")
    for body in ("nonsense", "<Tagging/>", "<Tagging><TagSet></Tagging>",
                 "<Other><TagSet/></Other>", GOOD.replace("Value", "Wert"),
                 "<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>",
                 "<Tagging><TagSet/><TagSet/></Tagging>",
                 "<Tagging><TagSet>text</TagSet></Tagging>"):
        t.error(t.s3.put(name, "key", body, None, "tagging"), 400, "MalformedXML",
                document.MALFORMED)
    t.error(t.s3.put(name, "key", "", None, "tagging"), 400, "MissingRequestBodyError")
    t.error(t.s3.put(name, "key", GOOD, {"Content-MD5": document.md5("x")}, "tagging"), 400,
            "BadDigest")
    t.eq(tags.read(t, name, "key"), [("kept", "1")])
    t.status(t.s3.put(name, "key", tags.xml([("n", "")], ns=False), None, "tagging"), 200)
    t.eq(tags.read(t, name, "key"), [("n", "")])


def PutObjectTagging_marker(t):
    tags.marker(t, "PUT", GOOD)


def PutObjectTagging_missing(t):
    tags.missing(t, "PUT", GOOD)


def PutObjectTagging_denied(t):
    tags.denied(t, "PUT", GOOD)
