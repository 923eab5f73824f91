#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starting, stopping, and what a server does with a directory or an option it cannot take."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from harness import (PATIENCE, Server, Skip, binary, check, equal, run, run_tests, sanitized,
                     until)
import s3raw


def one_line(text):
    """The message of a refused start: one line that names what is wrong."""
    lines = [line for line in text.splitlines() if line.strip()]
    equal(len(lines), 1, "lines of the message %r" % text)
    return lines[0]


def refused(server, *words):
    open(server.log_path, "w").close()
    process = server.spawn()
    try:
        code = process.wait(PATIENCE)
        text = server.tail()
    except subprocess.TimeoutExpired:
        raise AssertionError("it started all the same: %r" % server.tail()) from None
    finally:
        server.remove()
    equal(code, 2, "exit code; it said %r" % text)
    line = one_line(text)
    for word in words:
        check(word in line, "%r is not in %r" % (word, line))


def test_answers_when_ready():
    with Server() as server:
        equal(sorted(server.ready), ["endpoint", "pid", "port"], "keys of the ready file")
        equal(server.ready["pid"], server.process.pid, "pid")
        equal(server.ready["endpoint"], "http://127.0.0.1:%d" % server.ready["port"], "endpoint")
        equal(server.client().get().status, 200, "ListBuckets")
        lines = open(server.log_path).read().splitlines()
        check(any(server.endpoint in line for line in lines), "no ready line in %r" % lines)


def test_ports_differ():
    with Server() as one, Server() as two:
        check(one.ready["port"] != two.ready["port"], "the same port twice")


def test_objects_outlive_a_restart():
    with Server(buckets=["kept"]) as server:
        s3 = server.client()
        bodies = {"empty": b"", "tiny": b"tiny", "small": b"s" * 30000, "large": b"l" * 3000000,
                  "k" * 1024: b"long", "ünï/cödé": b"unicode"}
        for key, body in bodies.items():
            equal(s3.put("kept", key, body, {"x-amz-meta-n": "1", "Content-Type": "a/b"}).status,
                  200, key)
        upload = s3.post("kept", "mp", "uploads").xml.get("UploadId")
        tag = s3.put("kept", "mp", b"part", None, {"partNumber": 1, "uploadId": upload}) \
            .header("ETag")
        before = [(c.get("Key"), c.get("ETag"), c.get("LastModified"))
                  for c in s3.get("kept").xml.all("Contents")]
        for turn in range(3):
            if turn == 1:
                server.kill()
            else:
                equal(server.stop(), 0, "exit code")
            server.start()
            s3 = server.client()
            for key, body in bodies.items():
                answer = s3.get("kept", key)
                equal((answer.status, answer.body == body), (200, True), key)
                equal(answer.header("x-amz-meta-n"), "1")
            after = [(c.get("Key"), c.get("ETag"), c.get("LastModified"))
                     for c in s3.get("kept").xml.all("Contents")]
            equal(after, before, "listing")
        equal(s3.get("kept", "mp", {"uploadId": upload}).xml.get("Part/ETag"), tag, "part")
        answer = s3.post("kept", "mp", {"uploadId": upload}, (
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part>"
            "</CompleteMultipartUpload>" % tag).encode())
        equal(answer.status, 200, "completion after the restart")
        equal(s3.get("kept", "mp").body, b"part")
        s3.close()
        equal(server.stop(), 0, "exit code")
        code, out, err = server.verify()
        equal(code, 0, "verify said %r %r" % (out, err))


LONG = ["--drain-timeout", "3600000"]  # so that no end of it is what ends a test


