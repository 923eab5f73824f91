#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Storage class analysis, the store's clock moved over months: every number of the reports
against a model that saw the same requests; recommended ages; restarts and kills."""

import csv
import datetime
import io
import random
import sys
import time

from harness import PATIENCE, Server, check, equal, run_tests
from lifecycle import clock

HEADER = ("Date,ConfigId,Filter,StorageClass,ObjectAge,ObjectCount,DataUploaded_MB,Storage_MB,"
          "DataRetrieved_MB,GetRequestCount,CumulativeAccessRatio,ObjectAgeForSIATransition,"
          "RecommendedObjectAgeForSIATransition")
GROUPS = [(0, "000-014"), (15, "015-029"), (30, "030-044"), (45, "045-059"), (60, "060-074"),
          (75, "075-089"), (90, "090-119"), (120, "120-149"), (150, "150-179"),
          (180, "180-364"), (365, "365-729"), (730, "730+")]
MIB, DAY = 1 << 20, 86400
START = datetime.date(2027, 1, 2)
BIG = 200 << 10


def fresh(*buckets):
    return Server(args=["--clock", "2027-01-02T10:00:00Z"], buckets=list(buckets))


def put_config(s3, ident="all", source="src", to="dst", prefix=None, tags=(), under="out",
               account=None, export=True, status=200):
    parts = ["<Prefix>%s</Prefix>" % prefix] if prefix else []
    parts += ["<Tag><Key>%s</Key><Value>%s</Value></Tag>" % t for t in tags]
    inner = "".join(parts)
    if len(parts) > 1:
        inner = "<And>%s</And>" % inner
    export = ("<DataExport><OutputSchemaVersion>V_1</OutputSchemaVersion><Destination>"
              "<S3BucketDestination><Format>CSV</Format>%s<Bucket>arn:aws:s3:::%s</Bucket>%s"
              "</S3BucketDestination></Destination></DataExport>" % (
                  "<BucketAccountId>%s</BucketAccountId>" % account if account else "", to,
                  "<Prefix>%s</Prefix>" % under if under else "")) if export else ""
    body = "<AnalyticsConfiguration><Id>%s</Id>%s<StorageClassAnalysis>%s</StorageClassAnalysis>" \
        "</AnalyticsConfiguration>" % (ident, "<Filter>%s</Filter>" % inner if inner else "",
                                       export)
    equal(s3.put(source, None, body.encode(), None, {"analytics": "", "id": ident}).status,
          status)


def rows(s3, ident="all", source="src", to="dst", under="out/"):
    r = s3.get(to, "%s%s/%s.csv" % (under, source, ident))
    if r.status == 404:
        return None
    equal((r.status, r.header("content-type")), (200, "text/csv"))
    text = r.body.decode()
    equal(text.split("\n")[0], HEADER)
    check(text.endswith("\n"), text[-50:])
    return list(csv.DictReader(io.StringIO(text)))


def us_date(day):
    return day.strftime("%m-%d-%Y")


class Model:
    """What was asked of one bucket, by one configuration's filter."""

    def __init__(self, prefix="", tags=()):
        self.prefix, self.tags = prefix, dict(tags)
        self.objects = {}  # key -> (size, made, class)
        self.days = {}  # date -> {(class, group): [uploaded, retrieved, gets]}
        self.held = {}  # date -> {(class, group): [objects, bytes]}

    def means(self, key, tags):
        return key.startswith(self.prefix) and all(tags.get(k) == v
                                                   for k, v in self.tags.items())

    @staticmethod
    def groups(size, age):
        found = ["ALL"]
        if size >= 128 << 10:
            found.append([name for first, name in GROUPS if age >= first * DAY][-1])
        return found

    def count(self, now, klass, size, made, place, n):
        day = self.days.setdefault(now.date(), {})
        for g in self.groups(size, (now - made).total_seconds()):
            cell = day.setdefault((klass, g), [0, 0, 0])
            cell[place] += n

    def put(self, now, key, size, klass, tags, multipart=False):
        self.objects.pop(key, None)
        if self.means(key, tags):
            self.objects[key] = (size, now, klass)
            if not multipart:
                self.count(now, klass, size, now, 0, size)

    def get(self, now, key, n):
        if key in self.objects:
            size, made, klass = self.objects[key]
            self.count(now, klass, size, made, 1, n)
            self.count(now, klass, size, made, 2, 1)

    def midnight(self, now):
        """The day before now ends."""
        held = self.held.setdefault(now.date() - datetime.timedelta(1), {})
        for size, made, klass in self.objects.values():
            for g in self.groups(size, (now - made).total_seconds()):
                cell = held.setdefault((klass, g), [0, 0])
                cell[0] += 1
                cell[1] += size

    def ratio(self, day, klass, group):
        names = ["ALL"] if group == "ALL" else [n for _, n in GROUPS]
        names = names[names.index(group):]
        past = [d for d in self.held if day - datetime.timedelta(30) < d <= day]
        held = sum(self.held[d].get((klass, n), (0, 0))[1] for d in past for n in names)
        read = sum(self.days.get(d, {}).get((klass, n), (0, 0, 0))[1] for d in past
                   for n in names)
        return None if held == 0 else read * len(past) / held

    def age(self, day):
        if day - min(self.held) < datetime.timedelta(29):
            return None
        found = None
        for first, name in reversed(GROUPS[2:]):
            ratio = self.ratio(day, "STANDARD", name)
            if ratio is not None and ratio >= 1:
                break
            if ratio is not None:
                found = first
        return found

    def rows(self, ident, filter_text):
        ages = {d: self.age(d) for d in self.held}
        for name in [n for _, n in GROUPS] + ["ALL"]:
            for day in sorted(self.held):
                classes = {k for k, _ in list(self.held[day]) + list(self.days.get(day, {}))}
                for klass in sorted(classes | {"STANDARD"}, key=lambda k: k != "STANDARD"):
                    up, got, gets = self.days.get(day, {}).get((klass, name), (0, 0, 0))
                    count, held = self.held[day].get((klass, name), (0, 0))
                    ratio, age, said = self.ratio(day, klass, name), "", ""
                    if name == "ALL" and klass == "STANDARD" and ages[day] is not None:
                        age = str(ages[day])
                        week = [day - datetime.timedelta(i) for i in range(7)]
                        if all(ages.get(d) == ages[day] for d in week):
                            said = age
                    yield {"Date": us_date(day + datetime.timedelta(1)), "ConfigId": ident,
                           "Filter": filter_text, "StorageClass": klass, "ObjectAge": name,
                           "ObjectCount": count, "DataUploaded_MB": up / MIB,
                           "Storage_MB": held / MIB, "DataRetrieved_MB": got / MIB,
                           "GetRequestCount": gets, "CumulativeAccessRatio": ratio,
                           "ObjectAgeForSIATransition": age,
                           "RecommendedObjectAgeForSIATransition": said}


