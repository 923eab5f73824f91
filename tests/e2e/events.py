#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Events on their way to targets: what messages look like, that none is lost and those of a
key come in order whoever dies, dead letters, who listens, and where no connection goes."""

import base64
import hashlib
import http.client
import http.server
import json
import os
import socket
import sys
import threading
import time
import urllib.parse

from harness import PATIENCE, Server, check, equal, free_port, run, run_tests

NS = "http://s3.amazonaws.com/doc/2006-03-01/"
AWS_QUEUE = "arn:aws:sqs:us-east-1:000000000000:q"


class Hook:
    """A webhook that keeps what it took; without a port it picks one that a later life may have
    too."""

    def __init__(self, port=0, answer=None):
        hook = self
        self.got, self.heads, self.lock = [], [], threading.Lock()
        self.answer = answer or (lambda path, body: (200, b"", {}))

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, text, headers = hook.answer(self.path, body)
                with hook.lock:
                    if status < 300:
                        hook.got.append((self.path, body))
                        hook.heads.append(dict(self.headers))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_):
                pass  # whoever was killed in the middle

        self.server = Listener(("127.0.0.1", port or free_port()), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path="/"):
        return "http://127.0.0.1:%d%s" % (self.port, path)

    def messages(self, path=None):
        with self.lock:
            return [json.loads(b) for p, b in self.got if path is None or p == path]

    def wait(self, count, path=None, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while len(self.messages(path)) < count and time.monotonic() < end:
            time.sleep(0.01)
        got = self.messages(path)
        check(len(got) >= count, "%d messages, want %d: %r" % (len(got), count, got[-3:]))
        return got

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def serve(targets, *args, buckets=("events",), **how):
    server = Server(buckets=buckets, args=args, **how)
    path = os.path.join(server.home, "targets.json")
    with open(path, "w") as f:
        json.dump({"targets": targets}, f)
    server.args += ["--targets", path]
    return server


def webhook(id, url, **more):
    return dict({"kind": "webhook", "id": id, "endpoint": url}, **more)


def arn(id, kind="webhook"):
    return "arn:minio:sqs::%s:%s" % (id, kind)


def queue(to, *events, id="i", prefix=None, suffix=None):
    rules = "".join("<FilterRule><Name>%s</Name><Value>%s</Value></FilterRule>" % (n, v)
                    for n, v in (("prefix", prefix), ("suffix", suffix)) if v)
    return "<QueueConfiguration><Id>%s</Id><Queue>%s</Queue>%s%s</QueueConfiguration>" % (
        id, to, "".join("<Event>s3:%s</Event>" % e for e in events),
        "<Filter><S3Key>%s</S3Key></Filter>" % rules if rules else "")


def notify(server, *parts, bucket="events", want=200):
    body = '<NotificationConfiguration xmlns="%s">%s</NotificationConfiguration>' % (
        NS, "".join(parts))
    answer = server.client().put(bucket, None, body.encode(), None, {"notification": ""})
    equal(answer.status, want, answer.body)
    return answer


def md5(body):
    return base64.b64encode(hashlib.md5(body).digest()).decode()


def versioned(s3):
    body = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    equal(s3.put("events", None, body, {"Content-MD5": md5(body)},
                 {"versioning": ""}).status, 200)


def events_of(server, path="events", method="GET", **query):
    client = server.client()
    answer = (client.get if method == "GET" else client.post)(
        "_trug", "v1/" + path, query=query or None)
    equal(answer.status, 200, answer.body)
    return json.loads(answer.body)


def target_of(server, name):
    return next(t for t in events_of(server)["targets"] if t["arn"] == name)


def until(what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.02)


# ---- what messages look like ----

def test_messages_of_aws_and_minio():
    hook = Hook()
    with serve([webhook("m", hook.url("/m"), auth_token="sesame"),
                webhook("a", hook.url("/a"), arn=AWS_QUEUE, message="aws")]) as server:
        notify(server, queue(arn("m"), "ObjectCreated:*", id="Config", suffix=".txt"),
               queue(AWS_QUEUE, "ObjectRemoved:*", "ObjectTagging:*", id="a"))
        s3 = server.client()
        equal(s3.put("events", "a b/ü@1.txt", b"12345", {"x-amz-meta-Who": "me",
              "Content-Type": "text/plain", "User-Agent": "tester"}).status, 200)
        s3.put("events", "no.jpg", b"1")
        m = hook.wait(1, "/m")[0]
        equal((m["EventName"], m["Key"]), ("s3:ObjectCreated:Put", "events/a b/ü@1.txt"))
        record = m["Records"][0]
        equal(record["s3"]["object"].pop("sequencer").isalnum(), True)
        equal(record["s3"]["object"], {
            "key": "a+b%2F%C3%BC%401.txt", "size": 5, "eTag": "827ccb0eea8a706c4c34a16891f84e7b",
            "contentType": "text/plain",
            "userMetadata": {"content-type": "text/plain", "X-Amz-Meta-Who": "me"}})
        equal((record["eventVersion"], record["eventSource"], record["eventName"],
               record["source"]["userAgent"], record["userIdentity"]["principalId"]),
              ("2.0", "minio:s3", "s3:ObjectCreated:Put", "tester", "trugadmin"))
        equal(hook.heads[[p for p, _ in hook.got].index("/m")]["Authorization"], "Bearer sesame")

        body = b"<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"
        equal(s3.put("events", "a b/ü@1.txt", body, None, {"tagging": ""}).status, 200)
        equal(s3.delete("events", "a b/ü@1.txt").status, 204)
        test, tagging, removed = hook.wait(3, "/a")
        equal((test["Service"], test["Event"], test["Bucket"]),
              ("Amazon S3", "s3:TestEvent", "events"))
        equal(set(test), {"Service", "Event", "Time", "Bucket", "RequestId", "HostId"})
        for m, name, version, what in (
                (tagging, "ObjectTagging:Put", "2.3",
                 {"key": "a+b/%C3%BC%401.txt", "eTag": "827ccb0eea8a706c4c34a16891f84e7b"}),
                (removed, "ObjectRemoved:Delete", "2.1", {"key": "a+b/%C3%BC%401.txt"})):
            equal(list(m), ["Records"])
            r = m["Records"][0]
            equal(set(r), {"eventVersion", "eventSource", "awsRegion", "eventTime", "eventName",
                           "userIdentity", "requestParameters", "responseElements", "s3"})
            equal((r["eventName"], r["eventVersion"], r["eventSource"], r["awsRegion"]),
                  (name, version, "aws:s3", "us-east-1"))
            equal((r["s3"]["s3SchemaVersion"], r["s3"]["configurationId"]), ("1.0", "a"))
            equal((r["s3"]["bucket"]["name"], r["s3"]["bucket"]["arn"]),
                  ("events", "arn:aws:s3:::events"))
            r["s3"]["object"].pop("sequencer", None)
            equal(r["s3"]["object"], what)
        equal(len(hook.messages("/m")), 1, "of .txt alone")
    hook.stop()


def test_messages_of_r2_and_eventbridge():
    hook = Hook()
    with serve([webhook("r", hook.url("/r"), message="r2"),
                webhook("e", hook.url("/e"), eventbridge=True)]) as server:
        notify(server, queue(arn("r"), "ObjectCreated:*", "ObjectRemoved:*"),
               "<EventBridgeConfiguration/>")
        s3 = server.client()
        s3.put("events", "k/1", b"abc")
        s3.put("events", "k/2", b"", {"x-amz-copy-source": "events/k/1"})
        s3.delete("events", "k/1")
        put, copy, gone = hook.wait(3, "/r")
        equal({k: put[k] for k in ("account", "action", "bucket", "object")},
              {"account": "000000000000", "action": "PutObject", "bucket": "events", "object": {
                  "key": "k/1", "size": 3, "eTag": "900150983cd24fb0d6963f7d28e17f72"}})
        equal((copy["action"], copy["copySource"]),
              ("CopyObject", {"bucket": "events", "object": "k/1"}))
        equal((gone["action"], gone["object"]), ("DeleteObject", {"key": "k/1"}))
        put, copy, gone = hook.wait(3, "/e")
        equal([m["detail-type"] for m in (put, copy, gone)],
              ["Object Created", "Object Created", "Object Deleted"])
        equal((put["source"], put["resources"], put["account"], put["version"]),
              ("aws.s3", ["arn:aws:s3:::events"], "000000000000", "0"))
        equal(put["detail"]["reason"], "PutObject")
        equal((gone["detail"]["reason"], gone["detail"]["deletion-type"]),
              ("DeleteObject", "Permanently Deleted"))
    hook.stop()


def test_versions_and_uploads():
    hook = Hook()
    with serve([webhook("a", hook.url(), arn=AWS_QUEUE, message="aws")]) as server:
        s3 = server.client()
        versioned(s3)
        notify(server, queue(AWS_QUEUE, "ObjectCreated:*", "ObjectRemoved:*"))
        version = s3.put("events", "k", b"1").header("x-amz-version-id")
        marker = s3.delete("events", "k").header("x-amz-version-id")
        s3.delete("events", "k", query={"versionId": version})
        s3.delete("events", "k", query={"versionId": marker})
        names = [(m["Records"][0]["eventName"], m["Records"][0]["s3"]["object"].get("versionId"))
                 for m in hook.wait(5)[1:]]
        equal(names, [("ObjectCreated:Put", version),
                      ("ObjectRemoved:DeleteMarkerCreated", marker),
                      ("ObjectRemoved:Delete", version), ("ObjectRemoved:Delete", marker)])
    hook.stop()


# ---- that they arrive ----

def test_nothing_is_lost_and_keys_stay_in_order():
    """Server and webhook are killed while objects are written; each acknowledged write is
    told at least once, and those of a key in their order."""
    hook = Hook()
    targets = [webhook("m", hook.url())]
    server = serve(targets)
    server.start()
    acknowledged = {}
    try:
        notify(server, queue(arn("m"), "ObjectCreated:*"))
        for life in range(4):
            stop = time.monotonic() + 0.7
            s3 = server.client()
            n = 0
            while n < 40 or time.monotonic() < stop:
                key = "k%d" % (n % 7)
                size = len(acknowledged.setdefault(key, [])) + 1
                if s3.put("events", key, b"x" * size).status == 200:
                    acknowledged[key].append(size)
                n += 1
                if n == 20 and life % 2 == 0:
                    kept, port = hook, hook.port
                    hook.stop()
                    if life == 0:
                        time.sleep(0.1)
                    hook = Hook(port)
                    hook.got = kept.got
            server.kill()
            server.start()
        want = sum(len(sizes) for sizes in acknowledged.values())
        check(want > 100, "only %d writes" % want)
        until(lambda: target_of(server, arn("m"))["waiting"] == 0)
        equal(target_of(server, arn("m"))["waiting"], 0, "waiting")
        told, latest = {}, {}
        for m in hook.messages():
            o = m["Records"][0]["s3"]["object"]
            told.setdefault(m["Key"][7:], {})[o["sequencer"]] = o["size"]
            seen = latest.setdefault(m["Key"], [])
            if o["sequencer"] not in seen:
                check(not seen or o["sequencer"] > seen[-1], "out of order: %r" % m["Key"])
                seen.append(o["sequencer"])
        for key, sizes in acknowledged.items():
            got = [told[key][s] for s in sorted(told[key])]
            missing = [s for s in sizes if s not in got]
            equal(missing, [], "lost of " + key)
        equal(server.stop(), 0)
        equal(server.verify()[0], 0, "verify")
    finally:
        server.remove()
        hook.stop()


def test_a_dead_target_holds_up_nobody():
    hook = Hook()
    with serve([webhook("live", hook.url()), webhook("dead", "http://127.0.0.1:1/")]) as server:
        notify(server, queue(arn("live"), "ObjectCreated:*"),
               queue(arn("dead"), "ObjectCreated:*", id="d"))
        for n in range(30):
            server.client().put("events", "k%d" % n, b"1")
        equal(len(hook.wait(30)), 30)
        dead = until(lambda: [t for t in events_of(server)["targets"]
                              if t["id"] == "dead" and t["state"] == "failing"])
        check(dead and dead[0]["waiting"] == 30 and dead[0]["dead"] == 0, dead)
        check("connect" in dead[0]["failure"], dead)
        check(until(lambda: target_of(server, arn("live"))["sent"] == 30), events_of(server))
    hook.stop()


def test_a_stop_waits_for_no_target():
    """One that takes a message and says nothing is hung up on when the server stops; it gets
    the message again behind the next start."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", free_port()))
        mute.listen(8)
        port = mute.getsockname()[1]
        with serve([webhook("mute", "http://127.0.0.1:%d/" % port)]) as server:
            notify(server, queue(arn("mute"), "ObjectCreated:*"))
            equal(server.client().put("events", "k", b"v").status, 200)
            peer, _ = mute.accept()
            peer.settimeout(PATIENCE)
            check(peer.recv(65536).startswith(b"POST "), "no message")
            began = time.monotonic()
            server.stop()
            took = time.monotonic() - began
            check(took < 8, "the stop took %.1f s" % took)  # the message would take 10
            peer.close()
            mute.close()
            hook = Hook(port=port)
            try:
                server.start()
                equal(hook.wait(1)[0]["Key"], "events/k")
            finally:
                hook.stop()