def under_way(s3, method, target, headers, length):
    """A request whose body the server waits for."""
    sock = s3.socket()
    sock.sendall(("%s %s HTTP/1.1\r\n" % (method, target)
                  + "".join("%s: %s\r\n" % h for h in headers)
                  + "Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % length).encode())
    answer = sock.recv(65536)
    check(answer.startswith(b"HTTP/1.1 100"), "not asked for its body: %r" % answer)
    return sock


def lets_in(s3):
    try:
        s3.socket().close()
        return True
    except OSError:
        return False


def test_term_lets_requests_finish():
    with Server(buckets=["bkt"], args=LONG) as server:
        s3 = server.client()
        method, target, headers, _ = s3.build("PUT", "bkt", "slow", payload=s3raw.UNSIGNED,
                                              length=False)
        sock = under_way(s3, method, target, headers, 6)
        sock.sendall(b"abc")
        equal(s3.get("bkt").status, 200)
        server.process.send_signal(signal.SIGTERM)
        until("nobody is let in any more", lambda: not lets_in(s3))
        sock.sendall(b"def")
        answer = sock.recv(65536)
        check(answer.startswith(b"HTTP/1.1 200"), "the running PUT got %r" % answer[:80])
        equal(server.process.wait(PATIENCE), 0, "exit code")
        server.process = None
        server.start()
        equal(server.client().get("bkt", "slow").body, b"abcdef")


def test_term_closes_idle_connections_soon():
    with Server(args=LONG) as server:
        s3 = server.client()
        idle = [s3.socket() for _ in range(20)]
        equal(s3.get().status, 200)
        began = time.monotonic()
        equal(server.stop(), 0, "exit code")
        check(time.monotonic() - began < PATIENCE / 2, "took %.1f s" % (time.monotonic() - began))
        for sock in idle:
            sock.close()


def test_second_term_exits_at_once():
    with Server(buckets=["bkt"], args=LONG) as server:
        s3 = server.client()
        method, target, headers, _ = s3.build("PUT", "bkt", "stuck", payload=s3raw.UNSIGNED,
                                              length=False)
        sock = under_way(s3, method, target, headers, 60)
        server.process.send_signal(signal.SIGTERM)
        until("nobody is let in any more", lambda: not lets_in(s3))
        time.sleep(0.3)
        check(server.process.poll() is None, "did not wait for the running request")
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(PATIENCE)  # of an hour that it would wait
        server.process = None
        sock.close()


def test_less_address_space_than_asked_for():
    if sanitized(b"__asan_init", b"__tsan_init"):
        raise Skip("a sanitizer takes more of it for itself")
    server = Server(args=["--map-size", "1T"])
    limit = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (400 << 30, limit[1]))
    try:
        server.start()
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limit)
    equal(server.client().put("bkt").status, 200)
    check("128 GiB of address space" in server.tail(), server.tail())
    equal(server.stop(), 0, "exit code")
    resource.setrlimit(resource.RLIMIT_AS, (40 << 30, limit[1]))
    try:
        refused(server, "address space", "map size")
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limit)


def test_interrupt_stops_too():
    with Server() as server:
        server.process.send_signal(signal.SIGINT)
        equal(server.process.wait(PATIENCE), 0, "exit code")
        server.process = None


def test_directory_in_use_is_refused():
    with Server(buckets=["bkt"]) as server:
        refused(Server(directory=server.directory), server.directory, str(server.process.pid))
        equal(server.client().head("bkt").status, 200, "the first one still answers")


def test_directory_is_free_after_a_kill():
    with Server(buckets=["bkt"]) as server:
        server.kill()
        server.start()
        equal(server.client().head("bkt").status, 200)


def test_directory_that_is_a_file_is_refused():
    with tempfile.NamedTemporaryFile() as file:
        refused(Server(directory=file.name), file.name)


def test_foreign_directory_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "holiday.jpg"), "w") as f:
            f.write("mine")
        refused(Server(directory=folder), folder, "holiday.jpg")
        equal(os.listdir(folder), ["holiday.jpg"], "left untouched")


def test_damaged_store_is_refused():
    server = Server(buckets=["bkt"])
    server.start()
    equal(server.client().put("bkt", "key", b"x" * 10000).status, 200)
    equal(server.stop(), 0)
    index = [os.path.join(d, f) for d, _, files in os.walk(server.directory) for f in files
             if f.endswith(".mdb") and "lock" not in f]
    check(index, "no index file in %r" % os.listdir(server.directory))
    with open(index[0], "r+b") as f:
        f.write(b"\xff" * 8192)
    refused(server, server.directory)


def test_bad_options_are_refused():
    for args, words in (
            (["--durability", "sometimes"], ["durability", "sometimes", "full", "relaxed", "none"]),
            (["--address", "nonsense"], ["address", "nonsense"]),
            (["--address", "127.0.0.1:99999"], ["address", "99999"]),
            (["--loops", "100000"], ["loops", "100000"]),
            (["--max-connections", "-1"], ["max-connections", "-1"]),
            (["--log-level", "loud"], ["log-level", "loud", "debug"]),
            (["--loops", "x"], ["loops", "x"]),
            (["--nonsense", "1"], ["nonsense"]),
            (["--root-password", ""], ["root-password"])):
        refused(Server(args=args), *words)


