#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which rows of the registry have no good, no bad or no denied case; fails if one lacks any.

    conformance/run --record record ...        against a server with --access-log log
    trug ops | conformance/coverage.py record log     and --access-log-format json

What a case is about is not read from its name or its source: the server says in its log which
operation each request was, the record says which of them a passing case has judged. A status
of 2xx is good. An error counts if its code was stated: AccessDenied and SignatureDoesNotMatch
are denials, any other 4xx is bad input. An operation that is not implemented has, for good and
for bad, the 501 that names it. With --cases, the table of cases is printed, too.
"""

import json
import sys

KINDS = ("good", "bad", "denied")
DENIALS = ("AccessDenied", "SignatureDoesNotMatch")


def read_lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def kind(row, answer, logged):
    """One of KINDS, or None for what shows nothing."""
    if not row["implemented"]:
        if answer["status"] == 501 and answer["refused"] and \
                "%s is not implemented." % row["name"] in answer["text"]:
            return "good"
    elif 200 <= answer["status"] < 300:
        return "good"
    if not answer["refused"]:
        return None
    if answer["status"] == 403 and logged["error"] in DENIALS:
        return "denied"
    return "bad" if 400 <= answer["status"] < 500 and answer["status"] != 403 else None


def gather(rows, record, log):
    """{operation: {kind: [cases]}}"""
    rows = {row["name"]: row for row in rows}
    log = {line["request_id"]: line for line in log if line["operation"] in rows}
    table = {name: {k: [] for k in KINDS} for name in rows}
    for answer in record:
        logged = log.get(answer["request_id"])
        if logged is None:
            continue
        found = kind(rows[logged["operation"]], answer, logged)
        if found is not None:
            cases = table[logged["operation"]][found]
            if answer["case"] not in cases:
                cases.append(answer["case"])
    return table


def lacks(row, cases):
    wanted = KINDS if row["implemented"] else ("good", "denied")
    return [k for k in wanted if not cases[k]]


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
        without = lacks(row, cases)
        if without:
            lacking += 1
            print("%s: no %s case" % (row["name"], ", no ".join(without)))
    print("%d of %d rows have good, bad and denied cases" % (len(rows) - lacking, len(rows)))
    return 1 if lacking or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