def test_dead_letters():
    well = []
    hook = Hook(answer=lambda path, body: (200 if well else 500, b"", {}))
    with serve([webhook("m", hook.url())], "--events-attempts", "1") as server:
        notify(server, queue(arn("m"), "ObjectCreated:*"))
        for n in range(3):
            server.client().put("events", "k%d" % n, b"1")
        check(until(lambda: target_of(server, arn("m"))["dead"] == 3), events_of(server))
        letters = events_of(server, "events/dead", arn=arn("m"))["events"]
        equal([(r["key"], r["event"], r["attempts"], r["failure"]) for r in letters],
              [("k%d" % n, "s3:ObjectCreated:Put", 1, "it answered 500") for n in range(3)])
        more = events_of(server, "events/dead", arn=arn("m"), after=letters[0]["number"], max=1)
        equal([r["key"] for r in more["events"]], ["k1"])
        well.append(True)
        code, out, errors = run("events", server.endpoint, "retry", arn("m"))
        equal((code, json.loads(out)), (0, {"events": 3}), errors)
        equal(sorted(m["Key"] for m in hook.wait(3)), ["events/k%d" % n for n in range(3)])
        check(until(lambda: target_of(server, arn("m"))["waiting"] == 0), events_of(server))
        well.clear()
        server.client().put("events", "last", b"1")
        check(until(lambda: target_of(server, arn("m"))["dead"] == 1), events_of(server))
        equal(json.loads(run("events", server.endpoint, "drop", arn("m"))[1]), {"events": 1})
        code, out, _ = run("events", server.endpoint)
        equal((code, json.loads(out)["targets"][0]["dead"]), (0, 0))
        equal(run("events", "nonsense")[0], 2)
        answer = server.client(access="x" * 20).get("_trug", "v1/events")
        equal(answer.status, 403)
    hook.stop()


