#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where a request's CPU time goes, by object, by system call and by function: perf samples
trug, and nginx beside it, under load. Prints Markdown.

    make bench-profile
    make bench-profile BENCH_ARGS='get put --seconds 10 --rows 30'

Needs perf (Debian: linux-perf) and leave to look into the kernel (root). Sampling costs, so
shares count here; what an operation costs is bench.py's to say.
"""

import argparse
import collections
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from servers import Nginx, Trug, nginx_binary

KEYS = 10000
WORK = {
    "get": {"prefix": "s/", "keys": KEYS},
    "head": {"prefix": "s/", "keys": KEYS},
    "put": {"prefix": "p/", "size": 4096},
    "delete": {"prefix": "d/"},
    "list": {"prefix": "s/", "keys": KEYS},
}
FRAME = re.compile(r"\s*[0-9a-f]+ (\S+).* \((.*)\)$")
# How the call is named in the kernel; the innermost of them says which it was.
CALL = re.compile(r"^(?:(?:__x64_sys_|__do_sys_|__se_sys_|__sys_|ksys_|do_sys_)(\w+?)(?:64|at2)?|"
                  r"do_(p?writev|p?readv|epoll_wait|renameat|unlinkat|fchmodat)2?)$")


def prepare(server, op, seconds):
    """What load is to do: reads are warm, and what is deleted is there."""
    if op == "delete":
        made = server.load("put", prefix="d/", size=4096, seconds=seconds)
        return {"prefix": "d/", "count": made["issued"]}
    if op != "put":
        server.load(op, seconds=0.5, **WORK[op])
    return dict(WORK[op], seconds=seconds)


def sample(server, op, seconds, folder):
    """(samples as lists of (function, object), innermost first; what load says)."""
    options = prepare(server, op, seconds)
    data = os.path.join(folder, "perf")
    recorder = subprocess.Popen(
        ["perf", "record", "-q", "-e", "cpu-clock", "-F", "3999", "-g", "-o", data, "-p",
         ",".join(map(str, server.pids()))], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    done = server.load(op, **options)
    recorder.send_signal(signal.SIGINT)
    recorder.wait()
    text = subprocess.run(["perf", "script", "-i", data, "-F", "ip,sym,dso"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
    samples = [[f.groups() for f in map(FRAME.match, block.splitlines()) if f]
               for block in text.split("\n\n")]
    return [s for s in samples if s], done


def where(path):
    return "kernel" if "kernel" in path else os.path.basename(path)


def call_of(frames):
    names = [m[1] or m[2] for m in (CALL.match(f) for f, path in frames if where(path) == "kernel") if m]
    return names[0] if names else "none (preempted, interrupts, faults)"


def tell(title, samples, rows):
    objects, calls, functions = (collections.Counter() for _ in range(3))
    for frames in samples:
        name, path = frames[0]
        objects[where(path)] += 1
        functions["`%s` %s" % (name.split(".")[0], where(path))] += 1
        if where(path) == "kernel":
            calls[call_of(frames)] += 1

    def shares(counter, most):
        return ", ".join("%s %.1f %%" % (k, 100 * n / len(samples))
                         for k, n in counter.most_common(most) if n * 200 > len(samples))
    print("\n### %s, %d samples\n" % (title, len(samples)))
    print("By object: %s.\n\nThe kernel's part by call: %s.\n" % (shares(objects, 8),
                                                                 shares(calls, 10)))
    print("| Share | Function |\n|---|---|")
    for name, n in functions.most_common(rows):
        print("| %.1f %% | %s |" % (100 * n / len(samples), name))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("ops", nargs="*", help="of: " + ", ".join(WORK))
    p.add_argument("--seconds", type=float, default=3)
    p.add_argument("--rows", type=int, default=12)
    args = p.parse_args()
    if set(args.ops) - set(WORK):
        p.error("there are only " + ", ".join(WORK))
    if not shutil.which("perf"):
        sys.exit("hotspots: needs perf (Debian: linux-perf)")
    home = tempfile.mkdtemp(prefix="trug-hotspots-")
    servers = [Trug("trug", os.path.join(home, "trug"))]
    if nginx_binary():
        servers.append(Nginx("nginx", os.path.join(home, "nginx")))
    try:
        for server in servers:
            server.start().prepare()
            server.fill("s/", KEYS, 4096)
        for op in args.ops or WORK:
            for server in servers if op != "list" else servers[:1]:
                samples, done = sample(server, op, args.seconds, home)
                if done["errors"] or not samples:
                    sys.exit("hotspots: %s of %s: %d errors, %d samples" % (
                        op, server.name, done["errors"], len(samples)))
                tell("%s, %s" % (op.upper(), server.name), samples, args.rows)
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
