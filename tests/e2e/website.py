#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Buckets as websites: by a port of their own, and by host name."""

import base64
import hashlib
import http.client
import json
import sys
import urllib.parse

from harness import Server, check, equal, run_tests

INDEX = "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>"
ERROR = "<ErrorDocument><Key>error.html</Key></ErrorDocument>"
ARGS = ["--website-address", "127.0.0.1:0", "--website-domain", "web.test"]


def rules(*pairs):
    return "<RoutingRules>%s</RoutingRules>" % "".join(
        "<RoutingRule>%s<Redirect>%s</Redirect></RoutingRule>" % (
            "<Condition>%s</Condition>" % when if when else "", to) for when, to in pairs)


class Site(Server):
    def __init__(self, config, public=True, bucket="site"):
        super().__init__(args=ARGS, buckets=[bucket])
        self.config, self.public, self.bucket = config, public, bucket

    def __enter__(self):
        self.start()
        s3 = self.client()
        self.put(s3, "website", "<WebsiteConfiguration>%s</WebsiteConfiguration>" % self.config)
        if self.public:
            equal(s3.delete(self.bucket, None, "publicAccessBlock").status, 204)
            self.put(s3, "policy", json.dumps({"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": "*", "Action": self.public,
                "Resource": ["arn:aws:s3:::" + self.bucket,
                             "arn:aws:s3:::%s/*" % self.bucket]}]}))
        return self

    def put(self, s3, sub, body):
        digest = base64.b64encode(hashlib.md5(body.encode()).digest()).decode()
        answer = s3.put(self.bucket, None, body, {"Content-MD5": digest}, sub)
        check(answer.status in (200, 204), "%s: %r" % (sub, answer))

    def object(self, key, body, **headers):
        equal(self.client().put(self.bucket, key, body, headers).status, 200)

    def ask(self, path, method="GET", host=None, base="website", **headers):
        url = urllib.parse.urlparse(self.ready[base])
        wire = http.client.HTTPConnection(url.hostname, url.port, timeout=120)
        wire.request(method, path, headers=dict(headers, Host=host or self.bucket + ".web.test"))
        answer = wire.getresponse()
        answer.text = answer.read().decode()
        wire.close()
        return answer


def page(answer, status, title, code, message, *more):
    """The page is AWS's, whole."""
    equal(answer.status, status)
    equal(answer.getheader("Content-Type"), "text/html; charset=utf-8")
    equal(answer.getheader("x-amz-error-code"), code)
    equal(answer.getheader("x-amz-error-message"), message)
    items = ["Code: " + code, "Message: " + message] + list(more) + [
        "RequestId: " + answer.getheader("x-amz-request-id"),
        "HostId: " + answer.getheader("x-amz-id-2")]
    want = ("<html>\n<head><title>%d %s</title></head>\n<body>\n<h1>%d %s</h1>\n<ul>\n%s</ul>\n"
            % (status, title, status, title, "".join("<li>%s</li>\n" % i for i in items)))
    equal(answer.text[:len(want)], want, "page")
    check(answer.text.endswith("<hr/>\n</body>\n</html>\n"), "end of " + answer.text)
    return answer.text[len(want):-len("<hr/>\n</body>\n</html>\n")]


def redirect(answer, status, location):
    equal((answer.status, answer.getheader("Location")), (status, location))


MISSING = ("NoSuchKey", "The specified key does not exist.")
DENIED = (403, "Forbidden", "AccessDenied", "Access Denied")
READ, LIST = ["s3:GetObject"], ["s3:GetObject", "s3:ListBucket"]


def test_nobody_may_unless_a_policy_says_so():
    with Site(INDEX + ERROR, public=False) as s:
        s.object("index.html", b"secret")
        s.object("error.html", b"secret")
        for path in ("/", "/index.html", "/none", "/folder"):
            rest = page(s.ask(path), *DENIED)
            check("Custom Error Document" in rest and "secret" not in rest, rest)
        equal((s.ask("/", "HEAD").status, s.ask("/", "HEAD").text), (403, ""))
        # A signature opens nothing here: the port takes none.
        equal(s.ask("/", Authorization="AWS trugadmin:x").status, 403)


def test_what_is_no_website():
    with Site(INDEX, public=False) as s:
        message = "The specified bucket does not exist"
        equal(page(s.ask("/", host="nobody.web.test"), 404, "Not Found", "NoSuchBucket", message,
                   "BucketName: nobody"), "")
        equal(s.client().put("plain").status, 200)
        page(s.ask("/", host="plain.web.test"), 404, "Not Found", "NoSuchWebsiteConfiguration",
             "The specified bucket does not have a website configuration", "BucketName: plain")
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            page(s.ask("/x", method), 405, "Method Not Allowed", "MethodNotAllowed",
                 "The specified method is not allowed against this resource.",
                 "Method: " + method, "ResourceType: OBJECT")
        equal(s.client().head("site").status, 200, "the bucket is still there")
        equal(s.ask("/%zz").status, 400)


def test_hosts():
    with Site("<RedirectAllRequestsTo><HostName>x</HostName></RedirectAllRequestsTo>",
              public=False) as s:
        for host in ("site.web.test", "SITE.web.test:80", "site.localhost:9000", "site"):
            redirect(s.ask("/", host=host), 301, "http://x/")
        redirect(s.ask("/", host="site.web.test", base="endpoint"), 301, "http://x/")
        equal(s.ask("/", host="site.localhost", base="endpoint").status, 403, "the API's answer")


