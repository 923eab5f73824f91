#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The cost meter: months of requests and storage, the clock moved, against a model of its own
in fractions; what survives a restart, a kill and a reset; budgets; who may ask."""

import calendar
import json
import os
import random
import re
import sys
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from fractions import Fraction

from harness import TOP, Server, check, equal, run, run_tests
from lifecycle import clock, put_rules, versioning

DAY, KB, SMALL = 86400000, 1024, 128 << 10
GB = {"aws": 1 << 30, "r2": 10 ** 9}
LEAST = {"STANDARD_IA": 30, "ONEZONE_IA": 30, "GLACIER_IR": 90, "GLACIER": 90,
         "DEEP_ARCHIVE": 180}
START = datetime(2027, 1, 10, tzinfo=timezone.utc)


def prices():
    """{(service, class): numbers} of the table, which is the only thing taken from there."""
    with open(os.path.join(TOP, "include", "model", "prices.def")) as f:
        text = f.read()
    rows = {}
    for row in re.findall(r"^PRICE\((.*)\)$", text, re.M):
        w = [x.strip() for x in row.split(",")]
        rows[w[0].lower(), w[1]] = dict(zip(
            ("storage", "a", "b", "retrieval", "monitor", "days"), map(int, w[2:8])),
            small=w[8] == "true", extra=w[9] == "true")
    return rows


PRICES = prices()


def ms(when):
    return int((when - datetime(1970, 1, 1, tzinfo=timezone.utc)) / timedelta(milliseconds=1))


def month_of(at):
    return datetime.fromtimestamp(at / 1000, timezone.utc).strftime("%Y-%m")


def month_ms(month):
    return calendar.monthrange(int(month[:4]), int(month[5:]))[1] * DAY


class Model:
    """Objects as they come and go; a bill is worked out anew from all of their lives."""

    def __init__(self, now):
        self.now, self.begin = now, now
        self.lives, self.open = [], {}  # (class, size, from, to, charged from)
        self.requests = defaultdict(int)  # (month, class, a or b)
        self.retrieved = defaultdict(int)
        self.moved = defaultdict(int)

    def put(self, key, of, size):
        self.gone(key)
        self.open[key] = (of, size, self.now)

    def gone(self, key):
        if key in self.open:
            self.lives.append(self.open.pop(key) + (self.now,))

    def move(self, key, of, at):
        was = self.open.pop(key)
        self.lives.append(was + (at,))
        self.open[key] = (of, was[1], at)
        self.moved[month_of(at), of] += 1

    def ask(self, of, kind, size=0):
        self.requests[month_of(self.now), of, kind] += 1
        if kind == "b":
            self.retrieved[month_of(self.now), of] += size

    def all(self):
        """Lives so far, and whether they are over."""
        return [(l, True) for l in self.lives] + [
            (o + (self.now,), False) for o in self.open.values()]

    def aws(self):
        lines = defaultdict(Fraction)

        def rate(of, item, month, span, size, price):
            lines[month, of, item] += Fraction(span * size * price, month_ms(month) * GB["aws"])

        for (of, size, since, to), over in self.all():
            p = PRICES["aws", of]
            charged = max(size, SMALL) if p["small"] else size + 32 * KB * p["extra"]
            at = since
            while at < to:
                month = month_of(at)
                end = min(to, ms(datetime(int(month[:4]), int(month[5:]), 1,
                                          tzinfo=timezone.utc)) + month_ms(month))
                rate(of, "storage", month, end - at, charged, p["storage"])
                if p["extra"]:
                    rate(of, "names of archived objects", month, end - at, 8 * KB, 23000000)
                if p["monitor"] and size >= SMALL:
                    lines[month, of, "monitoring"] += Fraction(
                        (end - at) * p["monitor"], month_ms(month))
                at = end
            left = since + LEAST.get(of, 0) * DAY - to
            if over and left > 0:
                rate(of, "early deletion", month_of(to), left, charged, p["storage"])
                if p["extra"]:
                    rate(of, "names of archived objects", month_of(to), left, 8 * KB, 23000000)
        for (month, of, kind), n in self.requests.items():
            lines[month, of, "class %s requests" % kind.upper()] += n * PRICES["aws", of][kind]
        for (month, of), n in self.moved.items():
            lines[month, of, "transitions"] += n * PRICES["aws", of]["a"]
        for (month, of), n in self.retrieved.items():
            lines[month, of, "retrieval"] += Fraction(n * PRICES["aws", of]["retrieval"],
                                                      GB["aws"])
        return {k: int(v + Fraction(1, 2)) for k, v in lines.items() if v > 0}

    def peaks(self):
        """{(day, class): most bytes at one time}, by its own way: all moments of change."""
        out = defaultdict(int)
        lives = [l for l, _ in self.all()]
        moments = sorted({m for l in lives for m in l[2:4]} | {
            d * DAY for d in range(self.begin // DAY, self.now // DAY + 1)} | {self.now})
        for of in {l[0] for l in lives}:
            for at in moments:
                n = sum(size for c, size, since, to in lives
                        if c == of and since <= at and (at < to or to == self.now))
                out[at // DAY, of] = max(out[at // DAY, of], n)
        return out

    def r2(self):
        days, a, b, get = (defaultdict(int) for _ in range(4))

        def real(of):
            return of if ("r2", of) in PRICES else "STANDARD"

        for (day, of), n in self.peaks().items():
            days[month_of(day * DAY), real(of)] += n
        for (of, size, since, to), over in self.all():
            left = 30 - (to // DAY - since // DAY + 1)
            if over and of == "STANDARD_IA" and left > 0:
                days[month_of(to), of] += left * size
        for (month, of, kind), n in self.requests.items():
            (a if kind == "a" else b)[month, real(of)] += n
        for (month, of), n in self.moved.items():
            a[month, real(of)] += n
        for (month, of), n in self.retrieved.items():
            get[month, real(of)] += n if of == "STANDARD_IA" else 0
        lines = {}
        for item, used, unit, whole, free, price in (
                ("storage", days, 30 * GB["r2"], 1, 10, "storage"),
                ("class A requests", a, 1, 10 ** 6, 10 ** 6, "a"),
                ("class B requests", b, 1, 10 ** 6, 10 ** 7, "b"),
                ("retrieval", get, GB["r2"], 1, 0, "retrieval")):
            for (month, of), n in used.items():
                units = -(-n // (unit * whole)) * whole
                if of == "STANDARD":
                    units = max(0, units - free)
                if n:
                    lines[month, of, item] = units * PRICES["r2", of][price]
        return lines


class World:
    """A server whose clock stands still, and the model of it."""

    def __init__(self, server):
        self.server, self.s3 = server, server.client()
        clock(server, freeze="true")
        self.model = Model(0)
        self.to(START)
        self.model.begin = self.model.now

    def to(self, when):
        clock(self.server, to=when.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.model.now = ms(when)
        self.when = when

    def put(self, key, size, of="STANDARD"):
        equal(self.s3.put("data", key, b"x" * size, {"x-amz-storage-class": of}).status, 200)
        self.model.put(key, of, size)
        self.model.ask(of, "a")

    def get(self, key):
        of, size, _ = self.model.open[key]
        equal(len(self.s3.get("data", key).body), size)
        self.model.ask(of, "b", size)

    def delete(self, key):
        equal(self.s3.delete("data", key).status, 204)
        self.model.gone(key)

    def same(self):
        for tier, want in (("aws", self.model.aws()), ("r2", self.model.r2())):
            got = bill(self.server, tier=tier, bucket="data")
            lines = {(m["month"], line["class"], line["item"]): line["amount_nano"]
                     for m in got["months"] for line in m["lines"]}
            wrong = {k: (lines.get(k), want.get(k)) for k in set(lines) | set(want)
                     if lines.get(k) != want.get(k)}
            equal(wrong, {}, "%s: lines that differ, and what the model has" % tier)
            equal(got["amount_nano"], sum(want.values()), tier)


def bill(server, **params):
    answer = server.client().get("_trug", "v1/cost", params)
    equal(answer.status, 200, answer.body)
    bills = json.loads(answer.body)["bills"]
    return bills[0] if "tier" in params else {b["tier"]: b for b in bills}


def fresh(**how):
    return Server(args=["--clock", "2027-01-09T00:00:00Z"], buckets=["data"], **how)


# ---- time ----

def test_ninety_days():
    """Three months of what a million images are made of, to the nanodollar."""
    with fresh() as server:
        w = World(server)
        for of in ("STANDARD", "STANDARD_IA", "GLACIER", "GLACIER_IR", "DEEP_ARCHIVE",
                   "INTELLIGENT_TIERING"):
            w.put("large/" + of, 300000, of)
            w.put("small/" + of, 1000, of)
        w.get("large/STANDARD_IA")
        w.get("small/GLACIER_IR")
        w.same()
        w.to(START + timedelta(days=90))
        w.same()
        w.delete("large/GLACIER")       # its time is over, just so
        w.delete("large/DEEP_ARCHIVE")  # and this one's is not
        w.same()


def test_at_random():
    dice = random.Random(17)
    with fresh() as server:
        w = World(server)
        for _ in range(150):
            keys = sorted(k for k, o in w.model.open.items() if o[0] != "GLACIER")
            kind = dice.choice("ppppgddt")
            if kind == "p":
                w.put("k%d" % dice.randrange(30), dice.choice([0, 1, 1000, 131071, 131072, 200000]),
                      dice.choice(["STANDARD", "STANDARD_IA", "ONEZONE_IA", "GLACIER"]))
            elif kind == "g" and keys:
                w.get(dice.choice(keys))
            elif kind == "d" and w.model.open:
                w.delete(dice.choice(sorted(w.model.open)))
            elif kind == "t":
                w.to(w.when + timedelta(seconds=dice.choice([1, 3600, 86399, 86400, 1000000])))
        w.same()


def test_transitions():
    """Charged as a PUT of the class they go to, whose least time then begins."""
    with fresh() as server:
        w = World(server)
        put_rules(w.s3, "data", ["<Filter/><Transition><Days>30</Days><StorageClass>STANDARD_IA"
                                 "</StorageClass></Transition>"])
        w.model.ask("STANDARD", "a")
        w.to(START + timedelta(hours=1))
        w.put("a", 200000)
        w.put("b", 300000)
        w.to(START + timedelta(days=10, hours=12))
        w.put("c", 400000)
        w.to(START + timedelta(days=45, hours=5))
        for key, day in (("a", 31), ("b", 31), ("c", 41)):
            w.model.move(key, "STANDARD_IA", ms(START + timedelta(days=day)))
        w.delete("b")  # fifteen days early
        w.to(START + timedelta(days=80))
        w.delete("a")
        w.same()


def test_versions_and_a_bucket_that_goes():
    """Each version is an object; a bucket's bill outlives it, and goes on under its name."""
    with fresh() as server:
        w = World(server)
        equal(w.s3.put("other").status, 200)
        versioning(w.s3, "other", "Enabled")
        for _ in range(2):
            equal(w.s3.put("other", "k", b"x" * 200000).status, 200)
        clock(server, by="10d")
        answer = w.s3.get("other", None, {"versions": ""})
        equal(answer.status, 200)
        for one in answer.xml.all("Version"):
            equal(w.s3.delete("other", "k", {"versionId": one.get("VersionId")}).status, 204)
        before = bill(server, tier="aws", bucket="other")
        line = next(x for x in before["months"][0]["lines"] if x["item"] == "storage")
        equal(line["amount_nano"], int(Fraction(2 * 200000 * 10 * 23000000, 31 << 30)
                                       + Fraction(1, 2)))
        equal(w.s3.delete("other").status, 204)
        equal(bill(server, tier="aws", bucket="other")["amount"], before["amount"])
        clock(server, by="100d")
        equal(w.s3.put("other").status, 200)
        equal(w.s3.put("other", "k", b"x").status, 200)
        after = bill(server, tier="aws", bucket="other")
        equal(after["amount_nano"], before["amount_nano"] + 5000)
        equal(server.client().get("_trug", "v1/cost", {"bucket": "never"}).status, 404)


