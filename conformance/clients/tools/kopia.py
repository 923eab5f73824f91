# SPDX-License-Identifier: Apache-2.0
"""kopia: a repository in the bucket; snapshots, verification, restore, maintenance."""

import json
import os

from adapter import ACCESS_KEY, AUTHORITY, REGION, SECRET_KEY, SECURE, WORK
from tool import Tool
from trees import change, make, same


class Kopia(Tool):
    environment = {"KOPIA_PASSWORD": "of this test", "KOPIA_CHECK_FOR_UPDATES": "false",
                   "KOPIA_CONFIG_PATH": os.path.join(WORK, "kopia.config"),
                   "KOPIA_LOG_DIR": os.path.join(WORK, "log"),
                   "KOPIA_CACHE_DIRECTORY": os.path.join(WORK, "cache")}

    def place(self, bucket):
        more = [] if SECURE else ["--disable-tls"]
        return ["s3", "--bucket", bucket, "--endpoint", AUTHORITY, "--region", REGION,
                "--access-key", ACCESS_KEY, "--secret-access-key", SECRET_KEY,
                "--prefix", "kopia/", *more]

    def own_snapshot_verify_restore(self, bucket):
        tree, back = os.path.join(WORK, "tree"), os.path.join(WORK, "back")
        make(tree)
        self.do("repository", "create", *self.place(bucket))
        self.do("snapshot", "create", tree)
        change(tree)
        made = json.loads(self.do("snapshot", "create", "--json", tree))
        self.do("repository", "disconnect")
        self.do("repository", "connect", *self.place(bucket))
        assert len(json.loads(self.do("snapshot", "list", "--json", tree))) == 2
        self.do("snapshot", "verify", "--verify-files-percent", "100")
        self.do("restore", made["id"], back)
        same(tree, back)
        self.do("maintenance", "run", "--full")
        self.do("repository", "disconnect")


kopia = Kopia()
kopia.run(kopia.version("--version"))