def test_a_full_queue():
    with serve([webhook("m", "http://127.0.0.1:1/")], "--events-queue", "5") as server:
        notify(server, queue(arn("m"), "ObjectCreated:*"))
        for n in range(8):
            equal(server.client().put("events", "k%d" % n, b"1").status, 200)
        t = target_of(server, arn("m"))
        equal((t["waiting"], t["lost"]), (5, 3))
        check(until(lambda: "found the queue of their target full" in server.tail()),
              server.tail())


def test_targets_that_leave_the_file():
    with serve([webhook("m", "http://127.0.0.1:1/")], "--events-retry", "1") as server:
        notify(server, queue(arn("m"), "ObjectCreated:*"))
        server.client().put("events", "k", b"1")
        server.stop()
        with open(os.path.join(server.home, "targets.json"), "w") as f:
            f.write('{"targets": []}')
        time.sleep(1.1)
        server.start()
        server.client().put("events", "k", b"2")
        t = until(lambda: [t for t in events_of(server)["targets"] if t["dead"] == 1])
        check(t and t[0]["state"] == "undeclared" and t[0]["waiting"] == 0, t)


# ---- lifecycle, restore ----

def test_lifecycle_and_restore():
    hook = Hook()
    server = serve([webhook("a", hook.url(), arn=AWS_QUEUE, message="aws")],
                   "--clock", "2027-01-01T10:00:00Z")
    with server:
        s3 = server.client()
        notify(server, queue(AWS_QUEUE, "LifecycleTransition", "LifecycleExpiration:*",
                             "ObjectRestore:*"))
        body = (b"<LifecycleConfiguration><Rule><ID>r</ID><Filter><Prefix>old/</Prefix></Filter>"
                b"<Status>Enabled</Status><Transition><Days>30</Days><StorageClass>GLACIER"
                b"</StorageClass></Transition><Expiration><Days>90</Days></Expiration></Rule>"
                b"</LifecycleConfiguration>")
        equal(s3.put("events", None, body, {"Content-MD5": md5(body)},
                     {"lifecycle": ""}).status, 200)
        s3.put("events", "old/k", b"x" * 200000)
        hook.wait(1)

        def step(days):
            equal(server.client().post("_trug", "v1/clock", {"by": "%dd" % days}).status, 200)

        step(32)
        r = hook.wait(2)[1]["Records"][0]
        equal((r["eventName"], r["eventVersion"], r["lifecycleEventData"],
               r["userIdentity"]["principalId"]),
              ("LifecycleTransition", "2.3",
               {"transitionEventData": {"destinationStorageClass": "GLACIER"}},
               "s3.amazonaws.com"))
        answer = s3.post("events", "old/k", {"restore": ""},
                         body=b"<RestoreRequest><Days>2</Days></RestoreRequest>")
        equal(answer.status, 202, answer.body)
        step(1)
        post, done = [m["Records"][0] for m in hook.wait(4)[2:4]]
        equal((post["eventName"], done["eventName"]),
              ("ObjectRestore:Post", "ObjectRestore:Completed"))
        equal(done["glacierEventData"]["restoreEventData"]["lifecycleRestoreStorageClass"],
              "GLACIER")
        step(4)
        gone = hook.wait(5)[4]["Records"][0]
        equal((gone["eventName"], gone["eventVersion"]), ("ObjectRestore:Delete", "2.3"))
        equal(gone["eventTime"],
              done["glacierEventData"]["restoreEventData"]["lifecycleRestorationExpiryTime"])
        step(60)
        equal(hook.wait(6)[5]["Records"][0]["eventName"], "LifecycleExpiration:Delete")
    hook.stop()


