#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Instructions of the server per request, counted by callgrind over a fixed script: the same
on a busy machine as on an idle one, so a regression of 5 % is one.

    make check-instructions                        the gate, which `make check` runs as well
    make accept-instructions                       what this build takes is the baseline now
    make bench-instructions                        a table of all requests, of the build here
    make bench-instructions BENCH_ARGS='--profile get'   where they go, by function
    ... BENCH_ARGS='--against FILE'                against what --save FILE wrote earlier

User-mode instructions only; what the kernel does is in bench.py's CPU time. Left out are the
block functions of digests (the nameless ones of libcrypto, which Debian strips): callgrind
knows no SHA-NI, which inflates them many times over, and they do not change by what is
written here; their calls do and are seen by the functions around them.

What would differ between machines is held still: the processor's extensions are hidden from
OpenSSL and libc, the store is in memory, one connection asks, one loop answers. The baseline
names the compiler and the libraries it holds for. With other libraries only this program's
own functions are compared; with another compiler nothing is, and the test is skipped.
"""

import argparse
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from servers import HERE, TRUG, Trug, version_of

BASELINE = os.path.join(HERE, "instructions.json")
KEYS, SIZE, LIMIT = 1000, 4096, 5
# In this order, on one server: requests before that are not counted, requests counted, what.
SCRIPT = {
    "get": (32, 400, ["get", {"prefix": "s/", "keys": KEYS}]),
    "head": (32, 400, ["head", {"prefix": "s/", "keys": KEYS}]),
    "list": (2, 20, ["list", {"prefix": "s/", "page": 1000}]),
    "put": (32, 400, ["put", {"prefix": "t/", "size": SIZE}]),
    "delete": (32, 400, ["delete", {"prefix": "s/"}]),
}
GATED = ("get", "list", "put")
# The same code on every processor: callgrind runs what the processor offers.
ENVIRONMENT = {"OPENSSL_ia32cap": "0x0:0x0",
               "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM"}
LIBRARIES = ("libc6", "libssl3", "liblmdb0", "libevent-core-2.1-7", "libexpat1", "valgrind")
OWN = "trug"
DIGESTS = re.compile(r"(sha256|sha1|md5|sha512)_block|^0x")
# The same of our own: compared by itself, so that it does not drown the rest.
OWN_DIGEST = "md5_blocks [trug]"
NAME = re.compile(r"^(c?)(ob|fn)=\((\d+)\) ?(.*)$")


class Counted(Trug):
    """trug under callgrind, which writes what it counted each time it is asked to."""

    def command(self):
        self.out, self.dumps = os.path.join(self.home, "callgrind"), 0
        return ["valgrind", "--tool=callgrind", "--fair-sched=yes", "--quiet",
                "--vgdb-prefix=" + os.path.join(self.home, "vgdb"),
                "--callgrind-out-file=" + self.out] + super().command()

    def dump(self):
        """Counts by function since the last dump; they begin again at nothing."""
        self.dumps += 1
        done = subprocess.run(["vgdb", "--vgdb-prefix=" + os.path.join(self.home, "vgdb"),
                               "--pid=%d" % self.process.pid, "dump"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        path = "%s.%d" % (self.out, self.dumps)
        if done.returncode != 0 or not os.path.exists(path):
            sys.exit("instructions: callgrind writes no counts: %s" % done.stdout.decode())
        return read_counts(path)


def read_counts(path):
    """Instructions by function. What callees took stands in the line behind calls= and is left
    out. Names appear once, behind their number: callgrind's manual, "Callgrind Format"."""
    names, functions, where, name, skip = {}, {}, "?", "?", False
    with open(path, errors="replace") as f:
        for line in f:
            found = NAME.match(line)
            if found:
                callee, kind, number, text = found.groups()
                text = names.setdefault((kind, number), text)
                if callee:
                    continue
                if kind == "ob":
                    where = os.path.basename(text)
                else:
                    name = "%s [%s]" % (text.split("'")[0], where)
            elif line.startswith("calls="):
                skip = True
            elif line[:1] in "0123456789+-*":
                cost = line.split()
                if not skip and len(cost) > 1:
                    functions[name] = functions.get(name, 0) + int(cost[1])
                skip = False
    return functions


