#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Events of buckets at real brokers: all arrive, in the order of each key, also when the broker
goes away and comes back in the middle.

By default without what takes long to install or to start; with --all also RabbitMQ and Apache
Kafka. One alone: targets.py redis_access"""

import base64
import calendar
import contextlib
import hashlib
import json
import socket
import sys
import tempfile
import time
import urllib.parse

from brokers import (PASSWORD, Kafka, KafkaMock, Mosquitto, Nats, Postgres, Rabbit, Redis, Webhook,
                     until)
from harness import Server, check, equal, run_tests, until

KEYS, ROUNDS = 24, 6
EVENTS = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")


def targets_file(brokers, **more):
    f = tempfile.NamedTemporaryFile("w", suffix=".json", prefix="trug-targets-", delete=False)
    with f:
        json.dump({"targets": [dict(b.params, kind=b.kind, id=str(i), **more)
                               for i, b in enumerate(brokers)]}, f)
    return f.name


def server_for(brokers, **more):
    return Server(args=["--targets", targets_file(brokers, **more)], buckets=["data"])


def subscribe(s3, brokers, bucket="data", events=EVENTS):
    rules = "".join(
        "<QueueConfiguration><Queue>arn:minio:sqs::%d:%s</Queue>%s</QueueConfiguration>" % (
            i, b.kind, "".join("<Event>%s</Event>" % e for e in events))
        for i, b in enumerate(brokers))
    answer = s3.put(bucket, None, ("<NotificationConfiguration>%s</NotificationConfiguration>" %
                                   rules).encode(), None, {"notification": ""})
    equal(answer.status, 200, answer.body)


def key_name(i):
    return "some/key %d+\u00e9" % i if i % 5 == 0 else "key-%03d" % i


class Story:
    """What was done to each key, in order: ETags of what was put, None where it was deleted."""

    def __init__(self, s3):
        self.s3, self.done = s3, {}

    def play(self, first, last):
        for r in range(first, last):
            for i in range(KEYS):
                key = key_name(i)
                if r > 0 and (r + i) % 4 == 0:
                    equal(self.s3.delete("data", key).status, 204)
                    self.done[key].append(None)
                else:
                    answer = self.s3.put("data", key, b"%d %d" % (r, i))
                    equal(answer.status, 200, answer.body)
                    self.done.setdefault(key, []).append(answer.header("etag").strip('"'))

    def count(self):
        return sum(len(d) for d in self.done.values())


def by_key(records):
    """What each key's records say, each record once, by its first coming."""
    found, seen = {}, set()
    for r in records:
        o = r["s3"]["object"]
        key = urllib.parse.unquote_plus(o["key"])
        if (key, o["sequencer"]) in seen:
            continue
        seen.add((key, o["sequencer"]))
        removed = r["eventName"].startswith("s3:ObjectRemoved:")
        found.setdefault(key, []).append(None if removed else o["eTag"])
    return found


def last_by_key(records):
    return {urllib.parse.unquote_plus(r["s3"]["object"]["key"]):
            (None if r["eventName"].startswith("s3:ObjectRemoved:") else r["s3"]["object"]["eTag"])
            for r in records}


def complete(story, broker):
    """All that was done is there, nothing else, and of each key in order."""
    def count():
        return len({(r["s3"]["object"]["key"], r["s3"]["object"]["sequencer"])
                    for r in broker.records()}) >= story.count()
    until("%d events at %s" % (story.count(), broker.kind), count, pause=0.3)
    records = broker.records()
    equal(by_key(records), story.done, broker.kind)
    equal(last_by_key(records), {k: d[-1] for k, d in story.done.items()}, "the last of each key")
    print("# %s: %d events, %d came twice" % (broker.kind, story.count(),
                                              len(records) - story.count()))