# ---- queues of AWS ----

def test_sqs_and_sns():
    def answer(path, body):
        if path == "/sqs":
            n = len(json.loads(body)["Entries"])
            return 200, json.dumps({"Successful": [{"Id": str(i)} for i in range(n)],
                                    "Failed": []}).encode(), {}
        return 200, b"<PublishBatchResponse/>", {}

    hook = Hook(answer=answer)
    topic = "arn:aws:sns:us-east-1:000000000000:t"
    keys = {"access_key": "AKID", "secret_key": "secret"}
    with serve([dict(keys, kind="sqs", id="q", endpoint=hook.url("/sqs"), arn=AWS_QUEUE),
                dict(keys, kind="sns", id="t", endpoint=hook.url("/sns"))]) as server:
        notify(server, queue(AWS_QUEUE, "ObjectCreated:*"),
               "<TopicConfiguration><Id>t</Id><Topic>%s</Topic><Event>s3:ObjectRemoved:*</Event>"
               "</TopicConfiguration>" % topic)
        s3 = server.client()
        for n in range(12):
            s3.put("events", "k%d" % n, b"1")
        s3.delete("events", "k1")
        got = until(lambda: [e for m in hook.messages("/sqs") for e in m["Entries"]]
                    if sum(len(m["Entries"]) for m in hook.messages("/sqs")) >= 13 else None)
        check(got, hook.got)
        bodies = [json.loads(e["MessageBody"]) for e in got]
        equal(bodies[0]["Event"], "s3:TestEvent")
        equal([b["Records"][0]["s3"]["object"]["key"] for b in bodies[1:]],
              ["k%d" % n for n in range(12)])
        check(all(len(m["Entries"]) <= 10 for m in hook.messages("/sqs")), "ten at most")
        equal(hook.messages("/sqs")[0]["QueueUrl"], hook.url("/sqs/000000000000/q"))
        at = [p for p, _ in hook.got].index("/sqs")
        check("AWS4-HMAC-SHA256 Credential=AKID/" in hook.heads[at]["Authorization"] and
              "/us-east-1/sqs/aws4_request" in hook.heads[at]["Authorization"], hook.heads[at])
        equal(hook.heads[at]["X-Amz-Target"], "AmazonSQS.SendMessageBatch")
        form = until(lambda: [urllib.parse.parse_qs(b.decode()) for p, b in hook.got
                              if p == "/sns" and b"ObjectRemoved" in b])
        equal((form[0]["Action"], form[0]["TopicArn"]), (["PublishBatch"], [topic]))
    hook.stop()