def same(found, want):
    want = list(want)
    equal(len(found), len(want))
    for f, w in zip(found, want):
        for name, value in w.items():
            if isinstance(value, str):
                ok = f[name] == value
            elif value is None:
                ok = f[name] == ""
            else:
                ok = f[name] != "" and abs(float(f[name]) - value) < 1.1e-6
            check(ok, "%s: %r, not %r, in %r" % (name, f[name], value, f))


def multipart(s3, key, size):
    up = s3.post("src", key, {"uploads": ""}).xml.get("UploadId")
    etag = s3.put("src", key, b"m" * size, None, {"partNumber": "1", "uploadId": up}).header("etag")
    equal(s3.post("src", key, {"uploadId": up}, (
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part>"
        "</CompleteMultipartUpload>" % etag).encode()).status, 200)


def test_every_number_is_the_models():
    """Puts, copies, gets, ranges, parts, deletes and classes on 45 days, of five filters."""
    rnd = random.Random(11)
    configs = {"all": ("", {}, ""), "logs": ("logs/", {}, "prefix=logs/"),
               "hot": ("", {"heat": "hot"}, "tag=heat:hot"),
               "both": ("logs/", {"heat": "hot", "a": "1"},
                        "prefix=logs/&tag=heat:hot&tag=a:1"),
               "none": ("nothing/", {}, "prefix=nothing/")}
    with fresh("src", "dst") as server:
        s3 = server.client()
        models = {}
        for ident, (prefix, tags, _) in configs.items():
            put_config(s3, ident, prefix=prefix, tags=sorted(tags.items(), reverse=True))
            models[ident] = Model(prefix, tags)
        put_config(s3, "silent", export=False)
        sizes, now = {}, None
        equal(rows(s3), None)
        for turn in range(1, 46):
            when = "%sT%02d:%02d:00Z" % (START + datetime.timedelta(turn),
                                         rnd.randrange(1, 22), rnd.randrange(60))
            clock(server, to=when)
            before, now = now, datetime.datetime.strptime(when, "%Y-%m-%dT%H:%M:%SZ")
            if before is not None:
                for m in models.values():
                    m.midnight(datetime.datetime.combine(now.date(), datetime.time()))
            for _ in range(4):
                key = rnd.choice(("logs/", "data/")) + "%d" % rnd.randrange(40)
                size = rnd.choice((0, 1, 1000, 128 << 10, BIG, (128 << 10) - 1))
                klass = rnd.choice(("STANDARD", "STANDARD", "STANDARD_IA"))
                tags = rnd.choice(({}, {"heat": "hot"}, {"heat": "hot", "a": "1"}))
                head = {"x-amz-storage-class": klass}
                if tags:
                    head["x-amz-tagging"] = "&".join("%s=%s" % t for t in tags.items())
                equal(s3.put("src", key, b"x" * size, head).status, 200)
                sizes[key] = (size, klass, tags)
                for m in models.values():
                    m.put(now, key, size, klass, tags)
            if turn % 5 == 0:
                key = "data/multi%d" % turn
                multipart(s3, key, BIG)
                sizes[key] = (BIG, "STANDARD", {})
                source = rnd.choice(sorted(sizes))
                equal(s3.put("src", "logs/copy%d" % turn, b"", {
                    "x-amz-copy-source": "/src/" + source}).status, 200)
                size, _, tags = sizes[source]
                sizes["logs/copy%d" % turn] = (size, "STANDARD", tags)
                for m in models.values():
                    m.put(now, key, BIG, "STANDARD", {}, multipart=True)
                    m.put(now, "logs/copy%d" % turn, size, "STANDARD", tags)
            for _ in range(6):
                key = rnd.choice(sorted(sizes))
                size, part = sizes[key][0], None
                if size > 1000 and rnd.random() < 0.4:
                    part = {"range": "bytes=10-%d" % (size // 2)}
                r = s3.get("src", key, None, part)
                equal(r.status, 206 if part else 200)
                for m in models.values():
                    m.get(now, key, len(r.body))
            # What fails, heads and what has not changed are no reads.
            key = rnd.choice(sorted(sizes))
            etag = s3.head("src", key).header("etag")
            equal(s3.get("src", key, None, {"if-none-match": etag}).status, 304)
            equal(s3.get("src", "nothing here").status, 404)
            if turn % 7 == 0:
                key = rnd.choice(sorted(sizes))
                equal(s3.delete("src", key).status, 204)
                del sizes[key]
                for m in models.values():
                    m.objects.pop(key, None)
            if turn == 20:
                server.stop()
                server.args = []  # the store remembers its clock
                server.start()
                s3 = server.client()
        midnight = START + datetime.timedelta(46)
        clock(server, to="%sT00:00:01Z" % midnight)
        for m in models.values():
            m.midnight(datetime.datetime.combine(midnight, datetime.time()))
        for ident, m in models.items():
            found = rows(s3, ident)
            same(found, m.rows(ident, configs[ident][2]))
            equal({r["Date"] for r in found},
                  {us_date(START + datetime.timedelta(d)) for d in range(2, 47)})
        check(any(float(r["CumulativeAccessRatio"] or 0) > 0 and r["ObjectAge"] > "030"
                  for r in rows(s3)), "nothing old was ever read")
        equal([c.get("Key") for c in s3.get("dst", None, {"list-type": "2"}).xml.all(
            "Contents")], sorted("out/src/%s.csv" % i for i in configs))
        server.stop()
        equal(server.verify()[0], 0)


def test_recommended_age():
    """Objects read daily until they are 60 days old: 60 is observed from the 30th day on that
    there are older ones, and recommended a week later."""
    with fresh("src", "dst") as server:
        s3 = server.client()
        put_config(s3, under=None)
        for i in range(120):
            clock(server, to="%sT12:00:00Z" % (START + datetime.timedelta(i + 1)))
            equal(s3.put("src", "%03d" % i, b"z" * BIG).status, 200)
            for k in range(max(0, i - 59), i + 1, 7):  # one in seven, twice
                for _ in range(2):
                    equal(s3.get("src", "%03d" % k).status, 200)
        clock(server, by="1d")
        found = [r for r in rows(s3, under="") if r["ObjectAge"] == "ALL"]
        equal(len(found), 120)
        ages = [r["ObjectAgeForSIATransition"] for r in found]
        equal(set(ages[:29]), {""})
        equal(ages[-30:], ["60"] * 30)
        said = [r["RecommendedObjectAgeForSIATransition"] for r in found]
        first = next(i for i in range(120) if ages[i:i + 1] == ["60"])
        check(first <= 90, first)
        equal(said[first:first + 6].count("60"), 0)
        equal(set(said[first + 6:]), {"60"})


def test_from_when_on_and_where_to():
    """The day a configuration is put is no whole day; deleted and put again it begins anew;
    destinations that are missing or another's get nothing, and a line says why."""
    with fresh("src", "dst") as server:
        s3 = server.client()
        equal(s3.put("src", "k", b"k" * BIG).status, 200)
        put_config(s3)
        put_config(s3, "lost", to="later")
        put_config(s3, "named", account="000000000000", under="a/")
        put_config(s3, "wrong", account="999999999999")
        clock(server, to="2027-01-03T23:59:59Z")
        equal(rows(s3), None)
        clock(server, to="2027-01-04T00:00:01Z")
        found = rows(s3)
        equal({r["Date"] for r in found}, {"01-04-2027"})
        equal([(r["ObjectAge"], r["ObjectCount"], r["Storage_MB"], r["DataUploaded_MB"])
               for r in found if r["ObjectCount"] != "0"],
              [("000-014", "1", "0.195313", "0"), ("ALL", "1", "0.195313", "0")])
        equal(len(rows(s3, "named", under="a/")), 13)
        equal(rows(s3, "wrong"), None)
        with open(server.log_path) as f:
            log = f.read()
        check("analytics lost of bucket src" in log and "no such bucket" in log, log)
        check("analytics wrong of bucket src" in log and "not of the account" in log, log)
        equal(s3.put("later", None).status, 200)
        equal(s3.delete("src", None, {"analytics": "", "id": "all"}).status, 204)
        clock(server, by="1d")
        equal(len(rows(s3, "lost", to="later")), 26)
        equal(len(rows(s3)), 13)  # as it was
        put_config(s3)
        clock(server, by="2d")
        equal({r["Date"] for r in rows(s3)}, {"01-07-2027"})
        equal(len(rows(s3, "lost", to="later")), 52)


def test_kills_lose_a_minute_at_most():
    """What was read a minute before a kill is in the report; so are days that a stop and a
    reset of the bucket do not touch."""
    with fresh("src", "dst") as server:
        s3 = server.client()
        put_config(s3)
        equal(s3.put("src", "k", b"k" * BIG).status, 200)
        clock(server, to="2027-01-03T08:00:00Z")
        for _ in range(3):
            equal(s3.get("src", "k").status, 200)
        clock(server, by="2m")
        server.kill()
        server.args = []
        server.start()
        s3 = server.client()
        equal(s3.get("src", "k").status, 200)
        server.stop()
        server.start()
        s3 = server.client()
        clock(server, to="2027-01-04T00:00:01Z")
        all_of = [r for r in rows(s3) if r["ObjectAge"] == "ALL"]
        equal([r["GetRequestCount"] for r in all_of], ["4"])
        # At midnight itself: the report is written whole, once the server is back.
        for turn in range(5):
            day = START + datetime.timedelta(turn + 3)
            clock(server, to="%sT23:59:59.800Z" % (day - datetime.timedelta(1)))
            time.sleep(0.2 + 0.004 * turn)
            server.kill()
            server.start()
            s3 = server.client()
            began = time.monotonic()
            while us_date(day) not in {r["Date"] for r in rows(s3)}:
                check(time.monotonic() - began < PATIENCE, "no report of %s" % day)
                time.sleep(0.02)
            equal(len(rows(s3)), 13 * (turn + 2))
        server.stop()
        equal(server.verify()[0], 0)


def test_a_bucket_that_goes_takes_its_days_along():
    """Deleted, or emptied by a reset: what is made anew knows nothing of it."""
    with fresh("src", "dst") as server:
        s3 = server.client()
        put_config(s3)
        clock(server, by="5d")
        equal(len(rows(s3)), 13 * 4)
        equal(s3.delete("src", None).status, 204)
        equal(s3.put("src", None).status, 200)
        clock(server, by="1d")
        equal(len(rows(s3)), 13 * 4)
        put_config(s3)
        clock(server, by="2d")
        equal(len(rows(s3)), 13)
        server.stop()
        equal(server.verify()[0], 0)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
