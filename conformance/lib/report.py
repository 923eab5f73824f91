# SPDX-License-Identifier: Apache-2.0
"""Results as TAP on standard output, as JSON lines, and as a Markdown matrix.

expected/<profile>.tsv holds what is known to differ: "client/case", "fail", and the reason,
with tabs between. Such a failure is TAP's "to do"; a case that passes although it is listed
fails the run, so that the list stays true.
"""

import json
import os
import sys

import clients


def load_expected(path):
    rows = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            for line in f:
                if line.strip() and not line.startswith("#"):
                    name, result, reason = line.rstrip("\n").split("\t")
                    if result != "fail" or not reason:
                        raise SystemExit("%s: %r is no known difference" % (path, line))
                    rows[name] = reason
    return rows


class Report:
    def __init__(self, profile, expected, path, plan):
        self.profile, self.expected = profile, load_expected(expected)
        self.rows, self.failed, self.planned = [], 0, plan
        self.json = open(path, "w", encoding="utf-8") if path else None
        if plan:
            print("1..%d" % plan)

    def add(self, client, version, case, operation, verdict, reason, seconds, language=""):
        known = self.expected.get("%s/%s" % (client, case))
        row = {"profile": self.profile, "client": client, "version": version,
               "language": language, "case": case, "operation": operation, "result": verdict,
               "reason": reason, "seconds": round(seconds, 3)}
        if known and verdict == "pass":
            row["result"] = "fail"
            row["reason"] = "passes, but is listed as a known difference: " + known
            known = None
        if known and verdict == "fail":
            row["expected"] = known
        self.rows.append(row)
        if self.json:
            self.json.write(json.dumps(row, ensure_ascii=False) + "\n")
            self.json.flush()
        self._print(row)

    def _print(self, row):
        good = row["result"] != "fail"
        name = row["case"] if row["client"] == "raw" else "%s: %s" % (row["client"], row["case"])
        tail = ""
        if row["result"] in ("skip", "absent"):
            tail = " # SKIP " + row["reason"].replace("\n", " ")
            if row["result"] == "absent" and os.environ.get("TRUG_NEED_ALL"):
                good, tail = False, ""
        elif "expected" in row:
            tail = " # TO" "DO " + row["expected"]
        if not good and "expected" not in row:
            self.failed += 1
        print("%sok %d - %s%s" % ("" if good else "not ", len(self.rows), name, tail))
        if not good:
            print("\n".join("# " + line for line in row["reason"].splitlines()))
        sys.stdout.flush()

    def end(self, matrix):
        if not self.planned:
            print("1..%d" % len(self.rows))
        if self.json:
            self.json.close()
        if matrix:
            write_matrix(matrix, self.rows)


def cell(text, longest=160):
    text = " ".join(text.split()).replace("|", "\\|")
    return text if len(text) <= longest else text[:longest - 1] + "…"


HEAD = ["| Client | Version | Passed | Failed | Remarks |", "|---|---|---|---|---|"]
BEGIN, END = "<!-- clients: begin (make conformance-matrix) -->", "<!-- clients: end -->"


def remarks(rows):
    """Failures first, then what the client does not do; steps with the same reason together."""
    reasons = {}
    for row in [r for r in rows if r["result"] == "fail"] + \
            [r for r in rows if r["result"] == "skip"]:
        reason = cell(row.get("expected") or row["reason"])
        if row["result"] == "fail":
            reason = "**%s**" % reason
        reasons.setdefault(reason, []).append(row["case"])
    said = ["%s: %s" % (", ".join(cases), reason) for reason, cases in reasons.items()]
    if "put_get_empty" not in [r["case"] for r in rows]:
        said.insert(0, "steps of its own: " + ", ".join(r["case"] for r in rows))
    return "; ".join(said)


def render(rows):
    """One line for each client by name: how many steps passed and failed, and the reasons."""
    lines = {}
    for name in dict.fromkeys(r["client"] for r in rows):
        mine = [r for r in rows if r["client"] == name]
        if mine[0]["result"] == "absent":
            lines[name] = "| %s | - | - | - | %s |" % (name, cell(mine[0]["reason"], 300))
            continue
        lines[name] = "| %s | %s | %d | %d | %s |" % (
            name, mine[-1]["version"] or "-", sum(r["result"] == "pass" for r in mine),
            sum(r["result"] == "fail" for r in mine),
            remarks(mine) if name != "raw" else "the cases, without a client between")
    return lines


def write_matrix(path, rows):
    """The table as a file; or, where the file marks a place for it, there, beside the lines of
    clients that were not run this time."""
    text = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            text = f.read()
    lines = render(rows)
    before, found, rest = text.partition(BEGIN)
    old, end, after = rest.partition(END)
    if found and end:
        for line in old.strip().splitlines()[2:]:
            lines.setdefault(line.split("|")[1].strip(), line)
    order = list(clients.ALL)
    names = sorted(lines, key=lambda n: (order.index(n) if n in order else -1, n))
    table = "\n".join(HEAD + [lines[n] for n in names]) + "\n"
    with open(path, "w", encoding="utf-8") as f:
        f.write(before + BEGIN + "\n" + table + END + after if found and end else table)