# ---- who listens ----

class Listener:
    """A client of ListenBucketNotification, or of all buckets'; lines are JSON."""

    def __init__(self, server, bucket, events=("s3:ObjectCreated:*",), **query):
        where = urllib.parse.urlsplit(server.endpoint)
        query = [("events", e) for e in events] + sorted(query.items())
        _, target, headers, _ = server.client().build("GET", bucket, query=query)
        self.conn = http.client.HTTPConnection(where.hostname, where.port, timeout=PATIENCE)
        self.conn.putrequest("GET", target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            self.conn.putheader(name, value)
        self.conn.endheaders()
        self.answer = self.conn.getresponse()

    def line(self):
        """The next one that is not blank; None: it is over."""
        while True:
            text = self.answer.readline()
            if not text:
                return None
            if text.strip():
                return json.loads(text)

    def close(self):
        self.conn.close()


def test_who_listens():
    with Server(buckets=["events", "others"]) as server:
        s3 = server.client()
        one = Listener(server, "events", ("s3:ObjectCreated:*", "s3:ObjectRemoved:*"),
                       prefix="a", suffix=".x")
        every = Listener(server, None, ("s3:ObjectCreated:*", "s3:BucketCreated:*",
                                        "s3:ObjectAccessed:*"))
        equal((one.answer.status, one.answer.getheader("Content-Type")),
              (200, "text/event-stream"))
        s3.put("events", "b.x", b"1")
        s3.put("events", "a/ü 1.x", b"1")
        s3.delete("events", "a/ü 1.x")
        s3.put("others", "c", b"1")
        s3.get("others", "c")
        s3.put("third")
        for name in ("s3:ObjectCreated:Put", "s3:ObjectRemoved:Delete"):
            got = one.line()
            equal(list(got), ["Records"])
            equal((got["Records"][0]["eventName"], got["Records"][0]["s3"]["object"]["key"]),
                  (name, "a/ü 1.x"))
        got = [every.line()["Records"][0] for _ in range(5)]
        equal([(r["eventName"], r["s3"]["bucket"]["name"], r["s3"]["object"]["key"])
               for r in got],
              [("s3:ObjectCreated:Put", "events", "b.x"),
               ("s3:ObjectCreated:Put", "events", "a/ü 1.x"),
               ("s3:ObjectCreated:Put", "others", "c"),
               ("s3:ObjectAccessed:Get", "others", "c"),
               ("s3:BucketCreated:*", "third", "")])
        one.close()
        # Told to stop, the server ends the answer well.
        equal(server.stop(), 0)
        equal(every.line(), None)


def test_listeners_that_wait():
    with Server(buckets=["events"]) as server:
        began = time.monotonic()
        quiet, pinged = Listener(server, "events"), Listener(server, "events", ping="1")
        equal(pinged.line(), {"Records": None})
        equal(pinged.line(), {"Records": None})
        check(1.5 < time.monotonic() - began < 30, "a ping each second")
        server.client().put("events", "k", b"1")
        equal(quiet.line()["Records"][0]["s3"]["object"]["key"], "k")


def test_a_slow_listener_is_cut():
    """Its socket is full, then a megabyte waits in the server, then it is cut: short of the
    chunk that ends an answer. Who reads is not disturbed."""
    with Server(buckets=["events"], args=["--durability", "none"]) as server:
        s3 = server.client()
        versioned(s3)
        slow = Listener(server, "events", ("s3:ObjectRemoved:*",))
        slow.conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for n in range(6):
            body = "<Delete><Quiet>true</Quiet>%s</Delete>" % "".join(
                "<Object><Key>%s%d</Key></Object>" % ("k" * 1000, n * 1000 + i)
                for i in range(1000))
            answer = s3.post("events", None, {"delete": ""}, body.encode(),
                             {"Content-MD5": md5(body.encode())})
            equal(answer.status, 200, answer.body)
        other = Listener(server, "events")
        s3.put("events", "k", b"1")
        equal(other.line()["Records"][0]["s3"]["object"]["key"], "k")
        slow.conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        text = b""
        try:
            while more := slow.answer.fp.read1(1 << 20):
                text += more
        except ConnectionError:
            pass
        check(not text.endswith(b"\r\n0\r\n\r\n"), "the answer ended well")
        check(text.count(b"DeleteMarkerCreated") < 6000, "all of it came")


def test_listeners_are_refused():
    with Server(buckets=["events"]) as server:
        s3 = server.client()
        for query, want in (
                ([("events", "s3:Nothing")],
                 "A specified event is not supported for notifications."),
                ([("events", "s3:ObjectCreated:*"), ("prefix", "a"), ("prefix", "b")],
                 "Cannot specify more than one prefix rule in a filter."),
                ([("events", "s3:ObjectCreated:*"), ("ping", "0")], "Invalid ping")):
            answer = s3.get("events", query=query)
            equal((answer.status, answer.code), (400, "InvalidArgument"), answer.body)
            check(want in answer.body.decode(), answer.body)
        query = [("events", "s3:ObjectCreated:*")]
        equal(s3.get("events", query=query, sign=None).status, 403)
        equal(s3.get(None, query=query, sign=None).status, 403)
        equal(s3.get("gone-" + "x" * 9, query=query).code, "NoSuchBucket")


# ---- what operators do wrong ----

def test_bad_declarations():
    good = '{"kind": "webhook", "id": "a", "endpoint": "http://127.0.0.1:1/"}'
    for text, want in (
            ("nonsense", "not valid"), ("{}", "allowed: {\"targets\""),
            ('{"targets": [1]}', "allowed: {\"kind\""),
            ('{"targets": [{"kind": "pigeon", "id": "a"}]}', "kind 'pigeon' is not there; "
             "allowed: webhook"),
            ('{"targets": [{"kind": "webhook", "id": "a b"}]}', "id: 'a b'; allowed"),
            ('{"targets": [{"kind": "webhook", "id": "a"}]}', "endpoint is missing"),
            ('{"targets": [{"kind": "webhook", "id": "a", "endpoint": "ftp://x"}]}',
             "endpoint: 'ftp://x' is no URL; allowed: http://HOST"),
            ('{"targets": [{"kind": "webhook", "id": "a", "endpoint": "http://x", "x": "y"}]}',
             "there is no parameter 'x'"),
            ('{"targets": [{"kind": "webhook", "id": "a", "endpoint": "http://x", '
             '"message": "loud"}]}', "message: 'loud'; allowed: minio|aws|r2|eventbridge"),
            ('{"targets": [{"kind": "webhook", "id": "a", "endpoint": "http://x", '
             '"client_cert": "/no/such"}]}', "client_cert: '/no/such' can't be read"),
            ('{"targets": [%s, %s]}' % (good, good), "declared twice")):
        server = Server()
        path = os.path.join(server.home, "targets.json")
        with open(path, "w") as f:
            f.write(text)
        code, _, errors = run("serve", server.directory, "--address", "127.0.0.1:0",
                              "--targets", path)
        server.remove()
        equal(code, 2, text)
        equal(len(errors.strip().splitlines()), 1, errors)
        check(want in errors, "%s\nwant %s" % (errors, want))
    code, _, errors = run("serve", "--ephemeral", "--targets", "/no/such/file")
    check(code == 2 and "targets: '/no/such/file' can't be read" in errors, errors)
    code, _, errors = run("serve", "--ephemeral", "--outgoing", "10.0.0.0/33")
    check(code == 2 and "outgoing: '10.0.0.0/33'" in errors, errors)
    code, _, errors = run("serve", "--ephemeral", env={"MINIO_NOTIFY_MYSQL_ENABLE_X": "on"})
    check(code == 2 and "kind 'mysql' is not there" in errors, errors)


def test_minio_s_names():
    hook = Hook()
    server = Server(buckets=["events"], env={
        "MINIO_NOTIFY_WEBHOOK_ENABLE_PRIMARY": "on",
        "MINIO_NOTIFY_WEBHOOK_ENDPOINT_PRIMARY": hook.url("/p"),
        "MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_PRIMARY": "Basic eHg=",
        "MINIO_NOTIFY_WEBHOOK_QUEUE_DIR_PRIMARY": "/tmp/ignored",
        "MINIO_NOTIFY_WEBHOOK_ENABLE": "on", "MINIO_NOTIFY_WEBHOOK_ENDPOINT": hook.url("/d"),
        "MINIO_NOTIFY_WEBHOOK_ENABLE_OFF": "off", "MINIO_NOTIFY_WEBHOOK_ENDPOINT_OFF": "http://x"})
    with server:
        equal(sorted(t["arn"] for t in events_of(server)["targets"]),
              [arn("PRIMARY"), arn("_")])
        notify(server, queue("arn:minio:sqs:us-east-1:PRIMARY:webhook", "ObjectCreated:Put"),
               queue(arn("_"), "ObjectCreated:Put", id="d"))
        server.client().put("events", "k", b"1")
        equal(hook.wait(1, "/p")[0]["Key"], "events/k")
        hook.wait(1, "/d")
        equal(hook.heads[[p for p, _ in hook.got].index("/p")]["Authorization"], "Basic eHg=")
    hook.stop()


def test_where_no_connection_goes():
    hook, other = Hook(), Hook()
    hook.answer = lambda path, body: (307, b"", {"Location": other.url()})
    with serve([webhook("moved", hook.url()), webhook("meta", "http://169.254.169.254/"),
                webhook("meta6", "http://[fd00:ec2::254]/")]) as server:
        notify(server, *[queue(arn(id), "ObjectCreated:*", id=id)
                         for id in ("moved", "meta", "meta6")])
        server.client().put("events", "k", b"1")

        def failures():
            found = {t["id"]: t.get("failure", "") for t in events_of(server)["targets"]}
            return found if all(found.values()) else None

        found = until(failures)
        check(found, events_of(server))
        equal(found["moved"], "it answered 307")
        for id in ("meta", "meta6"):
            check("are not allowed" in found[id], found)
        equal(other.got, [])
    with serve([webhook("m", hook.url())], "--outgoing", "10.0.0.0/8,hooks.example") as server:
        notify(server, queue(arn("m"), "ObjectCreated:*"))
        server.client().put("events", "k", b"1")
        t = until(lambda: [t for t in events_of(server)["targets"] if "failure" in t])
        check(t and "are not allowed (setting outgoing" in t[0]["failure"], t)
    hook.answer = lambda path, body: (200, b"", {})
    with serve([webhook("m", hook.url())], "--outgoing", "127.0.0.0/8") as server:
        notify(server, queue(arn("m"), "ObjectCreated:*"))
        server.client().put("events", "k", b"1")
        hook.wait(1)
    hook.stop()
    other.stop()


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