# ---- requests ----

def test_restores_and_copies():
    with fresh() as server:
        w = World(server)
        w.put("cold", 1 << 20, "GLACIER")
        w.put("ia", 1 << 20, "STANDARD_IA")
        body = b"<RestoreRequest><Days>3</Days><GlacierJobParameters><Tier>Expedited</Tier>" \
            b"</GlacierJobParameters></RestoreRequest>"
        equal(w.s3.post("data", "cold", {"restore": ""}, body).status, 202)
        equal(w.s3.put("data", "copy", b"", {"x-amz-copy-source": "/data/ia"}).status, 200)
        got = bill(server, tier="aws", bucket="data")
        lines = {(x["class"], x["item"]): x["amount_nano"] for x in got["months"][0]["lines"]
                 if x["item"] != "retrieval"}
        equal(lines["GLACIER", "restores"], 10000000)
        equal(lines["STANDARD", "class A requests"], 5000)
        equal([x["amount_nano"] for x in got["months"][0]["lines"] if x["item"] == "retrieval"],
              [int(Fraction(10000000, 1024) + Fraction(1, 2)),
               int(Fraction(30000000, 1024) + Fraction(1, 2))])


def test_failures():
    """What a service did wrong, and what it did not let in, is not charged."""
    with fresh() as server:
        w = World(server)
        equal(w.s3.get("data", "none").status, 404)
        equal(w.s3.get("none", "none").status, 404)
        equal(server.client(access=None).get("data", "none").status, 403)
        equal(server.client(secret="wrong").get("data", "none").status, 403)
        equal(w.s3.put("data", "k", b"x", {"If-Match": '"0"'}).status, 404)
        equal([(b["class_a"], b["class_b"]) for b in (bill(server, tier="aws"),
                                                       bill(server, tier="r2"))],
              [(1, 1), (1, 2)])


