# SPDX-License-Identifier: Apache-2.0
import tags


def DeleteObjectTagging_leaves_the_object(t):
    name = t.bucket()
    before = t.object(name, "key", b"body", x_amz_tagging="a=b", x_amz_meta_m="v")
    modified = t.s3.head(name, "key").header("Last-Modified")
    for _ in range(2):
        t.eq(t.status(tags.delete(t, name, "key"), 204).body, b"", "body")
        t.eq(tags.read(t, name, "key"), [])
        got = t.body(t.s3.get(name, "key"), b"body")
        t.no_header(got, "x-amz-tagging-count")
        t.header(got, "x-amz-meta-m", "v")
        t.header(got, "ETag", before.header("ETag"))
        t.header(got, "Last-Modified", modified)


def DeleteObjectTagging_of_a_version(t):
    name = t.bucket()
    t.versioning(name)
    old, new = [t.object(name, "key", x_amz_tagging="a=b").header("x-amz-version-id")
                for _ in range(2)]
    t.header(t.status(tags.delete(t, name, "key", old), 204), "x-amz-version-id", old)
    t.eq(tags.read(t, name, "key", old), [])
    t.eq(tags.read(t, name, "key", new), [("a", "b")])
    t.header(t.status(tags.delete(t, name, "key"), 204), "x-amz-version-id", new)
    t.eq(tags.read(t, name, "key"), [])


def DeleteObjectTagging_marker(t):
    tags.marker(t, "DELETE")


def DeleteObjectTagging_missing(t):
    tags.missing(t, "DELETE")


def DeleteObjectTagging_denied(t):
    tags.denied(t, "DELETE")
