#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Figures the project promises, measured on a server of this build and compared.

    figures.py space   [--count 25000]   disk use, and how soon deleted space is back
    figures.py listing [--count 536434]  server CPU of a root listing, many keys against ten;
                                         start-up with them against an empty store
    figures.py memory  [--single 5 --multipart 20]  GB sent and read; RssAnon while it runs
    figures.py stalls  [--slow 500 --stalled 100]   a normal client beside idle ones

Each prints what it measured and "ok" or "not ok"; the server is TRUG or the newest build.
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

from harness import Server, TOP  # noqa: E402
import s3raw  # noqa: E402

DATASET = os.path.join(TOP, "tests", "bench", "dataset")
failed = 0


def say(good, text):
    global failed
    failed += not good
    print("%s - %s" % ("ok" if good else "not ok", text), flush=True)


def dataset(server, command, *args):
    done = subprocess.run([sys.executable, DATASET, command, "--endpoint", server.endpoint,
                           "--bucket", "figures"] + [str(a) for a in args],
                          stdout=subprocess.PIPE, check=False)
    text = done.stdout.decode().strip()
    if command != "info":
        say(done.returncode == 0, "dataset " + text)
    return json.loads(text) if text else {}


def disk(directory):
    """Bytes on the disk: blocks, so that holes do not count."""
    return sum(os.lstat(os.path.join(d, f)).st_blocks * 512
               for d, _, files in os.walk(directory) for f in files)


def allowed(size, objects):
    return size * 1.05 + 4096 * objects


def space(options):
    count = ["--count", options.count]
    with Server(directory=options.directory, args=options.serve) as server:
        facts = dataset(server, "info", *count)
        kinds = [facts["images"], facts["json"]]
        for command in ("upload", "verify", "list"):
            dataset(server, command, *count)
        used = disk(server.directory)
        size, n = sum(k["bytes"] for k in kinds), sum(k["objects"] for k in kinds)
        say(used <= allowed(size, n), "%d objects of %d bytes use %d (%.2f %%; allowed %d)" % (
            n, size, used, 100 * used / size, allowed(size, n)))
        dataset(server, "delete", "--half", *count)
        size = sum(k["bytes_after_half"] for k in kinds)
        n = sum(k["objects_after_half"] for k in kinds)
        began = time.monotonic()
        while disk(server.directory) > allowed(size, n) and time.monotonic() - began < 60:
            time.sleep(0.5)
        used = disk(server.directory)
        say(used <= allowed(size, n), "half deleted: %d objects of %d bytes use %d (%.2f %%) "
            "after %.1f s" % (n, size, used, 100 * used / size, time.monotonic() - began))
        dataset(server, "verify", "--half", *count)
        say(server.stop() == 0, "stopped")
        code, out, err = server.verify()
        say(code == 0, "trug verify: " + (out + err).strip())


def cpu(server):
    with open("/proc/%d/stat" % server.process.pid) as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cost(server, bucket, query, times):
    """Server CPU per request in microseconds, and the slowest answer in milliseconds."""
    s3, slowest = server.client(), 0.0
    s3.get(bucket, query=query)
    before = cpu(server)
    for _ in range(times):
        began = time.monotonic()
        answer = s3.get(bucket, query=query)
        slowest = max(slowest, time.monotonic() - began)
        assert answer.status == 200, answer
    return 1e6 * (cpu(server) - before) / times, 1e3 * slowest


