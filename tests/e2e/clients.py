#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real clients against a server of this build.

Without arguments: the distribution's clients and a small tree. Arguments go to
conformance/clients/run.sh, where the whole story is told; `make check-clients` runs it.
"""

import os
import subprocess
import sys

from harness import Server, TOP

SHORT = ["--installed", "--few", "--files", "110", "--largest", "9000000"]

# What comes back from the archive does so at once, and buckets can be made public, as mc wants.
SETTINGS = ["--restore-time", "none", "--default-public-access", "allow"]

# A target for `mc event`; nobody listens there.
ENV = {"MINIO_NOTIFY_WEBHOOK_ENABLE_mc": "on",
       "MINIO_NOTIFY_WEBHOOK_ENDPOINT_mc": "http://127.0.0.1:9/"}

with Server(args=SETTINGS, env=ENV) as server:
    status = subprocess.call(
        ["bash", os.path.join(TOP, "conformance", "clients", "run.sh"), "--endpoint",
         server.endpoint] + (sys.argv[1:] or SHORT), stdin=subprocess.DEVNULL)
    if server.process.poll() is not None:
        print("Bail out! the server died")
        print("\n".join("# " + line for line in server.tail().splitlines()))
        sys.exit(1)
    code = server.stop()
    if code != 0:
        print("# the server left with %r" % code)
sys.exit(status or code)