# ---- what lasts ----

def test_restart_and_kill():
    with fresh() as server:
        s3 = server.client()
        for n in range(20):
            equal(s3.put("data", "k%d" % n, b"x").status, 200)
        equal(server.stop(), 0)
        server.start()
        equal(bill(server, tier="aws")["class_a"], 20)
        server.client().get("data", "k1")
        equal(bill(server, tier="aws")["class_b"], 1)
        server.kill()  # what a bill has shown is kept
        server.start()
        got = bill(server, tier="aws")
        equal((got["class_a"], got["class_b"]), (20, 1))
        equal(server.stop(), 0)
        equal(server.verify()[0], 0)


def test_reset():
    with Server(args=["--reset", "on", "--clock", "2027-01-09T00:00:00Z"],
                buckets=["data", "more"]) as server:
        s3 = server.client()
        for bucket in ("data", "more"):
            equal(s3.put(bucket, "k", b"x" * 1000).status, 200)
        clock(server, by="40d")
        before = bill(server, tier="aws", bucket="more")
        check(bill(server, tier="aws", bucket="data")["amount_nano"] > 5000, "storage")
        equal(s3.post("_trug", "v1/reset", {"bucket": "data"}).status, 200)
        got = bill(server, tier="aws", bucket="data")
        equal((got["amount_nano"], got["class_a"]), (0, 0))
        check(bill(server, tier="aws", bucket="more")["amount_nano"] >= before["amount_nano"],
              "the other bucket's")
        equal(run("cost", server.endpoint, "--forget")[0], 0)
        got = bill(server, tier="aws")
        check(got["amount_nano"] < 10 and got["class_a"] == 0, got)
        equal(got["outlook"]["objects"], 1)
        equal(s3.put("data", "k", b"x").status, 200)
        equal(s3.post("_trug", "v1/reset").status, 200)
        got = bill(server, tier="aws")
        equal((got["amount_nano"], got["months"], got["outlook"]["objects"]), (0, [], 0))


