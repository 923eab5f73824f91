# SPDX-License-Identifier: Apache-2.0
"""MinIO's listeners: events as they happen, on an answer without end."""
import http.client
import json

import s3raw

EVENTS = [("events", "s3:ObjectCreated:*"), ("events", "s3:ObjectRemoved:*")]


class Listener:
    """Reads what comes; the answer's head is judged like any other."""

    def __init__(self, t, bucket, query):
        method, target, headers, _ = t.s3.build("GET", bucket, query=query)
        self.conn = http.client.HTTPConnection(t.s3.host, t.s3.port, timeout=120)
        self.conn.sock = t.s3.socket()
        self.conn.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            self.conn.putheader(name, value)
        self.conn.endheaders()
        self.response = self.conn.getresponse()
        self.answer = s3raw.Answer(self.response.status, self.response.getheaders(), b"",
                                   "GET " + target)

    def record(self):
        while True:
            text = self.response.readline()
            if not text or text.strip():
                return json.loads(text or b"null")["Records"][0]


def listen(t, bucket, query):
    listener = Listener(t, bucket, query)
    t.status(listener.answer, 200)
    t.header(listener.answer, "Content-Type", "text/event-stream")
    return listener
