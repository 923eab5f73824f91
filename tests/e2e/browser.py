#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A page in headless Chromium, of another origin than the server, uploads and reads ETags.

Skipped where there is no chromium. The page is served here, under a name of its own; what it
found out it posts back to where it came from.
"""

import base64
import hashlib
import http.server
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import types
import urllib.parse

from harness import TOP, Server, Skip, check, equal, run_tests, s3raw

sys.path.insert(0, os.path.join(TOP, "conformance", "lib"))

import postform  # noqa: E402

PAGE_HOST, S3_HOST = "pages.example.test", "files.example.test"
SECONDS = 180

PAGE = """<!doctype html><title>upload</title><script>
const plan = %s;
async function attempt(what) {
  try {
    return await what();
  } catch (why) {
    return {refused: String(why)};
  }
}
async function put() {
  const answer = await fetch(plan.put, {method: 'PUT', body: new Blob([plan.body]),
    headers: {'Content-Type': 'text/x-page', 'x-amz-meta-from': 'page'}});
  return {status: answer.status, etag: answer.headers.get('ETag')};
}
async function get() {
  const answer = await fetch(plan.get);
  return {status: answer.status, etag: answer.headers.get('ETag'), body: await answer.text()};
}
async function post() {
  const form = new FormData();
  for (const [name, value] of plan.fields) form.append(name, value);
  form.append('file', new Blob([plan.body], {type: 'text/x-page'}), 'name.txt');
  const answer = await fetch(plan.post, {method: 'POST', body: form});
  return {status: answer.status, etag: answer.headers.get('ETag'),
    location: answer.headers.get('Location')};
}
// A form as pages without scripts send it; the answer leads back here, to /done.
function submit() {
  const form = document.createElement('form');
  Object.assign(form, {method: 'POST', action: plan.post, enctype: 'multipart/form-data'});
  for (const [name, value] of plan.submitted) {
    const field = document.createElement('input');
    Object.assign(field, {type: 'hidden', name, value});
    form.append(field);
  }
  const file = document.createElement('input');
  Object.assign(file, {type: 'file', name: 'file'});
  const files = new DataTransfer();
  files.items.add(new File([plan.body], 'picked.txt', {type: 'text/x-page'}));
  file.files = files.files;
  form.append(file);
  document.body.append(form);
  form.submit();
}
onload = async () => {
  const found = {origin: location.origin, put: await attempt(put), get: await attempt(get),
    post: await attempt(post)};
  await fetch('/result', {method: 'POST', body: JSON.stringify(found)});
  if (plan.submitted) submit();
};
</script><body></body>"""


class Pages(http.server.ThreadingHTTPServer):
    """The site of the page: / is the page, /result and /done take what came of it."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.found, self.plan = queue.Queue(), {}
        self.origin = "http://%s:%d" % (PAGE_HOST, self.server_port)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, text):
        data = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        at = urllib.parse.urlsplit(self.path)
        if at.path == "/done":
            self.server.found.put(dict(urllib.parse.parse_qsl(at.query)))
        self.answer(PAGE % json.dumps(self.server.plan) if at.path == "/" else "")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.found.put(json.loads(body))
        self.answer("")


class Browser:
    """Chromium at one address, for as long as the block; its names lead to this machine."""

    def __init__(self, url):
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if not program:
            raise Skip("there is no chromium")
        self.home = tempfile.mkdtemp(prefix="trug-browser-")
        self.log = open(os.path.join(self.home, "log"), "wb")
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--disable-background-networking",
             "--disable-component-update", "--no-proxy-server",
             "--user-data-dir=" + os.path.join(self.home, "profile"),
             "--host-resolver-rules=MAP *.example.test 127.0.0.1", url],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env=dict(os.environ, HOME=self.home))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)


