# SPDX-License-Identifier: Apache-2.0
"""restic: a repository in the bucket; back up twice, check, restore, prune."""

import json
import os

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, WORK
from tool import Failed, Tool
from trees import change, make, same


class Restic(Tool):
    environment = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                   "AWS_DEFAULT_REGION": REGION, "RESTIC_PASSWORD": "of this test",
                   "RESTIC_CACHE_DIR": os.path.join(WORK, "cache")}

    def restic(self, bucket, *argv):
        return self.do("-q", "-r", "s3:%s/%s/repository" % (ENDPOINT, bucket), *argv)

    def snapshots(self, bucket):
        return json.loads(self.restic(bucket, "snapshots", "--json"))

    def own_backup_restore_prune(self, bucket):
        tree, back = os.path.join(WORK, "tree"), os.path.join(WORK, "back")
        make(tree)
        self.restic(bucket, "init")
        self.restic(bucket, "backup", tree)
        change(tree)
        self.restic(bucket, "backup", tree)
        assert len(self.snapshots(bucket)) == 2
        self.restic(bucket, "check", "--read-data")
        self.restic(bucket, "restore", "latest", "--target", back)
        same(tree, back + tree)
        self.restic(bucket, "forget", "--keep-last", "1", "--prune")
        assert len(self.snapshots(bucket)) == 1
        self.restic(bucket, "check", "--read-data")
        # Its locks are objects, made, listed and deleted by each command.
        assert self.restic(bucket, "list", "locks").strip() == b""
        self.environment = dict(self.environment, RESTIC_PASSWORD="wrong")
        try:
            self.snapshots(bucket)
        except Failed as why:
            assert "wrong password" in str(why), why
        else:
            raise AssertionError("a wrong password opens it")


restic = Restic()
restic.run(restic.version("version"))
