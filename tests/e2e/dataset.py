#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A little of the data set goes in, is listed, read back, half deleted, and read again."""

import os
import subprocess
import sys

from harness import Server, TOP, check, equal, run_tests

COUNT = "250"


def dataset(server, command, *args):
    done = subprocess.run(
        [sys.executable, os.path.join(TOP, "tests", "bench", "dataset"), command, "--endpoint",
         server.endpoint, "--bucket", "data", "--count", COUNT] + list(args),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    return done.returncode, done.stdout.decode(errors="replace")


def good(server, command, *args):
    code, text = dataset(server, command, *args)
    equal(code, 0, "%s %s said:\n%s\nexit code" % (command, " ".join(args), text))


def story(*args):
    with Server() as server:
        good(server, "upload", *args)
        good(server, "verify", *args)
        good(server, "list", *args)
        good(server, "list", "--v1", *args)
        equal(server.stop(), 0, "exit code")
        server.start()
        good(server, "verify", *args)
        good(server, "delete", "--half", *args)
        good(server, "list", "--half", *args)
        good(server, "verify", "--half", *args)
        check(dataset(server, "verify", *args)[0] != 0, "verify sees no deletion")
        equal(server.stop(), 0, "exit code")
        code, out, err = server.verify()
        equal(code, 0, "trug verify said %s%s" % (out, err))


def test_real_sizes():
    story()


def test_tiny_bodies():
    story("--tiny")


def test_signed_bodies():
    with Server() as server:
        good(server, "upload", "--signed", "--tiny")
        good(server, "verify", "--tiny")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
