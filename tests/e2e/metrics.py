#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Metrics: what is counted, under its own names and MinIO's, and who may read them."""

import base64
import hashlib
import hmac
import json
import re
import sys
import time
import urllib.error
import urllib.request

from harness import ACCESS, SECRET, Server, check, equal, run_tests

LINE = re.compile(r'^([a-z_]\w*)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (\d+(?:\.\d+)?)$')
V2 = ["/minio/v2/metrics/" + name for name in ("cluster", "node", "bucket", "resource")]
PATHS = V2 + ["/_trug/metrics", "/minio/prometheus/metrics", "/minio/metrics/v3",
              "/minio/metrics/v3/api/requests", "/minio/metrics/v3/system/"]


def token(access=ACCESS, secret=SECRET, expires=3600, algorithm="HS512", **claims):
    """As `mc admin prometheus generate` makes it."""
    def part(what):
        return base64.urlsafe_b64encode(what).rstrip(b"=")
    head = part(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
    body = part(json.dumps(dict({"iss": "prometheus", "sub": access,
                                 "exp": int(time.time()) + expires}, **claims)).encode())
    digest = {"HS512": hashlib.sha512, "HS256": hashlib.sha256, "none": hashlib.sha256}[algorithm]
    mac = hmac.new(secret.encode(), head + b"." + body, digest).digest()
    return (head + b"." + body + b"." + part(mac)).decode()


def ask(server, path, bearer=None):
    request = urllib.request.Request(server.endpoint + path)
    if bearer:
        request.add_header("Authorization", "Bearer " + bearer)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers.get("Content-Type"), answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get("Content-Type"), answer.read().decode()


def scrape(server, path, bearer=None):
    """{(name, labels as a sorted tuple): value}; the whole text must be well-formed."""
    status, kind, text = ask(server, path, bearer or token())
    equal((status, kind), (200, "text/plain; version=0.0.4; charset=utf-8"), path)
    types, out = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            name, of = line[7:].split(" ")
            check(name not in types, "%s is there twice in %s" % (name, path))
            types[name] = of
        elif not line.startswith("# HELP "):
            found = LINE.match(line)
            check(found, "no line of metrics: %r" % line)
            name, labels, value = found.groups()
            family = re.sub("_(bucket|sum|count)$", "", name) if name not in types else name
            check(family in types, "%s has no type" % name)
            key = name, tuple(sorted(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or "")))
            check(key not in out, "%s twice" % (key,))
            out[key] = float(value)
    return out


def value(metrics, what, **labels):
    rows = [v for (n, have), v in metrics.items()
            if n == what and set(labels.items()) <= set(have)]
    equal(len(rows), 1, "rows of %s %s" % (what, labels))
    return rows[0]


def work(server):
    s3 = server.client()
    for bucket in ("one", "two"):
        equal(s3.put(bucket).status, 200)
    for n in range(3):
        equal(s3.put("one", "k%d" % n, b"x" * 1000).status, 200)
    for n in range(5):
        equal(s3.get("one", "k0").status, 200)
    equal(s3.get("one", "none").status, 404)
    equal(s3.get("one", "k0", headers={"x-amz-date": "20200101T000000Z"}).status, 403)
    equal(server.client(secret="wrongwrong").get("one", "k0").status, 403)
    equal(s3.put("two", None, b"<VersioningConfiguration><Status>Enabled</Status>"
                 b"</VersioningConfiguration>", query="versioning").status, 200)
    for _ in range(2):
        equal(s3.put("two", "k", b"12345").status, 200)
    equal(s3.put("two", "gone", b"12345").status, 200)
    equal(s3.delete("two", "gone").status, 204)


def test_what_is_counted():
    with Server() as server:
        work(server)
        own = scrape(server, "/_trug/metrics")
        equal(value(own, "trug_requests_total", operation="PutObject"), 6)
        equal(value(own, "trug_requests_total", operation="GetObject"), 8)
        equal(value(own, "trug_requests_4xx_total", operation="GetObject"), 3)
        equal(value(own, "trug_requests_5xx_total", operation="GetObject"), 0)
        equal(value(own, "trug_sent_bytes_total", operation="PutObject"), 0)
        check(value(own, "trug_sent_bytes_total", operation="GetObject") >= 5000, "sent")
        check(value(own, "trug_received_bytes_total", operation="PutObject") >= 3015, "received")
        equal(value(own, "trug_request_wait_seconds_count", operation="GetObject"), 8)
        equal(value(own, "trug_request_wait_seconds_bucket", operation="GetObject", le="+Inf"), 8)
        check(value(own, "trug_request_wait_seconds_sum", operation="GetObject") > 0, "no time")
        equal(value(own, "trug_requests_rejected_auth_total"), 1)
        equal(value(own, "trug_requests_rejected_timestamp_total"), 1)
        equal(value(own, "trug_requests_open"), 1)  # this one
        for name, want in (("buckets", 2), ("objects", 4), ("versions", 6),
                           ("stored_bytes", 3015), ("writable", 1)):
            equal(value(own, "trug_" + name), want, name)
        equal(value(own, "trug_bucket_objects", bucket="two"), 1)
        equal(value(own, "trug_bucket_versions", bucket="two"), 3)
        check(value(own, "trug_resident_memory_bytes") > 1e6, "memory")
        check(0 <= value(own, "trug_uptime_seconds") < 600, "uptime")
        check(abs(value(own, "trug_start_time_seconds") - time.time()) < 600, "start")
        check(value(own, "trug_space_free_bytes") > 0, "space")


