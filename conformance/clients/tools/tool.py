# SPDX-License-Identifier: Apache-2.0
"""What the adapters of command line tools share: they run a program for each request."""

import os
import re
import subprocess
import sys

from adapter import Adapter

PROGRAM = sys.argv[1]
CODES = re.compile(r"\b(NoSuchKey|NoSuchBucket|BucketNotEmpty|SignatureDoesNotMatch|"
                   r"PreconditionFailed|InvalidAccessKeyId|AccessDenied)\b")


class Failed(Exception):
    pass


class Tool(Adapter):
    environment = {}
    # What the tool says instead of S3's code.
    words = ()

    def do(self, *argv, stdin=None):
        done = subprocess.run([PROGRAM] + list(argv), stdin=stdin or subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=dict(os.environ, **self.environment))
        if done.returncode:
            raise Failed("%s: %s" % (" ".join(argv[:3]), (
                done.stderr + done.stdout).decode("utf-8", "replace").strip()[-2000:]))
        return done.stdout

    def code(self, why):
        found = CODES.search(str(why))
        if found:
            return found.group(1)
        for word, code in self.words:
            if word in str(why):
                return code
        return super().code(why)

    def version(self, *argv):
        """What it says itself, if not the version of the module it was built from."""
        if os.path.exists(PROGRAM + ".version"):
            with open(PROGRAM + ".version") as f:
                return f.read()
        text = self.do(*argv).decode()
        return re.search(r"v?(\d+\.\d+[\w.\-]*)|DEVELOPMENT\S*|RELEASE\S*", text).group(0)
