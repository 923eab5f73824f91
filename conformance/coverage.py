#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which rows of the registry have no good, no bad or no denied case.

    trug ops | conformance/coverage.py [--all]

A case counts by what it expects, read from its source and the helpers of its file that it
calls: an error of 403 is a denial, any other error is bad input, and a case that expects
something beside errors is a good one. Rows that are not implemented are left out, unless
with --all. Fails if a row is lacking.
"""

import ast
import json
import os
import sys

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases")
GOOD = {"body", "eq", "ok", "header", "keys", "object", "multipart", "one_of", "part"}


def statuses(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return [node.value]
    if isinstance(node, ast.Tuple):
        return [s for e in node.elts for s in statuses(e)]
    return []


def kinds(function, helpers, seen):
    """What a function expects: a set of "good", "bad", "denied"."""
    found = set()
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else \
            getattr(node.func, "id", "")
        if name in ("error", "bare_error", "status"):
            for status in statuses(node.args[1]) if len(node.args) > 1 else []:
                found.add("denied" if status == 403 else "bad" if status >= 400 else "good")
            if name != "status" and not found & {"bad", "denied"}:
                found.add("bad")
        elif name in GOOD:
            found.add("good")
        elif name in helpers and name not in seen:
            found |= kinds(helpers[name], helpers, seen | {name})
    return found


def read_cases():
    """{operation: {kind: number of cases}}"""
    table = {}
    for name in sorted(os.listdir(CASES)):
        if not name.endswith(".py"):
            continue
        with open(os.path.join(CASES, name), encoding="utf-8") as f:
            tree = ast.parse(f.read(), name)
        functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
        for symbol, function in functions.items():
            if not symbol.startswith(name[:-3] + "_"):
                continue
            for kind in kinds(function, functions, {symbol}):
                row = table.setdefault(name[:-3], {})
                row[kind] = row.get(kind, 0) + 1
    for operation in denied():
        row = table.setdefault(operation, {})
        row["denied"] = row.get("denied", 0) + 1
    return table


def denied():
    """Operations of the table that Denied.py goes through."""
    with open(os.path.join(CASES, "Denied.py"), encoding="utf-8") as f:
        for node in ast.parse(f.read()).body:
            if isinstance(node, ast.Assign) and node.targets[0].id == "OPERATIONS":
                return [ast.literal_eval(k) for k in node.value.keys]
    return []


def main():
    rows = [r for r in json.load(sys.stdin) if r["implemented"] or "--all" in sys.argv]
    table, lacking = read_cases(), 0
    for row in rows:
        counts = [table.get(row["name"], {}).get(k, 0) for k in ("good", "bad", "denied")]
        without = [k for k, n in zip(("good", "bad", "denied"), counts) if not n]
        if without:
            lacking += 1
            print("%s: no %s case" % (row["name"], ", no ".join(without)))
    print("%d of %d rows have good, bad and denied cases" % (len(rows) - lacking, len(rows)))
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
