#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Presigned links opened under another name than they were made for, and signatures of
version 2 switched off."""

import sys

from harness import ACCESS, SECRET, Server, equal, run_tests, s3raw

PUBLIC = "https://s3.example.com, http://files.example.com:8080"


def link(server, host, path="/bkt/key", method="GET"):
    """A link as somebody makes it who knows the server as host: its target alone."""
    return server.client().build(method, path=path, host=host, sign="presign")[1]


def follow(server, target, host=None, headers=(), method="GET", body=b""):
    headers = [("Host", host or server.client().authority)] + list(headers)
    if body:
        headers.append(("Content-Length", str(len(body))))
    return server.client().send(method, target, headers, body)


def put(server, bucket, body):
    equal(server.client().put(bucket, "key", body).status, 200)


def test_public_urls():
    with Server(args=["--public-urls", PUBLIC], buckets=["bkt"]) as server:
        put(server, "bkt", b"body")
        for name in ("s3.example.com", "files.example.com:8080"):
            for host in (None, "localhost:1", "trug", name, "files.example.com:8080"):
                equal(follow(server, link(server, name), host).body, b"body", name)
        target = link(server, "s3.example.com", "/bkt/put", "PUT")
        equal(follow(server, target, method="PUT", body=b"x").status, 200)
        # and the other way round
        target = link(server, server.client().authority)
        equal(follow(server, target).body, b"body")


def test_unknown_hosts_stay_refused():
    with Server(args=["--public-urls", PUBLIC], buckets=["bkt"]) as server:
        put(server, "bkt", b"body")
        for name in ("example.com", "s3.example.com:8080", "files.example.com", "s3.example.co",
                     "S3.example.com.evil"):
            answer = follow(server, link(server, name))
            equal((answer.status, answer.code), (403, "SignatureDoesNotMatch"), name)
            text = answer.xml.get("CanonicalRequest")
            equal("host:%s\n" % server.client().authority in text, True, "the request's own host")


def test_nothing_but_the_host_may_differ():
    with Server(args=["--public-urls", PUBLIC], buckets=["bkt"]) as server:
        put(server, "bkt", b"body")
        target = link(server, "s3.example.com")
        for bent in (target.replace("/key", "/kex"), target + "&x=y",
                     target.replace("Expires=600", "Expires=601")):
            equal(follow(server, bent).code, "SignatureDoesNotMatch", bent)
        equal(follow(server, target, method="DELETE").code, "SignatureDoesNotMatch")
        # a signature in a header is for the host it was sent to
        method, path, headers, body = server.client().build("GET", "bkt", host="s3.example.com")
        headers[0] = ("Host", server.client().authority)
        equal(server.client().send(method, path, headers, body).code, "SignatureDoesNotMatch")


def test_forwarded_host():
    with Server(buckets=["bkt"]) as server:
        put(server, "bkt", b"body")
        for name, more in (("s3.example.org", []), ("s3.example.org:8443", []),
                           ("s3.example.org:8443", [("X-Forwarded-Port", "8443")])):
            said = name.split(":")[0] if more else name
            for value in (said, said + ", inner.proxy"):
                headers = [("X-Forwarded-Host", value)] + more
                equal(follow(server, link(server, name), headers=headers).body, b"body", name)
        headers = [("X-Forwarded-Host", "s3.example.org")]
        equal(follow(server, link(server, "s3.example.net"), headers=headers).status, 403)


def test_virtual_hosts():
    with Server(args=["--public-urls", PUBLIC], buckets=["bkt", "other"]) as server:
        put(server, "bkt", b"body")
        put(server, "other", b"other")
        port = server.client().port
        target = link(server, "bkt.s3.example.com", "/key")
        equal(follow(server, target, "bkt.s3.example.com").body, b"body")
        equal(follow(server, target, "bkt.localhost:%d" % port).body, b"body")
        equal(follow(server, target, "bkt.files.example.com:8080").body, b"body")
        # The bucket is part of the host, and of what was signed.
        for headers in ((), [("X-Forwarded-Host", "bkt.s3.example.com")]):
            for host in ("other.localhost:%d" % port, "other.s3.example.com", None):
                answer = follow(server, target, host, headers)
                equal((answer.status, b"other" == answer.body), (403, False), str(host))
        answer = follow(server, link(server, "s3.example.com", "/key"), "bkt.localhost:%d" % port)
        equal(answer.status, 403)


def test_wrong_urls_stop_the_start():
    server = Server(args=["--public-urls", "s3.example.com"])
    process = server.spawn()
    process.wait(30)
    equal(process.returncode != 0, True, "exit status")
    with open(server.log_path) as log:
        equal("public-urls: 's3.example.com' is no URL" in log.read(), True, "the reason")
    server.remove()


def test_signatures_of_version_2_refused():
    with Server(args=["--sigv2", "refuse"], buckets=["bkt"]) as server:
        signer = s3raw.SignerV2(ACCESS, SECRET)
        for sign in ("v2", "presign"):
            answer = server.client().get("bkt", sign=sign, signer=signer)
            equal((answer.status, answer.code), (400, "InvalidRequest"), sign)
            equal(answer.xml.get("Message"), "The authorization mechanism you have provided is "
                  "not supported. Please use AWS4-HMAC-SHA256.")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
