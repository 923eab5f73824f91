#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The fixtures of conformance/clients/fixtures: a hundred tests in each language, each with a
clean store, and how long one took. Python's alone, unless others are named; `all`: all.
"""

import os
import shutil
import subprocess
import sys
import tempfile

from harness import Skip, TOP, binary, run_tests

import clients

FIXTURES = os.path.join(TOP, "conformance", "clients", "fixtures")
SECONDS = 900


def tests_in(folder, *argv, **environment):
    """Runs them; the line that tells of the clean store's time becomes a comment."""
    done = subprocess.run(argv, cwd=folder, env=dict(os.environ, TRUG=binary(), **environment),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=SECONDS)
    text = done.stdout.decode(errors="replace")
    said = [line for line in text.splitlines() if "clean store: " in line]
    if done.returncode or not said:
        raise AssertionError(text[-4000:])
    print("# " + said[0][said[0].index("clean store: "):], flush=True)


def copied(name):
    """Where tools may write."""
    folder = tempfile.mkdtemp(prefix="trug-fixture-")
    shutil.copytree(os.path.join(FIXTURES, name), folder, dirs_exist_ok=True)
    return folder


def needed(program):
    if shutil.which(program) is None:
        raise Skip("there is no " + program)


def test_pytest():
    for python in (sys.executable, "/usr/bin/python3"):
        if not subprocess.run([python, "-c", "import pytest, boto3"],
                              stderr=subprocess.DEVNULL).returncode:
            break
    else:
        raise Skip("no Python here has pytest and boto3")
    folder = os.path.join(FIXTURES, "python")
    tests_in(folder, python, "-B", "-m", "pytest", "-q", "-s", "-p", "trug_pytest",
             "-p", "no:cacheprovider", "tests", PYTHONPATH=folder)


def test_go():
    needed("go")
    tests_in(os.path.join(FIXTURES, "go"), "go", "test", "-count=1", "-v", "./...",
             GOFLAGS="-mod=mod")


def test_node():
    needed("node")
    tests_in(os.path.join(FIXTURES, "node"), "node", "--test", "test/")


def test_junit():
    needed("mvn")
    folder = copied("java")
    try:
        clients.command("mvn", "-q", "-B", "test-compile", cwd=folder)
        tests_in(folder, "mvn", "-q", "-B", "test")
    except clients.Absent as why:
        raise Skip("cannot be had: %s" % why)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    names = sys.argv[1:] or ["pytest"]
    raise SystemExit(run_tests(globals(), [] if names == ["all"] else names))
