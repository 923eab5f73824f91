#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""All conformance cases against a server of this build. One alone: `conformance.py GLOB`."""

import os
import subprocess
import sys

from harness import Server, TOP

with Server() as server:
    command = [sys.executable, os.path.join(TOP, "conformance", "run"), "--endpoint",
               server.endpoint, "--profile", "aws"]
    for glob in sys.argv[1:]:
        command += ["--case", glob]
    status = subprocess.call(command)
    alive = server.process.poll() is None
    if not alive:
        print("Bail out! the server died")
        print("\n".join("# " + line for line in server.tail().splitlines()))
    code = server.stop() if alive else 1
    if code != 0:
        print("# the server left with %r" % code)
sys.exit(status or code)
