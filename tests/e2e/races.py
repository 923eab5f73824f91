#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writers that all want to be the first: exactly one is, every time.

ROUNDS in the environment says how often; `make check-clients` says 1,000.
"""

import os
import sys
import threading

from harness import Server, equal, run_tests, s3raw

WRITERS = 10
ROUNDS = int(os.environ.get("ROUNDS", "200"))


class Race:
    """Ten clients with connections of their own, let go together each round."""

    def __init__(self, server, write):
        self.server, self.write = server, write
        self.gate = threading.Barrier(WRITERS + 1)
        self.answers = [None] * WRITERS
        self.over = False
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True)
                        for n in range(WRITERS)]
        for thread in self.threads:
            thread.start()

    def run(self, n):
        s3 = self.server.client()
        while True:
            self.gate.wait(60)
            if self.over:
                return
            try:
                self.answers[n] = self.write(s3, n, self.round)
            except Exception as why:
                self.answers[n] = why
            self.gate.wait(60)

    def one(self, number):
        self.round = number
        self.gate.wait(60)
        self.gate.wait(60)
        for answer in self.answers:
            if isinstance(answer, Exception):
                raise answer
        won = [n for n, a in enumerate(self.answers) if a.status == 200]
        equal(len(won), 1, "winners of round %d: %r" % (
            number, [(a.status, a.code) for a in self.answers]))
        for answer in self.answers:
            if answer.status != 200:
                equal((answer.status, answer.code) in (
                    (412, "PreconditionFailed"), (409, "ConditionalRequestConflict")), True,
                    "what a loser is told: %r" % ((answer.status, answer.code),))
        return won[0]

    def end(self):
        self.over = True
        self.gate.wait(60)
        for thread in self.threads:
            thread.join()


def body(n, number):
    return b"writer %d, round %d" % (n, number)


def test_if_none_match():
    with Server(buckets=["race"]) as server:
        s3 = server.client()
        race = Race(server, lambda mine, n, number: mine.put(
            "race", "key", body(n, number), {"If-None-Match": "*"}))
        for number in range(ROUNDS):
            winner = race.one(number)
            got = s3.get("race", "key")
            equal((got.status, got.body), (200, body(winner, number)), "what is stored")
            equal(s3.delete("race", "key").status, 204)
        race.end()


def test_if_match():
    """A counter that all want to move on: nobody's step is lost."""
    with Server(buckets=["race"]) as server:
        s3 = server.client()
        s3.put("race", "key", b"start")
        last = [s3raw.etag(b"start")]
        race = Race(server, lambda mine, n, number: mine.put(
            "race", "key", body(n, number), {"If-Match": last[0]}))
        for number in range(ROUNDS // 5):
            winner = race.one(number)
            got = s3.get("race", "key")
            equal(got.body, body(winner, number), "what is stored")
            last[0] = got.header("ETag")
        race.end()


def test_if_none_match_of_uploads():
    """The same when uploads in parts are completed."""
    with Server(buckets=["race"]) as server:
        s3 = server.client()
        uploads = {}

        def complete(mine, n, number):
            upload, tag = uploads[n]
            return mine.post("race", "key", {"uploadId": upload},
                             "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s"
                             "</ETag></Part></CompleteMultipartUpload>" % tag,
                             {"If-None-Match": "*"})
        race = Race(server, complete)
        for number in range(ROUNDS // 20):
            for n in range(WRITERS):
                upload = s3.post("race", "key", "uploads").xml.get("UploadId")
                tag = s3.put("race", "key", body(n, number), query={
                    "partNumber": 1, "uploadId": upload}).header("ETag")
                uploads[n] = upload, tag
            winner = race.one(number)
            equal(s3.get("race", "key").body, body(winner, number), "what is stored")
            equal(s3.delete("race", "key").status, 204)
            for n in range(WRITERS):
                if n != winner:
                    equal(s3.delete("race", "key", query={"uploadId": uploads[n][0]}).status,
                          204, "the losers' uploads are there still")
        race.end()


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