# ---- asking ----

def test_the_verb():
    with fresh() as server:
        s3, url = server.client(), server.endpoint
        for n in range(3):
            equal(s3.put("data", "k%d" % n, b"x" * 1000, {"x-amz-storage-class": "GLACIER"})
                  .status, 200)
        code, out, err = run("cost", url)
        equal((code, err), (0, ""), err)
        check("aws: 0.000090" in out and "r2: " in out and "not verified" in out, out)
        code, out, _ = run("cost", url, "--tier", "aws", "--json", "--months", "12")
        one = json.loads(out)["bills"][0]
        outlook = one["outlook"]
        equal((code, one["tier"], outlook["months"], outlook["objects"]), (0, "aws", 12, 3))
        classes = {c["class"]: c for c in outlook["classes"]}
        equal(classes["DEEP_ARCHIVE"]["transition"], "0.000150000")
        equal(classes["GLACIER"]["transition_nano"], 0)
        equal(classes["STANDARD_IA"]["month_nano"],
              int(Fraction(3 * SMALL * 12500000, 1 << 30) + Fraction(1, 2)))
        for words, status in ((["--budget", "0.0001"], 0), (["--budget", "0.00008"], 1),
                              (["--max-class-a", "3"], 0), (["--max-class-a", "2"], 1),
                              (["--max-class-b", "0"], 0), (["--json", "--budget", "0"], 1)):
            code, out, err = run("cost", url, "--tier", "aws", *words)
            equal(code, status, words)
            equal(err.count("\n"), status, err)
        for words in (["--tier", "minio"], ["--months", "0"], ["--months", "x"]):
            code, out, err = run("cost", url, *words)
            equal((code, out, err.count("\n")), (2, "", 1), err)
        code, out, err = run("cost", url, "--bucket", "nothing")
        equal((code, out, err), (1, "", "trug: The specified bucket does not exist\n"))
        for words in (["--budget"], ["--budget", "x"], ["--budget", "-1"], ["--nothing"],
                      ["--budget", "1.0000000001"], ["--forget", "--json"], ["a"],
                      ["--max-class-a", "1.5"]):
            code, out, err = run("cost", url, *words)
            equal((code, out), (2, ""), words)
            check("usage" in err, err)


def test_whose_prices():
    """The server's tier, or the bucket's; both where that has none."""
    for tier, want in (("aws", ["aws"]), ("r2", ["r2"]), ("open", ["aws", "r2"]),
                       ("minio", ["aws", "r2"])):
        with Server(args=["--tier", tier], buckets=["data"]) as server:
            equal(sorted(bill(server)), want, tier)
            if tier == "open":
                equal(server.client().post("_trug", "v1/tier", {
                    "bucket": "data", "tier": "r2"}).status, 200)
                equal(sorted(bill(server, bucket="data")), ["r2"])


def test_who_may_ask():
    with fresh() as server:
        for method in ("get", "delete"):
            equal(getattr(server.client(access=None), method)("_trug", "v1/cost").status, 403)
            equal(getattr(server.client(secret="wrong"), method)("_trug", "v1/cost").status, 403)
        equal(server.client().put("_trug", "v1/cost", b"").status, 405)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
