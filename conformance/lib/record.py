# SPDX-License-Identifier: Apache-2.0
"""What the cases looked at, a line of JSON for each answer; coverage.py reads it.

An answer counts when a case has stated its status, in the case itself and not in what cleans
up behind it, and the case has passed. "code" is that of an error which was stated whole; "" is
one without a document, as HEAD gets it; null says that no more than the status was.
"""

import json
import threading


class Record:
    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")
        self.lock = threading.Lock()

    def add(self, case, seen):
        """seen: (answer, code) of a case that passed."""
        rows = {}
        for answer, code in seen:
            name = answer.header("x-amz-request-id") or answer.header("x-amzn-RequestId")
            row = rows.setdefault(name, {
                "case": case, "request_id": name, "status": answer.status, "code": None,
                "text": answer.body.decode() if answer.status == 501 else ""})
            if code is not None:
                row["code"] = code
        with self.lock:
            self.file.writelines(json.dumps(row) + "\n" for row in rows.values())

    def close(self):
        self.file.close()
