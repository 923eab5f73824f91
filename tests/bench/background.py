# SPDX-License-Identifier: Apache-2.0
"""What a PUT causes behind its answer: an event at a webhook (nginx, which answers 204), a
replica in another bucket, a replica at another server. Each run puts so many objects of 4 KiB and waits until nothing waits any more; ops are those
objects, and the CPU time is that of the server that was asked, the PUT included."""

import base64
import hashlib
import json
import os
import sys
import time

from probes import cpu_ns

SIZE, CONNS, PATIENCE = 4096, 16, 300
ARN = "arn:minio:sqs::bench:webhook"
VERSIONED = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"


def targets_file(home, url):
    path = os.path.join(home, "targets.json")
    with open(path, "w") as f:
        json.dump({"targets": [{"kind": "webhook", "id": "bench", "endpoint": url}]}, f)
    return path


def document(server, bucket, sub, text):
    digest = base64.b64encode(hashlib.md5(text.encode()).digest()).decode()
    answer = server.client().put(bucket, None, text.encode(), {"Content-MD5": digest}, {sub: None})
    if answer.status != 200:
        sys.exit("bench: %s of %s: %r" % (sub, bucket, answer))


def bucket(server, name, versioned=False):
    if server.client().put(name).status != 200:
        sys.exit("bench: no bucket " + name)
    if versioned:
        document(server, name, "versioning", VERSIONED)


def notify(server, name):
    document(server, name, "notification",
             "<NotificationConfiguration><QueueConfiguration><Queue>%s</Queue><Event>"
             "s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>" % ARN)


def replicate(server, name, arn):
    document(server, name, "replication",
             "<ReplicationConfiguration><Role>arn:aws:iam::000000000000:role/r</Role><Rule>"
             "<ID>r</ID><Priority>1</Priority><Filter></Filter><Status>Enabled</Status>"
             "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>"
             "<Destination><Bucket>%s</Bucket></Destination></Rule></ReplicationConfiguration>" % arn)


def control(server, path, method="GET", **query):
    answer = server.client().request(method, "_trug", "v1/" + path,
                                     {k.replace("_", "-"): v for k, v in query.items()} or None)
    if answer.status != 200:
        sys.exit("bench: %s: %r" % (path, answer))
    return json.loads(answer.body)


def events_left(server):
    targets = control(server, "events")["targets"]
    if any(t["dead"] or t["lost"] for t in targets):
        sys.exit("bench: events were lost: %r" % targets)
    return sum(t["waiting"] for t in targets)


def replicas_left(server):
    targets = control(server, "replication")["targets"]
    if any(t["failed"] for t in targets):
        sys.exit("bench: replicas failed: %r" % targets)
    return sum(t["pending"] for t in targets)


class Run:
    """Fresh keys each time."""

    def __init__(self, server, name, count, left=None):
        self.server, self.name, self.count, self.left, self.runs = server, name, count, left, 0

    def __call__(self):
        self.runs += 1
        before, began = cpu_ns(self.server), time.monotonic()
        done = self.server.load("put", bucket=self.name, prefix="%d/" % self.runs, size=SIZE,
                                count=self.count, conns=CONNS)
        put = time.monotonic() - began
        while self.left and self.left(self.server):
            if time.monotonic() - began > PATIENCE:
                sys.exit("bench: %s: something waits for ever" % self.name)
            time.sleep(0.01)
        took = time.monotonic() - began
        return {"ops": self.count, "errors": done["errors"], "rate": self.count / took,
                "put_rate": self.count / put,
                "cpu_us": (cpu_ns(self.server) - before) / 1e3 / self.count}


def tasks(bench, count):
    nginx = bench.nginx("nginx-hook")
    hook = "http://127.0.0.1:%d/hook" % nginx.port if nginx else "http://127.0.0.1:9/"
    there = bench.trug("trug-there")
    here = bench.trug("trug-here", args=["--targets", targets_file(bench.home, hook)])
    for name in ("plain", "told"):
        bucket(here, name)
    for name in ("versions", "near", "copies", "far"):
        bucket(here, name, True)
    bucket(there, "copies", True)
    replicate(here, "near", "arn:aws:s3:::copies")
    arn = control(here, "replication", "POST", bucket="far", url=there.endpoint, target="copies",
                  access_key=there.access, secret_key=there.secret)["arn"]
    replicate(here, "far", arn)
    rows = [("trug.plain", "PUT 4 KiB", Run(here, "plain", count)),
            ("trug.versions", "PUT 4 KiB, versioned", Run(here, "versions", count)),
            ("trug.near", "PUT and replica, same server", Run(here, "near", count, replicas_left)),
            ("trug.far", "PUT and replica, other server", Run(here, "far", count, replicas_left))]
    if nginx:
        notify(here, "told")
        rows.insert(1, ("trug.told", "PUT and event, webhook",
                        Run(here, "told", count, events_left)))
    return rows