def test_minios_names():
    with Server() as server:
        work(server)
        cluster, node, bucket, resource = [scrape(server, path) for path in V2]
        equal(value(cluster, "minio_s3_requests_total", api="putobject"), 6)
        equal(value(cluster, "minio_s3_requests_4xx_errors_total", api="getobject"), 3)
        equal(value(cluster, "minio_s3_requests_errors_total"), 3)
        equal(value(cluster, "minio_s3_requests_rejected_auth_total"), 1)
        equal(value(cluster, "minio_s3_requests_ttfb_seconds_distribution", api="getobject",
                    le="+Inf"), 8)
        equal(value(cluster, "minio_cluster_bucket_total"), 2)
        equal(value(cluster, "minio_cluster_usage_object_total"), 4)
        equal(value(cluster, "minio_cluster_drive_online_total"), 1)
        check(value(cluster, "minio_cluster_capacity_usable_free_bytes") > 0, "capacity")
        check(value(node, "minio_node_process_uptime_seconds") >= 0, "uptime")
        equal(value(bucket, "minio_bucket_usage_total_bytes", bucket="one"), 3000)
        equal(value(bucket, "minio_bucket_usage_object_total", bucket="one"), 3)
        check(value(resource, "minio_node_drive_total_bytes") > 0, "drive")
        both = scrape(server, "/minio/prometheus/metrics")
        for part in (cluster, node, bucket, resource):
            check({n for n, _ in part} <= {n for n, _ in both}, "all of them together")
        every = scrape(server, "/minio/metrics/v3")
        equal(value(every, "minio_api_requests_total", name="PutObject", type="s3"), 6)
        names = {}
        for path in ("/api/requests", "/system/process", "/system/drive", "/cluster/health",
                     "/cluster/usage/objects", "/cluster/usage/buckets"):
            part = {n for n, _ in scrape(server, "/minio/metrics/v3" + path)}
            check(part and not part & set(names), "%s alone" % path)
            names.update(dict.fromkeys(part, path))
        equal(set(names), {n for n, _ in every})
        equal({n for n, _ in scrape(server, "/minio/metrics/v3/system")},
              {n for n, path in names.items() if path.startswith("/system/")})
        equal(ask(server, "/minio/metrics/v3/sys", token())[0], 501)


def test_who_may_read():
    people = json.dumps({"accounts": [
        {"id": "000000000000", "users": [
            {"name": name, "keys": [{"access_key": name.upper(), "secret_key": name + "-secret"}],
             "inline_policies": {"p": {"Version": "2012-10-17", "Statement": [
                 {"Effect": "Allow", "Action": action, "Resource": "*"}]}}}
            for name, action in (("watcher", "admin:Prometheus"), ("reader", "s3:*"))]},
        {"id": "111122223333", "keys": [
            {"access_key": "OTHERROOT", "secret_key": "other-secret"}]}]})
    server = Server()
    path = server.home + "/people.json"
    with open(path, "w") as f:
        f.write(people)
    server.args += ["--identities", path]
    with server:
        for path in PATHS:
            equal(ask(server, path)[0], 403, path)
            equal(ask(server, path, token())[0], 200, path)
        path = V2[0]
        good = token()
        for what, bearer in (
                ("another's secret", token(secret="trugadmiN")), ("nobody", token(access="X")),
                ("too late", token(expires=-1)), ("no signature", token(algorithm="none")),
                ("cut off", good[:-4]), ("no token", "a.b.c"), ("never ends", token(exp=None)),
                ("reader", token("READER", "reader-secret")),
                ("root of another account", token("OTHERROOT", "other-secret"))):
            check(ask(server, path, bearer)[0] in (400, 403), what)
        equal(ask(server, path, token("WATCHER", "watcher-secret"))[0], 200)
        equal(ask(server, path, token(algorithm="HS256"))[0], 200)
        equal(server.client().get("_trug", "metrics").status, 200, "signed as a request")
        equal(server.client(access="READER", secret="reader-secret").get("_trug", "metrics").status,
              403)
        equal(server.client().request("POST", "minio", "v2/metrics/cluster").status, 405)
    with Server(args=["--metrics", "public"]) as server:
        for path in PATHS:
            equal(ask(server, path)[0], 200, path)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
