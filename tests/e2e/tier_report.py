#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The portability report against the table. For each row at which a strict tier differs from
the open profile, the cases of conformance/tiers for that row are told to an open server, which
answers them in its own way; then the report must have the row. What the table says the report
has not (TIER_UNTOLD), it must not have. One alone: `tier_report.py r2 parts-equal`."""

import json
import signal
import subprocess
import sys
import time
import types

from harness import ACCESS, SECRET, Server, binary
import case as case_module
import document
import tiers

SECONDS = 60  # of one case; a listener never ends
LIMITS = {"buckets": 3, "object": 1000}
# So small that a case may pass them; what others do beyond them is told as well, and no harm.
SMALL = ["%s.%s=%d" % (tier, name, n) for tier in tiers.STRICT for name, n in LIMITS.items()] + [
    "open.uploads=2", "minio.part=10", "minio.put=10"]
ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",' \
    '"Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"}]}'


class Late(Exception):
    pass


def late(*_):
    raise Late()


# ---- traffic where the cases of a row have none for a server that is open ----


def opened(t):
    """A bucket that anybody may read."""
    name = t.bucket()
    t.status(t.s3.delete(name, query="publicAccessBlock"), 204)
    t.status(t.s3.put(name, body=ALLOW % name, query="policy"), 204)
    return name


def override_nobody(t):
    name = opened(t)
    t.object(name, "k")
    t.s3.get(name, "k", sign=None, query={"response-content-type": "text/plain"})


def missing_key(t):
    t.s3.get(opened(t), "none", sign=None)


def list_more(t):
    name = t.bucket()
    t.object(name, "k")
    t.keys(name, {"metadata": "true"})


def uploads(t):
    name = t.bucket()
    for n in range(3):
        t.upload(name, "k%d" % n)
    t.status(t.s3.get(name, query="uploads"), 200)


def put(t):
    t.object(t.bucket(), "k", b"x" * 11)


def part(t):
    name = t.bucket()
    t.part(name, "k", t.upload(name, "k"), 1, b"x" * 11)


def session(t):
    t.s3.get(t.bucket(), headers={"x-amz-security-token": "nonsense"})


def rule_more(t):
    document.put(t, t.bucket(), "lifecycle", document.xml("LifecycleConfiguration", (
        "<Rule><ID>r</ID><Filter/><Status>Enabled</Status><Expiration><Days>1</Days>"
        "<ExpiredObjectAllVersions>true</ExpiredObjectAllVersions></Expiration></Rule>")))


def cors_rules(t):
    document.put(t, t.bucket(), "cors", document.xml("CORSConfiguration", (
        "<CORSRule><AllowedOrigin>*.example.com</AllowedOrigin><AllowedMethod>GET"
        "</AllowedMethod></CORSRule>")))


MORE = {name.replace("_", "-"): f for name, f in list(globals().items())
        if isinstance(f, types.FunctionType) and name not in ("late", "opened")}


# ---- asking ----


class Asked:
    def __init__(self, server, region="us-east-1"):
        self.server, self.region = server, region
        self.client = server.client(region=region)

    def case(self, tier):
        return case_module.Case(types.SimpleNamespace(
            endpoint=self.server.endpoint, access_key=ACCESS, secret_key=SECRET,
            region=self.region, profile="aws", tier=tier, limits=LIMITS, timeout=60))

    def tell(self, tier, function):
        """As a program would that does not mind what it is answered."""
        t = self.case(tier)
        signal.alarm(SECONDS)
        try:
            function(t)
        except Exception:
            pass
        finally:
            signal.alarm(0)
        return t

    def report(self, tier):
        answer = self.client.request("GET", path="/_trug/v1/tier/report")
        return {row["point"] for row in json.loads(answer.body)[tier]}

    def has(self, tier, point, functions):
        """Is the point in the report after that?"""
        self.client.request("DELETE", path="/_trug/v1/tier/report")
        for of, function in functions:
            t = self.tell(of, function)
            t.s3.close()
            end = time.monotonic() + (30 if of == tier and point == "op-lacks" else 0)
            while True:
                if point in self.report(tier):
                    return True
                if time.monotonic() >= end:
                    break
                time.sleep(0.05)
        return False


def traffic(tier, point):
    """Cases of the tier first, then those of others: one that stops at another difference
    may not come as far as this one."""
    found = [(of, f) for of in (tier,) + tuple(x for x in tiers.STRICT if x != tier)
             for name, f in tiers.load(of) if tiers.point(name) == point]
    return ([(tier, MORE[point])] if point in MORE else []) + found


def main():
    signal.signal(signal.SIGALRM, late)
    rows = json.loads(subprocess.run([binary(), "tiers", "--json"], check=True,
                                     capture_output=True, text=True).stdout)
    names = [a for a in sys.argv[1:] if a not in tiers.STRICT]
    wanted = [(row, tier) for tier in tiers.STRICT for row in rows
              if row[tier]["value"] != row["open"]["value"] and row[tier]["honoured"] and
              (not names or row["name"] in names) and
              (tier in sys.argv or not set(tiers.STRICT) & set(sys.argv))]
    print("1..%d" % len(wanted), flush=True)
    failed = 0
    how = ["--max-object", "53687091200000", "--tier-options", ",".join(SMALL)]
    with Server(args=how) as plain, Server(args=["--region", "eu-west-1"]) as far:
        for number, (row, tier) in enumerate(wanted, 1):
            point, untold = row["name"], row[tier].get("untold")
            at = Asked(far, "eu-west-1") if point == "region-wrong" else Asked(plain)
            has = at.has(tier, point, traffic(tier, point))
            right = has != bool(untold)
            failed += not right
            print("%sok %d - %s: %s%s" % ("" if right else "not ", number, tier, point,
                                          ": " + untold if untold else ""), flush=True)
            if not right:
                print("# the report %s it" % ("has" if has else "has not"))
    return 1 if failed else 0


sys.exit(main())
