#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A whole server over TLS: bodies of every kind there and back, and bad certificates (TAP)."""

import os
import random
import subprocess
import sys
import tempfile

from harness import Server, binary, check, equal, run_tests


def certificate(folder, name="localhost"):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=" + name, "-keyout",
         os.path.join(folder, "private.key"), "-out", os.path.join(folder, "public.crt")],
        check=True, capture_output=True)
    return folder


def test_bodies_of_every_kind():
    with tempfile.TemporaryDirectory() as folder:
        certificate(folder)
        with Server(args=["--tls-dir", folder], buckets=["bkt"]) as server:
            check(server.endpoint.startswith("https://"), server.endpoint)
            s3 = server.client()
            for size in (0, 1, 4072, 4073, 60000, 300000, 9 << 20):
                body = random.Random(size).randbytes(size)
                equal(s3.put("bkt", "key", body).status, 200, "put of %d" % size)
                equal(s3.get("bkt", "key").body == body, True, "bytes of %d" % size)
            body = random.Random(9 << 20).randbytes(9 << 20)
            part = s3.get("bkt", "key", headers={"Range": "bytes=300000-5000000"})
            equal(part.status, 206)
            equal(part.body == body[300000:5000001], True, "bytes of a range")


def test_cases_of_one_operation():
    with tempfile.TemporaryDirectory() as folder:
        certificate(folder)
        with Server(args=["--tls-dir", folder]) as server:
            top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
            done = subprocess.run(
                [sys.executable, os.path.join(top, "conformance", "run"), "--endpoint",
                 server.endpoint, "--access-key", "trugadmin", "--secret-key", "trugadmin",
                 "--case", "GetObject_*"], capture_output=True, text=True, timeout=120)
            equal(done.returncode, 0, done.stdout[-2000:])


def refused(folder, *words):
    done = subprocess.run([binary(), "serve", os.path.join(folder, "store"), "--address",
                           "127.0.0.1:0", "--tls-dir", folder], capture_output=True, text=True,
                          timeout=20)
    equal(done.returncode, 2, done.stderr)
    equal(len(done.stderr.strip().splitlines()), 1, done.stderr)
    for word in words:
        check(word in done.stderr, "%r is not in %r" % (word, done.stderr))


def test_no_certificate_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        refused(folder, "public.crt")


def test_foreign_key_is_refused():
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        certificate(folder)
        certificate(other)
        os.replace(os.path.join(other, "private.key"), os.path.join(folder, "private.key"))
        refused(folder, "private.key")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