def test_bad_environment_is_refused():
    refused(Server(env={"TRUG_DURABILITY": "sometimes"}), "sometimes", "full")
    refused(Server(env={"TRUG_LOOPS": "many"}), "many")


def test_port_in_use_is_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        refused(Server(args=["--address", address]), address)


def test_two_servers_cannot_share_a_port():
    with Server() as server:
        address = "127.0.0.1:%d" % server.ready["port"]
        refused(Server(args=["--address", address]), address)


def test_buckets_are_made_at_start():
    with Server(buckets=["one", "two.dots", "three-3"]) as server:
        s3 = server.client()
        for name in ("one", "two.dots", "three-3"):
            equal(s3.head(name).status, 200, name)
        equal(s3.put("one", "key", b"x").status, 200)
        equal(server.stop(), 0)
        server.start()
        equal(server.client().get("one", "key").body, b"x", "kept by the second start")


def test_bad_bucket_name_stops_the_start():
    server = Server(args=["--buckets", "good,Bad_Name"])
    refused(server, "Bad_Name")


def test_keys_come_from_options_and_environment():
    with Server(env={"TRUG_ROOT_USER": "somebody", "TRUG_ROOT_PASSWORD": "secretsecret"}) as s:
        equal(s.client(access="somebody", secret="secretsecret").get().status, 200)
        equal(s.client().get().status, 403)
    with Server(args=["--root-user", "option", "--root-password", "optionoption"],
                env={"TRUG_ROOT_USER": "environment"}) as s:
        equal(s.client(access="option", secret="optionoption").get().status, 200,
              "the option wins")


def test_region():
    with Server(args=["--region", "eu-central-1"]) as server:
        equal(server.client(region="eu-central-1").get().status, 200)
        equal(server.client(region="us-east-1").get().status, 400)


def test_ephemeral_leaves_nothing():
    server = Server(buckets=["bkt"])
    server.command = lambda: [binary(), "serve", "--ephemeral", "--address", "127.0.0.1:0",
                              "--ready-file", server.ready_file, "--buckets", "bkt"]
    with tempfile.TemporaryDirectory() as folder:
        back = os.getcwd()
        os.chdir(folder)
        try:
            server.start()
            equal(server.client().put("bkt", "key", b"x" * 100000).status, 200)
            equal(server.client().get("bkt", "key").body, b"x" * 100000)
            equal(server.stop(), 0)
            equal(os.listdir(folder), [], "left behind")
            server.start()
            equal(server.client().get("bkt", "key").status, 404, "gone with its server")
        finally:
            os.chdir(back)
            server.remove()


def test_durability_levels():
    for level in ("full", "relaxed", "none"):
        with Server(args=["--durability", level], buckets=["bkt"]) as server:
            s3 = server.client()
            for n in range(20):
                equal(s3.put("bkt", "k%d" % n, b"%d" % n).status, 200)
            equal(server.stop(), 0)
            server.start()
            equal(server.client().get("bkt", "k19").body, b"19", level)


def test_ready_file_cannot_be_written():
    server = Server()
    server.ready_file = os.path.join(server.home, "none", "ready.json")
    refused(server, server.ready_file)


