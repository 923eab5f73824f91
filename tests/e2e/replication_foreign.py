#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replication to stores that know no ids of ours (moto and radosgw, where they are installed,
and a trug that is told to be nobody's peer): with the way cut and restored, with the server
killed, and with sendings that end long after they were given up."""

import hashlib
import socket
import sys
import time

from foreign import moto, radosgw
from harness import ACCESS, PATIENCE, SECRET, Server, check, equal, run_tests, s3raw, until
from replication import (HEADERS, KEPT, Proxy, control, emptied, multipart, rule, rules, same,
                         settled, versioned, versions)

# The second look for what has arrived twice comes 60 s behind the sending that was answered;
# a slow machine misses the first, at 5 s.
TWINS_S = 180


class Late(Proxy):
    """A way on which the first PUT of a key is heard to its end, answered by a cut, and goes
    on when it is let go: behind all that came since."""

    def __init__(self, endpoint):
        super().__init__(endpoint)
        self.key, self.held = None, None

    def hold(self, key):
        self.key, self.held = key.encode(), None

    def passes(self, a, data):
        line = data.split(b"\r\n", 1)[0]
        if self.key and line.startswith(b"PUT ") and self.key in line:
            self.key = None
            self.held = self.rest_of(a, data)
            return False
        return super().passes(a, data)

    @staticmethod
    def rest_of(a, data):
        while b"\r\n\r\n" not in data:
            data += a.recv(65536)
        head, body = data.split(b"\r\n\r\n", 1)
        size = next(int(h.split(b":")[1]) for h in head.split(b"\r\n")
                    if h.lower().startswith(b"content-length:"))
        while len(body) < size:
            body += a.recv(65536)
        return head + b"\r\n\r\n" + body

    def let_go(self):
        """Sent on; what was answered."""
        with socket.create_connection((self.host, int(self.port)), PATIENCE) as s:
            s.sendall(self.held)
            return s.recv(65536).split(b"\r\n")[0]


def contents(s3, bucket):
    """Of each key its versions' ETags, newest first, and how many markers: what stores agree
    on (moto lists markers behind all versions)."""
    found = {}
    for key, _, _, marker, etag in versions(s3, bucket):
        row = found.setdefault(key, [0])
        row[0] += marker
        row[1:] += [] if marker else [etag]
    return found


def same_contents(far, place, s3, bucket):
    """At once, unless a sending that was given up arrived behind its repetition: that is
    seen at one of the looks that follow."""
    want = contents(s3, bucket)
    try:
        until("contents", lambda: contents(far, place) == want, TWINS_S)
    except AssertionError:
        equal(contents(far, place), want, "contents")


def foreign(endpoint, access, secret):
    far = s3raw.Client(endpoint, access, secret)
    with Server() as here:
        s3 = here.client()
        versioned(s3, "from")
        versioned(far, "place")
        way = Proxy(endpoint)
        arn = control(here, "POST", bucket="from", url=way.endpoint, target="place",
                      access_key=access, secret_key=secret, style="path")["arn"]
        check(not control(here, "GET")["targets"][0]["peer"], "it is no trug")
        rules(s3, "from", rule(arn))
        kept = [k for k in KEPT if k != "x-amz-tagging-count"]
        s3.put("from", "a/k", b"one", HEADERS)
        s3.put("from", "a/k", b"second" * 3000000, HEADERS)
        multipart(s3, "from", "parts", [b"x" * (5 << 20), b"y"], HEADERS)
        s3.put("from", "empty", b"")
        s3.put("from", "odd +%?&=/\u00fc", b"odd")
        for key in ("a/k", "parts", "empty", "odd +%?&=/\u00fc"):
            settled(s3, "from", key)
            same(s3, "from", far, "place", key, kept=kept)
        tags = b"<Tagging><TagSet><Tag><Key>n</Key><Value>w</Value></Tag></TagSet></Tagging>"
        equal(s3.put("from", "a/k", tags, None, {"tagging": None}).status, 200)
        settled(s3, "from", "a/k")
        same(s3, "from", far, "place", "a/k", kept=kept)
        # Cut in the middle; what the other side took without a word is not sent twice.
        for n in range(20):
            s3.put("from", "k%d" % (n % 3), b"%d" % n * 30000)
            if n % 7 == 3:
                # Longer than a store takes over what has reached it: before that nobody can
                # see there whether it was taken.
                way.close(cut=n % 2 == 1)
                time.sleep(2)
                way.close(cut=False)
        s3.delete("from", "k0")
        emptied(here)
        same_contents(far, "place", s3, "from")
        # The server dies in the middle.
        for n in range(12):
            s3.put("from", "j%d" % (n % 3), b"%d" % n * 30000)
        here.kill()
        here.start()
        s3 = here.client()
        emptied(here)
        same_contents(far, "place", s3, "from")
    far.close()


def late(endpoint, access, secret):
    """What was sent again, and of which the first sending ends behind it and behind newer
    versions: of that version one stays, and nothing else goes."""
    far = s3raw.Client(endpoint, access, secret)
    with Server() as here:
        s3 = here.client()
        versioned(s3, "late-from")
        versioned(far, "late-place")
        way = Late(endpoint)
        arn = control(here, "POST", bucket="late-from", url=way.endpoint,
                      target="late-place", access_key=access, secret_key=secret,
                      style="path", peer="false")["arn"]
        rules(s3, "late-from", rule(arn))

        def goes(key, body):
            s3.put("late-from", key, body, {"x-amz-meta-a": "b"})
            settled(s3, "late-from", key)

        for turn, key in enumerate(("plain", "killed", "twice")):
            goes(key, b"first")
            way.hold(key)
            goes(key, b"second")
            check(way.held, "nothing was held")
            goes(key, b"third")
            if key == "twice":  # the same bytes again are a version of their own
                goes(key, b"second")
                # and so they are by somebody else's hand
                equal(far.put("late-place", key, b"second", {"x-amz-meta-a": "b"}).status, 200)
            before = contents(far, "late-place")[key]
            equal(way.let_go().split(b" ")[1], b"200")
            equal(len(contents(far, "late-place")[key]), len(before) + 1)
            if key == "killed":
                here.kill()
                here.start()
                s3 = here.client()
            until("the twin of %s is gone" % key,
                 lambda: contents(far, "late-place")[key] == before, TWINS_S)
        time.sleep(1)
        want = contents(s3, "late-from")
        want["twice"].insert(1, '"%s"' % hashlib.md5(b"second").hexdigest())
        equal(contents(far, "late-place"), want, "contents")
        for key in ("plain", "killed"):
            equal(far.get("late-place", key).body, b"third")
    far.close()


def test_at_radosgw():
    with radosgw() as store:
        foreign(*store)
        late(*store)


def test_late_at_another_trug():
    """One that is told to be nobody's peer."""
    with Server() as there:
        late(there.endpoint, ACCESS, SECRET)


def test_at_moto():
    with moto() as store:
        foreign(*store)
        late(*store)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
