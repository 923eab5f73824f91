# SPDX-License-Identifier: Apache-2.0
"""s3fs-fuse: a bucket mounted as a folder, as far as this machine lets one mount."""

import os
import subprocess
import time

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, WORK, Unsupported
from tool import PROGRAM, Tool
from trees import make, same


class S3fs(Tool):
    def mount(self, bucket):
        if not os.access("/dev/fuse", os.R_OK | os.W_OK):
            raise Unsupported("there is no /dev/fuse to mount by")
        self.point = os.path.join(WORK, "mounted")
        os.makedirs(self.point, exist_ok=True)
        keys = os.path.join(WORK, "passwd")
        with open(os.open(keys, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
            f.write("%s:%s" % (ACCESS_KEY, SECRET_KEY))
        self.process = subprocess.Popen(
            [PROGRAM, bucket, self.point, "-f", "-o", "passwd_file=" + keys, "-o",
             "url=" + ENDPOINT, "-o", "endpoint=" + REGION, "-o", "use_path_request_style", "-o",
             "multipart_size=5", "-o", "enable_noobj_cache", "-o", "max_stat_cache_size=1000"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(1200):
            if os.path.ismount(self.point):
                return
            if self.process.poll() is not None:
                said = self.process.stdout.read().decode("utf-8", "replace").strip()
                if "fuse: " in said and "failed" in said:
                    raise Unsupported("this machine does not let it mount: " + said[-200:])
                raise AssertionError(said[-800:])
            time.sleep(0.1)
        raise AssertionError("not mounted within 120 s")

    def unmount(self):
        subprocess.run(["fusermount", "-u", self.point], stdin=subprocess.DEVNULL)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def own_mounted_folder(self, bucket):
        """Written through one mount, read through the next, changed, renamed, removed."""
        tree = os.path.join(WORK, "tree")
        make(tree)
        self.mount(bucket)
        try:
            make(os.path.join(self.point, "tree"))
        finally:
            self.unmount()
        self.mount(bucket)
        try:
            there = os.path.join(self.point, "tree")
            same(tree, there)
            os.rename(there + "/large", there + "/larger")
            with open(there + "/larger", "r+b") as f:
                f.seek(6000000)
                f.write(b"changed")
            # No truncation: 1.90 sends zeros, without having asked for what is there.
            with open(there + "/larger", "ab") as f:
                f.write(b"appended")
            os.chmod(there + "/larger", 0o640)
        finally:
            self.unmount()
        self.mount(bucket)
        try:
            there = os.path.join(self.point, "tree")
            assert not os.path.exists(there + "/large")
            with open(there + "/larger", "rb") as f:
                data = f.read()
            assert len(data) == 10800008 and data[6000000:6000007] == b"changed", len(data)
            assert data.endswith(b"appended")
            assert os.stat(there + "/larger").st_mode & 0o777 == 0o640
            for folder, _, files in os.walk(there, topdown=False):
                for name in files:
                    os.unlink(os.path.join(folder, name))
                os.rmdir(folder)
            assert os.listdir(self.point) == [], os.listdir(self.point)
        finally:
            self.unmount()


s3fs = S3fs()
s3fs.run(s3fs.version("--version"))
