# SPDX-License-Identifier: Apache-2.0
"""Starts and stops a server in a folder of its own, and speaks TAP.

Run by make, the environment names top_builddir; by hand, `TRUG=build/trug python3
tests/e2e/restart.py` does as well. TRUG_ENDPOINT is not looked at: these tests need a
server they may kill.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(TOP, "conformance", "lib"), os.path.join(TOP, "tests")]
sys.dont_write_bytecode = True

import s3raw  # noqa: E402
from ports import free_port  # noqa: E402, F401

ACCESS, SECRET = "trugadmin", "trugadmin"
# What is only a matter of time is waited for that long: a machine may be slow, or asleep.
PATIENCE = 120


def binary():
    if os.environ.get("TRUG"):
        return os.path.abspath(os.environ["TRUG"])
    build = os.environ.get("top_builddir")
    for folder in [build] if build else ["build-check", "build"]:
        path = os.path.join(TOP, folder, "trug")
        if os.access(path, os.X_OK):
            return path
    sys.exit("harness: no trug binary (set TRUG or top_builddir)")


class Server:
    """One server process over one folder; start, stop and kill as often as wanted."""

    def __init__(self, directory=None, args=(), env=None, buckets=None):
        self.home = tempfile.mkdtemp(prefix="trug-e2e-")
        self.directory = directory or os.path.join(self.home, "data")
        self.args, self.env = list(args), dict(env or {})
        if buckets:
            self.args += ["--buckets", ",".join(buckets)]
        self.ready_file = os.path.join(self.home, "ready.json")
        self.log_path = os.path.join(self.home, "log")
        self.process = None
        self.ready = None

    def command(self):
        where = [] if "--ephemeral" in self.args else [self.directory]
        return [binary(), "serve"] + where + ["--address", "127.0.0.1:0", "--ready-file",
                                              self.ready_file] + self.args

    def spawn(self):
        """The process alone, whether or not it becomes ready."""
        if os.path.exists(self.ready_file):
            os.unlink(self.ready_file)
        environ = {k: v for k, v in os.environ.items() if not k.startswith("TRUG_")}
        environ.update(self.env)
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=subprocess.STDOUT, env=environ)
        return self.process

    def start(self):
        began = time.monotonic()
        self.spawn()
        while time.monotonic() - began < PATIENCE:
            self.ready = self.read_ready()
            if self.ready:
                self.start_seconds = time.monotonic() - began
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        code = self.process.poll()
        self.kill()
        raise RuntimeError("server did not become ready (exit %s):\n%s" % (code, self.tail()))

    def read_ready(self):
        try:
            with open(self.ready_file) as f:
                return json.load(f)
        except (OSError, ValueError):
            return None

    @property
    def endpoint(self):
        return self.ready["endpoint"]

    def client(self, **how):
        return s3raw.Client(self.endpoint, how.pop("access", ACCESS), how.pop("secret", SECRET),
                            **how)

    def stop(self, seconds=PATIENCE):
        """SIGTERM, and the exit code."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError("server did not stop within %d s:\n%s" % (seconds, self.tail()))
        self.process = None
        self.log.close()
        return code

    def kill(self):
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process = None
        self.log.close()

    def verify(self, *args):
        return run("verify", self.directory, *args)

    def tail(self, lines=30):
        with open(self.log_path, errors="replace") as f:
            return "".join(f.readlines()[-lines:])

    def remove(self):
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.remove()


def run(*args, env=None, seconds=300):
    """A trug command: (exit code, its output, its errors)."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("TRUG_")}
    environ.update(env or {})
    done = subprocess.run([binary()] + list(args), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ,
                          timeout=seconds)
    return done.returncode, done.stdout.decode(errors="replace"), \
        done.stderr.decode(errors="replace")


def until(what, ask, seconds=PATIENCE, pause=0.02):
    """What ask() returns, once it is true."""
    end = time.monotonic() + seconds
    while True:
        got = ask()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError("%s: not within %d s" % (what, seconds))
        time.sleep(pause)


def sanitized(*symbols):
    """Was the binary built with that sanitizer?"""
    with open(binary(), "rb") as program:
        text = program.read()
    return any(s in text for s in symbols)


class Skip(Exception):
    """What a test needs is not on this machine."""


def run_tests(namespace, argv=None):
    """Each test_<name>() of namespace as a line of TAP; argv: names of those to run."""
    names = [n for n, f in namespace.items() if n.startswith("test_") and callable(f)]
    wanted = (argv if argv is not None else sys.argv[1:])
    names = [n for n in names if not wanted or n in wanted or n[5:] in wanted]
    print("1..%d" % len(names), flush=True)
    failed = 0
    for number, name in enumerate(names, 1):
        try:
            namespace[name]()
            print("ok %d - %s" % (number, name[5:]), flush=True)
        except Skip as why:
            print("ok %d - %s # SKIP %s" % (number, name[5:], why), flush=True)
        except Exception:
            failed += 1
            print("not ok %d - %s" % (number, name[5:]))
            print("\n".join("# " + line for line in traceback.format_exc().splitlines()))
            print("# alone: python3 %s %s" % (sys.argv[0], name[5:]), flush=True)
    return 1 if failed or not names else 0


def equal(got, want, what="value"):
    if got != want:
        raise AssertionError("%s: got %r, want %r" % (what, got, want))


def check(condition, what):
    if not condition:
        raise AssertionError(what)
