# SPDX-License-Identifier: Apache-2.0
"""litestream: a database replicated into a bucket and restored from it."""

import os
import sqlite3
import subprocess
import time

from adapter import ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, WORK
from tool import PROGRAM, Tool


class Litestream(Tool):
    def own_replicate_and_restore(self, bucket):
        path = os.path.join(WORK, "a.db")
        config = os.path.join(WORK, "litestream.yml")
        with open(config, "w") as f:
            f.write("dbs:\n- path: %s\n  replica:\n    type: s3\n    bucket: %s\n"
                    "    path: litestream\n    endpoint: %s\n    region: %s\n"
                    "    force-path-style: true\n    access-key-id: %s\n"
                    "    secret-access-key: %s\n    sync-interval: 100ms\n" % (
                        path, bucket, ENDPOINT, REGION, ACCESS_KEY, SECRET_KEY))
        db = sqlite3.connect(path)
        db.execute("pragma journal_mode=wal")
        db.execute("create table t (n integer)")
        db.commit()
        daemon = subprocess.Popen([PROGRAM, "replicate", "-config", config],
                                  stdin=subprocess.DEVNULL)
        try:
            for n in range(20):
                db.execute("insert into t values (?)", (n,))
                db.commit()
                time.sleep(0.1)
            time.sleep(5)
        finally:
            daemon.terminate()
            daemon.wait(120)
        again = os.path.join(WORK, "b.db")
        self.do("restore", "-config", config, "-o", again, path)
        got = sqlite3.connect(again).execute("select count(*), sum(n) from t").fetchone()
        assert got == (20, 190), got


litestream = Litestream()
litestream.run(litestream.version("version"))