def outage(broker, check_all=complete, **more):
    """Some events, the broker is killed, more events, it is back, and more."""
    with broker, server_for([broker], **more) as server:
        s3 = server.client()
        subscribe(s3, [broker])
        story = Story(s3)
        story.play(0, ROUNDS // 3)
        broker.kill()
        story.play(ROUNDS // 3, 2 * ROUNDS // 3)
        broker.start()
        story.play(2 * ROUNDS // 3, ROUNDS)
        check_all(story, broker)
        s3.close()
        equal(server.stop(), 0)
        equal(server.verify()[0], 0, "verify")


def namespace(story, broker):
    """A row for each object that is there, its last event in it."""
    want = {"data/" + k: d[-1] for k, d in story.done.items() if d[-1] is not None}
    until("the state of the bucket at %s" % broker.kind, lambda: {
        k: r["s3"]["object"]["eTag"] for k, r in broker.state().items()} == want)


def test_redis_access():
    outage(Redis("access"))


def test_redis_namespace():
    outage(Redis("namespace"), namespace)


def test_redis_stream():
    outage(Redis("stream", password=PASSWORD))


def test_kafka():
    outage(KafkaMock())


def test_nats_jetstream():
    outage(Nats())


def test_nats_core():
    """Who listens hears it; who is not there does not: no outage."""
    with Nats(jetstream=False) as broker, server_for([broker]) as server:
        s3 = server.client()
        subscribe(s3, [broker])
        story = Story(s3)
        story.play(0, ROUNDS)
        complete(story, broker)


def test_nats_tls():
    outage(Nats(secure=True))


def test_mqtt():
    outage(Mosquitto())


def test_mqtt_tls_qos2():
    outage(Mosquitto(qos=2, secure=True))


def test_postgresql_access():
    outage(Postgres("access"))


def test_postgresql_namespace_tls():
    outage(Postgres("namespace", table="state", secure=True), namespace)


def test_server_killed():
    """Of what was acknowledged nothing is lost when it is the server that dies."""
    with Redis() as broker, server_for([broker]) as server:
        s3 = server.client()
        subscribe(s3, [broker])
        story = Story(s3)
        for r in range(ROUNDS):
            story.play(r, r + 1)
            s3.close()
            server.kill()
            server.start()
            s3 = story.s3 = server.client()
        complete(story, broker)


def test_stop_is_not_held_up():
    """A broker that takes connections and never answers: the stop waits for no timeout."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        port = silent.getsockname()[1]
        dead = [type("Dead", (), {"kind": kind, "params": params}) for kind, params in (
            ("redis", {"address": "127.0.0.1:%d" % port, "key": "k"}),
            ("kafka", {"brokers": "127.0.0.1:%d" % port, "topic": "t"}),
            ("mqtt", {"broker": "tcp://127.0.0.1:%d" % port, "topic": "t"}),
            ("postgresql", {"connection_string": "host=127.0.0.1 port=%d dbname=d" % port,
                            "table": "t"}))]
        with server_for(dead) as server:
            s3 = server.client()
            subscribe(s3, dead)
            equal(s3.put("data", "key", b"x").status, 200)
            s3.close()
            took = []
            for _ in range(5):  # one may have to wait for the machine
                time.sleep(0.5)
                began = time.monotonic()
                equal(server.stop(), 0)
                took.append(time.monotonic() - began)
                if took[-1] < 2.5:
                    break
                server.start()
            check(took[-1] < 2.5, "it took %r s" % took)


def test_outgoing():
    """No broker is reached where the operator lets the server go nowhere."""
    with Redis() as a, Nats(jetstream=False) as b, Mosquitto() as c, KafkaMock() as d, \
            Postgres("namespace") as e:
        brokers = [a, b, c, d, e]
        with Server(args=["--targets", targets_file(brokers), "--outgoing", "192.0.2.0/24"],
                    buckets=["data"]) as server:
            s3 = server.client()
            subscribe(s3, brokers)
            equal(s3.put("data", "key", b"x").status, 200)
            until("all are kept from theirs", lambda: all(
                t.get("failure") for t in json.loads(s3.get("_trug", "v1/events").body)["targets"]))
            equal([a.records(), b.records(), c.records(), e.state()], [[], [], [], {}])
            check(server.tail().count("the setting outgoing") >= 4, server.tail())


def test_environment():
    """MinIO's names."""
    with Redis() as redis, Postgres(form="namespace", table="objects") as postgres:
        env = {"MINIO_NOTIFY_REDIS_ENABLE_0": "on", "MINIO_NOTIFY_POSTGRES_ENABLE_1": "on"}
        for prefix, broker, i in (("REDIS", redis, 0), ("POSTGRES", postgres, 1)):
            for name, value in broker.params.items():
                env["MINIO_NOTIFY_%s_%s_%d" % (prefix, name.upper(), i)] = value
        with Server(env=env, buckets=["data"]) as server:
            s3 = server.client()
            subscribe(s3, [redis, postgres])
            story = Story(s3)
            story.play(0, 2)
            complete(story, redis)
            namespace(story, postgres)


# ---- archive, restore, read, expire again: a year in seconds ----

START = 1798797600  # 2027-01-01T10:00:00Z
DAY = 86400
ALL = EVENTS + ("s3:ObjectAccessed:Get", "s3:ObjectRestore:*", "s3:LifecycleTransition",
                "s3:LifecycleExpiration:*")


def clock(server, **params):
    answer = server.client().post("_trug", "v1/clock", params)
    equal(answer.status, 200, answer.body)


def put_document(s3, name, xml):
    md5 = base64.b64encode(hashlib.md5(xml.encode()).digest()).decode()
    answer = s3.put("data", None, xml.encode(), {"Content-MD5": md5}, {name: ""})
    equal(answer.status, 200, answer.body)


class Year:
    """What happens to N objects, and what is to be heard of it: per key (event, day)."""

    def __init__(self, server, n):
        self.server, self.keys, self.day = server, ["img/%03d" % i for i in range(n)], 0
        self.want = {k: [] for k in self.keys}

    def go(self, days, event, day):
        """Days pass, and on one of them this happens to each object."""
        self.day += days
        clock(self.server, by="%dd" % days)
        for k in self.keys:
            self.want[k].append((event, day))

    def each(self, status, ask, *events):
        for k in self.keys:
            answer = ask(k)
            equal(answer.status, status, "%s on day %d: %r" % (k, self.day, answer.body[:200]))
            self.want[k] += [(e, self.day) for e in events]

    def heard(self, broker):
        found, seen = {}, set()
        for r in broker.records():
            o = r["s3"]["object"]
            one = (urllib.parse.unquote_plus(o["key"]), r["eventName"], r["eventTime"])
            if one in seen:
                continue
            seen.add(one)
            at = calendar.timegm(time.strptime(r["eventTime"][:19], "%Y-%m-%dT%H:%M:%S"))
            found.setdefault(one[0], []).append((r["eventName"], (at - START) // DAY))
        return found

    def compare(self, broker):
        want = sum(len(w) for w in self.want.values())
        try:
            until("%d events at %s" % (want, broker.kind), lambda: sum(
                len(h) for h in self.heard(broker).values()) >= want, pause=0.3)
        finally:
            heard = self.heard(broker)
            for k in self.keys:
                equal(heard.get(k), self.want[k], "%s of %s" % (broker.kind, k))
        print("# %s: %d events" % (broker.kind, want))


def test_archive_restore_read_expire():
    """Three kinds of brokers and a webhook are told of each step, all of them killed and started
    again in the middle, and the server as well: nothing is lost."""
    brokers = [Webhook(), Redis("stream"), Nats(), KafkaMock()]
    rules = ("<LifecycleConfiguration><Rule><ID>age</ID><Filter><Prefix>img/</Prefix></Filter>"
             "<Status>Enabled</Status><Transition><Days>30</Days><StorageClass>GLACIER"
             "</StorageClass></Transition><Expiration><Days>365</Days></Expiration></Rule>"
             "</LifecycleConfiguration>")
    restore = b"<RestoreRequest><Days>2</Days></RestoreRequest>"
    with contextlib.ExitStack() as stack:
        for b in brokers:
            stack.enter_context(b)
        server = stack.enter_context(server_for(brokers))
        clock(server, freeze="true")
        clock(server, to="2027-01-01T10:00:00Z")
        s3 = server.client()
        put_document(s3, "lifecycle", rules)
        subscribe(s3, brokers, events=ALL)
        year = Year(server, 30)
        year.each(200, lambda k: s3.put("data", k, b"x" * 200000), "s3:ObjectCreated:Put")
        year.go(31, "s3:LifecycleTransition", 30)
        for b in brokers:
            b.kill()
        year.each(403, lambda k: s3.get("data", k))
        year.each(202, lambda k: s3.post("data", k, {"restore": ""}, restore),
                  "s3:ObjectRestore:Post")
        year.go(1, "s3:ObjectRestore:Completed", 31)
        year.each(200, lambda k: s3.get("data", k), "s3:ObjectAccessed:Get")
        # What only reads is noted behind its answer.
        until("all waits", lambda: all(t["waiting"] >= 3 * len(year.keys) for t in json.loads(
            s3.get("_trug", "v1/events").body)["targets"]))
        s3.close()
        server.kill()
        server.start()
        s3 = server.client()
        for b in brokers:
            b.start()
        year.go(4, "s3:ObjectRestore:Delete", 33)
        year.each(403, lambda k: s3.get("data", k))
        year.go(335, "s3:LifecycleExpiration:Delete", 365)
        year.each(404, lambda k: s3.get("data", k))
        for b in brokers:
            year.compare(b)
        s3.close()
        equal(server.stop(), 0)
        equal(server.verify()[0], 0, "verify")


# ---- with --all ----

def slow_amqp():
    outage(Rabbit())


def slow_amqp_tls():
    outage(Rabbit(secure=True))


def slow_kafka_apache():
    outage(Kafka())


def slow_kafka_sasl_tls():
    outage(Kafka(secure=True))


if __name__ == "__main__":
    names = sys.argv[1:]
    if "--all" in names or any(("slow_" + n) in globals() for n in names):
        names = [n for n in names if n != "--all"]
        for name in [n for n in globals() if n.startswith("slow_")]:
            globals()["test_" + name[5:]] = globals()[name]
    sys.exit(run_tests(dict(globals()), names))