def test_all_requests_go_elsewhere():
    with Site("<RedirectAllRequestsTo><HostName>example.com</HostName><Protocol>https</Protocol>"
              "</RedirectAllRequestsTo>", public=False) as s:
        redirect(s.ask("/a%20b/c?d=e&f"), 301, "https://example.com/a%20b/c?d=e&f")
        redirect(s.ask("/", "HEAD"), 301, "https://example.com/")


def test_rules_by_prefix():
    with Site(INDEX + rules(
            ("<KeyPrefixEquals>docs/</KeyPrefixEquals>",
             "<ReplaceKeyPrefixWith>documents/</ReplaceKeyPrefixWith>"),
            ("<KeyPrefixEquals>one</KeyPrefixEquals>",
             "<ReplaceKeyWith>a page.html</ReplaceKeyWith><HttpRedirectCode>307</HttpRedirectCode>"),
            ("<KeyPrefixEquals>far</KeyPrefixEquals>",
             "<Protocol>https</Protocol><HostName>example.com</HostName>")), public=False) as s:
        redirect(s.ask("/docs/x.html"), 301, "http://site.web.test/documents/x.html")
        redirect(s.ask("/one/two"), 307, "http://site.web.test/a%20page.html")
        redirect(s.ask("/far/away"), 301, "https://example.com/far/away")
        equal(s.ask("/other").status, 403)


def test_rules_by_error():
    with Site(INDEX + rules(
            ("<HttpErrorCodeReturnedEquals>403</HttpErrorCodeReturnedEquals>"
             "<KeyPrefixEquals>a/</KeyPrefixEquals>", "<ReplaceKeyPrefixWith>b/"
             "</ReplaceKeyPrefixWith><HttpRedirectCode>302</HttpRedirectCode>"),
            ("<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>",
             "<ReplaceKeyWith>never</ReplaceKeyWith>")), public=False) as s:
        redirect(s.ask("/a/x"), 302, "http://site.web.test/b/x")
        equal(s.ask("/c").status, 403)


def test_no_line_break_gets_out():
    with Site(INDEX + rules(("<KeyPrefixEquals>x</KeyPrefixEquals>",
                             "<HostName>h</HostName>")), public=False) as s:
        redirect(s.ask("/x%0D%0ASet-Cookie:%20a=b"), 301, "http://h/x%0D%0ASet-Cookie%3A%20a%3Db")
        bad = ("<WebsiteConfiguration>%s</WebsiteConfiguration>" % (INDEX + rules(
            ("", "<HostName>h&#13;&#10;Set-Cookie: a=b</HostName>"))))
        digest = base64.b64encode(hashlib.md5(bad.encode()).digest()).decode()
        equal(s.client().put("site", None, bad, {"Content-MD5": digest}, "website").status, 400)


def test_pages():
    with Site(INDEX + ERROR, public=LIST) as s:
        s.object("index.html", b"home", **{"Content-Type": "text/html"})
        s.object("folder/index.html", b"folder")
        s.object("moved", b"", **{"x-amz-website-redirect-location": "/folder/"})
        s.object("a&b", b"x" * 100000)
        for host in ("site.web.test", "site"):
            answer = s.ask("/", host=host)
            equal((answer.status, answer.text), (200, "home"))
            equal(answer.getheader("Content-Type"), "text/html")
        equal(s.ask("/index.html?versionId=x&acl").text, "home", "the query means nothing")
        equal(s.ask("/folder/").text, "folder")
        page(s.ask("/folder"), 302, "Found", "Found", "Resource Found")
        redirect(s.ask("/folder"), 302, "/folder/")
        redirect(s.ask("/moved"), 301, "/folder/")
        equal(len(s.ask("/a%26b").text), 100000)
        head = s.ask("/", "HEAD")
        equal((head.status, head.text, head.getheader("Content-Length")), (200, "", "4"))


def test_ranges_and_conditions():
    with Site(INDEX, public=READ) as s:
        s.object("index.html", b"0123456789")
        etag = s.ask("/").getheader("ETag")
        answer = s.ask("/", Range="bytes=2-4")
        equal((answer.status, answer.text, answer.getheader("Content-Range")),
              (206, "234", "bytes 2-4/10"))
        equal(s.ask("/", Range="bytes=99-").status, 416)
        equal((s.ask("/", **{"If-None-Match": etag}).status,
               s.ask("/", **{"If-Match": '"x"'}).status), (304, 412))


def test_error_documents():
    with Site(INDEX + ERROR, public=LIST) as s:
        nested = page(s.ask("/a%3Cb%3E"), 404, "Not Found", *MISSING, "Key: a&lt;b&gt;")
        equal(nested, "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document"
              "</h3>\n<ul>\n<li>Code: NoSuchKey</li>\n<li>Message: %s</li>\n"
              "<li>Key: error.html</li>\n</ul>\n" % MISSING[1])
        s.object("error.html", b"sorry", **{"Content-Type": "text/html"})
        answer = s.ask("/none", Range="bytes=0-1", **{"If-None-Match": "*"})
        equal((answer.status, answer.text, answer.getheader("Content-Type")),
              (404, "sorry", "text/html"))
        equal((answer.getheader("x-amz-error-code"), answer.getheader("x-amz-error-detail-Key")),
              ("NoSuchKey", "none"))
        equal(s.ask("/none", "HEAD").status, 404)
    # Who may not list is not told what there is not.
    with Site(INDEX, public=READ) as s:
        page(s.ask("/none"), *DENIED)


def has_policies():
    with Server(buckets=["site"]) as s:
        return s.client().put("site", None, "{}", {}, "policy").status != 501


if __name__ == "__main__":
    if not has_policies():
        # Nothing is public then: what is served can't be looked at.
        for name in ("test_pages", "test_ranges_and_conditions", "test_error_documents"):
            del globals()[name]
    sys.exit(run_tests(globals()))
