# SPDX-License-Identifier: Apache-2.0
import document

ROOT = "Tagging"
GOOD = "<TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet>"


def _set(pairs):
    return document.xml(ROOT, "<TagSet>%s</TagSet>" % "".join(
        "<Tag><Key>%s</Key><Value>%s</Value></Tag>" % p for p in pairs))


def PutBucketTagging_round_trip(t):
    document.round_trip(t, "tagging", ROOT, GOOD, 204)
    document.round_trip(t, "tagging", ROOT, "<TagSet><Tag><Key>Kl\u00e4rung 1_.:/=+-@</Key>"
                        "<Value></Value></Tag><Tag><Key>b</Key><Value>x y</Value></Tag></TagSet>",
                        204)


def PutBucketTagging_replaces(t):
    name = t.bucket()
    t.status(document.put(t, name, "tagging", _set([("a", "1"), ("b", "2")])), 204)
    t.status(document.put(t, name, "tagging", _set([("c", "3")])), 204)
    t.eq(document.inner(t, document.get(t, name, "tagging"), ROOT),
         "<TagSet><Tag><Key>c</Key><Value>3</Value></Tag></TagSet>")
    t.status(document.put(t, name, "tagging", _set([])), 204)
    t.error(document.get(t, name, "tagging"), 404, "NoSuchTagSet")


def PutBucketTagging_malformed(t):
    document.refuses(t, "tagging", ROOT, [document.xml(ROOT, b) for b in (
        "", "<TagSet><Tag><Key>k</Key></Tag></TagSet>",
        "<TagSet><Tag><Value>v</Value></Tag></TagSet>",
        "<TagSet><Tag><Key>k</Key><Value>v</Value><Value>v</Value></Tag></TagSet>",
        "<TagSet></TagSet><TagSet></TagSet>", "<TagSet>text</TagSet>")])


def PutBucketTagging_invalid_tags(t):
    name = t.bucket()
    for pairs, message, fields in (
            ([("a", "1"), ("a", "2")], "Cannot provide multiple Tags with the same key",
             {"TagKey": "a"}),
            ([("aws:x", "1")], "System tags cannot be added/updated by requester",
             {"TagKey": "aws:x"}),
            ([("", "1")], "The TagKey you have provided is invalid", {}),
            ([("k" * 129, "1")], "The TagKey you have provided is invalid", {}),
            ([("a!", "1")], "The TagKey you have provided is invalid", {"TagKey": "a!"}),
            ([("a", "v" * 257)], "The TagValue you have provided is invalid", {"TagKey": "a"}),
            ([("a", "&lt;")], "The TagValue you have provided is invalid",
             {"TagKey": "a", "TagValue": "<"})):
        t.error(document.put(t, name, "tagging", _set(pairs)), 400, "InvalidTag", message,
                **fields)
    t.error(document.get(t, name, "tagging"), 404, "NoSuchTagSet")


def PutBucketTagging_count(t):
    name = t.bucket()
    fifty = [("k%d" % n, "v") for n in range(50)]
    t.status(document.put(t, name, "tagging", _set(fifty)), 204)
    t.error(document.put(t, name, "tagging", _set(fifty + [("more", "v")])), 400, "BadRequest")
    t.eq(len(t.status(document.get(t, name, "tagging"), 200).xml.all("TagSet/Tag")), 50)


def PutBucketTagging_too_long(t):
    document.too_long(t, "tagging", ROOT, 65536)


def PutBucketTagging_digest(t):
    document.needs_digest(t, "tagging", ROOT, GOOD)


def PutBucketTagging_gone_with_bucket(t):
    document.dies_with_bucket(t, "tagging", ROOT, GOOD)


def PutBucketTagging_denied(t):
    document.denied(t, "PUT", "tagging", document.xml(ROOT, GOOD))
