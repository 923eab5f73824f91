#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Conformance against a server of this build.

Without arguments: all cases, the scenario through the clients the distribution has, and
whether every row of the registry has its cases. One case alone: `conformance.py GLOB`.
`conformance.py --run ARGUMENTS` passes them to conformance/run; that is `make conformance`.
`conformance.py --tls --run ARGUMENTS` does so against a server with a certificate.
"""

import os
import subprocess
import sys
import tempfile

import certs
from harness import Server, TOP, binary

FOLDER = os.path.join(TOP, "conformance")


def lacking(record, log):
    """0 if every row of the registry has its cases; says which have not."""
    registry = subprocess.run([binary(), "ops"], stdout=subprocess.PIPE, check=True).stdout
    done = subprocess.run([sys.executable, os.path.join(FOLDER, "coverage.py"), record, log],
                          input=registry, stdout=subprocess.PIPE)
    print("\n".join("# " + line for line in done.stdout.decode().splitlines()))
    return done.returncode


folder = tempfile.TemporaryDirectory()
record, log = (os.path.join(folder.name, name) for name in ("record", "access-log"))
how = []
tls = sys.argv[1:2] == ["--tls"]
if tls:
    del sys.argv[1]
if sys.argv[1:2] == ["--run"]:
    arguments = sys.argv[2:]
elif sys.argv[1:]:
    arguments = [word for glob in sys.argv[1:] for word in ("--case", glob)]
else:
    arguments = ["--client", "raw,boto3-debian", "--record", record]
    how = ["--access-log", log, "--access-log-format", "json"]
if tls:
    arguments += ["--ca", certs.issue(folder.name)]
    how += ["--tls-dir", folder.name]
with Server(args=how) as server:
    status = subprocess.call([sys.executable, os.path.join(FOLDER, "run"), "--endpoint",
                              server.endpoint, "--profile", "aws"] + arguments)
    alive = server.process.poll() is None
    if not alive:
        print("Bail out! the server died")
        print("\n".join("# " + line for line in server.tail().splitlines()))
    code = server.stop() if alive else 1
    if code != 0:
        print("# the server left with %r" % code)
if not sys.argv[1:] and not status:
    status = lacking(record, log)
sys.exit(status or code)
