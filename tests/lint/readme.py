#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tables of README.md are what the program says of itself (TAP).

readme.py [--write]: with --write the tables are put in place.
"""
import json
import os
import subprocess
import sys

top = os.environ.get("top_srcdir", os.path.join(os.path.dirname(__file__), "..", ".."))
trug = os.path.join(os.environ.get("top_builddir", "."), "trug")


def says(*verb):
    return subprocess.run([trug] + list(verb), check=True, capture_output=True, text=True).stdout


def operations():
    rows = json.loads(says("ops"))
    there = [r["name"] for r in rows if r["implemented"] and r["effect"]]
    stored = [r["name"] for r in rows if r["implemented"] and not r["effect"]]
    missing = [r["name"] for r in rows if not r["implemented"]]
    return (
        "| | Operations |\n|---|---|\n"
        f"| Working ({len(there)}) | {', '.join(there)} |\n"
        f"| Checked, stored and given back, without effect ({len(stored)}) | {', '.join(stored)} |\n"
        f"| Missing: 501 by name ({len(missing)}) | {', '.join(missing)} |\n"
    )


def tiers():
    rows = json.loads(subprocess.run([trug, "tiers", "--json"], check=True,
                                     capture_output=True, text=True).stdout)
    text = "| | Rows | Honoured | Not yet |\n|---|---|---|---|\n"
    for tier in ("aws", "minio", "r2"):
        missing = [r["name"] for r in rows if not r[tier]["honoured"]]
        text += "| %s | %d | %d | %s |\n" % (tier, len(rows), len(rows) - len(missing),
                                           ", ".join(missing))
    return text


def block(text, name):
    begin = text.index(f"<!-- {name}: begin")
    begin = text.index("-->\n", begin) + 4
    return begin, text.index(f"<!-- {name}: end", begin)


def main():
    path = os.path.join(top, "README.md")
    wanted = {"settings": says("settings"), "targets": says("settings", "targets"), "operations": operations(), "tiers": tiers()}
    with open(path, encoding="utf-8") as f:
        text = f.read()
    print(f"1..{len(wanted)}")
    bad = 0
    for i, (name, want) in enumerate(wanted.items(), 1):
        begin, end = block(text, name)
        if text[begin:end] == want:
            print(f"ok {i} - README.md has the table of {name}")
            continue
        bad += 1
        print(f"not ok {i} - README.md has the table of {name}; run tests/lint/readme.py --write")
        text = text[:begin] + want + text[end:]
    if bad and "--write" in sys.argv[1:]:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    return 1 if bad else 0


sys.exit(main())
