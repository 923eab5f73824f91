#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""As a service: what the manager is told, and whether the unit's sandbox leaves what is needed."""

import os
import re
import shutil
import socket
import subprocess
import tempfile

from harness import PATIENCE, Server, Skip, TOP, binary, check, equal, run_tests, until

UNIT = os.path.join(TOP, "systemd", "trug.service")
MOST = 2.0  # of systemd-analyze's exposure, from 0 (none) to 10


def analyze(*words):
    if shutil.which("systemd-analyze") is None:
        raise Skip("there is no systemd-analyze")
    return subprocess.run(["systemd-analyze"] + list(words), capture_output=True, text=True,
                          timeout=300)


def told(path, address):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.settimeout(PATIENCE)
    sock.bind(address)
    with Server(env={"NOTIFY_SOCKET": path}) as server:
        ready = sock.recv(1000).decode()
        check("READY=1" in ready.splitlines(), ready)
        check(server.endpoint in ready, ready)
        equal(server.stop(), 0)
        check("STOPPING=1" in sock.recv(1000).decode().splitlines(), "told of the stop")
    sock.close()


def test_notify():
    with tempfile.TemporaryDirectory() as folder:
        told(folder + "/n", folder + "/n")
    name = "trug-e2e-%d" % os.getpid()
    told("@" + name, "\0" + name)


def test_notify_nobody():
    """A socket that is not there stops nothing."""
    for path in ("/nowhere/at/all", "relative", "@", "/" + "x" * 300):
        with Server(env={"NOTIFY_SOCKET": path}) as server:
            equal(server.client().get().status, 200, path)


def test_unit_is_one():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "trug.service")
        with open(UNIT) as f:
            text = f.read().replace("/usr/local/bin/trug", binary())
        with open(path, "w") as f:
            f.write(text)
        done = analyze("verify", "--man=no", path)
        said = [line for line in done.stderr.splitlines() if "trug.service" in line]
        equal((done.returncode, said), (0, []), done.stderr)


def test_exposure():
    done = analyze("security", "--offline=true", "--no-pager", UNIT)
    found = re.search(r"Overall exposure level for trug.service: ([0-9.]+)", done.stdout)
    check(found, done.stdout + done.stderr)
    print("# systemd-analyze security: %s" % found.group(1))
    check(float(found.group(1)) <= MOST, done.stdout)


def calls(*sets):
    """Names of system calls in systemd's sets."""
    names, todo = set(), list(sets)
    while todo:
        for line in analyze("syscall-filter", todo.pop()).stdout.splitlines():
            word = line.strip()
            if word.startswith("@") and line.startswith(" "):
                todo.append(word)
            elif line.startswith(" ") and not word.startswith("#"):
                names.add(word)
    return names


def traced(pid):
    folder = "/proc/%d/task/" % pid
    return not any(re.search("^TracerPid:\t0$", open(folder + thread + "/status").read(), re.M)
                   for thread in os.listdir(folder))


def test_calls_are_allowed():
    """What a server does from start to stop, by strace, against the unit's filter."""
    if shutil.which("strace") is None:
        raise Skip("there is no strace")
    allowed = calls("@system-service") - calls("@privileged", "@resources")
    check("openat" in allowed and "mount" not in allowed, "the sets can't be read")
    with Server(buckets=["bkt"]) as server:
        log = os.path.join(server.home, "strace")
        tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", log, "-p",
                                   str(server.process.pid)], stderr=subprocess.DEVNULL)
        until("all threads are traced", lambda: tracer.poll() is not None or
              traced(server.process.pid))
        s3 = server.client()
        for size in (10, 100000, 3000000):
            for _ in range(20):
                equal(s3.put("bkt", "key/%d" % size, b"x" * size).status, 200)
                equal(len(s3.get("bkt", "key/%d" % size).body), size)
        equal(s3.delete("bkt", "key/100000").status, 204)
        equal(server.stop(), 0)
        tracer.wait(PATIENCE)
        with open(log) as f:
            done = set(re.findall(r"^\d+ +(?:<\.\.\. )?([a-z0-9_]+)[( ]", f.read(), re.M))
    started = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/stdout", binary(), "serve",
                              "--ephemeral", "--address", "nonsense"], capture_output=True,
                             text=True, timeout=300).stdout
    done |= set(re.findall(r"^\d+ +([a-z0-9_]+)\(", started, re.M))
    check("pwrite64" in done or "pwritev" in done, "strace saw nothing: %r" % sorted(done))
    equal(sorted(done - allowed), [], "calls that the unit forbids")


if __name__ == "__main__":
    raise SystemExit(run_tests(globals()))
