# SPDX-License-Identifier: Apache-2.0
"""Results as TAP on standard output, as JSON lines, and as a Markdown matrix.

expected/<profile>.tsv holds what is known to differ: "client/case", "fail", and the reason,
with tabs between. Such a failure is TAP's "to do"; a case that passes although it is listed
fails the run, so that the list stays true.
"""

import json
import os
import sys


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
            with open(matrix, "w", encoding="utf-8") as f:
                f.write(render(self.rows))


def cell(text, longest=160):
    text = " ".join(text.split()).replace("|", "\\|")
    return text if len(text) <= longest else text[:longest - 1] + "…"


def render(rows):
    """One line for each client: how many steps passed and failed, and the reasons."""
    names = []
    for row in rows:
        if row["client"] not in names:
            names.append(row["client"])
    out = ["| Client | Version | Passed | Failed | Not in the client | Remarks |",
           "|---|---|---|---|---|---|"]
    for name in names:
        mine = [r for r in rows if r["client"] == name]
        absent = [r for r in mine if r["result"] == "absent"]
        if absent:
            out.append("| %s | - | - | - | - | %s |" % (name, cell(absent[0]["reason"])))
            continue
        skipped = [r["case"] for r in mine if r["result"] == "skip"]
        failed = [r for r in mine if r["result"] == "fail"]
        reasons = {}
        for r in failed:
            reasons.setdefault(r.get("expected") or cell(r["reason"]), []).append(r["case"])
        remarks = ["%s: %s" % (", ".join(cases), reason) for reason, cases in reasons.items()]
        if name != "raw" and skipped:
            remarks.append("no call for " + ", ".join(skipped))
        out.append("| %s | %s | %d | %d | %d | %s |" % (
            name, mine[-1]["version"] or "-", sum(r["result"] == "pass" for r in mine),
            len(failed), len(skipped), "; ".join(cell(r, 400) for r in remarks)))
    return "\n".join(out) + "\n"
