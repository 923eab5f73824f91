#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A whole server over TLS: bodies of every kind there and back, and bad certificates (TAP)."""

import os
import random
import socket
import ssl
import subprocess
import sys
import tempfile
import time

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
                 "--case", "GetObject_*"], capture_output=True, text=True, timeout=300)
            equal(done.returncode, 0, done.stdout[-2000:])


class Wire:
    """A TLS client whose records can be sent in pieces."""

    def __init__(self, endpoint):
        host, port = endpoint.split("//")[1].rsplit(":", 1)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.inward, self.outward = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.inward, self.outward, server_hostname="localhost")
        self.socket = socket.create_connection((host, int(port)), 20)
        self.pump(self.tls.do_handshake)

    def pump(self, step):
        while True:
            try:
                done = step()
                self.socket.sendall(self.outward.read())
                return done
            except ssl.SSLWantReadError:
                self.socket.sendall(self.outward.read())
                self.inward.write(self.socket.recv(65536))

    def record(self, text):
        self.tls.write(text)
        return self.outward.read()

    def reply(self):
        return self.pump(lambda: self.tls.read(65536))


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_records_in_pieces():
    """What comes of a record only in part is waited for, not asked for again and again; and
    several records at once are several requests."""
    with tempfile.TemporaryDirectory() as folder:
        certificate(folder)
        with Server(args=["--tls-dir", folder]) as server:
            wire, pid = Wire(server.endpoint), server.process.pid
            record = wire.record(b"GET /nobody/1 HTTP/1.1\r\nHost: x\r\n\r\n")
            for piece in (record[:3], record[3:40]):
                wire.socket.sendall(piece)
                before = cpu_seconds(pid)
                time.sleep(0.5)
                check(cpu_seconds(pid) - before < 0.2, "the server spins")
            wire.socket.sendall(record[40:])
            check(wire.reply().startswith(b"HTTP/1.1 4"), "a reply in the end")
            several = b"".join(wire.record(b"GET /nobody/%d HTTP/1.1\r\nHost: x\r\n\r\n" % i)
                               for i in range(20))
            wire.socket.sendall(several[:-7])
            text = b""
            while text.count(b"HTTP/1.1 4") < 19:
                text += wire.reply()
            wire.socket.sendall(several[-7:])
            while text.count(b"HTTP/1.1 4") < 20:
                text += wire.reply()
            wire.socket.close()


def refused(folder, *words):
    done = subprocess.run([binary(), "serve", os.path.join(folder, "store"), "--address",
                           "127.0.0.1:0", "--tls-dir", folder], capture_output=True, text=True,
                          timeout=300)
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
