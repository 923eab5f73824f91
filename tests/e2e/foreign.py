# SPDX-License-Identifier: Apache-2.0
"""S3 stores of others, where they are installed: (endpoint, access key, secret key)."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from harness import PATIENCE, TOP, Skip, free_port


@contextlib.contextmanager
def radosgw():
    sys.path.insert(0, os.path.join(TOP, "tests", "bench"))
    from rados import Radosgw
    if not Radosgw.there():
        raise Skip("Ceph is not here")
    home = tempfile.mkdtemp(prefix="trug-rgw-")
    ceph = Radosgw("radosgw", home)
    try:
        ceph.start()
        yield "http://127.0.0.1:%d" % ceph.port, ceph.access, ceph.secret
    finally:
        ceph.stop()
        shutil.rmtree(home, ignore_errors=True)


def answers(port, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            time.sleep(0.1)
    return False


@contextlib.contextmanager
def moto():
    if not shutil.which("moto_server"):
        raise Skip("moto is not here")
    port = free_port()
    server = subprocess.Popen(["moto_server", "-H", "127.0.0.1", "-p", str(port)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        if not answers(port):
            raise AssertionError("moto does not answer on port %d" % port)
        yield "http://127.0.0.1:%d" % port, "any", "thing"
    finally:
        server.terminate()
        server.wait()
