#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills the server at random while eight connections write, and looks at what is left.

Each connection keeps a journal of what it was told. After a restart every key must hold
exactly its last acknowledged state; where a request was under way when the server died, the
state before or behind it. The same for open uploads and their parts, for the listing, and
`trug verify` has nothing to say.

    crash.py --rounds 50             or TRUG_CRASH_ROUNDS=50 (default 5)
    crash.py --seed N                what a failed run printed; the timing still differs
"""

import argparse
import hashlib
import os
import random
import shutil
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

from harness import Server  # noqa: E402
import s3raw  # noqa: E402

BUCKET = "crash"
CONNECTIONS = 8
KEYS = 40  # of each connection
SHARED = 6  # keys that all connections write
PART = 5 << 20
POOL = random.Random(7).randbytes(16 << 20)
ABSENT = None


class Wrong(Exception):
    pass


class State:
    """What a key holds: enough to tell it from every other state."""

    def __init__(self, tag, sizes, multipart=False):
        self.tag, self.sizes, self.multipart = tag, sizes, multipart
        parts = self.parts()
        self.etag = s3raw.etag_multipart(parts) if multipart else s3raw.etag(parts[0])

    def parts(self):
        out = []
        for n, size in enumerate(self.sizes):
            at = int(hashlib.md5(b"%s/%d" % (self.tag.encode(), n)).hexdigest()[:8], 16)
            at %= len(POOL) - size
            stamp = ("%s/%d " % (self.tag, n)).encode()[:size]
            out.append(stamp + POOL[at:at + size - len(stamp)])
        return out

    def body(self):
        return b"".join(self.parts())

    def matches(self, answer):
        return (answer.status == 200 and answer.header("ETag") == self.etag
                and answer.header("x-amz-meta-tag") == self.tag and answer.body == self.body())

    def copied(self):
        """The state of a copy: one object, whatever its source was made of."""
        copy = State.__new__(State)
        copy.__dict__.update(self.__dict__)
        if self.multipart:
            copy.etag = s3raw.etag(self.body())
        return copy

    def __repr__(self):
        return "%s of %r bytes, %s" % (self.tag, self.sizes, self.etag)


def describe(answer):
    return "%d, ETag %s, tag %s, %d bytes" % (answer.status, answer.header("ETag"),
                                              answer.header("x-amz-meta-tag"), len(answer.body))


class Journal:
    """One connection's keys and uploads: what was acknowledged, what is under way."""

    def __init__(self):
        self.keys = {}  # key: state
        self.pending = {}  # key: state it may have instead
        self.uploads = {}  # upload id: (key, {part number: etag})
        self.pending_part = None  # (upload id, number, etag)
        self.pending_end = None  # upload id whose completion or abortion is under way


class Shared:
    """Keys that everybody writes: a state is possible unless a write that was acknowledged
    began after it was acknowledged itself."""

    def __init__(self):
        self.lock = threading.Lock()
        self.writes = {"shared/%d" % n: [[ABSENT, -1.0, -1.0]] for n in range(SHARED)}

    def begin(self, key, state):
        with self.lock:
            row = [state, time.monotonic(), None]
            self.writes[key].append(row)
            return row

    def end(self, row):
        row[2] = time.monotonic()

    def possible(self, key):
        rows = self.writes[key]
        return [w[0] for w in rows
                if w[2] is None or not any(o[2] is not None and o[1] > w[2] for o in rows)]

    def settle(self, key, state):
        self.writes[key] = [[state, -1.0, -1.0]]


