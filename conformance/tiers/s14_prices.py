# SPDX-License-Identifier: Apache-2.0
"""Section 14: what services charge, as the server's cost meter says it."""
import json

from tiers import answers

DAY = 86400
KB128 = 128 << 10


def bills(t, bucket, **more):
    answer = t.s3.request("GET", path="/_trug/v1/cost", query=dict(more, bucket=bucket))
    return json.loads(t.status(answer, 200).body)["bills"]


def bill(t, bucket):
    """The one of the tier under test, which is asked for nothing else; and its lines."""
    got = bills(t, bucket)
    t.eq([b["tier"] for b in got], [t.tier], "whose bills")
    return got[0], {(line["class"], line["item"]): line
                    for month in got[0]["months"] for line in month["lines"]}


def close(t, got, want, what):
    """But for the seconds that pass meanwhile."""
    t.ok(want * 0.9999 - 2 <= got <= want * 1.0001 + 2, "%s: %r, want about %r" % (
        what, got, want))


@answers("aws")
def prices(t):
    name = t.bucket()
    t.object(name, "k", b"x" * 1000)
    t.object(name, "cold", b"x" * KB128, x_amz_storage_class="STANDARD_IA")
    for _ in range(3):
        t.status(t.s3.get(name, "k"), 200)
    t.status(t.s3.get(name, "cold"), 200)
    t.status(t.s3.get(name), 200)
    t.status(t.s3.get(name, "none"), 404)
    t.status(t.s3.get(name, "k", sign=None), 403)
    t.status(t.s3.delete(name, "k"), 204)
    got, lines = bill(t, name)
    t.eq((got["class_a"], got["class_b"], got["free"]), (3, 5, 2), "requests")
    for of, item, want in (
            ("STANDARD", "class A requests", 2 * 5000),
            ("STANDARD", "class B requests", 4 * 400),
            ("STANDARD_IA", "class A requests", 10000),
            ("STANDARD_IA", "class B requests", 1000),
            ("STANDARD_IA", "retrieval", (KB128 * 10000000 + (1 << 29)) >> 30)):
        t.eq(lines[of, item]["amount_nano"], want, "%s of %s" % (item, of))


@answers("r2")
def prices__r2(t):
    """Whole millions, less what is free; who is not let in is not even the bucket's."""
    name = t.bucket()
    t.object(name, "k", b"x" * 1000)
    t.object(name, "cold", b"x" * 1000, x_amz_storage_class="STANDARD_IA")
    t.status(t.s3.get(name, "k"), 200)
    t.status(t.s3.get(name, "cold"), 200)
    t.status(t.s3.get(name, "k", sign=None), (400, 401, 403))
    t.status(t.s3.put(name, "k", b"x", {"If-None-Match": "*"}), 412)
    t.status(t.s3.delete(name, "k"), 204)
    got, lines = bill(t, name)
    t.eq((got["class_a"], got["class_b"], got["free"]), (3, 2, 1), "requests")
    for of, item, want in (
            ("STANDARD", "storage", 0), ("STANDARD", "class A requests", 0),
            ("STANDARD", "class B requests", 0), ("STANDARD_IA", "storage", 10000000),
            ("STANDARD_IA", "class A requests", 9000000000),
            ("STANDARD_IA", "class B requests", 900000000),
            ("STANDARD_IA", "retrieval", 10000000)):
        t.eq(lines[of, item]["amount_nano"], want, "%s of %s" % (item, of))


@answers("minio")
def prices__minio(t):
    """It charges nothing, and is asked what the others would."""
    name = t.bucket()
    t.object(name, "k")
    t.eq([b["tier"] for b in bills(t, name)], ["aws", "r2"], "whose bills")
    t.eq([b["tier"] for b in bills(t, name, tier="r2")], ["r2"], "whose bills")
    answer = t.s3.request("GET", path="/_trug/v1/cost", query={"tier": "minio"})
    t.status(answer, 400)


def early(t, classes):
    name = t.bucket()
    for of in classes:
        t.object(name, of, b"x" * 100000, x_amz_storage_class=of)
        t.status(t.s3.delete(name, of), 204)
    return bill(t, name)[1]


@answers("aws")
def class_billed(t):
    """What goes before its time is charged for the rest of it, and for the size that objects
    of its class have at least."""
    prices = {"STANDARD_IA": (30, KB128, 12500000), "ONEZONE_IA": (30, KB128, 10000000),
              "GLACIER_IR": (90, KB128, 4000000), "GLACIER": (90, 100000 + (32 << 10), 3600000),
              "DEEP_ARCHIVE": (180, 100000 + (32 << 10), 990000)}
    lines = early(t, list(prices) + ["STANDARD"])
    t.ok(("STANDARD", "early deletion") not in lines, "STANDARD has no least time")
    for of, (days, size, price) in prices.items():
        got = lines[of, "early deletion"]["amount_nano"]
        months = [size * days / n / (1 << 30) * price for n in (28, 29, 30, 31)]
        t.ok(any(abs(got - m) <= 2 + m / 10000 for m in months), "%s: %r, want one of %r" % (
            of, got, months))


@answers("r2")
def class_billed__r2(t):
    """The rest of 30 days is storage like any other."""
    lines = early(t, ["STANDARD_IA", "STANDARD"])
    close(t, lines["STANDARD_IA", "storage"]["used"] * 1000000, 100, "30 days of 100 KB")
    t.ok(lines["STANDARD", "storage"]["used"] < 0.00001, "no more than a day")


@answers("minio")
def class_billed__minio(t):
    name = t.bucket()
    t.object(name, "k", b"x" * 100000)
    t.status(t.s3.delete(name, "k"), 204)
    for one in bills(t, name):
        t.eq([line["item"] for month in one["months"] for line in month["lines"]
              if line["item"] == "early deletion"], [], "of %s" % one["tier"])
