# SPDX-License-Identifier: Apache-2.0
"""Wire cases that need more than bytes in order: many connections, time, counting."""
import hashlib, os, pathlib, select, socket, ssl, struct, subprocess, tempfile, threading, time

from run import Conn, Failed, Started, TIMEOUT


def check(what, text):
    if not what:
        raise Failed(text)


def pattern(n):
    period = bytes(97 + i % 26 for i in range(26))
    return (period * (n // 26 + 1))[:n]


def memory(server):
    """Resident bytes; 0 where that says nothing: another machine, a sanitizer, no /proc."""
    status = pathlib.Path("/proc/%d/status" % (server.pid or 0))
    if not server.pid or not status.exists():
        return 0
    text = status.read_text()
    row = dict(line.split(":", 1) for line in text.splitlines())
    kib = {k: int(row[k].split()[0]) for k in ("VmSize", "VmRSS")}
    return 0 if kib["VmSize"] > 1 << 33 else kib["VmRSS"] * 1024


def many(server, n, data):
    conns = [Conn(server) for _ in range(n)]
    for c in conns:
        c.send(data)
    return conns


def answers_soon(server):
    """The best of ten: one may wait for the machine rather than for what is tried here."""
    for _ in range(10):
        start = time.monotonic()
        with Conn(server) as c:
            c.request("/")
        if time.monotonic() - start < 1:
            return
    raise Failed("plain requests take over a second")


def readable(c, seconds=0.0):
    return bool(c.data or select.select([c.sock], [], [], seconds)[0])


# ---- for any server ----

def slow_heads(server):
    before = memory(server)
    conns = many(server, 500, b"GET / HTTP/1.1\r\nHost: wire\r\nX-A: ")
    for _ in range(3):
        for c in conns:
            c.send(b"a")
        answers_soon(server)
    if before:
        grown = (memory(server) - before) / len(conns)
        check(grown < 4096 * (12 if server.tls else 2), "%d bytes per partial head" % grown)
    for c in conns:
        c.close()
    answers_soon(server)


def stalled_uploads(server):
    conns = many(server, 100, b"PUT /bucket/key HTTP/1.1\r\nHost: wire\r\n"
                 b"Content-Length: 100000000\r\n\r\nabc")
    answers_soon(server)
    for c in conns:
        c.close()
    answers_soon(server)


def pipelining(server):
    with Conn(server) as c:
        c.send(b"GET / HTTP/1.1\r\nHost: wire\r\n\r\n" * 200)
        first = c.reply().status
        for _ in range(199):
            check(c.reply().status == first, "another status")


def byte_by_byte(server):
    with Conn(server) as c:
        for b in b"\r\nGET / HTTP/1.1\r\nHost: wire\r\n\r\n":
            c.send(bytes([b]))
        check(c.reply().status in (200, 307, 403), "status")


def reset_storm(server):
    for i in range(200):
        c = Conn(server)
        c.send(b"GET / HTTP/1.1\r\nHost: wire\r\n\r\n"[:i % 31])
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        c.close()
    answers_soon(server)


def common(run, server, prefix=""):
    run.case(prefix + "scripted_slow_heads", slow_heads, server)
    run.case(prefix + "scripted_stalled_uploads", stalled_uploads, server)
    run.case(prefix + "scripted_pipelining", pipelining, server)
    run.case(prefix + "scripted_byte_by_byte", byte_by_byte, server)
    run.case(prefix + "scripted_reset_storm", reset_storm, server)


# ---- for the echo server ----

def continue_once(server):
    for length in (0, 1, 70000, 1000000):
        with Conn(server) as c:
            c.send(b"PUT /echo HTTP/1.1\r\nHost: w\r\nExpect: 100-continue\r\n"
                   b"Content-Length: %d\r\n\r\n" % length)
            check(c.reply().status == 100, "no 100 for %d" % length)
            for at in range(0, length, 50000):
                c.send(pattern(length)[at:at + 50000])
            r = c.reply()
            check(r.status == 200 and r.body == pattern(length), "body of %d" % length)
            check(c.request("/").status == 200, "kept")


def large_bodies(server):
    body = pattern(3000000)
    with Conn(server) as c:
        check(c.request("/echo", "PUT", body=body).body == body, "identity body")
        c.send(b"PUT /echo HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n")
        at, size = 0, 1
        while at < len(body):
            part = body[at:at + size]
            c.send(b"%x\r\n%s\r\n" % (len(part), part))
            at, size = at + len(part), size * 3
        c.send(b"0\r\nX-T: y\r\n\r\n")
        check(c.reply().body == body, "chunked body")
        check(int(c.request("/pause", "PUT", body=body[:300000]).body) == 300000, "paused body")
        check(int(c.request("/discard", "PUT", body=body).body) == len(body), "discarded body")


def streams(server):
    with Conn(server) as c:
        for path in ("stream", "file"):
            for query in ("", "&chunked=1", "&piece=1000", "&piece=999999&chunked=1", "&wait=1"):
                for n in (0, 1, 65536, 700000):
                    r = c.request("/%s?n=%d%s" % (path, n, query))
                    check(r.body == pattern(n), "%s?n=%d%s: %d" % (path, n, query, len(r.body)))
                    head = c.request("/%s?n=%d%s" % (path, n, query), "HEAD")
                    check([h for h in r.headers if h[0] != "Date"] ==
                          [h for h in head.headers if h[0] != "Date"], "HEAD differs")


def slow_reader(server):
    """More than the socket takes, read late and in small steps."""
    for path in ("/file?n=12000000", "/stream?n=12000000", "/small?n=60000"):
        n = int(path.split("=")[1])
        with Conn(server) as c:
            c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            times = 100 if n == 60000 else 1
            c.send(b"GET %s HTTP/1.1\r\nHost: w\r\n\r\n" % path.encode() * times)
            time.sleep(0.2)
            for _ in range(times):
                r = c.reply()
                check(hashlib.md5(r.body).digest() == hashlib.md5(pattern(n)).digest(), path)


def early_reply_seen(server):
    """A refused upload's answer is read although the body is never read by the application."""
    for n in (100, 200000, 8000000):
        with Conn(server) as c:
            c.send(b"PUT /early HTTP/1.1\r\nHost: w\r\nContent-Length: %d\r\n\r\n" % n)
            c.send(pattern(n))
            r = c.reply()
            check(r.status == 403 and r.code == "AccessDenied", "status")
            if n <= 200000:
                check(r.header("Connection") is None, "closed for %d bytes" % n)
                check(c.request("/").status == 200, "kept")
            else:
                check(r.header("Connection") == "close", "kept for %d bytes" % n)
                c.closed()


def early_reply_chunked(server):
    with Conn(server) as c:
        c.send(b"PUT /early HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n")
        check(c.reply().status == 403, "status")
        c.send(b"5\r\nhello\r\n0\r\n\r\n")
        check(c.request("/").status == 200, "kept")
    with Conn(server) as c:
        c.send(b"PUT /early HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n")
        check(c.reply().status == 403, "status")
        for _ in range(20):
            c.send(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
        c.closed()


def stop_midway(server):
    """The application has had enough in the middle of a body."""
    with Conn(server) as c:
        r = c.request("/discard?stop=1000", "PUT", body=b"x" * 200000)
        check(r.status == 400 and r.code == "EntityTooLarge", "status")
        check(c.request("/").status == 200, "kept")


def broken_source(server):
    for query in ("", "&chunked=1"):
        with Conn(server) as c:
            try:
                c.request("/stream?n=300000&broken=130000" + query)
            except Failed:
                continue
            raise Failed("a broken body looks whole")


def gone_while_busy(server):
    if not server.tls:
        with Conn(server) as c:
            c.send(b"GET /slow?ms=100 HTTP/1.1\r\nHost: w\r\n\r\n")
            c.sock.shutdown(socket.SHUT_WR)
            check(c.reply().status == 200, "a client that shut its side gets its reply")
            c.closed()
    for _ in range(50):
        c = Conn(server)
        c.send(b"GET /slow?ms=20 HTTP/1.1\r\nHost: w\r\n\r\n")
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        c.close()
    time.sleep(0.1)
    answers_soon(server)


def incomplete_body(server):
    with Conn(server) as c:
        c.send(b"PUT /echo HTTP/1.1\r\nHost: w\r\nContent-Length: 10\r\n\r\nhello")
        c.sock.shutdown(socket.SHUT_WR)
        r = c.reply()
        check(r.status == 400 and r.code == "IncompleteBody", "code %r" % r.code)
        c.closed()


def parallel(server):
    """Eight clients with mixed requests at once."""
    errors = []

    def client(seed):
        try:
            with Conn(server) as c:
                for i in range(60):
                    n = (seed * 7919 + i * 104729) % 50000
                    r = c.request("/echo", "PUT", body=pattern(n)) if i % 3 == 0 and n else \
                        c.request("/slow?ms=1") if i % 3 == 1 else c.request("/file?n=%d" % n)
                    check(r.status == 200, "status %d" % r.status)
        except Exception as e:
            errors.append(e)
    threads = [threading.Thread(target=client, args=(i,)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    check(not errors, "%s" % errors)


def echo(run, server, prefix=""):
    for fn in (continue_once, large_bodies, streams, slow_reader, early_reply_seen,
               early_reply_chunked, stop_midway, broken_source, gone_while_busy,
               parallel):
        run.case("%secho_%s" % (prefix, fn.__name__), fn, server)
    if not server.tls:
        run.case("echo_incomplete_body", incomplete_body, server)


# ---- with limits of their own ----

def head_timeout(server):
    conns = many(server, 500, b"GET / HTTP/1.1\r\nHost: wire\r\nX-A: ")
    start = time.monotonic()
    while not readable(conns[0], 0.1):
        check(time.monotonic() - start < TIMEOUT, "a byte now and then keeps a head going")
        for c in conns:
            c.send(b"a")
    r = conns[0].reply()
    check(r.status == 400 and r.code == "RequestTimeout", "code %r" % r.code)
    for c in conns[1:]:
        check(c.reply().code == "RequestTimeout", "code")
        c.close()


def idle_timeout(server):
    with Conn(server) as c, Conn(server) as d:
        check(c.request("/").status == 200, "status")
        start = time.monotonic()
        c.closed()
        d.closed()
        check(0.3 < time.monotonic() - start < 30, "closed after %.1f s" %
              (time.monotonic() - start))


def body_timeout(server):
    conns = many(server, 100, b"PUT /echo HTTP/1.1\r\nHost: w\r\nContent-Length: 1000000\r\n\r\nx")
    for c in conns:
        r = c.reply()
        check(r.status == 400 and r.code == "RequestTimeout", "code %r" % r.code)
        c.closed()
        c.close()


def out_timeout(server):
    for pause in (1.5, 5, 20):
        c = Conn(server)
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        c.send(b"GET /file?n=60000000 HTTP/1.1\r\nHost: w\r\n\r\n")
        time.sleep(pause)
        try:
            c.reply()
        except Failed:
            return
        c.close()
    raise Failed("a reply nobody reads was not cut")


def connection_limit(server):
    conns = [Conn(server) for _ in range(8)]
    for c in conns:
        check(c.request("/").status == 200, "status")
    for _ in range(3):
        with Conn(server) as c:
            r = c.reply()
            check(r.status == 503 and r.code == "SlowDown", "code %r" % r.code)
            check(r.header("Connection") == "close", "kept")
            c.closed()
    for c in conns:
        c.close()
    end = time.monotonic() + TIMEOUT
    while True:
        try:
            with Conn(server) as c:
                if c.request("/").status == 200:
                    break
        except Failed:
            pass  # turned away while it asked
        check(time.monotonic() < end, "closed connections count")
        time.sleep(0.05)


def few_descriptors(run):
    """Out of descriptors: waits, and goes on when there are some again."""
    server = Started()
    try:
        def body():
            subprocess.run(["prlimit", "--pid", str(server.pid), "--nofile=40:40"], check=True)
            conns = [Conn(server) for _ in range(60)]
            time.sleep(0.3)
            for c in conns:
                c.close()
            time.sleep(0.3)
            answers_soon(server)
        run.case("limits_few_descriptors", body)
    finally:
        run.case("limits_few_descriptors_ends", ended, server)


def port_in_use(server):
    argv = [os.path.join(os.environ.get("top_builddir", "."), "tests/wire/echo_server"), "serve",
            "--loops", "2", "--address", "127.0.0.1:%d" % server.port, "/tmp"]
    r = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=TIMEOUT)
    check(r.returncode == 1 and b"another process does" in r.stderr, r.stderr.decode())


def drains(run):
    server = Started()
    with Conn(server) as busy, Conn(server) as idle, Conn(server) as uploads:
        idle.request("/")

        def under_way():
            """One that waits for its body, and for a worker: seen before the signal."""
            uploads.send(b"PUT /echo HTTP/1.1\r\nHost: w\r\nExpect: 100-continue\r\n"
                         b"Content-Length: 5\r\n\r\n")
            check(uploads.reply().status == 100, "no 100")
            busy.send(b"GET / HTTP/1.1\r\nHost: w\r\n\r\n"
                      b"GET /slow?ms=500 HTTP/1.1\r\nHost: w\r\n\r\n")
            check(busy.reply().status == 200, "status")

        def body():
            under_way()
            server.process.terminate()
            idle.closed()  # so it has begun to stop
            late = not readable(busy)
            r = busy.reply()
            check(r.status == 200, "status")
            check(r.header("Connection") == "close" or not late, "kept")
            uploads.send(b"hello")
            r = uploads.reply()
            check(r.status == 200 and r.body == b"hello", "body")
            check(r.header("Connection") == "close", "kept")
        run.case("drain_lets_requests_finish", body)
        run.case("drain_ends", ended, server)


def ended(server):
    check(server.stop() == 0, "the server ended badly, or a request without its end")


# ---- TLS ----

def tls_versions(server):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols(["h2", "http/1.1"])
        raw = socket.create_connection((server.host, server.port), timeout=TIMEOUT)
        with context.wrap_socket(raw) as s:
            check(s.selected_alpn_protocol() == "http/1.1", "ALPN")
            s.sendall(b"GET / HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n")
            data = b""
            while got := s.recv(65536):
                data += got
            check(data.startswith(b"HTTP/1.1 200"), "reply")


def tls_gets_http(server):
    with socket.create_connection((server.host, server.port), timeout=TIMEOUT) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: w\r\n\r\n")
        try:
            while s.recv(65536):
                pass
        except ConnectionResetError:
            pass
    answers_soon(server)


def tls_silent(server):
    """A connection without a handshake is closed in time."""
    with socket.create_connection((server.host, server.port), timeout=TIMEOUT) as s:
        check(s.recv(1) == b"", "bytes")


def tls_bad_files():
    program = os.path.join(os.environ.get("top_builddir", "."), "tests/wire/echo_server")
    with tempfile.TemporaryDirectory() as d:
        def start():
            r = subprocess.run([program, "serve", "--tls-dir", d, d], timeout=TIMEOUT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            check(r.returncode == 1, "started")
            return r.stderr.decode()
        from run import make_certificate
        check("public.crt" in start(), "missing certificate")
        make_certificate(d)
        key = pathlib.Path(d, "private.key")
        good = key.read_text()
        key.write_text("nonsense")
        check("private.key" in start() and "PEM" in start(), "nonsense for a key")
        with tempfile.TemporaryDirectory() as other:
            make_certificate(other)
            key.write_text(pathlib.Path(other, "private.key").read_text())
        check("does not belong" in start(), "another's key")
        key.write_text(good)
        crt = pathlib.Path(d, "public.crt")
        crt.write_text("")
        check("empty" in start(), "empty certificate")


def with_server(run, name, fn, *options, **kw):
    server = Started(*options, **kw)
    try:
        fn(server)
    finally:
        run.case(name + "_ends", ended, server)


def everything(run):
    trug = os.environ.get("TRUG") or os.path.join(os.environ.get("top_builddir", "."), "trug")

    def real(server):
        run.files(server, "trug_")
        common(run, server, "trug_")

    def first(server):
        run.files(server)
        common(run, server)
        echo(run, server)
        run.case("listen_port_in_use", port_in_use, server)

    if os.path.exists(trug):
        with_server(run, "trug", real, program=trug)
    if os.environ.get("TRUG"):
        return
    with_server(run, "server", first)

    def limits(server):
        run.case("limits_head_timeout", head_timeout, server)
        run.case("limits_body_timeout", body_timeout, server)
        run.case("limits_out_timeout", out_timeout, server)
        run.case("limits_idle_timeout", idle_timeout, server)

    def tls(server):
        run.files(server, "tls_")
        common(run, server, "tls_")
        echo(run, server, "tls_")
        run.case("tls_versions", tls_versions, server)
        run.case("tls_gets_http", tls_gets_http, server)

    def loops(server):
        run.case("loops_parallel", parallel, server)
        run.case("loops_pipelining", pipelining, server)
        run.case("loops_port_in_use", port_in_use, server)

    with_server(run, "limits", limits, "--head-ms", "800", "--idle-ms", "700", "--body-ms", "500")
    with_server(run, "limits_connections",
                lambda s: run.case("limits_connections", connection_limit, s),
                "--max-connections", "8")
    with_server(run, "tls", tls, tls=True)
    with_server(run, "tls_limits", lambda s: run.case("tls_silent", tls_silent, s),
                "--head-ms", "300", tls=True)
    run.case("tls_bad_files", tls_bad_files)
    with_server(run, "loops", loops, "--loops", "3")
    few_descriptors(run)
    drains(run)
