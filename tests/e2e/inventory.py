#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Inventory reports, the store's clock moved over midnights: manifests, checksums and every
row of the files against what listings and heads say; kills while a report is written."""

import base64
import csv
import gzip
import hashlib
import io
import json
import random
import re
import sys
import time
import urllib.parse

from harness import PATIENCE, Server, check, equal, run_tests
from lifecycle import clock, put_rules, versioning

FIELDS = ["Size", "LastModifiedDate", "StorageClass", "ETag", "IsMultipartUploaded",
          "ReplicationStatus", "EncryptionStatus", "ObjectLockRetainUntilDate",
          "ObjectLockMode", "ObjectLockLegalHoldStatus", "IntelligentTieringAccessTier",
          "BucketKeyStatus", "ChecksumAlgorithm", "LifecycleExpirationDate", "ObjectOwner"]
ODD = ["a b", "a+b", "ü/ö", "comma,quote\"", "per%20cent", "line\nend", "&<>'", "x" * 1024,
       "dir/", "~t_-.", "\U0001f600"]


def fresh(*buckets):
    # A Saturday.
    return Server(args=["--clock", "2027-01-02T10:00:00Z"], buckets=list(buckets))


def configure(s3, ident="all", source="src", to="dst", when="Daily", versions="Current",
              fields=(), prefix=None, enabled="true", under="inv", status=200):
    body = ("<InventoryConfiguration><Destination><S3BucketDestination>"
            "<Bucket>arn:aws:s3:::%s</Bucket><Format>CSV</Format>%s</S3BucketDestination>"
            "</Destination><IsEnabled>%s</IsEnabled>%s<Id>%s</Id>"
            "<IncludedObjectVersions>%s</IncludedObjectVersions><OptionalFields>%s"
            "</OptionalFields><Schedule><Frequency>%s</Frequency></Schedule>"
            "</InventoryConfiguration>" % (
                to, "<Prefix>%s</Prefix>" % under if under else "", enabled,
                "<Filter><Prefix>%s</Prefix></Filter>" % prefix if prefix else "", ident,
                versions, "".join("<Field>%s</Field>" % f for f in fields), when))
    equal(s3.put(source, None, body.encode(), None, {"inventory": "", "id": ident}).status,
          status)


def keys(s3, bucket, prefix=""):
    found, query = [], {"list-type": "2", "prefix": prefix}
    while True:
        page = s3.get(bucket, None, query).xml
        found += [c.get("Key") for c in page.all("Contents")]
        if page.get("IsTruncated") != "true":
            return found
        query["continuation-token"] = page.get("NextContinuationToken")


def report(s3, day, ident="all", to="dst", source="src", under="inv/"):
    """(manifest, rows as dicts by the schema's names), all that is promised checked."""
    base = "%s%s/%s/" % (under, source, ident)
    body = s3.get(to, "%s%sT00-00Z/manifest.json" % (base, day)).body
    manifest = json.loads(body)
    equal(s3.get(to, "%s%sT00-00Z/manifest.checksum" % (base, day)).body.decode(),
          hashlib.md5(body).hexdigest())
    equal({k: manifest[k] for k in ("sourceBucket", "destinationBucket", "version",
                                    "fileFormat")},
          {"sourceBucket": source, "destinationBucket": "arn:aws:s3:::" + to,
           "version": "2016-11-30", "fileFormat": "CSV"})
    equal(time.strftime("%Y-%m-%d %H:%M", time.gmtime(int(manifest["creationTimestamp"]) / 1000)),
          day + " 00:00")
    names, rows = manifest["fileSchema"].split(", "), []
    for f in manifest["files"]:
        check(re.fullmatch(re.escape(base) + r"data/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
                           r"\.csv\.gz", f["key"]), f["key"])
        data = s3.get(to, f["key"]).body
        equal((len(data), hashlib.md5(data).hexdigest()), (f["size"], f["MD5checksum"]))
        text = gzip.decompress(data).decode()
        for line in text.splitlines():
            check(line.startswith('"') and line.endswith('"'), line)
        for row in csv.reader(io.StringIO(text)):
            equal(len(row), len(names), row)
            rows.append(dict(zip(names, row)))
    link = s3.get(to, "%shive/dt=%s-00-00/symlink.txt" % (base, day)).body.decode()
    equal(link.split("\n"), ["s3://%s/%s" % (to, f["key"]) for f in manifest["files"]])
    return manifest, rows


def name(row):
    return urllib.parse.unquote_plus(row["Key"])


def versions_of(s3, bucket):
    """(key, version) -> the row a report must have"""
    found, query = {}, {"versions": "", "encoding-type": "url"}
    while True:
        page = s3.get(bucket, None, query).xml
        for kind in ("Version", "DeleteMarker"):
            for v in page.all(kind):
                ident = v.get("VersionId").replace("null", "")
                marker = kind == "DeleteMarker"
                found[urllib.parse.unquote_plus(v.get("Key")), ident] = {
                    "Bucket": bucket, "Key": v.get("Key"), "VersionId": ident,
                    "IsLatest": v.get("IsLatest"), "IsDeleteMarker": str(marker).lower(),
                    "Size": "" if marker else v.get("Size"),
                    "LastModifiedDate": v.get("LastModified"),
                    "StorageClass": "" if marker else v.get("StorageClass"),
                    "ETag": "" if marker else v.get("ETag").strip('"')}
        if page.get("IsTruncated") != "true":
            return found
        query["key-marker"] = urllib.parse.unquote_plus(page.get("NextKeyMarker"))
        if page.get("NextVersionIdMarker"):
            query["version-id-marker"] = page.get("NextVersionIdMarker")


def fill(s3, count=2500):
    """Objects with long keys, so that the files are several; versions and markers on top."""
    rnd = random.Random(7)
    for i in range(count - len(ODD)):
        key = "%s/%s" % (rnd.choice("abc"), "".join(
            rnd.choice("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_")
            for _ in range(rnd.randint(500, 1000))))
        equal(s3.put("src", key, b"%d" % i).status, 200)
    for key in ODD:
        equal(s3.put("src", key, b"odd").status, 200)
    versioning(s3, "src", "Enabled")
    for key in rnd.sample(keys(s3, "src", "a/"), 60) + ODD:
        for i in range(rnd.randint(1, 3)):
            equal(s3.put("src", key, b"newer" * i).status, 200)
        if rnd.random() < 0.4:
            equal(s3.delete("src", key).status, 204)


def test_every_row_is_what_listings_say():
    """2,500 objects with odd keys, versions and delete markers: all of them, the present ones
    and those below a prefix, each day; nothing of a configuration that is off."""
    with fresh("src", "dst") as server:
        s3 = server.client()
        fill(s3)
        configure(s3, "all", versions="All", fields=FIELDS[:4])
        configure(s3, "now", fields=["ETag", "Size"], prefix="b/", under=None)
        configure(s3, "off", enabled="false")
        clock(server, by="2d")
        want = versions_of(s3, "src")
        check(len(want) > 2550, len(want))
        manifest, rows = report(s3, "2027-01-03")
        equal(manifest["fileSchema"], "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, "
              "LastModifiedDate, StorageClass, ETag")
        check(len(manifest["files"]) > 1, "one file only")
        equal({(name(r), r["VersionId"]): r for r in rows}, want)
        equal(len(rows), len(want))
        equal([r for r in report(s3, "2027-01-04")[1]], rows)
        manifest, rows = report(s3, "2027-01-03", "now", under="")
        equal(manifest["fileSchema"], "Bucket, Key, ETag, Size")
        equal([name(r) for r in rows], keys(s3, "src", "b/"))
        equal(keys(s3, "dst", "inv/src/off/"), [])
        equal(len(keys(s3, "dst", "inv/src/all/2027")), 4)


def test_fields():
    """What is in no listing: encryption, locks, checksums, tiers, parts and expiry."""
    with fresh("dst") as server:
        s3 = server.client()
        equal(s3.put("src", None, b"", {"x-amz-bucket-object-lock-enabled": "true"}).status, 200)
        put_rules(s3, "src", ["<Filter><Prefix>old/</Prefix></Filter>"
                              "<Expiration><Days>10</Days></Expiration>"])
        equal(s3.put("src", "old/plain", b"p").status, 200)
        equal(s3.put("src", "kms", b"k", {
            "x-amz-server-side-encryption": "aws:kms",
            "x-amz-server-side-encryption-bucket-key-enabled": "true"}).status, 200)
        equal(s3.put("src", "locked", b"l", {
            "x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-legal-hold": "ON",
            "x-amz-object-lock-retain-until-date": "2028-01-01T00:00:00Z",
            "x-amz-checksum-sha256": base64.b64encode(
                hashlib.sha256(b"l").digest()).decode()}).status, 200)
        equal(s3.put("src", "tier", b"t", {
            "x-amz-storage-class": "INTELLIGENT_TIERING"}).status, 200)
        configure(s3, fields=FIELDS)
        clock(server, by="1d")
        rows = {name(r): r for r in report(s3, "2027-01-03")[1]}
        plain = rows["old/plain"]
        listed = s3.get("src", None, {"list-type": "2", "fetch-owner": "true"}).xml
        equal({k: r["ObjectOwner"] for k, r in rows.items()},
              {c.get("Key"): c.get("Owner/ID") for c in listed.all("Contents")})
        check(all(len(r["ObjectOwner"]) == 64 for r in rows.values()), rows)
        equal([plain[f] for f in FIELDS[4:12]],
              ["false", "", "SSE-S3", "", "", "Off", "", "DISABLED"])
        equal(plain["LifecycleExpirationDate"], "2027-01-13T00:00:00.000Z")
        equal(rows["kms"]["LifecycleExpirationDate"], "")
        equal((rows["kms"]["EncryptionStatus"], rows["kms"]["BucketKeyStatus"]),
              ("SSE-KMS", "ENABLED"))
        equal(rows["tier"]["IntelligentTieringAccessTier"], "FREQUENT")
        equal({k: r["ChecksumAlgorithm"] for k, r in rows.items()},
              {"old/plain": "CRC64NVME", "kms": "CRC64NVME", "tier": "CRC64NVME",
               "locked": "SHA256"})
        equal([rows["locked"][f] for f in FIELDS[7:10]],
              ["2028-01-01T00:00:00.000Z", "GOVERNANCE", "On"])


def test_weekly_and_where_to():
    """Weekly ones on Sundays, an empty bucket's too; one whose destination is not there is
    named in the log once a day, and comes when it is."""
    with fresh("src", "dst") as server:
        s3 = server.client()
        configure(s3, "week", when="Weekly")
        configure(s3, "lost", to="later")
        clock(server, by="8d")  # Sunday, the 10th
        equal([k for k in keys(s3, "dst", "inv/src/week/2027") if k.endswith("json")],
              ["inv/src/week/2027-01-%02dT00-00Z/manifest.json" % d for d in (3, 10)])
        equal(report(s3, "2027-01-10", "week")[1], [])
        with open(server.log_path) as f:
            lines = [line for line in f if "inventory lost" in line]
        equal(len(lines), 8)
        check("no such bucket" in lines[0], lines[0])
        equal(s3.put("later", None).status, 200)
        equal(s3.put("src", "k", b"v").status, 200)
        clock(server, by="1d")
        equal([name(r) for r in report(s3, "2027-01-11", "lost", "later")[1]], ["k"])


def manifests(s3):
    """The days that have one, each with all that it names there."""
    found = set(keys(s3, "dst"))
    days = [k.split("/")[3] for k in found if k.endswith("manifest.json")]
    for day in days:
        body = s3.get("dst", "inv/src/all/%s/manifest.json" % day).body
        check({f["key"] for f in json.loads(body)["files"]} <= found, day)
    return days


def finished(s3, day, seconds=PATIENCE):
    """The name of that day's report, once it is there."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        for key in keys(s3, "dst", "inv/src/all/" + day):
            if key.endswith("checksum"):
                return key.split("/")[3]
        time.sleep(0.02)
    raise AssertionError("no report of %s" % day)


def test_kills_leave_no_half_report():
    """Killed at and shortly behind midnights: no manifest without its files, and after the
    start the report of that day is written whole, with no file left that none of them names."""
    with fresh("src", "dst") as server:
        s3 = server.client()
        fill(s3, 1200)
        configure(s3, "all", versions="All", fields=FIELDS[:4])
        want, cut = versions_of(s3, "src"), 0
        for turn in range(10):
            day = "2027-01-%02d" % (turn + 3)
            clock(server, to="2027-01-%02dT23:59:59.500Z" % (turn + 2))
            began = time.monotonic()
            while time.monotonic() - began < PATIENCE and clock(server)["now"][:10] != day:
                time.sleep(0.002)
            time.sleep(0.015 * turn)
            server.kill()
            server.args = []  # the store remembers its clock
            server.start()
            s3 = server.client()
            before = manifests(s3)
            name_of = finished(s3, day)
            cut += name_of not in before
            manifests(s3)
        check(cut > 0, "no kill came before its report was done")
        named = set()
        for name_of in manifests(s3):
            body = s3.get("dst", "inv/src/all/%s/manifest.json" % name_of).body
            rows = []
            for f in json.loads(body)["files"]:
                named.add(f["key"])
                rows += csv.reader(io.StringIO(gzip.decompress(
                    s3.get("dst", f["key"]).body).decode()))
            columns = json.loads(body)["fileSchema"].split(", ")
            rows = [dict(zip(columns, r)) for r in rows]
            equal({(name(r), r["VersionId"]): r for r in rows}, want)
        equal(set(keys(s3, "dst", "inv/src/all/data/")), named)
        server.stop()
        equal(server.verify()[0], 0)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
