#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every row of the table of tiers that is claimed has a case, and every case a row (TAP)."""
import json
import os
import subprocess
import sys

top = os.environ.get("top_srcdir", os.path.join(os.path.dirname(__file__), "..", ".."))
trug = os.path.join(os.environ.get("top_builddir", "."), "trug")
sys.path.insert(0, os.path.join(top, "conformance", "lib"))
sys.dont_write_bytecode = True

import tiers  # noqa: E402

rows = json.loads(subprocess.run([trug, "tiers", "--json"], check=True, capture_output=True,
                                 text=True).stdout)
cases = tiers.load()
bad = 0


def tap(number, what, wrong):
    global bad
    print("%sok %d - %s" % ("not " if wrong else "", number, what))
    for line in wrong:
        bad += 1
        print("# " + line)


def covered(tier):
    return {tiers.point(name) for name, case in cases if tier in case.tiers}


print("1..%d" % (1 + len(tiers.STRICT)))
known = {row["name"] for row in rows}
tap(1, "every case is about a row", ["%s: no such row" % name for name, _ in cases
                                     if tiers.point(name) not in known])
for number, tier in enumerate(tiers.STRICT, 2):
    have, wrong = covered(tier), []
    for row in rows:
        claimed = row[tier]["honoured"]
        if claimed and row["name"] not in have:
            wrong.append("%s: claimed, without a case" % row["name"])
        if not claimed and row["name"] in have:
            wrong.append("%s: has a case, and TIER_NOT_YET all the same" % row["name"])
    done = sum(row[tier]["honoured"] for row in rows)
    tap(number, "%s: %d of %d rows are honoured, each with a case" % (tier, done, len(rows)),
        wrong)
sys.exit(1 if bad else 0)
