# SPDX-License-Identifier: Apache-2.0
"""What the cases looked at, a line of JSON for each answer; coverage.py reads it.

An answer counts when a case has stated its status, in the case itself and not in what cleans
up behind it, and the case has passed. "refused" is an error that was stated whole: by its
code where there is a document, by its status and empty body where there is none.
"""

import json
import threading


class Record:
    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")
        self.lock = threading.Lock()

    def add(self, case, seen):
        """seen: (answer, refused) of a case that passed."""
        rows = {}
        for answer, refused in seen:
            name = answer.header("x-amz-request-id") or answer.header("x-amzn-RequestId")
            if name is None:
                continue
            rows[name] = {"case": case, "request_id": name, "status": answer.status,
                          "refused": refused or rows.get(name, {}).get("refused", False),
                          "text": answer.body.decode() if answer.status == 501 else ""}
        with self.lock:
            for row in rows.values():
                self.file.write(json.dumps(row) + "\n")

    def close(self):
        self.file.close()
