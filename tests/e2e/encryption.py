#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What lies on the disk of encrypted objects, and what becomes of them when it changes: no
plain text, no client's key, no data of a changed chunk; keys that are rotated."""

import contextlib
import datetime
import glob
import hashlib
import hmac
import os
import re
import socket
import subprocess
import sys

from harness import Server, binary, run, run_tests

import sse

BUCKET = "secret"
MARK = b"the patient's name is Mary Major. "
CHUNK, STEP, HEAD = 65536, 65536 + 16, 32
MODES = {"s3": sse.S3, "kms": sse.KMS, "dsse": sse.DSSE}


@contextlib.contextmanager
def made(**how):
    """A server that is not started yet, removed behind."""
    server = Server(**how)
    try:
        yield server
    finally:
        server.remove()


def marked(size):
    return (MARK * (size // len(MARK) + 1))[:size]


def tree(folder):
    return [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]


def holds(folder, needles):
    """Which of needles stand in which files, also inside LMDB's pages."""
    found = []
    for path in tree(folder):
        if os.path.basename(path) == "reserve":
            continue
        with open(path, "rb") as f:
            data = f.read()
        found += [(path, what) for what, needle in needles.items() if needle in data]
    return found


def key_needles(key):
    return {"raw": key, "base64": sse.b64(key).encode(), "hex": key.hex().encode(),
            "HEX": key.hex().upper().encode()}


def verify(server):
    code, out, err = server.verify()
    assert code == 0, out + err


def started(server):
    client = server.start().client()
    assert client.put(BUCKET).status == 200
    return client


def expect(answer, status, body=None):
    assert answer.status == status, repr(answer)
    if body is not None:
        assert answer.body == body, "body differs (%d bytes)" % len(answer.body)
    return answer


def part_upload(client, key, bodies, write, read):
    upload = expect(client.post(BUCKET, key, "uploads", headers=write), 200).xml.get("UploadId")
    rows = ""
    for n, body in enumerate(bodies, 1):
        answer = expect(client.put(BUCKET, key, body, read,
                                   {"partNumber": n, "uploadId": upload}), 200)
        rows += "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>" % (
            n, answer.header("ETag"))
    expect(client.post(BUCKET, key, {"uploadId": upload},
                       "<CompleteMultipartUpload>%s</CompleteMultipartUpload>" % rows), 200)


def no_plain_text_and_no_key(log_format):
    """Bodies of all ways of keeping them, in all modes; then every file is searched."""
    key = sse.new_key()
    with made(args=["--log-level", "debug", "--log-format", log_format]) as server:
        access_log = os.path.join(server.home, "access.log")
        server.args += ["--access-log", access_log,
                        "--audit-log", os.path.join(server.home, "audit.log")]
        client = started(server)
        modes = dict(MODES, customer=sse.customer(key))
        for mode, write in modes.items():
            read = write if mode == "customer" else {}
            for size in (100, 20000, 300000, 2000000):
                expect(client.put(BUCKET, "%s-%d" % (mode, size), marked(size), write), 200)
            part_upload(client, mode + "-parts", [marked(5 << 20), marked(1000)], write, read)
            expect(client.put(BUCKET, mode + "-copy", b"", dict(write, **{
                "x-amz-copy-source": "%s/%s-300000" % (BUCKET, mode)}, **(
                    sse.customer(key, sse.COPY) if mode == "customer" else {}))), 200)
            expect(client.get(BUCKET, mode + "-2000000", headers=read), 200, marked(2000000))
        # Requests that fail speak of the key as well.
        client.get(BUCKET, "s3-100", headers=sse.customer(key))
        client.get(BUCKET, "customer-100")
        client.put(BUCKET, "x", b"", dict(sse.customer(key), **{sse.CUSTOMER + "key-MD5": "x"}))
        assert server.stop() == 0
        verify(server)
        found = holds(server.directory, {"plain text": MARK})
        assert not found, "plain text is in %r" % found
        # What is not encrypted is found: the search works.
        server.start()
        expect(server.client().put(BUCKET, "open", marked(100)), 200)
        assert server.stop() == 0
        assert holds(server.directory, {"plain text": MARK}), "the open object was to be found"
        found = holds(server.home, key_needles(key))
        assert not found, "a client's key is in %r" % found
        assert os.path.getsize(access_log) > 0


def test_keys_are_nowhere_text():
    no_plain_text_and_no_key("text")


def test_keys_are_nowhere_json():
    no_plain_text_and_no_key("json")


def only_body(server):
    """The one large file of the store."""
    files = glob.glob(os.path.join(server.directory, "files", "*", "*"))
    assert len(files) == 1, files
    return files[0]


def flip(path, at, bit=1):
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)[0]
        f.seek(at)
        f.write(bytes([byte ^ bit]))


def test_no_data_of_a_changed_chunk():
    body = os.urandom(10 * CHUNK + 777)
    for mode, write in dict(MODES, customer=None).items():
        key = sse.new_key()
        write = write or sse.customer(key)
        read = write if mode == "customer" else {}
        with made() as server:
            client = started(server)
            expect(client.put(BUCKET, "k", body, write), 200)
            path = only_body(server)
            size = os.path.getsize(path)
            assert size == HEAD + len(body) + 11 * 16, size
            places = [(0, None), (20, None)] + [
                (HEAD + n * STEP + off, n) for n in range(11)
                for off in (0, STEP - 1 if n < 10 else 777)]
            for at, chunk in places:
                flip(path, at)
                for n in range(11):
                    first = n * CHUNK
                    answer = client.get(BUCKET, "k", headers=dict(
                        read, Range="bytes=%d-%d" % (first + 5, first + 20)))
                    if chunk is None or chunk == n:
                        assert answer.status == 500, (at, n, answer)
                        assert answer.code == "InternalError"
                    else:
                        expect(answer, 206, body[first + 5:first + 21])
                flip(path, at)
            expect(client.get(BUCKET, "k", headers=read), 200, body)
            assert server.stop() == 0


def test_a_whole_read_ends_before_the_changed_chunk():
    body = os.urandom(40 * CHUNK)
    with made() as server:
        client = started(server)
        expect(client.put(BUCKET, "k", body, sse.KMS), 200)
        path = only_body(server)
        flip(path, HEAD + 30 * STEP + 100)
        host = server.endpoint.split("//")[1]
        for _ in range(3):
            got = raw_get(client, host)
            head, _, data = got.partition(b"\r\n\r\n")
            assert b"200" in head.split(b"\r\n")[0], head
            assert len(data) <= 30 * CHUNK and body.startswith(data), len(data)
        flip(path, HEAD + 30 * STEP + 100)
        flip(path, HEAD + 100)
        expect(client.get(BUCKET, "k"), 500)  # the first chunk: nothing was said yet
        flip(path, HEAD + 100)
        expect(client.get(BUCKET, "k"), 200, body)
        # Cut at the end of a chunk: the last one is known to be missing.
        os.truncate(path, HEAD + 39 * STEP)
        answer = client.get(BUCKET, "k", headers={"Range": "bytes=-10"})
        assert answer.status == 500, answer


def raw_get(client, host):
    """All bytes of an answer till the connection ends."""
    name, port = host.rsplit(":", 1)
    with socket.create_connection((name, int(port)), 20) as s:
        s.sendall(request_of(client, host))
        out = b""
        while True:
            try:
                more = s.recv(1 << 16)
            except ConnectionResetError:
                more = b""  # cut
            if not more:
                return out
            out += more


def request_of(client, host):
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = "%s/us-east-1/s3/aws4_request" % now[:8]
    canonical = ("GET\n/%s/k\n\nhost:%s\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:%s\n\n"
                 "host;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD" % (BUCKET, host, now))
    text = "AWS4-HMAC-SHA256\n%s\n%s\n%s" % (
        now, scope, hashlib.sha256(canonical.encode()).hexdigest())
    key = b"AWS4" + client.secret.encode()
    for step in scope.split("/"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return ("GET /%s/k HTTP/1.1\r\nHost: %s\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\n"
            "x-amz-date: %s\r\nConnection: close\r\nAuthorization: AWS4-HMAC-SHA256 "
            "Credential=%s/%s, SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
            "Signature=%s\r\n\r\n" % (BUCKET, host, now, client.access, scope, hmac.new(
                key, text.encode(), hashlib.sha256).hexdigest())).encode()


# ---- master keys ----

def master(name):
    return "%s:%s" % (name, sse.b64(os.urandom(32)))


def refused(server, *words):
    done = subprocess.run(server.command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={k: v for k, v in dict(os.environ, **server.env).items()
                               if not k.startswith("TRUG_") or k in server.env}, timeout=30)
    text = done.stdout.decode()
    assert done.returncode == 2, text
    for word in words:
        assert word in text, text
    return text


def rotate(server, code=0, **env):
    got, out, err = run("rotate", server.directory, env=env)
    assert got == code, (got, out, err)
    return out + err


def test_a_new_master_key_before_the_old():
    with made() as server:
        old, new = master("old"), master("new")
        path = os.path.join(server.home, "master")
        with open(path, "w") as f:
            f.write(old + "\n")
        os.chmod(path, 0o600)
        server.args += ["--master-key-file", path]
        client = started(server)
        for mode, write in MODES.items():
            expect(client.put(BUCKET, mode, b"one", write), 200)
        assert server.stop() == 0
        assert not os.path.exists(os.path.join(server.directory, "master-key"))
        with open(path, "w") as f:
            f.write(new + "\n")
        text = refused(server, "master-key-file", "behind a new one")
        assert old.split(":")[1] not in text and new.split(":")[1] not in text
        with open(path, "w") as f:
            f.write(new + "\n# the one before\n" + old + "\n")
        server.start()
        assert server.stop() == 0
        with open(path, "w") as f:
            f.write(new + "\n")
        client = server.start().client()
        for mode in MODES:
            expect(client.get(BUCKET, mode), 200, b"one")
        assert server.stop() == 0
        verify(server)


def test_a_key_of_minio_s():
    text = master("my-minio-key")
    with made(env={"MINIO_KMS_SECRET_KEY": text}) as server:
        client = started(server)
        answer = expect(client.put(BUCKET, "k", b"x", dict(sse.KMS, **{
            sse.KEY: "my-minio-key"})), 200)
        assert sse.ARN.fullmatch(answer.header(sse.KEY)), answer
        expect(client.get(BUCKET, "k"), 200, b"x")
        assert server.stop() == 0
        assert not holds(server.home, {"master key": text.split(":")[1].encode()})


def test_bad_master_keys():
    for text in ("name:short", "name:", "no key"):
        with made(env={"TRUG_MASTER_KEY": text}) as server:
            said = refused(server, "master key")
            assert "short" not in said, said
    with made(args=["--master-key-file", "/nowhere/file"]) as server:
        refused(server, "master-key-file", "/nowhere/file")
    for text in ("{", "[]", '{"keys": [{"name": "aws/s3"}]}', '{"keys": [{"nme": "x"}]}',
                 '{"keys": [{"name": "x", "state": "Off"}]}',
                 '{"keys": [{"name": "x", "policy": {"Statement": 5}}]}'):
        with made() as server:
            path = os.path.join(server.home, "kms.json")
            with open(path, "w") as f:
                f.write(text)
            server.args += ["--kms-file", path]
            refused(server, "kms")


def faults():
    """Was this built so that it can be made to die?"""
    return "without --enable-faults" not in run(
        "rotate", "/nowhere/x", env={"TRUG_FAULT": "io_open@9=EIO"})[2]


def rotated(client, key):
    """Objects of all modes and an upload that runs."""
    for mode, write in dict(MODES, customer=sse.customer(key)).items():
        expect(client.put(BUCKET, mode, marked(100000), write), 200)
    expect(client.put(BUCKET, "bucket-key", b"x", dict(sse.KMS, **{
        sse.BUCKET_KEY: "true"})), 200)
    upload = expect(client.post(BUCKET, "up", "uploads", headers=sse.KMS), 200)
    return upload.xml.get("UploadId")


def still_there(client, key, upload):
    for mode in MODES:
        expect(client.get(BUCKET, mode), 200, marked(100000))
    expect(client.get(BUCKET, "customer", headers=sse.customer(key)), 200, marked(100000))
    expect(client.get(BUCKET, "bucket-key"), 200, b"x")
    part = expect(client.put(BUCKET, "up", b"part", None,
                             {"partNumber": 1, "uploadId": upload}), 200)
    expect(client.post(BUCKET, "up", {"uploadId": upload},
                       "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag>"
                       "</Part></CompleteMultipartUpload>" % part.header("ETag")), 200)
    expect(client.get(BUCKET, "up"), 200, b"part")


def test_rotation():
    key = sse.new_key()
    with made() as server:
        client = started(server)
        upload = rotated(client, key)
        assert str(server.process.pid) in rotate(server, code=2)  # it is in use
        assert server.stop() == 0
        first = rotate(server)
        assert re.search(r"rotated: \d+ keys, 5 data keys", first), first
        verify(server)
        client = server.start().client()
        still_there(client, key, upload)
        assert server.stop() == 0
        assert re.search(r"5 data keys", rotate(server))


def test_rotation_broken_off():
    """Killed again and again: what was done stays, the rest is done by the next."""
    key = sse.new_key()
    with made() as server:
        client = started(server)
        upload = rotated(client, key)
        for n in range(600):
            expect(client.put(BUCKET, "many/%d" % n, b"%d" % n, sse.KMS), 200)
        assert server.stop() == 0
        broken = 0
        for n in (1, 2, 3, 4):
            code, _, _ = run("rotate", server.directory,
                             env={"TRUG_FAULT": "crash@blob_commit@%d" % n})
            broken += code != 0
            client = server.start().client()
            expect(client.get(BUCKET, "many/599"), 200, b"599")
            expect(client.get(BUCKET, "kms"), 200, marked(100000))
            assert server.stop() == 0
        assert broken > 0 or not faults(), "nothing was broken off"
        rotate(server)
        verify(server)
        client = server.start().client()
        still_there(client, key, upload)
        for n in range(0, 600, 37):
            expect(client.get(BUCKET, "many/%d" % n), 200, b"%d" % n)
        assert server.stop() == 0


def test_at_rest_without_being_asked():
    with made(args=["--encrypt-at-rest"]) as server:
        client = started(server)
        for size in (100, 20000, 300000):
            answer = expect(client.put(BUCKET, str(size), marked(size)), 200)
            assert answer.header(sse.SSE) == "AES256"
            assert sse.is_md5(answer, marked(size))
            expect(client.get(BUCKET, str(size)), 200, marked(size))
        assert server.stop() == 0
        verify(server)
        assert not holds(server.directory, {"plain text": MARK})


def test_customer_keys_over_http():
    key = sse.new_key()
    with made(args=["--sse-c", "tls"]) as server:
        client = started(server)
        answer = client.put(BUCKET, "k", b"x", sse.customer(key))
        assert (answer.status, answer.code) == (400, "InvalidRequest"), answer
        assert "must be made over a secure connection" in answer.xml.get("Message")
        assert server.stop() == 0


def test_customer_keys_blocked_as_on_new_buckets():
    key = sse.new_key()
    with made(args=["--sse-c", "block"]) as server:
        client = started(server)
        answer = client.put(BUCKET, "k", b"x", sse.customer(key))
        assert answer.status in (400, 403), answer
        assert server.stop() == 0


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
