# SPDX-License-Identifier: Apache-2.0
"""radosgw as a peer: a Ceph cluster of one monitor and one OSD on a file, made in seconds.

Debian: apt-get install --no-install-recommends ceph-mon ceph-osd ceph-common radosgw
"""

import os
import shutil
import subprocess
import time
import uuid

from servers import Server, free_port, make_bucket

COMMAND_SECONDS = 120
PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
# One copy of everything on one OSD, nobody has to prove who he is within the cluster.
CONF = """
[global]
fsid = %(fsid)s
mon_host = [v1:127.0.0.1:%(mon)d]
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
run_dir = %(home)s
admin_socket = %(home)s/$name.asok
log_file = %(home)s/$name.log
pid_file = %(home)s/$name.pid
crash_dir = %(home)s/crash
mon_data = %(home)s/mon
osd_data = %(home)s/osd
osd_objectstore = bluestore
bluestore_block_size = 8589934592
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_osd_full_ratio = 0.99
mon_osd_nearfull_ratio = 0.98
mon_osd_backfillfull_ratio = 0.985
mon_data_avail_crit = 1
ms_bind_ipv6 = false
rgw_data = %(home)s/rgw
rgw_frontends = beast endpoint=127.0.0.1:%(port)d
"""


class Radosgw(Server):
    access = secret = "trugadmin"

    def __init__(self, name, home):
        super().__init__(name, os.path.abspath(home))
        self.conf = os.path.join(self.home, "ceph.conf")
        self.parts = []

    @staticmethod
    def there():
        return all(shutil.which(p) for p in PROGRAMS)

    def run(self, *command):
        done = subprocess.run([command[0], "-c", self.conf] + list(command[1:]),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=COMMAND_SECONDS)
        if done.returncode != 0:
            raise RuntimeError("%s:\n%s" % (" ".join(command), done.stdout.decode()[-2000:]))
        return done.stdout.decode()

    def spawn(self, *command):
        with open(os.path.join(self.home, "log"), "ab") as log:
            self.parts.append(subprocess.Popen(
                [command[0], "-c", self.conf] + list(command[1:]), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log))
        return self.parts[-1]

    def start(self):
        """Ceph may wait for itself for ever, or refuse itself, where the machine is slow at a bad
        moment: then another cluster is made."""
        for _ in range(2):
            try:
                return self.make()
            except (RuntimeError, subprocess.TimeoutExpired) as why:
                print("\n".join("# " + line for line in str(why).splitlines()), flush=True)
                self.stop()
                for name in os.listdir(self.home):
                    path = os.path.join(self.home, name)
                    shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        return self.make()

    def make(self):
        facts = {"fsid": uuid.uuid4(), "home": self.home, "mon": free_port(), "port": self.port}
        for folder in ("mon", "osd", "rgw", "crash"):
            os.makedirs(os.path.join(self.home, folder), exist_ok=True)
        with open(self.conf, "w") as f:
            f.write(CONF % facts)
        monmap = os.path.join(self.home, "monmap")
        subprocess.run(["monmaptool", "--create", "--clobber", "--fsid", str(facts["fsid"]),
                        "--addv", "a", "[v1:127.0.0.1:%d]" % facts["mon"], monmap], check=True,
                       stdout=subprocess.DEVNULL)
        self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap)
        self.spawn("ceph-mon", "-f", "-i", "a")
        osd = str(uuid.uuid4())
        self.run("ceph", "--connect-timeout", "120", "osd", "new", osd)
        self.run("ceph-osd", "--mkfs", "-i", "0", "--osd-uuid", osd)
        self.spawn("ceph-osd", "-f", "-i", "0")
        time.sleep(3)
        self.run("radosgw-admin", "user", "create", "--uid", "bench", "--display-name", "bench",
                 "--access-key", self.access, "--secret", self.secret)
        self.process = self.spawn("radosgw", "-f", "-n", "client.rgw.bench")
        return self.await_port()

    def prepare(self):
        make_bucket(self)
        return self

    def pids(self):
        """radosgw and the OSD that does its work."""
        return [p.pid for p in self.parts[1:]]

    def stop(self):
        for part in reversed(self.parts):
            part.terminate()
            try:
                part.wait(20)
            except subprocess.TimeoutExpired:
                part.kill()
                part.wait()
        self.parts, self.process = [], None
