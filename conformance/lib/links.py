# SPDX-License-Identifier: Apache-2.0
"""Presigned links of every form, made by a client and followed without it.

`ask(form, key, upload, number)` gives {"url": ..., "fields": ..., "headers": ...} or raises;
a link is followed at the endpoint of the raw client, whatever host it was made for: what it
says of the host is in its signature alone, or in the Host that is sent along.
"""

import http.client
import ssl
import urllib.parse

import postform

METHODS = {"get": "GET", "head": "HEAD", "put": "PUT", "delete": "DELETE", "part": "PUT",
           "post": "POST"}
# By version 4 of the signature, and by version 2.
FORMS = list(METHODS) + [form + "_v2" for form in METHODS]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


def send(endpoint, method, target, headers, body):
    at = urllib.parse.urlsplit(endpoint)
    if at.scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(at.hostname, at.port, timeout=60,
                                                 context=context)
    else:
        connection = http.client.HTTPConnection(at.hostname, at.port, timeout=60)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        got = connection.getresponse()
        return Answer(got.status, got.headers, got.read())
    finally:
        connection.close()


def follow(endpoint, form, link, body=None, host=None):
    """One link, as curl or a browser would open it; host replaces the Host header."""
    at = urllib.parse.urlsplit(link["url"])
    target = (at.path or "/") + ("?" + at.query if at.query else "")
    headers = {"Host": host or urllib.parse.urlsplit(endpoint).netloc}
    for name, value in (link.get("headers") or {}).items():
        if name.lower() not in ("host", "content-length"):
            headers[name] = value
    if form.startswith("post"):
        body = postform.body(list(link["fields"].items()), body)
        headers["Content-Type"] = "multipart/form-data; boundary=" + postform.BOUNDARY
    return send(endpoint, METHODS[form.replace("_v2", "")], target, headers, body)


class Story:
    """What each form is for, done by following its link; t is a case with a bucket."""

    def __init__(self, t, bucket, ask, host=None):
        self.t, self.bucket, self.ask, self.host = t, bucket, ask, host

    def open(self, form, body=None, **more):
        self.key = "links/%s é+1" % form
        if form.replace("_v2", "") in ("get", "head", "delete"):
            self.t.object(self.bucket, self.key, b"linked")
        link = self.ask(form, self.key, **more)
        return follow(self.t.options.endpoint, form, link, body, self.host)

    def stored(self, body):
        got = self.t.status(self.t.s3.get(self.bucket, self.key), 200).body
        self.t.eq(got, body, "what is stored as %r" % self.key)

    def said(self, answer, *want):
        self.t.ok(answer.status in want, "status %d, want %d: %r" % (
            answer.status, want[0], answer.body[:400]))

    def tell(self, form):
        getattr(self, form.replace("_v2", ""))(form)

    def get(self, form):
        answer = self.open(form)
        self.said(answer, 200)
        self.t.eq(answer.body, b"linked", "the body")

    def head(self, form):
        answer = self.open(form)
        self.said(answer, 200)
        self.t.eq(answer.headers["Content-Length"], "6", "Content-Length")

    def put(self, form):
        self.said(self.open(form, b"sent by link"), 200)
        self.stored(b"sent by link")

    def delete(self, form):
        self.said(self.open(form), 204)
        self.t.eq(self.t.s3.head(self.bucket, self.key).status, 404, "status afterwards")

    def part(self, form):
        self.key = "links/%s é+1" % form
        upload = self.t.upload(self.bucket, self.key)
        tags = []
        for number, body in ((1, b"1" * (5 << 20)), (2, b"the end")):
            answer = self.open(form, body, upload=upload, number=number)
            self.said(answer, 200)
            tags.append((number, answer.headers["ETag"]))
        self.t.status(self.t.complete(self.bucket, self.key, upload, tags), 200)
        self.stored(b"1" * (5 << 20) + b"the end")

    def post(self, form):
        self.said(self.open(form, b"sent by form"), 204, 201, 200)
        self.stored(b"sent by form")