def started(directory, turns=5):
    """Median of the time from exec to the first answer that could be given."""
    times = []
    for _ in range(turns):
        server = Server(directory=directory)
        server.start()
        times.append(server.start_seconds)
        server.stop()
        server.remove()
    return sorted(times)[turns // 2]


def listing(options):
    with Server(directory=options.directory, args=options.serve,
                buckets=["ten"]) as server:
        s3 = server.client()
        for n in range(5):
            s3.put("ten", "bin-images/%06d.jpg" % n, b"x")
            s3.put("ten", "metadata/%06d.json" % n, b"x")
        count = ["--count", options.count, "--tiny"]
        for command in (["upload"], ["list"], ["list", "--v1"]):
            dataset(server, *command, *count)
        query = {"list-type": "2", "delimiter": "/"}
        few, _ = cost(server, "ten", query, 5000)
        many, slowest = cost(server, "figures", query, 5000)
        say(many <= 2 * few, "root listing: %.1f us of CPU over ten keys, %.1f over %d "
            "(slowest %.1f ms)" % (few, many, 2 * options.count, slowest))
        query = {"prefix": "metadata/", "delimiter": "/"}
        spent, slowest = cost(server, "figures", query, 200)
        say(slowest < 1000, "prefix metadata/ with delimiter: %.0f us of CPU, slowest %.1f ms" % (
            spent, slowest))
        server.stop()
        full, empty = started(server.directory), started(None)
        say(full <= 2 * empty, "start-up: %.1f ms empty, %.1f ms with %d objects" % (
            1e3 * empty, 1e3 * full, 2 * options.count))


class Memory(threading.Thread):
    def __init__(self, pid):
        super().__init__(daemon=True)
        self.path, self.peak, self.going = "/proc/%d/status" % pid, 0, True

    def run(self):
        while self.going:
            with open(self.path) as f:
                for line in f:
                    if line.startswith("RssAnon:"):
                        self.peak = max(self.peak, int(line.split()[1]) * 1024)
            time.sleep(0.02)


def put_zeros(server, key, size, query=None, block=bytes(4 << 20)):
    """A body too long to be held: sent from one block, again and again."""
    s3 = server.client(timeout=600)
    method, target, headers, _ = s3.build("PUT", "big", key, query, payload=s3raw.UNSIGNED,
                                          length=False)
    sock = s3.socket()
    sock.sendall(("%s %s HTTP/1.1\r\n" % (method, target)
                  + "".join("%s: %s\r\n" % h for h in headers)
                  + "Content-Length: %d\r\n\r\n" % size).encode())
    left = size
    while left:
        left -= sock.send(memoryview(block)[:min(left, len(block))])
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(65536)
    sock.close()
    assert answer.startswith(b"HTTP/1.1 200"), answer
    return answer.split(b"ETag: ")[1].split(b"\r\n")[0].decode()


def get_length(server, key):
    s3 = server.client(timeout=600)
    method, target, headers, _ = s3.build("GET", "big", key)
    sock = s3.socket()
    sock.sendall(("%s %s HTTP/1.1\r\n" % (method, target) + "".join("%s: %s\r\n" % h for h in headers)
                  + "Connection: close\r\n\r\n").encode())
    room, got, head = bytearray(4 << 20), 0, None
    while True:
        n = sock.recv_into(room)
        if n == 0:
            break
        if head is None:
            head = bytes(room[:n]).partition(b"\r\n\r\n")[0]
            n -= len(head) + 4
        got += n
    sock.close()
    return got


def rate(size, began):
    seconds = time.monotonic() - began
    return "%.1f s, %.0f MB/s" % (seconds, size / seconds / 1e6)


def memory(options):
    with Server(directory=options.directory, args=options.serve, buckets=["big"]) as server:
        watch = Memory(server.process.pid)
        watch.start()
        size, began = int(options.single * 1e9), time.monotonic()
        put_zeros(server, "single", size)
        say(True, "single PUT of %d bytes: %s" % (size, rate(size, began)))
        began = time.monotonic()
        say(get_length(server, "single") == size, "GET of it: " + rate(size, began))
        part, s3 = 500000000, server.client()
        parts = max(1, int(options.multipart * 1e9) // part)
        began = time.monotonic()
        upload = s3.post("big", "parts", "uploads").xml.get("UploadId")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            tags = list(pool.map(lambda n: put_zeros(
                server, "parts", part, {"partNumber": n, "uploadId": upload}),
                range(1, parts + 1)))
        rows = "".join("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>" % (n, tag)
                       for n, tag in enumerate(tags, 1))
        done = s3.post("big", "parts", {"uploadId": upload}, (
            "<CompleteMultipartUpload>%s</CompleteMultipartUpload>" % rows).encode())
        say(done.status == 200, "multipart of %d x %d bytes: %s" % (parts, part,
                                                                    rate(parts * part, began)))
        began = time.monotonic()
        say(get_length(server, "parts") == parts * part, "GET of it: "
            + rate(parts * part, began))
        watch.going = False
        watch.join()
        say(watch.peak < 64 << 20, "RssAnon at most %.1f MB" % (watch.peak / 1e6))


def stalls(options):
    """Heads and bodies that never end, beside one client who works."""
    with Server(directory=options.directory, args=options.serve, buckets=["big"]) as server:
        s3 = server.client(timeout=10)

        def work(times=300):
            slowest = 0.0
            for n in range(times):
                began = time.monotonic()
                assert s3.put("big", "key", b"x" * 10000).status == 200
                assert s3.get("big", "key").status == 200
                slowest = max(slowest, time.monotonic() - began)
            return slowest

        alone = work()
        slow = [s3.socket() for _ in range(options.slow)]
        for sock in slow:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-")
        stalled = []
        for n in range(options.stalled):
            method, target, headers, _ = s3.build("PUT", "big", "stalled%d" % n, length=False,
                                                  payload=s3raw.UNSIGNED)
            sock = s3.socket()
            sock.sendall(("%s %s HTTP/1.1\r\n" % (method, target)
                          + "".join("%s: %s\r\n" % h for h in headers)
                          + "Content-Length: 1000000\r\n\r\nabc").encode())
            stalled.append(sock)
        beside, turns = 0.0, 0
        began = time.monotonic()
        while time.monotonic() - began < 15:
            for sock in slow:
                try:
                    sock.send(b"a")
                except OSError:
                    pass  # cut by the server: that is its right
            beside = max(beside, work(20))
            turns += 20
        say(beside < 1.0, "PUT and GET: slowest %.1f ms alone, %.1f ms beside %d slow heads and "
            "%d stalled bodies (%d turns)" % (1e3 * alone, 1e3 * beside, options.slow,
                                              options.stalled, turns))
        for sock in slow + stalled:
            sock.close()
        say(server.stop() == 0, "stopped")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=["space", "listing", "memory", "stalls"])
    parser.add_argument("--directory", help="for the store; on the disk that is meant")
    parser.add_argument("--count", type=int, help="images, and as many JSON files")
    parser.add_argument("--single", type=float, default=5)
    parser.add_argument("--multipart", type=float, default=20)
    parser.add_argument("--slow", type=int, default=500)
    parser.add_argument("--stalled", type=int, default=100)
    parser.add_argument("--serve", action="append", default=[], metavar="OPTION",
                        help="for trug serve, as --serve=--durability --serve=relaxed")
    options = parser.parse_args()
    options.count = options.count or (536434 if options.figure == "listing" else 25000)
    {"space": space, "listing": listing, "memory": memory, "stalls": stalls}[options.figure](
        options)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
