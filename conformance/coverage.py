#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which rows of the registry have no good, no bad or no denied case; fails if one lacks any.

    conformance/run --record record ...        against a server with --access-log log
    trug ops | conformance/coverage.py record log     and --access-log-format json

What a case is about is not read from its name or its source: the server says in its log which
operation each request was, the record says which of them a passing case has judged. A status
of 2xx is good. An error counts if its code was stated: AccessDenied and SignatureDoesNotMatch
are denials, any other 4xx is bad input. An operation that is not implemented has the 501 that
names it instead. With --cases, the table of cases is printed, too.
"""

import json
import sys

KINDS = ("good", "bad", "denied")
DENIALS = ("AccessDenied", "SignatureDoesNotMatch", "")  # "": a HEAD has no document


def read_lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def kind(row, answer):
    """One of KINDS, or None for what shows nothing."""
    status, code = answer["status"], answer["code"]
    if 200 <= status < 300 and row["implemented"]:
        return "good"
    if code is None:
        return None
    if status == 501 and not row["implemented"]:
        return "good" if "%s is not implemented." % row["name"] in answer["text"] else None
    if status == 403 and code in DENIALS:
        return "denied"
    return "bad" if 400 <= status < 500 else None


def gather(rows, record, log):
    """{operation: {kind: [cases]}}"""
    rows = {row["name"]: row for row in rows}
    log = {line["request_id"]: line["operation"] for line in log}
    table = {name: {k: [] for k in KINDS} for name in rows}
    for answer in record:
        operation = log.get(answer["request_id"])
        found = kind(rows[operation], answer) if operation in rows else None
        if found is not None and answer["case"] not in table[operation][found]:
            table[operation][found].append(answer["case"])
    return table


def wanted(row, rows):
    """Kinds of cases that there can be: no 2xx to read what cannot be written yet."""
    if not row["implemented"]:
        return ("good", "denied")
    writer = [r for r in rows if (r["method"], r["level"], r["sub"]) ==
              ("PUT", row["level"], row["sub"]) and not r["implemented"]]
    empty = row["method"] == "GET" and row["sub"] and writer
    return ("bad", "denied") if empty else KINDS


def main():
    paths = [a for a in sys.argv[1:] if a != "--cases"]
    if len(paths) != 2:
        sys.exit("usage: trug ops | coverage.py [--cases] RECORD ACCESS-LOG")
    rows = json.load(sys.stdin)
    table, lacking = gather(rows, *map(read_lines, paths)), 0
    for row in rows:
        cases = table[row["name"]]
        if "--cases" in sys.argv:
            for k in KINDS:
                print("%s\t%s\t%d\t%s" % (row["name"], k, len(cases[k]), " ".join(cases[k][:5])))
        without = [k for k in wanted(row, rows) if not cases[k]]
        if without:
            lacking += 1
            print("%s: no %s case" % (row["name"], ", no ".join(without)))
    print("%d of %d rows have good, bad and denied cases" % (len(rows) - lacking, len(rows)))
    return 1 if lacking or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
