#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A key with 10,000 versions is no slower than one with one, and is listed exactly.

The server's CPU per GET and HEAD is measured on both keys in turns by tests/bench/load, if it
is built; TRUG_VERSIONS is another number of versions. Figures are printed as comments.
"""

import calendar
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse

from harness import ACCESS, SECRET, Server, TOP, binary, check, equal, run_tests

VERSIONS = int(os.environ.get("TRUG_VERSIONS", "10000"))
WRITERS = 8
ROUNDS, REQUESTS = 7, 4000
RATIO = 1.5  # at most, of the medians
NAMES = {"one": "one/00000000", "many": "many/00000000"}  # as load names them


def body(n):
    return b"%d" % n


def stamp(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%S.000Z"))


def enable(server, bucket):
    text = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    equal(server.client().put(bucket, None, text, None, "versioning").status, 200)


def fill(server, bucket, key, count):
    """count versions by several writers; {version: ETag}, and the seconds the slowest took."""
    made, took, lock = {}, [], threading.Lock()
    numbers = iter(range(count))

    def work():
        s3 = server.client()
        while True:
            with lock:
                n = next(numbers, None)
            if n is None:
                return
            began = time.monotonic()
            answer = s3.put(bucket, key, body(n))
            if answer.status != 200:
                raise RuntimeError(repr(answer))
            with lock:
                made[answer.header("x-amz-version-id")] = answer.header("ETag")
                took.append(time.monotonic() - began)

    threads = [threading.Thread(target=work) for _ in range(WRITERS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    equal(len(made), count, "versions made")
    return made, max(took)


def pages(s3, bucket, size, **more):
    """All rows of ListObjectVersions, page by page: [(key, version, latest, ETag, time)]."""
    rows, markers = [], {}
    while True:
        query = dict({"versions": None, "max-keys": size}, **more, **markers)
        root = s3.get(bucket, None, query).xml
        page = root.all("Version")
        rows += [(r.get("Key"), r.get("VersionId"), r.get("IsLatest") == "true", r.get("ETag"),
                  r.get("LastModified")) for r in page]
        check(len(page) <= size, "a page of %d rows" % len(page))
        if root.get("IsTruncated") == "false":
            return rows
        equal(len(page), size, "rows of a page that is not the last")
        markers = {"key-marker": root.get("NextKeyMarker"),
                   "version-id-marker": root.get("NextVersionIdMarker")}
        equal((markers["key-marker"], markers["version-id-marker"]), rows[-1][:2], "markers")


def cpu(server, op, bucket, key):
    """Microseconds of the server's CPU per request."""
    prefix = key[:-8]
    build = os.path.dirname(binary())
    done = subprocess.run(
        [os.path.join(build, "tests/bench/load"), op, "--address",
         urllib.parse.urlsplit(server.endpoint).netloc, "--access", ACCESS, "--secret", SECRET,
         "--bucket", bucket, "--prefix", prefix, "--keys", "1", "--conns", "4", "--count",
         str(REQUESTS), "--pids", str(server.process.pid)], stdout=subprocess.PIPE, check=True)
    got = json.loads(done.stdout)
    equal(got["errors"], 0, "errors")
    return got["cpu_us"]


def measure(server, bucket, op):
    took = {name: [] for name in NAMES}
    for _ in range(ROUNDS):
        for name, key in NAMES.items():
            took[name].append(cpu(server, op, bucket, key))
    median = {name: sorted(values)[ROUNDS // 2] for name, values in took.items()}
    ratio = median["many"] / median["one"]
    print("# %s: %.1f us of CPU with 1 version, %.1f us with %d: %.2f times" % (
        op, median["one"], median["many"], VERSIONS, ratio), flush=True)
    return ratio


def test_ten_thousand_versions():
    with Server(args=["--durability", "none"], buckets=["data"]) as server:
        s3 = server.client()
        enable(server, "data")
        fill(server, "data", NAMES["one"], 1)
        made, slowest = fill(server, "data", NAMES["many"], VERSIONS)
        newest = None
        for size in (1000, 333):
            rows = pages(s3, "data", size, prefix="many/")
            equal(len(rows), VERSIONS, "rows in pages of %d" % size)
            equal({row[1]: row[3] for row in rows}, made, "versions in pages of %d" % size)
            equal([row[2] for row in rows], [True] + [False] * (VERSIONS - 1), "latest")
            # A version's time is when it was asked for; its place, when it was written.
            times = [stamp(row[4]) for row in rows]
            check(all(b <= a + 1 + slowest for a, b in zip(times, times[1:])), "newest first")
            check(newest in (None, rows), "pages of another size are the same list")
            newest = rows
        # The same among others, and the present one is the first of the list.
        rows = pages(s3, "data", 1000)
        equal([row[0] for row in rows], [NAMES["many"]] * VERSIONS + [NAMES["one"]], "order")
        present = s3.get("data", NAMES["many"])
        equal(present.header("x-amz-version-id"), newest[0][1], "present version")
        equal('"%s"' % hashlib.md5(present.body).hexdigest(), newest[0][3], "present body")
        middle = newest[VERSIONS // 2]
        old = s3.get("data", NAMES["many"], {"versionId": middle[1]})
        equal('"%s"' % hashlib.md5(old.body).hexdigest(), middle[3], "body of an old one")
        equal(s3.delete("data", NAMES["many"], {"versionId": newest[0][1]}).status, 204)
        equal(s3.get("data", NAMES["many"]).header("x-amz-version-id"), newest[1][1], "promoted")
        if not os.access(os.path.join(os.path.dirname(binary()), "tests/bench/load"), os.X_OK):
            print("# CPU not measured: tests/bench/load is not built")
            return
        for op in ("get", "head"):
            ratio = measure(server, "data", op)
            check(ratio <= RATIO, "%s of %d versions: %.2f times, at most %.1f" % (
                op, VERSIONS, ratio, RATIO))


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
