#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Web pages of other origins, where a bucket has no rules of its own."""

import base64
import hashlib
import sys

from harness import Server, check, equal, run_tests

LOCAL = ("http://localhost:3000", "https://localhost", "http://app.localhost:8080",
         "http://127.0.0.1:5173", "http://127.9.8.7", "http://[::1]:3000")
FOREIGN = ("https://example.com", "http://localhost.example.com", "http://127.evil.example",
           "http://127.0.0.1.example:80", "null", "localhost", "http://notlocalhost",
           "http://[::1].example")


def preflight(server, origin, bucket="pages"):
    return server.client().request("OPTIONS", bucket, "key", None, {
        "Origin": origin, "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "Authorization, X-Amz-Date"}, sign=None)


def allowed(server, origin):
    answer = preflight(server, origin)
    equal((answer.status, answer.header("Access-Control-Allow-Origin")), (200, origin))
    equal(answer.header("Access-Control-Allow-Headers"), "authorization, x-amz-date")
    equal(answer.header("Access-Control-Allow-Methods"), "GET, PUT, HEAD, POST, DELETE")
    answer = server.client().put("pages", "key", b"x", {"Origin": origin})
    equal((answer.status, answer.header("Access-Control-Allow-Origin")), (200, origin))
    equal("ETag" in answer.header("Access-Control-Expose-Headers").split(", "), True, "ETag")
    equal(server.client().get(headers={"Origin": origin}).header("Access-Control-Allow-Origin"),
          origin, "of ListBuckets")


def refused(server, origin):
    answer = preflight(server, origin)
    equal((answer.status, answer.code), (403, "AccessForbidden"), origin)
    answer = server.client().put("pages", "key", b"x", {"Origin": origin})
    equal((answer.status, answer.header("Access-Control-Allow-Origin")), (200, None), origin)


def test_default_is_this_machine():
    with Server(buckets=["pages"]) as server:
        for origin in LOCAL:
            allowed(server, origin)
        for origin in FOREIGN:
            refused(server, origin)


def test_any():
    with Server(args=["--cors-default", "any"], buckets=["pages"]) as server:
        for origin in LOCAL + FOREIGN:
            allowed(server, origin)
        equal(preflight(server, "https://example.com", "not-made-yet").status, 200)


def test_off():
    with Server(env={"TRUG_CORS_DEFAULT": "off"}, buckets=["pages"]) as server:
        for origin in LOCAL + FOREIGN:
            refused(server, origin)


def test_listed_origins():
    with Server(args=["--cors-default", "off", "--cors-origins",
                      "https://app.example, https://*.good.example"], buckets=["pages"]) as server:
        for origin in ("https://app.example", "https://a.good.example"):
            allowed(server, origin)
        for origin in ("http://app.example", "https://app.example:8443", "https://good.example",
                       "https://app.example.evil.example", "http://localhost:3000"):
            refused(server, origin)
    with Server(args=["--tier", "minio", "--cors-origins", "https://app.example"],
                buckets=["pages"]) as server:
        answer = preflight(server, "https://app.example")
        equal((answer.status, answer.header("Access-Control-Allow-Origin")),
              (204, "https://app.example"), "MinIO's list")
        equal(preflight(server, "https://example.com").header("Access-Control-Allow-Origin"),
              None, "no one else")
    for bad in ("app.example", "https://app.example/"):
        server = Server(args=["--cors-origins", bad])
        server.spawn()
        equal(server.process.wait(20), 2, "exit code")
        check("cors-origins: '%s' is no origin; allowed: " % bad in server.tail(), server.tail())
        server.remove()


def test_rules_of_the_bucket_come_first():
    body = ("<CORSConfiguration><CORSRule><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>"
            "https://example.com</AllowedOrigin><AllowedHeader>*</AllowedHeader></CORSRule>"
            "</CORSConfiguration>")
    with Server(args=["--cors-default", "any"], buckets=["pages"]) as server:
        digest = base64.b64encode(hashlib.md5(body.encode()).digest()).decode()
        equal(server.client().put("pages", None, body, {"Content-MD5": digest}, "cors").status, 200)
        equal(preflight(server, "https://example.com").status, 200)
        equal(preflight(server, "http://localhost:3000").status, 403)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
