# SPDX-License-Identifier: Apache-2.0
import tags


def GetObjectTagging_none(t):
    name = t.bucket()
    t.object(name, "key")
    answer = t.status(tags.get(t, name, "key"), 200)
    t.header(answer, "Content-Type", "application/xml")
    t.no_header(answer, "x-amz-version-id")
    t.eq(answer.xml.names(), ["TagSet"])
    t.eq(tags.read(t, name, "key"), [])


def GetObjectTagging_in_order_of_keys(t):
    name = t.bucket()
    t.object(name, "key", x_amz_tagging="b=2&a=1&B=3&c")
    t.eq(tags.read(t, name, "key"), [("B", "3"), ("a", "1"), ("b", "2"), ("c", "")])


def GetObjectTagging_of_versions(t):
    name = t.bucket()
    t.object(name, "key", x_amz_tagging="v=null")
    t.versioning(name)
    ids = [t.object(name, "key", x_amz_tagging="v=%d" % n).header("x-amz-version-id")
           for n in range(2)]
    t.eq(tags.read(t, name, "key"), [("v", "1")])
    for n, version in enumerate(ids):
        t.eq(tags.read(t, name, "key", version), [("v", str(n))])
        t.header(tags.get(t, name, "key", version), "x-amz-version-id", version)
    t.eq(tags.read(t, name, "key", "null"), [("v", "null")])
    t.header(tags.get(t, name, "key"), "x-amz-version-id", ids[1])


def GetObjectTagging_marker(t):
    tags.marker(t, "GET")


def GetObjectTagging_missing(t):
    tags.missing(t, "GET")


def GetObjectTagging_denied(t):
    tags.denied(t, "GET")
