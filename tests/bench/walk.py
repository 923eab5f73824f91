# SPDX-License-Identifier: Apache-2.0
"""A bucket of the data set's keys, listed from end to end by pages of 1,000."""

import os
import re
import shutil
import subprocess
import time

from probes import cpu_ns
from servers import s3raw, version_of

ALL = 536434  # images, and as many JSON files: 1,072,868 keys
KINDS = (("bin-images/", ".jpg"), ("metadata/", ".json"))
TOKEN = re.compile(rb"<NextContinuationToken>([^<]*)<")
LAST = re.compile(rb"<Key>([^<]*)</Key>")


def fill(server, count):
    """The data set's names with bodies of 100 bytes, which a listing does not look at."""
    for prefix, suffix in KINDS:
        done = server.load("put", prefix=prefix, suffix=suffix, width=6, first=1, count=count,
                           size=100, conns=64)
        if done["errors"]:
            raise SystemExit("bench: the data set was not loaded")


class Reader:
    """GETs over one connection: the request is signed, the body is received, no more."""

    def __init__(self, server):
        self.client = server.client()
        self.sock = self.client.socket()

    def get(self, bucket, query):
        method, target, headers, _ = self.client.build("GET", bucket, query=query,
                                                       payload=s3raw.UNSIGNED)
        self.sock.sendall(("%s %s HTTP/1.1\r\n%s\r\n" % (method, target, "".join(
            "%s: %s\r\n" % h for h in headers))).encode())
        buffer = bytearray()
        while b"\r\n\r\n" not in buffer:
            buffer += self.more()
        head, _, body = bytes(buffer).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit("bench: a page of the listing: %r" % head[:200])
        length = re.search(rb"\r\nContent-Length: *(\d+)", head, re.I)
        if length:
            while len(body) < int(length[1]):
                body += self.more()
        else:
            while not body.endswith(b"\r\n0\r\n\r\n"):
                body += self.more()
        return body

    def more(self):
        data = self.sock.recv(1 << 20)
        if not data:
            raise SystemExit("bench: closed within a page")
        return data


def by_raw_client(server, version, want):
    """One after the other; a page is searched for where the next begins and no more."""
    reader, keys, pages, slowest = Reader(server), 0, 0, 0.0
    query, mark = {"max-keys": "1000"}, None
    if version == 2:
        query["list-type"] = "2"
    used, began = cpu_ns(server), time.monotonic()
    while True:
        if mark:
            query["continuation-token" if version == 2 else "marker"] = mark
        sent = time.monotonic()
        body = reader.get("bench", query)
        slowest = max(slowest, time.monotonic() - sent)
        pages, keys = pages + 1, keys + body.count(b"<Contents>")
        if b"<IsTruncated>true" not in body[:1000] and b"<IsTruncated>true" not in body:
            break
        mark = (TOKEN.search(body)[1] if version == 2 else
                LAST.findall(body[body.rindex(b"<Contents>"):])[0]).decode()
    return result(server, keys, want, used, began, pages=pages, p99=slowest * 1e6)


def by_aws(server, want):
    """`aws s3api list-objects`, which asks for 1,000 keys a page by itself."""
    environment = dict(os.environ, AWS_ACCESS_KEY_ID=server.access,
                       AWS_SECRET_ACCESS_KEY=server.secret, AWS_DEFAULT_REGION="us-east-1",
                       AWS_EC2_METADATA_DISABLED="true", AWS_PAGER="")
    used, began = cpu_ns(server), time.monotonic()
    out = subprocess.Popen([aws_binary(), "--endpoint-url", server.endpoint, "s3api",
                            "list-objects", "--bucket", "bench", "--output", "text",
                            "--query", "Contents[].[Key]"], stdout=subprocess.PIPE,
                           env=environment)
    keys = sum(1 for _ in out.stdout)
    if out.wait() != 0:
        raise SystemExit("bench: aws s3api list-objects failed: %d" % out.returncode)
    return result(server, keys, want, used, began)


def result(server, keys, want, used, began, **more):
    seconds = time.monotonic() - began
    if keys != want:
        raise SystemExit("bench: %d keys listed of %d" % (keys, want))
    return dict(more, ops=keys, errors=0, seconds=seconds, rate=keys / seconds,
                cpu_us=(cpu_ns(server) - used) / 1e3 / keys)


def aws_binary():
    return os.environ.get("AWS") or shutil.which("aws")


def aws_version():
    return version_of([aws_binary(), "--version"]).split(" ")[0] if aws_binary() else None