def form(s3, bucket, fields):
    """Fields with a signed policy that allows them and no more than a megabyte."""
    case = types.SimpleNamespace(s3=s3, region="us-east-1")
    conditions = [{"bucket": bucket}, ["content-length-range", 1, 1 << 20]]
    return postform.sign(case, fields, conditions + [{k: v} for k, v in fields])


def plan(server, pages):
    """What the page is given by its own site: links and forms, no keys."""
    s3 = server.client()
    host = "%s:%d" % (S3_HOST, s3.port)
    there = "http://" + host

    def link(method, path, **headers):
        return there + s3.build(method, path=path, host=host, sign="presign",
                                headers={k.replace("_", "-"): v for k, v in headers.items()})[1]
    done = pages.origin + "/done"
    return {
        "body": "from a page: é " * 1000,
        "put": link("PUT", "/web/by-put", x_amz_meta_from="page"),
        "get": link("GET", "/web/by-put"), "post": there + "/web",
        "fields": form(s3, "web", [("key", "by-post"), ("success_action_status", "201")]),
        "submitted": form(s3, "web", [("key", "by-submit"), ("success_action_redirect", done)])}


def rules(server, origin):
    body = ("<CORSConfiguration><CORSRule><AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST"
            "</AllowedMethod><AllowedMethod>GET</AllowedMethod><AllowedOrigin>%s</AllowedOrigin>"
            "<AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader></CORSRule>"
            "</CORSConfiguration>" % origin).encode()
    digest = base64.b64encode(hashlib.md5(body).digest()).decode()
    equal(server.client().put("web", None, body, {"Content-MD5": digest}, "cors").status, 200)


def visit(server, pages, address=None, submits=True):
    """What the page found, and what the form's answer said."""
    pages.plan = plan(server, pages)
    if not submits:
        pages.plan["submitted"] = None
    with Browser(address or pages.origin + "/"):
        found = pages.found.get(timeout=SECONDS)
        return found, pages.found.get(timeout=SECONDS) if submits else None


def uploaded(server, pages, found, done):
    body = pages.plan["body"].encode()
    tag = s3raw.etag(body)
    equal(found["put"], {"status": 200, "etag": tag}, "PUT by the page")
    equal(found["get"], {"status": 200, "etag": tag, "body": body.decode()}, "GET by the page")
    equal((found["post"].get("status"), found["post"].get("etag")), (201, tag), "POST: %r" % (
        found["post"],))
    got = server.client().get("web", "by-put")
    equal((got.body, got.header("Content-Type"), got.header("x-amz-meta-from")),
          (body, "text/x-page", "page"), "what was put")
    equal(server.client().get("web", "by-post").body, body, "what was posted")
    if done:
        equal(done, {"bucket": "web", "key": "by-submit", "etag": tag}, "where the form led")
        equal(server.client().get("web", "by-submit").body, body, "what was submitted")


def test_rules_of_the_bucket():
    pages = Pages()
    with Server(buckets=["web"]) as server:
        rules(server, pages.origin)
        found, done = visit(server, pages)
        equal(found["origin"], pages.origin, "the page's origin")
        uploaded(server, pages, found, done)


def test_default_for_pages_of_this_machine():
    """A page of http://localhost, no rules at all: as a developer starts."""
    pages = Pages()
    with Server(buckets=["web"]) as server:
        local = "http://localhost:%d" % pages.server_port
        found, _ = visit(server, pages, local + "/", submits=False)
        equal(found["origin"], local, "the page's origin")
        uploaded(server, pages, found, None)


def test_others_are_kept_out():
    """Rules for another origin: the browser asks first, and does not send."""
    pages = Pages()
    with Server(buckets=["web"]) as server:
        rules(server, "http://elsewhere.example.test")
        found, _ = visit(server, pages, submits=False)
        for what in ("put", "get", "post"):
            check("refused" in found[what], "%s got through: %r" % (what, found[what]))
        equal(server.client().head("web", "by-put").status, 404, "nothing was put")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
