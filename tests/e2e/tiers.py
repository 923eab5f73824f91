#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The strict tiers: the cases of conformance/tiers against a server of each. One alone:
`tiers.py minio`, one case: `tiers.py minio part_small`."""

import os
import subprocess
import sys
import tempfile

import certs
from harness import Server, TOP

RUN = os.path.join(TOP, "conformance", "run")
TIERS = ("open", "aws", "minio", "r2")


TLS = ("*sse_c*", "tls")  # what is answered otherwise there


def both(tier, globs):
    """Plain, and what TLS changes."""
    status = one(tier, globs, [])
    if not globs:
        with tempfile.TemporaryDirectory() as folder:
            certs.issue(folder)
            status = max(status, one(tier, TLS, ["--tls-dir", folder]))
    return status


def one(tier, globs, how):
    # As large as the table says a PUT may be there.
    with Server(args=["--tier", tier, "--max-object", "5497558138880"] + how) as server:
        words = [w for g in globs for w in ("--case", g)]
        status = subprocess.call([sys.executable, RUN, "--endpoint", server.endpoint,
                                  "--tier", tier] + words)
        if server.process.poll() is not None:
            print("Bail out! the server died")
            print("\n".join("# " + line for line in server.tail().splitlines()))
            return 1
        code = server.stop()
        if code != 0:
            print("# the server left with %r" % code)
    return status or code


wanted = [a for a in sys.argv[1:] if a in TIERS]
rest = [a for a in sys.argv[1:] if a not in TIERS]
sys.exit(max([both(tier, rest) for tier in wanted or TIERS]))