def test_greeting_can_be_pasted():
    with Server(args=["--greeting", "on"]) as server:
        lines = [line.strip() for line in open(server.log_path) if server.endpoint in line]
        for command in ("aws", "python3", "curl"):
            found = [line for line in lines if " %s " % command in " " + line]
            equal(len(found), 1, "lines that name %s in %r" % (command, lines))
            have = subprocess.run(["sh", "-c", {"python3": "python3 -c 'import boto3'"}.get(
                command, command + " --version")], stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            if have.returncode == 0:
                done = subprocess.run(["sh", "-c", found[0]], stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, timeout=300)
                check(done.returncode == 0 and b"Error" not in done.stdout,
                      "%s said %r" % (found[0], done.stdout[-500:]))


def test_help_and_version():
    code, out, _ = run("--help")
    equal(code, 0, "--help")
    check("serve" in out, "--help without serve")
    code, out, _ = run("serve", "--help")
    equal(code, 0, "serve --help")
    for word in ("--address", "--durability", "--ready-file", "--buckets", "TRUG_ROOT_USER"):
        check(word in out, "serve --help without " + word)
    code, out, _ = run("version")
    equal(code, 0, "version")
    code, out, err = run("nonsense")
    equal(code, 2, "an unknown command")
    check("nonsense" in err, "the command is not named in %r" % err)
    check(" verify " in err, "no verb is named in %r" % err)


def test_each_verb_helps():
    _, out, _ = run("help")
    verbs = [line.split()[1] for line in out.splitlines() if line.startswith("  trug ")]
    check(len(verbs) > 12, "only %r" % verbs)
    for verb in verbs:
        code, out, err = run(verb, "--help")
        equal(code, 0, verb + " --help")
        equal(err, "", "stderr of %s --help" % verb)
        check(out.startswith("usage: trug "), "%s --help says %r" % (verb, out[:80]))
    for words in (("clock", "sideways"), ("wait", "--soon"), ("tier",), ("seed",), ("health", "-x"),
                  ("tiers", "http://localhost"), ("settings", "sqs"), ("usage", "a", "b")):
        code, out, err = run(*words)
        equal((code, out), (2, ""), " ".join(words))
        check(err.startswith("trug: usage: trug %s " % words[0]), "it says %r" % err)


def test_ops_is_json():
    code, out, _ = run("ops")
    equal(code, 0, "ops")
    rows = json.loads(out)
    rows = rows if isinstance(rows, list) else rows["operations"]
    names = [row["name"] for row in rows]
    check(len(names) > 90, "only %d operations" % len(names))
    for name in ("PutObject", "GetObject", "ListObjectsV2", "PutBucketCors"):
        check(name in names, "no " + name)


def test_verify_of_what_is_no_store():
    with tempfile.TemporaryDirectory() as folder:
        code, out, err = run("verify", os.path.join(folder, "none"))
        check(code not in (0, None), "verify of nothing says 0")
        one_line(err)


def test_verify_finds_damage():
    server = Server(buckets=["bkt"])
    server.start()
    s3 = server.client()
    for n in range(10):
        equal(s3.put("bkt", "k%d" % n, os.urandom(20000)).status, 200)
        equal(s3.put("bkt", "l%d" % n, os.urandom(2000000)).status, 200)
    equal(server.stop(), 0)
    equal(server.verify()[0], 0, "clean store")
    files = sorted(((os.path.getsize(os.path.join(d, f)), os.path.join(d, f))
                    for d, _, names in os.walk(server.directory) for f in names
                    if not f.endswith(".mdb")), reverse=True)
    with open(files[0][1], "r+b") as f:
        f.seek(12345)
        byte = f.read(1)
        f.seek(12345)
        f.write(bytes([byte[0] ^ 1]))
    code, out, err = server.verify()
    equal(code, 1, "verify of a damaged store said %r %r" % (out, err))
    server.remove()


def test_connections_leave_no_descriptors_or_threads():
    if not os.path.exists("/proc/self"):
        return  # nothing to count with in a bare chroot
    with Server(buckets=["bkt"]) as server:
        counts = []

        def count():
            return [len(os.listdir("/proc/%d/%s" % (server.process.pid, what)))
                    for what in ("fd", "task")]

        for _ in range(4):
            s3 = server.client()
            for n in range(30):
                s3.put("bkt", "k%d" % n, b"x" * 200000)
                s3.get("bkt", "k%d" % n)
                s3.close()
            time.sleep(0.3)
            counts.append(count())
        # The first turns may start threads that are made when first needed. A slow server
        # notices later that somebody hung up.
        until("no more of them than in %r" % counts[1:2], lambda: all(
            now <= most for now, most in zip(count(), (counts[1][0] + 4, counts[1][1]))))


def test_writers_while_stopping():
    with Server(buckets=["bkt"]) as server:
        endpoint = server.endpoint
        acknowledged, lock = {}, threading.Lock()

        def write(number):
            s3 = s3raw.Client(endpoint, "trugadmin", "trugadmin")
            for n in range(100000):
                key = "%d/%d" % (number, n)
                try:
                    if s3.put("bkt", key, key.encode()).status != 200:
                        break
                except Exception:
                    break
                with lock:
                    acknowledged[key] = key.encode()
            s3.close()

        threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        until("something is written", lambda: acknowledged)
        equal(server.stop(), 0, "exit code")
        for thread in threads:
            thread.join()
        check(acknowledged, "nothing was written")
        server.start()
        s3 = server.client()
        for key, body in acknowledged.items():
            equal(s3.get("bkt", key).body, body, key)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
