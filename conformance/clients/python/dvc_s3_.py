# SPDX-License-Identifier: Apache-2.0
"""DVC with a bucket as its remote."""

import os
import subprocess
import sys

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, WORK, Adapter


def dvc(*argv, cwd):
    # Into a file: dvc leaves a daemon behind that would keep a pipe open.
    with open(os.path.join(WORK, "out"), "w+b") as out:
        code = subprocess.call([sys.executable, "-m", "dvc"] + list(argv), cwd=cwd, stdout=out,
                               stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                               env=dict(os.environ, DVC_NO_ANALYTICS="1"))
        out.seek(0)
        text = out.read().decode()
    if code:
        raise RuntimeError("dvc %s: %s" % (" ".join(argv), text[-500:]))
    return text


class Dvc(Adapter):
    def project(self, name, bucket):
        path = os.path.join(WORK, name)
        os.mkdir(path)
        dvc("init", "--no-scm", "-q", cwd=path)
        dvc("remote", "add", "-q", "-d", "r", "s3://%s/dvc" % bucket, cwd=path)
        for key, value in (("endpointurl", ENDPOINT), ("access_key_id", ACCESS_KEY),
                           ("secret_access_key", SECRET_KEY), ("region", REGION)):
            dvc("remote", "modify", "-q", "r", key, value, cwd=path)
        return path

    def own_push_and_pull(self, bucket):
        here, there = self.project("here", bucket), self.project("there", bucket)
        os.mkdir(here + "/data")
        for n in range(60):
            with open("%s/data/%d" % (here, n), "wb") as f:
                f.write(os.urandom(1000 + n) if n else os.urandom(9 << 20))
        dvc("add", "-q", "data", cwd=here)
        dvc("push", "-q", cwd=here)
        assert "in sync" in dvc("status", "-c", cwd=here)
        os.link(here + "/data.dvc", there + "/data.dvc")
        dvc("pull", "-q", cwd=there)
        for n in range(60):
            with open("%s/data/%d" % (here, n), "rb") as a, \
                    open("%s/data/%d" % (there, n), "rb") as b:
                assert a.read() == b.read(), n
        dvc("gc", "-q", "-w", "-c", "-f", cwd=here)


Dvc().run(dvc("--version", cwd=WORK).strip())