class Writer(threading.Thread):
    def __init__(self, number, endpoint, journal, shared, rng, counts):
        super().__init__(daemon=True)
        self.number, self.journal, self.shared = number, journal, shared
        self.rng, self.counts = rng, counts
        self.s3 = s3raw.Client(endpoint, "trugadmin", "trugadmin", timeout=30)
        self.wrong = None

    def run(self):
        try:
            while True:
                self.step()
        except Wrong as why:
            self.wrong = str(why)
        except Exception:
            pass  # the server is dead: what was under way stays in the journal
        finally:
            self.s3.close()

    def step(self):
        pick = self.rng.random()
        if pick < 0.45:
            self.put()
        elif pick < 0.60:
            self.put_shared()
        elif pick < 0.72:
            self.copy()
        elif pick < 0.84:
            self.delete()
        elif pick < 0.88:
            self.delete_many()
        elif pick < 0.94:
            self.upload()
        else:
            self.read()

    # ---- pieces ----

    def want(self, answer, *statuses):
        if answer.status not in statuses:
            raise Wrong("%r" % answer)
        return answer

    def counted(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def key(self):
        name = "%d/%s" % (self.number, self.rng.randrange(KEYS))
        # Some keys are longer than the index's own keys may be.
        return name + "/" + "k" * 700 if name.endswith("7") else name

    def present(self):
        keys = [k for k, s in self.journal.keys.items() if s is not ABSENT]
        return self.rng.choice(keys) if keys else None

    def size(self):
        pick = self.rng.random()
        if pick < 0.1:
            return 0
        if pick < 0.5:
            return self.rng.randrange(1, 4081)
        if pick < 0.85:
            return self.rng.randrange(4081, 262145)
        return self.rng.randrange(262145, 2000000)

    def state(self):
        return State("%d-%08x" % (self.number, self.rng.getrandbits(32)), [self.size()])

    def write(self, key, state, send):
        """send() under the journal's eyes."""
        self.journal.pending[key] = state
        answer = send()
        self.journal.keys[key] = state
        del self.journal.pending[key]
        return answer

    # ---- steps ----

    def put(self):
        key, state = self.key(), self.state()
        self.write(key, state, lambda: self.want(self.s3.put(
            BUCKET, key, state.body(), {"x-amz-meta-tag": state.tag},
            payload=s3raw.UNSIGNED), 200))
        self.counted("put")

    def put_shared(self):
        key = "shared/%d" % self.rng.randrange(SHARED)
        if self.rng.random() < 0.2:
            row = self.shared.begin(key, ABSENT)
            self.want(self.s3.delete(BUCKET, key), 204)
        else:
            state = self.state()
            row = self.shared.begin(key, state)
            self.want(self.s3.put(BUCKET, key, state.body(), {"x-amz-meta-tag": state.tag},
                                  payload=s3raw.UNSIGNED), 200)
        self.shared.end(row)
        self.counted("shared")

    def copy(self):
        source, key = self.present(), self.key()
        if source is None or source == key:
            return
        state = self.journal.keys[source].copied()
        self.write(key, state, lambda: self.want(self.s3.put(
            BUCKET, key, b"", {"x-amz-copy-source": "/%s/%s" % (BUCKET, source)}), 200))
        self.counted("copy")

    def delete(self):
        key = self.key()
        self.write(key, ABSENT, lambda: self.want(self.s3.delete(BUCKET, key), 204))
        self.counted("delete")

    def delete_many(self):
        keys = {self.key() for _ in range(5)}
        for key in keys:
            self.journal.pending[key] = ABSENT
        body = ("<Delete>%s</Delete>" % "".join("<Object><Key>%s</Key></Object>" % k
                                                for k in keys)).encode()
        answer = self.want(self.s3.post(BUCKET, None, "delete", body,
                                        {"Content-MD5": s3raw.md5_base64(body)}), 200)
        if answer.xml.all("Error"):
            raise Wrong(repr(answer))
        for key in keys:
            self.journal.keys[key] = ABSENT
            del self.journal.pending[key]
        self.counted("delete many")

    def upload(self):
        key = self.key()
        parts = [PART + self.rng.randrange(1000)] * self.rng.randrange(0, 2)
        state = State("%d-mp%08x" % (self.number, self.rng.getrandbits(32)),
                      parts + [self.rng.randrange(1, 100000)], multipart=True)
        answer = self.want(self.s3.post(BUCKET, key, "uploads",
                                        headers={"x-amz-meta-tag": state.tag}), 200)
        upload = answer.xml.get("UploadId")
        done = {}
        self.journal.uploads[upload] = (key, done)
        for n, body in enumerate(state.parts(), 1):
            self.journal.pending_part = (upload, n, s3raw.etag(body))
            self.want(self.s3.put(BUCKET, key, body, None, {"partNumber": n, "uploadId": upload},
                                  payload=s3raw.UNSIGNED), 200)
            done[n] = s3raw.etag(body)
            self.journal.pending_part = None
        pick = self.rng.random()
        if pick < 0.15 and len(self.journal.uploads) < 8:
            return  # stays open
        self.journal.pending_end = upload
        if pick < 0.3:
            self.want(self.s3.delete(BUCKET, key, {"uploadId": upload}), 204)
        else:
            rows = "".join("<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>" % p
                           for p in done.items())
            self.write(key, state, lambda: self.want(self.s3.post(
                BUCKET, key, {"uploadId": upload},
                ("<CompleteMultipartUpload>%s</CompleteMultipartUpload>" % rows).encode()), 200))
        del self.journal.uploads[upload]
        self.journal.pending_end = None
        self.counted("multipart")

    def read(self):
        key = self.present()
        if key is None:
            return
        answer = self.s3.get(BUCKET, key)
        if not self.journal.keys[key].matches(answer):
            raise Wrong("%s while running: %s, want %r" % (key[:40], describe(answer),
                                                           self.journal.keys[key]))
        self.counted("read")


# ---- after the restart ----


def check_key(s3, key, states):
    """The one of the possible states the key is in."""
    answer = s3.get(BUCKET, key)
    for state in states:
        if state is ABSENT and answer.status == 404:
            return state
        if state is not ABSENT and state.matches(answer):
            return state
    raise Wrong("%s holds %s, want one of %r" % (key[:40], describe(answer), states))


def check_uploads(s3, journal):
    for upload, (key, parts) in list(journal.uploads.items()):
        answer = s3.get(BUCKET, key, {"uploadId": upload})
        if answer.status == 404 and upload == journal.pending_end:
            del journal.uploads[upload]
            continue
        if answer.status != 200:
            raise Wrong("upload %s of %s: %r" % (upload, key[:40], answer))
        found = {int(p.get("PartNumber")): p.get("ETag") for p in answer.xml.all("Part")}
        want = dict(parts)
        pending = journal.pending_part
        if pending and pending[0] == upload and found.get(pending[1]) == pending[2]:
            want[pending[1]] = pending[2]
        if found != want:
            raise Wrong("upload %s has parts %r, want %r" % (upload, found, want))
        parts.update(want)
    journal.pending_part = journal.pending_end = None


def listing(s3):
    sizes, token = {}, None
    while True:
        query = {"list-type": "2"}
        if token:
            query["continuation-token"] = token
        answer = s3.get(BUCKET, query=query)
        if answer.status != 200:
            raise Wrong("listing: %r" % answer)
        root = answer.xml
        for row in root.all("Contents"):
            if row.get("Key") in sizes:
                raise Wrong("listed twice: %s" % row.get("Key")[:40])
            sizes[row.get("Key")] = int(row.get("Size"))
        token = root.get("NextContinuationToken")
        if not token:
            return sizes


def check_all(server, journals, shared):
    s3 = server.client(timeout=30)
    want = {}
    for journal in journals:
        for key in set(journal.keys) | set(journal.pending):
            states = [journal.keys.get(key, ABSENT)]
            if key in journal.pending:
                states.append(journal.pending[key])
            journal.keys[key] = check_key(s3, key, states)
        check_uploads(s3, journal)
        journal.pending = {}
        want.update({k: sum(v.sizes) for k, v in journal.keys.items() if v is not ABSENT})
    for key in shared.writes:
        state = check_key(s3, key, shared.possible(key))
        shared.settle(key, state)
        if state is not ABSENT:
            want[key] = sum(state.sizes)
    found = listing(s3)
    if found != want:
        odd = sorted(k for k in set(found) | set(want) if found.get(k) != want.get(k))
        raise Wrong("listing differs from what is there in %d keys: %s" % (
            len(odd), [(k[:30], found.get(k), want.get(k)) for k in odd[:5]]))
    s3.close()
    return len(want)


class Run:
    def __init__(self, options):
        self.options = options
        self.rng = random.Random(options.seed)
        self.journals = [Journal() for _ in range(CONNECTIONS)]
        self.shared = Shared()
        self.server = Server(directory=options.directory)

    def start(self, number):
        level = self.options.durability
        if level == "both":
            level = "relaxed" if number % 3 == 2 else "full"
        self.server.args = ["--durability", level, "--buckets", BUCKET]
        if number % 2 == 1:  # half of what is there is sealed, and copied to what is not
            self.server.args.append("--encrypt-at-rest")
        self.server.start()

    def round(self, number):
        """Write, kill, start, check, stop, verify; a line about it."""
        self.start(number)
        counts = {}
        writers = [Writer(n, self.server.endpoint, journal, self.shared,
                          random.Random(self.rng.getrandbits(64)), counts)
                   for n, journal in enumerate(self.journals)]
        for writer in writers:
            writer.start()
        time.sleep(self.rng.uniform(0.1, self.options.longest))
        if self.server.process.poll() is not None:
            raise Wrong("the server died by itself:\n" + self.server.tail())
        self.server.kill()
        for writer in writers:
            writer.join(60)
        wrong = [w.wrong for w in writers if w.wrong]
        if wrong:
            raise Wrong("\n".join(wrong))
        if self.rng.random() < 0.3:  # again, while it recovers
            self.server.spawn()
            time.sleep(self.rng.uniform(0.0, 0.2))
            self.server.kill()
        self.start(number + 1)
        keys = check_all(self.server, self.journals, self.shared)
        code = self.server.stop()
        if code != 0:
            raise Wrong("stopping gave %r:\n%s" % (code, self.server.tail()))
        code, out, err = self.server.verify()
        if code != 0:
            raise Wrong("verify: %d\n%s%s" % (code, out, err))
        return "%d keys; %s" % (keys, ", ".join("%s %d" % c for c in sorted(counts.items())))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int,
                        default=int(os.environ.get("TRUG_CRASH_ROUNDS", "5")))
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--longest", type=float, default=2.0, help="seconds of writing a round")
    parser.add_argument("--durability", default="both", choices=["full", "relaxed", "both"])
    parser.add_argument("--directory", help="kept where it is after a failure")
    options = parser.parse_args()
    run = Run(options)
    print("# seed %d" % options.seed)
    print("1..%d" % options.rounds, flush=True)
    for number in range(1, options.rounds + 1):
        try:
            print("ok %d - crash: %s" % (number, run.round(number)), flush=True)
        except Exception as why:
            print("not ok %d - crash" % number)
            print("\n".join("# " + line for line in ("%r" % why if not isinstance(why, Wrong)
                                                     else str(why)).splitlines()))
            print("# store kept in %s; log in %s" % (run.server.directory, run.server.log_path))
            print("Bail out! the journal is no longer worth comparing", flush=True)
            run.server.kill()
            return 1
    run.server.remove()
    if options.directory:
        shutil.rmtree(options.directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