def measure(names):
    """For each script: instructions per request by function."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    home = tempfile.mkdtemp(prefix="trug-instructions-", dir=memory)
    server = Counted("trug", home, args=["--loops", "1", "--workers", "2", "--map-size", "1G"])
    measured, at = {}, {}
    try:
        server.start().prepare()
        server.load("put", prefix="s/", count=KEYS, size=SIZE, conns=1)
        for name in [n for n in SCRIPT if n in names]:
            before, count, (op, options) = SCRIPT[name]
            for requests in (before, count):
                server.dump()
                first = at.get(op, 0) if op in ("put", "delete") else 0
                done = server.load(op, count=requests, conns=1, first=first, **options)
                at[op] = first + requests
                if done["errors"] or done["issued"] != requests:
                    sys.exit("instructions: %s was not answered: %s" % (op, done))
            measured[name] = {f: n / count for f, n in server.dump().items()}
        server.process.send_signal(signal.SIGTERM)
        server.process.wait()
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    return measured


def is_digest(function):
    return function == OWN_DIGEST or "[libcrypto" in function and DIGESTS.search(function)


def counted(functions, own_only=False, known=()):
    """What is compared: without digests, or only what is written here. Functions that matter,
    or are known, by name, the others as one for each object."""
    all_ = {f: n for f, n in functions.items() if not is_digest(f)}
    total, out = sum(all_.values()), {}
    for f, n in all_.items():
        name = f if f in known or n >= 0.002 * total else "(small ones) " + f.rpartition(" ")[2]
        if not own_only or name.endswith("[%s]" % OWN):
            out[name] = out.get(name, 0) + n
    return out


def environment():
    """What a baseline holds for."""
    versions = {}
    for name in LIBRARIES:
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        versions[name] = done.stdout.decode() or "?"
    with open("/proc/cpuinfo") as f:
        wide = " avx2 " in f.read()
    return {"compiler": compiler(), "machine": platform.machine(), "avx2": wide,
            "libraries": versions}


def compiler():
    """As the build wrote it into the program."""
    done = subprocess.run(["readelf", "-p", ".comment", TRUG], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout.decode()
    return "; ".join(re.findall(r"\]\s+(\S.*)", done)) or version_of(["cc", "--version"])


def profile(functions, rows=40):
    total = sum(functions.values())
    print("| Instructions | Share | Function |\n|---|---|---|")
    for name, n in sorted(functions.items(), key=lambda x: -x[1])[:rows]:
        print("| %.0f | %.1f %% | `%s` |" % (n, 100 * n / total, name))
    objects = {}
    for name, n in functions.items():
        where = "libcrypto: digests" if is_digest(name) else name.rpartition("[")[2].rstrip("]")
        objects[where] = objects.get(where, 0) + n
    print("\nBy object: " + ", ".join("%s %.0f" % o for o in
                                      sorted(objects.items(), key=lambda x: -x[1]) if o[1] >= 1))


def difference(name, now, then, rows=20):
    """Where it comes from: the functions that changed most, before and after."""
    changes = sorted(((now.get(f, 0) - then.get(f, 0), f) for f in set(now) | set(then)),
                     key=lambda c: -abs(c[0]))
    lines = ["%10s %10s %10s  function of %s" % ("before", "after", "change", name)]
    lines += ["%10.0f %10.0f %+10.0f  %s" % (then.get(f, 0), now.get(f, 0), change, f)
              for change, f in changes[:rows] if abs(change) >= 1]
    return lines


def compare(measured, baseline, limit, tap=False):
    """Prints the table, or TAP; 1 when a gated request takes more than limit percent more."""
    here, bad = environment(), 0
    own_only = any(here[k] != baseline["for"][k] for k in ("libraries", "avx2"))
    if own_only:
        print("# other libraries than the baseline's: only trug's own functions are compared")
    rows = []
    for name, functions in measured.items():
        known = baseline["instructions"][name]
        rows.append((name, name in GATED, counted(known, own_only, known),
                     counted(functions, own_only, known)))
        if known.get(OWN_DIGEST) and name in GATED:
            rows.append((name + "'s MD5", True, {OWN_DIGEST: known[OWN_DIGEST]},
                         {OWN_DIGEST: functions.get(OWN_DIGEST, 0)}))
    print("1..%d" % len(rows) if tap else "| Request | Baseline | Now | |\n|---|---|---|---|")
    for n, (name, gated, then, now) in enumerate(rows, 1):
        before, after = sum(then.values()), sum(now.values())
        change = 100 * (after / before - 1)
        over = change > limit and gated
        bad += over
        print(("%sok %d - %s takes %.0f instructions, %+.1f %% (%.0f; limit +%g %%)" % (
            "not " if over else "", n, name, after, change, before, limit)) if tap else
              "| %s | %.0f | %.0f | %+.1f %% |" % (name, before, after, change))
        if over:
            print("\n".join("# " + line for line in difference(name, now, then)))
        elif change < -limit and gated:
            print("# %s takes less than the baseline: `make accept-instructions` keeps it so" %
                  name)
    if bad:
        print("# Meant? `make accept-instructions` writes a new baseline; commit it with the "
              "change that costs it and say why.")
    return 1 if bad else 0


def save(measured, path):
    rows = {}
    for name, functions in measured.items():
        digest = {OWN_DIGEST: functions[OWN_DIGEST]} if OWN_DIGEST in functions else {}
        rows[name] = {f: round(n, 1) for f, n in sorted(
            {**counted(functions), **digest}.items(), key=lambda x: -x[1])}
    with open(path, "w") as f:
        json.dump({"for": environment(), "instructions": rows}, f, indent=1)
        f.write("\n")


def gate(path, limit):
    """For `make check`: TAP."""
    with open(path) as f:
        baseline = json.load(f)
    here = environment()
    for key in ("compiler", "machine"):
        if here[key] != baseline["for"][key]:
            print("1..0 # SKIP the baseline holds for %s, here is %s" % (
                baseline["for"][key], here[key]))
            return 0
    return compare(measure(GATED), baseline, limit, tap=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--table", action="store_true", help="all requests; else the gate, as TAP")
    p.add_argument("--update", action="store_true", help="write the baseline")
    p.add_argument("--profile", metavar="REQUEST", choices=sorted(SCRIPT))
    p.add_argument("--save", metavar="FILE", help="keep what was counted")
    p.add_argument("--against", metavar="FILE", default=BASELINE, help="kept earlier")
    p.add_argument("--limit", type=float, default=LIMIT, help="percent")
    args = p.parse_args()
    os.environ.update(ENVIRONMENT)
    flags = os.environ.get("COUNTED_FLAGS", "-O2")
    if "-O2" not in flags or "-fsanitize" in flags:
        print("1..0 # SKIP the baseline is of -O2 without sanitizers")
        return 0
    if not shutil.which("valgrind") or not os.access(TRUG, os.X_OK):
        if os.environ.get("TRUG_NEED_ALL"):
            sys.exit("instructions: needs valgrind and a built trug")
        print("1..0 # SKIP needs valgrind and a built trug")
        return 0
    if not (args.table or args.update or args.profile or args.save):
        return gate(args.against, args.limit)
    measured = measure([args.profile] if args.profile else list(SCRIPT))
    if args.profile:
        profile(measured[args.profile])
        return 0
    if args.update or args.save:
        save(measured, args.save or BASELINE)
    with open(args.against) as f:
        return compare(measured, json.load(f), args.limit)


if __name__ == "__main__":
    sys.exit(main())
