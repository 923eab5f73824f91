#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The strict tiers: the cases of conformance/tiers against a server of each. One alone:
`tiers.py minio`, one case: `tiers.py minio part_small`."""

import json
import os
import subprocess
import sys
import tempfile

import certs
from harness import Server, TOP
import tiers  # noqa: E402

RUN = os.path.join(TOP, "conformance", "run")
TIERS = ("aws", "minio", "r2")
TOKEN = {"accounts": [{"id": "000000000001", "keys": [
    {"access_key": "0123456789abcdef" * 2, "token": "v1-token_of_the_conformance_cases-0000001"},
]}]}
LIMITS = {"buckets": 3, "object": 1000}


count = 0


def tell(tier, line):
    """All runs as one: numbered through, and one plan behind them."""
    global count
    word, ok, rest = line.partition("ok ")
    if line.startswith("1.."):
        return
    if ok and word in ("", "not "):
        count += 1
        line = "%sok %d - %s: %s" % (word, count, tier, rest.partition(" - ")[2])
    print(line, flush=True)


def both(tier, globs):
    """As it is, and what needs a server started in another way."""
    status = one(tier, globs)
    if globs:
        return status
    with tempfile.TemporaryDirectory() as folder:
        certs.issue(folder)
        status = max(status, one(tier, ["*sse_c*", "tls"], ["--tls-dir", folder]))
    names = {name for name, _ in tiers.load(tier)}
    for name, limit in LIMITS.items():
        if name not in names:
            continue
        status = max(status, one(tier, [name], ["--tier-options", "%s.%s=%d" % (
            tier, name, limit)], ["--limit", "%s=%d" % (name, limit)]))
    if tier == "r2":
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "identities.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(TOKEN, file)
            status = max(status, one(tier, ["secret_form*"], ["--identities", path],
                                     ["--limit", "tokens=1"]))
    if tier == "minio":
        status = max(status, one(tier, ["region_wrong*"], ["--region", "eu-west-1"],
                                 ["--region", "eu-west-1"]))
    return status


def one(tier, globs, how=(), run=()):
    # More than any row says a PUT may be: so it is the tier that refuses.
    with Server(args=["--tier", tier, "--max-object", "53687091200000"] + list(how)) as server:
        words = [w for g in globs for w in ("--case", g)]
        done = subprocess.run([sys.executable, RUN, "--endpoint", server.endpoint, "--tier",
                               tier] + words + list(run), stdout=subprocess.PIPE, text=True)
        status = done.returncode
        for line in done.stdout.splitlines():
            tell(tier, line)
        if server.process.poll() is not None:
            print("Bail out! the server died")
            print("\n".join("# " + line for line in server.tail().splitlines()))
            return 1
        code = server.stop()
        if code != 0:
            print("# the server left with %r" % code)
    return status or code


wanted = [a for a in sys.argv[1:] if a in TIERS]
rest = [a for a in sys.argv[1:] if a not in TIERS]
status = max([both(tier, rest) for tier in wanted or TIERS])
print("1..%d" % count)
sys.exit(status)
