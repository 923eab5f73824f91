#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""trug and yardsticks side by side in one run, interleaved. tests/bench/README.md says what
is measured and how to read it.

    make bench                       about twenty minutes
    make bench-short                 under a minute, for CI
    make bench BENCH_ARGS='--scale 10000000 --only scale'

Writes results.json, results.md and plots (SVG) to --out.
"""

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import report
import walk
from background import tasks as background_tasks
from probes import absolute, cpu_ns, disk_of, trace, wrk_run
from rados import Radosgw
from servers import (BUILD, LOAD, TOP, TRUG, Moto, Nginx, Peer, Trug, free_port, make_certificate,
                     moto_binary, nginx_binary, s3raw, status_of, version_of)

MIB = 1 << 20
LARGE = 64 * MIB
PART = 5 * MIB
GROUPS = ("small", "connections", "large", "multipart", "tls", "background", "rest", "calls",
          "scale", "dataset", "peers", "wrk")


class Bench:
    def __init__(self, args):
        self.args = args
        self.home = tempfile.mkdtemp(prefix="trug-bench-", dir=args.dir)
        self.started, self.results, self.facts = [], {}, {}
        self.next_key = {}
        self.certificate = make_certificate(os.path.join(self.home, "certificate"))

    # ---- servers ----

    def up(self, server):
        self.started.append(server)
        server.start()
        return server.prepare()

    def up_or_not(self, peer):
        """Somebody else's server that does not start is left out, and that is shown."""
        try:
            return self.up(peer)
        except (RuntimeError, SystemExit, subprocess.SubprocessError) as e:
            print("bench: %s is left out: %s" % (peer.name, e), file=sys.stderr)
            self.facts["left_out/" + peer.name] = str(e)[:200]
            peer.stop()
            self.started.remove(peer)
            return None

    def trug(self, name="trug", tls=False, args=()):
        return self.up(Trug(name, os.path.join(self.home, name),
                            self.certificate if tls else None,
                            list(args) + self.args.trug_args.split()))

    def nginx(self, name="nginx", tls=False):
        if not nginx_binary():
            return None
        return self.up(Nginx(name, os.path.join(self.home, name),
                             self.certificate if tls else None))

    def down(self):
        for server in self.started:
            server.alive()
            server.stop()
            shutil.rmtree(server.home, ignore_errors=True)
        self.started = []

    # ---- running ----

    def note(self, text):
        if self.args.verbose:
            print(text, file=sys.stderr, flush=True)

    def interleave(self, group, tasks, reps=None, yardstick=None):
        """Each repeat runs every task in turn; the first repeat is warm-up and dropped. A
        yardstick runs between any two, so that each has one on either side: what the machine
        gives changes from second to second, and what a run is compared with must not lie far
        from it."""
        for rep in range((reps or self.args.reps) + 1):
            # Turned round each time, so that nobody always runs behind the same neighbour.
            before = yardstick() if yardstick else None
            for name, title, function in tasks[rep % len(tasks):] + tasks[:rep % len(tasks)]:
                self.note("%s %d %s" % (group, rep, name))
                run = function()
                if yardstick:
                    after = yardstick()
                    run["beside"] = (before["cpu_us"] + after["cpu_us"]) / 2
                    before = after
                entry = self.results.setdefault(group + "/" + name, {"title": title, "runs": []})
                if rep > 0:
                    entry["runs"].append(run)
                elif run.get("errors"):
                    print("bench: %s/%s has errors" % (group, name), file=sys.stderr)

    def yardstick(self, nginx, keys):
        """GETs of 4 KiB at nginx, filled before."""
        return self.reading(nginx, "get", self.args.yardstick, prefix="s/", keys=keys) \
            if nginx else None

    def seconds_large(self):
        return max(0.5 if self.args.short else 2.0, self.args.seconds)

    def reading(self, server, op, seconds=None, **options):
        options.setdefault("seconds", seconds or self.args.seconds)
        options.setdefault("warmup", 0.05)
        return lambda: server.load(op, **options)

    def writing(self, server, op, prefix, delete=None, **options):
        """Fresh keys each time; delete: a list that receives what was written. What nginx
        wrote and did not sync goes at once, so that nobody else waits for its write-back."""
        slot = (server.name, prefix)
        options.setdefault("seconds", self.args.seconds)

        def run():
            first = self.next_key.get(slot, 0)
            done = server.load(op, prefix=prefix, first=first, settle=self.args.settle, **options)
            self.next_key[slot] = first + done["issued"]
            if delete is not None:
                delete.append((first, done["issued"]))
            elif isinstance(server, Nginx):
                server.load("delete", prefix=prefix, first=first, count=done["issued"])
            return done
        return run

    def deleting(self, server, prefix, written, conns=16):
        def run():
            first, count = written.pop(0)
            return server.load("delete", prefix=prefix, first=first, count=count, conns=conns,
                               settle=self.args.settle)
        return run

    @staticmethod
    def passing(server, conns, count):
        """Puts among the keys that are there, and gone again before the next run."""
        def run():
            what = dict(prefix="s/", first=1 << 40, count=count, scatter=1, conns=conns)
            done = server.load("put", size=100, settle=0.3, **what)
            server.load("delete", **what)
            return done
        return run

    def put_and_delete(self, server, prefix, **options):
        """Two tasks as one, since one takes what the other leaves."""
        written = []
        put = self.writing(server, "put", prefix, written, **options)
        delete = self.deleting(server, prefix, written)
        return put, delete

    # ---- groups ----

    def small(self):
        """4 KiB objects, 16 connections."""
        keys = self.args.keys
        trug, nginx = self.trug(), self.nginx()
        trug.fill("s/", keys, 4096)
        trug.fill("few/", 10, 100)
        trug.fill("m/", keys, 4096)
        trug.load("put", prefix="one/", count=1, size=LARGE, conns=1)
        tasks = []
        if nginx:
            nginx.fill("s/", keys, 4096)
            tasks += self.basics(nginx, "nginx", keys)
        tasks += self.basics(trug, "trug", keys) + [
            ("trug.list", "List, page of 1,000",
             self.reading(trug, "list", prefix="s/", keys=keys, page=min(1000, keys))),
            ("trug.list_first", "List by delimiter, 10 keys below",
             self.reading(trug, "list", prefix="few", delimiter="/")),
            ("trug.list_many", "List by delimiter, %s keys below" % report.number(keys),
             self.reading(trug, "list", prefix="s", delimiter="/")),
            ("trug.copy", "Copy 4 KiB", self.writing(trug, "copy", "c/",
                                                     source="/bench/s/00000001")),
            ("trug.copy_large", "Copy 64 MiB", self.writing(trug, "copy", "d/",
                                                            source="/bench/one/00000000")),
            ("trug.mix", "Mixed, 70 % GET, 30 % PUT",
             self.reading(trug, "mix", prefix="m/", keys=keys, size=4096)),
            ("disk.sync", "fdatasync of 4 KiB appended, alone", self.disk),
            ("trug.put_one", "PUT 4 KiB, 1 connection",
             self.writing(trug, "put", "q/", conns=1, size=4096)),
            ("disk.sync_again", "fdatasync of 4 KiB appended, alone, again", self.disk)]
        if not self.args.short:
            alone = self.trug("trug-one-loop", args=["--loops", "1"])
            alone.fill("s/", keys, 4096)
            tasks.insert(len(tasks) // 2, (
                "trug.get_one_loop", "GET 4 KiB, --loops 1",
                self.reading(alone, "get", prefix="s/", keys=keys)))
        self.interleave("small", OrderedTasks(tasks), yardstick=self.yardstick(nginx, keys))
        self.facts["rss_after_small"] = trug.memory()
        self.facts["rss_anon_after_small"] = trug.memory("RssAnon")

    def basics(self, server, name, keys):
        """GET, HEAD, PUT, DELETE of 4 KiB at 16 connections."""
        put, delete = self.put_and_delete(server, "p/", size=4096)
        return [(name + ".get", "GET 4 KiB", self.reading(server, "get", prefix="s/",
                                                          keys=keys)),
                (name + ".head", "HEAD", self.reading(server, "head", prefix="s/", keys=keys)),
                (name + ".put", "PUT 4 KiB", put), (name + ".delete", "DELETE", delete)]

    def disk(self):
        out = subprocess.run([LOAD, "disk", os.path.join(self.home, "disk"),
                              "100" if self.args.short else "1000"], check=True,
                             stdout=subprocess.PIPE)
        return json.loads(out.stdout)

    def connections(self):
        """GET and PUT of 4 KiB at other numbers of connections."""
        keys = self.args.keys
        trug, nginx = self.trug("trug-c"), self.nginx("nginx-c")
        trug.fill("s/", keys, 4096)
        tasks = []
        if nginx:
            nginx.fill("s/", keys, 4096)
        for conns in self.args.connections:
            for server, name in ((nginx, "nginx"), (trug, "trug")):
                if not server:
                    continue
                tasks += [("%s.get_%d" % (name, conns), "GET 4 KiB, connections: %d" % conns,
                           self.reading(server, "get", prefix="s/", keys=keys, conns=conns)),
                          ("%s.put_%d" % (name, conns), "PUT 4 KiB, connections: %d" % conns,
                           self.writing(server, "put", "w/", size=4096, conns=conns))]
        self.interleave("connections", tasks)

    def large(self):
        """64 MiB objects, 2 connections, and GETs beside such uploads."""
        trug, nginx = self.trug("trug-l"), self.nginx("nginx-l")
        trug.fill("l/", 2, LARGE, 2)
        trug.fill("s/", 1000, 4096)
        seconds = self.seconds_large()
        puts = 2 if self.args.short else 8
        tasks = []
        if nginx:
            nginx.fill("l/", 2, LARGE)
            tasks += [("nginx.get", "GET 64 MiB", self.reading(nginx, "get", seconds, prefix="l/",
                                                               keys=2, conns=2)),
                      ("nginx.put", "PUT 64 MiB", self.over(nginx, puts, 0))]
        tasks += [("trug.get", "GET 64 MiB", self.reading(trug, "get", seconds, prefix="l/",
                                                          keys=2, conns=2)),
                  ("trug.put", "PUT 64 MiB, unsigned payload", self.over(trug, puts, 0)),
                  ("hash", "MD5 and SHA-256 of 64 MiB, alone", self.hashes),
                  ("trug.put_signed", "PUT 64 MiB, signed payload", self.over(trug, puts, 1)),
                  ("trug.put_alone", "PUT 64 MiB, signed payload, 1 connection",
                   self.over(trug, puts, 1, 1)),
                  ("trug.get_alone", "GET 4 KiB at 4 connections, nobody beside",
                   self.reading(trug, "get", prefix="s/", keys=1000, conns=4)),
                  ("trug.get_beside", "GET 4 KiB at 4 connections beside two uploads of 64 MiB",
                   lambda: self.beside(trug, seconds))]
        self.interleave("large", tasks, self.args.reps_large)

    @staticmethod
    def over(server, count, signed, conns=2):
        """Uploads over the same keys, so that the disk stays small."""
        def run():
            first = server.load("put", prefix="up/", count=2, size=LARGE, conns=conns,
                                signed_body=signed)
            done = server.load("put", prefix="up/", count=count, size=LARGE, conns=conns,
                               signed_body=signed, settle=0.3)
            done["errors"] += first["errors"]
            return done
        return run

    @staticmethod
    def hashes():
        return json.loads(subprocess.run([LOAD, "hash", str(LARGE)], check=True,
                                         stdout=subprocess.PIPE).stdout)

    @staticmethod
    def beside(server, seconds):
        uploads = subprocess.Popen(
            server.load_command("put", prefix="side/", size=LARGE, conns=2, seconds=seconds + 0.4),
            stdout=subprocess.DEVNULL)
        time.sleep(0.2)
        done = server.load("get", prefix="s/", keys=1000, conns=4, seconds=seconds)
        uploads.wait()
        done["cpu_us"] = None  # of the uploads as well
        return done

    def multipart(self):
        """Complete of an upload whose parts are copies of one object: no byte is moved."""
        trug = self.trug("trug-m")
        client = trug.client()
        parts = self.args.parts
        trug.load("put", prefix="src/", count=1, size=PART, conns=1)
        etag = client.head("bench", "src/00000000").header("etag")
        document = "<CompleteMultipartUpload>%s</CompleteMultipartUpload>" % "".join(
            "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>" % (i, etag)
            for i in range(1, parts + 1))
        document = document.encode()
        copies = []

        def complete():
            upload = client.post("bench", "joined", query="uploads").xml.get("UploadId")
            copied = trug.load("part-copy", prefix="joined", upload=upload, first=1, count=parts,
                               source="/bench/src/00000000", settle=0.2)
            copies.append(copied)
            request = client.build("POST", "bench", "joined", {"uploadId": upload}, body=document)
            before, began = cpu_ns(trug), time.monotonic()
            answer = client.send(*request)
            took = time.monotonic() - began
            if answer.status != 200 or b"<ETag>" not in answer.body:
                sys.exit("bench: Complete failed: %r" % answer)
            return {"ops": 1, "errors": copied["errors"], "p50": took * 1e6,
                    "cpu_us": (cpu_ns(trug) - before) / 1e3}
        self.interleave("multipart", [("trug.complete", "Complete of %s parts" %
                                       report.number(parts), complete)],
                        1 if self.args.short else 3)
        self.results["multipart/trug.part_copy"] = {"title": "UploadPartCopy of 5 MiB",
                                                    "runs": copies[1:]}

    def background(self):
        """What a PUT causes behind its answer."""
        self.interleave("background", background_tasks(self, self.args.keys),
                        1 if self.args.short else 3)

    def tls(self):
        """The same with TLS 1.3 on both sides."""
        keys = self.args.keys
        trug, nginx = self.trug("trug-tls", True), self.nginx("nginx-tls", True)
        trug.fill("s/", keys, 4096)
        trug.fill("l/", 2, LARGE, 2)
        both = [(trug, "trug")]
        if nginx:
            nginx.fill("s/", keys, 4096)
            nginx.fill("l/", 2, LARGE)
            both.insert(0, (nginx, "nginx"))
        tasks = [(name + ".get", "TLS GET 4 KiB",
                  self.reading(server, "get", prefix="s/", keys=keys)) for server, name in both]
        tasks += [(name + ".get_large", "TLS GET 64 MiB",
                   self.reading(server, "get", self.seconds_large(), prefix="l/", keys=2, conns=2))
                  for server, name in both]
        tasks += [(name + ".put", "TLS PUT 4 KiB", self.writing(server, "put", "w/", size=4096))
                  for server, name in both]
        self.interleave("tls", tasks, yardstick=self.yardstick(nginx, keys))

    def rest(self):
        """Start, idle memory, memory of idle connections: no load."""
        for tls in (False, True):
            kind = "tls" if tls else "plain"
            servers = [self.trug("trug-rest-" + kind, tls), self.nginx("nginx-rest-" + kind, tls)]
            for server in [s for s in servers if s]:
                name = "%s.%s" % (server.name.split("-")[0], kind)
                if server is servers[1]:
                    server.fill("i/", 1, 4096)
                server.stop()
                self.start_times(name, server, kind)
                server.start()
                time.sleep(0.5)
                rss = server.memory()
                if server is servers[1]:
                    rss += status_of(server.process.pid, "VmRSS")
                self.facts["rss/" + name] = rss
                self.facts["anon/" + name] = server.memory("RssAnon")
                if server is servers[0]:
                    server.fill("i/", 1, 4096)
                self.idle(name, server, 500 if tls else 2000)
                server.stop()

    def start_times(self, name, server, kind):
        out = subprocess.run([LOAD, "start", str(server.port), kind,
                              "10" if self.args.short else "40"] + absolute(server.command()),
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if out.returncode == 0:
            self.facts["start_ms/" + name] = json.loads(out.stdout)

    def idle(self, name, server, conns):
        server.load("get", prefix="i/", keys=1, seconds=0.2)
        before = server.memory("RssAnon")
        holder = subprocess.Popen(server.load_command("get", prefix="i/", keys=1, conns=conns,
                                                      hold=1),
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        holder.stdout.readline()
        time.sleep(0.3)
        self.facts["idle_bytes/" + name] = (server.memory("RssAnon") - before) / conns
        holder.communicate(b"\n")

    def calls(self):
        """System calls per operation, by strace; its own runs, since it slows everything."""
        if not shutil.which("strace"):
            return
        keys = min(1000, self.args.keys)
        trug, nginx = self.trug("trug-s"), self.nginx("nginx-s")
        for server, name in ((nginx, "nginx"), (trug, "trug")):
            if not server:
                continue
            server.fill("s/", keys, 4096)
            plan = [("get", {"prefix": "s/", "keys": keys}), ("head", {"prefix": "s/",
                                                                       "keys": keys}),
                    ("put", {"prefix": "w/", "size": 4096})]
            plan += [("list", {"prefix": "s/", "keys": keys, "page": 1000})] if name == "trug" \
                else []
            for op, options in plan:
                self.facts["calls/%s.%s" % (name, op)] = trace(server, op, options, self.home)

    def scale(self):
        """PUT, list and start with --scale keys against 10^4, and the powers of ten between."""
        tasks, keys = [], 10000
        while keys <= self.args.scale:
            tasks += self.scale_tasks("few" if keys == 10000 else "many" if
                                      keys * 10 > self.args.scale else "mid%d" % keys, keys)
            keys *= 10
        # PUTs of one size beside those of the others: a disk's mood passes quickly.
        tasks.sort(key=lambda t: t[0].split(".")[1])
        self.interleave("scale", tasks)
        self.facts["rss/scale-many-after"] = self.started[-1].memory()

    def scale_tasks(self, name, keys):
        """Loads a store of its own and says what is done with it."""
        trug = self.trug("trug-scale-" + name, args=["--durability", "none"])
        trug.fill("few/", 10, 100)
        began, before = time.monotonic(), cpu_ns(trug)
        done = trug.load("put", prefix="s/", count=keys, size=100, conns=64,
                         scatter=0 if self.args.ordered else 1)
        self.facts["load/" + name] = {
            "keys": keys, "seconds": time.monotonic() - began, "errors": done["errors"],
            "cpu_us": (cpu_ns(trug) - before) / 1e3 / keys}
        trug.stop()
        trug.args = [a for a in trug.args if a not in ("--durability", "none")]
        self.facts["disk/" + name] = disk_of(os.path.join(trug.home, "data"))
        self.start_times("scale-" + name, trug, "plain")
        trug.start()
        time.sleep(0.5)
        self.facts["rss/scale-" + name] = trug.memory()
        where = dict(prefix="s/", keys=keys, scatter=0 if self.args.ordered else 1)
        at = "at %s keys" % report.number(keys)
        return [
            (name + ".put", "PUT 100 B " + at, self.passing(trug, 16, 4000)),
            (name + ".put_one", "PUT 100 B, 1 connection, " + at, self.passing(trug, 1, 500)),
            (name + ".list", "List, page of 1,000, " + at,
             self.reading(trug, "list", conns=4, **where)),
            (name + ".get", "GET 100 B " + at,
             self.reading(trug, "get", prefix="few/", keys=10)),
            (name + ".below_few", "List by delimiter, 10 keys below, " + at,
             self.reading(trug, "list", prefix="few", delimiter="/")),
            (name + ".below_many", "List by delimiter, %s keys below" % report.number(keys),
             self.reading(trug, "list", prefix="s", delimiter="/"))]

    def dataset(self):
        """The data set's keys listed from end to end, by a raw client and by aws."""
        count = min(walk.ALL, self.args.scale // 2)
        trug = self.trug("trug-d", args=["--durability", "none"])
        walk.fill(trug, count)
        trug.stop()
        trug.args = []
        trug.start()
        keys, tasks = 2 * count, []
        for version in (1, 2):
            tasks.append(("trug.v%d" % version, "ListObjects%s of all %s keys, per key" % (
                "V2" if version == 2 else "", report.number(keys)),
                lambda v=version: walk.by_raw_client(trug, v, keys)))
        if walk.aws_binary():
            tasks.append(("trug.aws", "The same by `aws s3api list-objects` (%s), per key" %
                          walk.aws_version(), lambda: walk.by_aws(trug, keys)))
        self.interleave("dataset", tasks, 2)

    def peers(self):
        """Other servers that install by name; each beside trug and nginx, few keys."""
        peers = [Peer(text, os.path.join(self.home, "peer%d" % i))
                 for i, text in enumerate(self.args.peer)]
        if moto_binary():
            peers.append(Moto("moto", os.path.join(self.home, "moto")))
        if Radosgw.there():
            peers.append(Radosgw("radosgw", os.path.join(self.home, "radosgw")))
        if not peers:
            return
        keys = 1000
        servers = [self.trug("trug-p"), self.nginx("nginx-p")] + [
            p for p in peers if self.up_or_not(p)]
        tasks = []
        for server in [s for s in servers if s]:
            name = server.name.split("-")[0]
            server.fill("s/", keys, 4096, 16)
            tasks += self.basics(server, name, keys)
            if name != "nginx":
                tasks += [(name + ".list", "List, page of 1,000",
                           self.reading(server, "list", prefix="s/", page=keys))]
        self.interleave("peers", OrderedTasks(tasks), min(3, self.args.reps),
                        self.yardstick(servers[1], keys))
        for server in [s for s in servers if s]:
            self.facts["rss_loaded/" + server.name.split("-")[0]] = server.memory()

    def wrk(self):
        """GET once more by wrk, a generator that is not ours, with requests signed before."""
        if not shutil.which("wrk"):
            return
        keys = 1000
        trug, nginx = self.trug("trug-w"), self.nginx("nginx-w")
        tasks = []
        for server, name in ((nginx, "nginx"), (trug, "trug")):
            if server:
                server.fill("s/", keys, 4096)
                tasks.append((name + ".get", "GET 4 KiB by wrk",
                              lambda s=server: wrk_run(s, keys, self.args.seconds, self.home)))
        self.interleave("wrk", tasks)


class OrderedTasks(list):
    """Tasks whose order is kept when repeats begin elsewhere: slices that would part a put
    from its delete move the cut in front of the put."""

    def __getitem__(self, at):
        if isinstance(at, slice) and at.stop is None and at.start is not None:
            return list(self)[self.cut(at.start):]
        if isinstance(at, slice) and at.start is None and at.stop is not None:
            return list(self)[:self.cut(at.stop)]
        return list.__getitem__(self, at)

    def cut(self, at):
        name = list(self)[at][0] if at < len(self) else ""
        return at - 1 if name.endswith(".delete") else at


def congestion():
    """What TCP takes by default: where it paces, large bodies cost several times as much."""
    try:
        with open("/proc/sys/net/ipv4/tcp_congestion_control") as f:
            return f.read().strip()
    except OSError:
        return "?"


def machine():
    with open("/proc/cpuinfo") as f:
        models = [x.split(":")[1].strip() for x in f if x.startswith("model name")]
    return {"cpu": models[0] if models else platform.machine(), "cpus": os.cpu_count(),
            "system": "%s %s" % (platform.system(), platform.release()),
            "congestion": congestion(),
            "load": [os.getloadavg()[0]], "when": time.strftime("%Y-%m-%dT%H:%MZ",
                                                                     time.gmtime()),
            # Of a program named by TRUG nobody knows which commit it was made of.
            "trug": "%s (%s)" % (version_of([TRUG, "version"]), "given by TRUG" if os.environ.get(
                "TRUG") else version_of(["git", "-C", TOP, "describe", "--always", "--dirty"])),
            "nginx": version_of([nginx_binary(), "-v"]) if nginx_binary() else "not installed"}


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("--short", action="store_true", help="under a minute, for CI")
    p.add_argument("--only", default="", help="groups: " + ",".join(GROUPS))
    p.add_argument("--seconds", type=float, help="of each run")
    p.add_argument("--reps", type=int, help="repeats counted")
    p.add_argument("--keys", type=int, help="keys of 4 KiB that are read")
    p.add_argument("--scale", type=int, help="keys of the group scale, 10^4 to 10^7")
    p.add_argument("--ordered", action="store_true", help="load scale's keys in order, not at "
                   "random")
    p.add_argument("--parts", type=int, help="of the completed upload")
    p.add_argument("--peer", action="append", default=[], metavar="NAME=URL,KEY,SECRET[,PID]",
                   help="another server, measured in the group peers")
    p.add_argument("--trug-args", default="", help="more options for trug serve")
    p.add_argument("--dir", help="where the data stands while running (the disk measured)")
    p.add_argument("--out", default=os.path.join(BUILD, "bench"), help="folder of the results")
    p.add_argument("--keep", action="store_true", help="write the tables of the project's README "
                   "and of tests/bench/measured.md from this run")
    p.add_argument("--strict", action="store_true", help="fail when a goal is not met")
    p.add_argument("-v", "--verbose", action="store_true")
    a = p.parse_args()
    short = (0.2, 3, 2000, 10000, 200, 0.2, 2, 0.1)
    full = (1.5, 7, 10000, 1000000, 10000, 1.2, 4, 0.4)
    for name, value in zip(("seconds", "reps", "keys", "scale", "parts", "settle", "reps_large",
                            "yardstick"),
                           short if a.short else full):
        if getattr(a, name, None) is None:
            setattr(a, name, value)
    a.connections = (1, 256) if a.short else (1, 16, 256, 2000)
    leave = ("connections", "background", "peers", "wrk", "calls", "scale", "dataset") if a.short else ()
    a.groups = a.only.split(",") if a.only else [g for g in GROUPS if g not in leave]
    if set(a.groups) - set(GROUPS):
        p.error("no such group: " + a.only)
    return a


def stopped(*_):
    """Being stopped cleans up as well, once."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit("bench: stopped")


def main():
    args = arguments()
    signal.signal(signal.SIGTERM, stopped)
    bench = Bench(args)
    began = time.monotonic()
    facts = dict(machine(), groups={}, seconds=0)
    results = {"machine": facts, "arguments": vars(args), "tasks": bench.results,
               "facts": bench.facts}
    try:
        for group in args.groups:
            since = time.monotonic()
            getattr(bench, group)()
            bench.down()
            facts["load"].append(os.getloadavg()[0])
            facts["groups"][group] = round(time.monotonic() - since, 1)
            report.write(results, args.out)  # so far, should the rest be stopped
    finally:
        bench.down()
        shutil.rmtree(bench.home, ignore_errors=True)
    facts["seconds"] = round(time.monotonic() - began, 1)
    goals = report.write(results, args.out)
    if args.keep:
        report.keep(results, goals)
    print("\n".join(report.goals_table(goals)))
    print("bench: %s/results.md" % args.out)
    errors = sum(r.get("errors", 0) for t in bench.results.values() for r in t["runs"])
    if errors:
        print("bench: %d answers were errors" % errors, file=sys.stderr)
    return 1 if errors or (args.strict and not all(g["met"] for g in goals)) else 0


if __name__ == "__main__":
    sys.exit(main())
