#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays raw bytes against an HTTP server and checks what comes back; speaks TAP.

    run.py                 start a server and play everything
    run.py HOST PORT       play against one that runs already
    run.py -k WORD ...     only cases whose name holds WORD

The servers started are the echo server and trug of the build tree, or $TRUG alone where that is
set; as `PROGRAM serve --address 127.0.0.1:0 --ready-file F DIR`. See README.md for the cases.
"""
import functools, json, os, pathlib, re, shutil, signal, socket, ssl, subprocess, sys, tempfile, time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 60.0  # a slow machine's patience: nothing here is told apart by it


class Failed(Exception):
    pass


# ---- a connection and the replies on it ----

@functools.cache
def tls_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Conn:
    def __init__(self, server, **kw):
        self.sock = socket.create_connection((server.host, server.port), timeout=TIMEOUT, **kw)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""
        if server.tls:
            self.sock = tls_context().wrap_socket(self.sock)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def send(self, data):
        """A server may close before it has read everything; what it says is then still read."""
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass

    def fill(self):
        try:
            got = self.sock.recv(65536)
        except (socket.timeout, TimeoutError):
            raise Failed("no answer within %.0f s" % TIMEOUT) from None
        except (ConnectionResetError, ssl.SSLError) as e:
            raise Failed("connection reset: %s" % e) from None
        self.data += got
        return bool(got)

    def until(self, mark):
        while mark not in self.data:
            if not self.fill():
                raise Failed("closed in the middle of %r" % self.data[:200])
        head, self.data = self.data.split(mark, 1)
        return head

    def exactly(self, n):
        while len(self.data) < n:
            if not self.fill():
                raise Failed("closed %d bytes too early" % (n - len(self.data)))
        body, self.data = self.data[:n], self.data[n:]
        return body

    def reply(self, bodyless=False):
        return Reply(self, bodyless)

    def closed(self):
        """True when nothing more comes and the server has shut its side."""
        if self.data:
            raise Failed("more bytes: %r" % self.data[:200])
        if self.fill():
            raise Failed("more bytes instead of the end: %r" % self.data[:200])

    def request(self, target="/", method="GET", headers=(), body=b""):
        head = "%s %s HTTP/1.1\r\nHost: wire\r\n" % (method, target)
        head += "".join("%s: %s\r\n" % h for h in headers)
        if body:
            head += "Content-Length: %d\r\n" % len(body)
        self.send(head.encode() + b"\r\n" + body)
        return self.reply(method == "HEAD")


class Reply:
    def __init__(self, conn, bodyless):
        lines = conn.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        m = re.fullmatch(r"HTTP/1\.1 (\d{3}) [^\r\n]*", lines[0])
        if not m:
            raise Failed("no status line: %r" % lines[0])
        self.status = int(m[1])
        self.headers = [tuple(x.split(": ", 1)) for x in lines[1:]]
        self.body = b""
        if self.status < 200:
            return
        if self.header("date") is None:
            raise Failed("no Date")
        length, coding = self.header("content-length"), self.header("transfer-encoding")
        if length and coding:
            raise Failed("both Content-Length and Transfer-Encoding")
        if bodyless or self.status in (204, 304):
            return
        if coding:
            while True:
                size = int(conn.until(b"\r\n"), 16)
                self.body += conn.exactly(size)
                if conn.exactly(2) != b"\r\n":
                    raise Failed("chunk without its end")
                if size == 0:
                    break
        elif length is not None:
            self.body = conn.exactly(int(length))
        else:
            while conn.fill():
                pass
            self.body, conn.data = conn.data, b""

    def header(self, name):
        found = [v for k, v in self.headers if k.lower() == name.lower()]
        return found[0] if found else None

    @property
    def code(self):
        m = re.search(rb"<Code>([^<]*)</Code>", self.body)
        return m[1].decode() if m else None


# ---- servers ----

class Server:
    def __init__(self, host, port, pid=None, tls=False, echo=False):
        self.host, self.port, self.pid, self.tls, self.echo = host, port, pid, tls, echo


class Started(Server):
    """A server of our own, ended by stop()."""

    def __init__(self, *options, tls=False, program=None):
        self.dir = tempfile.mkdtemp(prefix="wire.")
        echo = not program
        if echo:
            program = os.path.join(os.environ.get("top_builddir", "."), "tests/wire/echo_server")
        ready = os.path.join(self.dir, "ready")
        argv = [program, "serve", "--address", "127.0.0.1:0", "--ready-file", ready]
        if tls:
            make_certificate(self.dir)
            argv += ["--tls-dir", self.dir]
        data = os.path.join(self.dir, "data")
        os.mkdir(data)
        self.log = open(os.path.join(self.dir, "log"), "w+")
        self.process = subprocess.Popen([*argv, *options, data], stdout=subprocess.DEVNULL,
                                        stderr=self.log)
        deadline = time.monotonic() + TIMEOUT
        while not os.path.exists(ready):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise SystemExit("Bail out! %s did not start" % program)
            time.sleep(0.01)
        info = json.loads(pathlib.Path(ready).read_text())
        super().__init__("127.0.0.1", info["port"], info["pid"], tls, echo)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.log.seek(0)
        text = self.log.read()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)
        if code != 0:
            sys.stderr.write(text)
        return code


def make_certificate(where):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=wire",
                    "-keyout", where + "/private.key", "-out", where + "/public.crt"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


# ---- cases in files ----

def unescape(text):
    def one(m):
        if m[1] == "*":
            n, what = m[2].split(",", 1)
            return what.encode("latin-1").decode("unicode_escape") * int(n)
        return {"r": "\r", "n": "\n", "t": "\t", "\\": "\\", "0": "\0"}.get(m[1]) \
            or chr(int(m[1][1:], 16))
    return re.sub(r"\\(\*)\(([^)]*)\)|\\(x[0-9a-f]{2}|[rnt\\0])",
                  lambda m: one(m) if m[1] else one([None, m[3]]), text).encode("latin-1")


class Case:
    def __init__(self, name, where):
        self.name, self.where, self.only, self.steps = name, where, None, []

    def run(self, server):
        reply, sent, methods = None, b"", []
        with Conn(server) as c:
            for line, kind, text in self.steps:
                try:
                    if kind in (">", ">>"):
                        sent += unescape(text) + (b"\r\n" if kind == ">" else b"")
                        m = re.match(r"([A-Z]+) \S* HTTP", text)
                        if m:
                            methods.append(m[1])
                        continue
                    if sent:
                        c.send(sent)
                        sent = b""
                    if kind == "!":
                        self.act(c, text)
                    else:
                        reply = self.expect(c, reply, text, methods)
                except Failed as e:
                    raise Failed("%s:%d: %s" % (self.where, line, e)) from None

    def act(self, c, text):
        verb, _, rest = text.partition(" ")
        if verb == "shut":
            c.sock.shutdown(socket.SHUT_WR)
        elif verb == "sleep":
            time.sleep(int(rest) / 1000)
        else:
            raise Failed("unknown action %r" % text)

    def expect(self, c, reply, text, methods):
        verb, _, rest = text.partition(" ")
        if verb == "any" or verb.isdigit():
            interim = verb == "100"
            reply = c.reply(not interim and bool(methods) and methods.pop(0) == "HEAD")
            if verb != "any" and reply.status != int(verb):
                raise Failed("status %d, body %r" % (reply.status, reply.body[:200]))
        elif verb == "closed":
            c.closed()
        elif verb == "kept":
            c.request("/")
        elif verb == "code":
            if reply.code != rest:
                raise Failed("code %r" % reply.code)
        elif verb == "header":
            name, value = rest.split(": ", 1)
            if reply.header(name) != value:
                raise Failed("%s is %r" % (name, reply.header(name)))
        elif verb == "no-header":
            if reply.header(rest) is not None:
                raise Failed("%s is %r" % (rest, reply.header(rest)))
        elif verb == "body":
            if reply.body != unescape(rest):
                raise Failed("body is %r" % reply.body[:200])
        elif verb == "holds":
            if unescape(rest) not in reply.body:
                raise Failed("body is %r" % reply.body[:200])
        else:
            raise Failed("unknown expectation %r" % text)
        return reply


def read_cases(path):
    case, cases = None, []
    for number, line in enumerate(path.read_text("latin-1").splitlines(), 1):
        if line.startswith("=== "):
            case = Case(line[4:], path.name)
            cases.append(case)
        elif line.startswith("@ "):
            case.only = line[2:]
        elif line.startswith((">", "<", "!")):
            kind, _, text = line.partition(" ")
            case.steps.append((number, kind, text))
        elif line and not line.startswith("#"):
            raise SystemExit("Bail out! %s:%d: cannot be read" % (path.name, number))
    return cases


# ---- the run ----

class Run:
    def __init__(self, words):
        self.words, self.count, self.bad = words, 0, 0

    def wanted(self, name):
        return not self.words or any(w in name for w in self.words)

    def case(self, name, fn, *args):
        if not self.wanted(name):
            return
        self.count += 1
        try:
            fn(*args)
            print("ok %d - %s" % (self.count, name), flush=True)
        except (Failed, OSError, subprocess.SubprocessError) as e:
            self.bad += 1
            print("not ok %d - %s" % (self.count, name), flush=True)
            for text in str(e).splitlines():
                print("# " + text, flush=True)

    def skip(self, name, why):
        if self.wanted(name):
            self.count += 1
            print("ok %d - %s # SKIP %s" % (self.count, name, why), flush=True)

    def files(self, server, prefix=""):
        for path in sorted(HERE.glob("*.http")):
            for case in read_cases(path):
                if case.only and case.only != ("echo" if server.echo else "s3"):
                    continue
                if server.tls and any(k == "!" and t == "shut" for _, k, t in case.steps):
                    continue  # the ssl module can't shut one side
                self.case("%s%s_%s" % (prefix, path.stem, case.name), case.run, server)


def main():
    import scripted
    args = sys.argv[1:]
    words = []
    while "-k" in args:
        at = args.index("-k")
        words.append(args[at + 1])
        del args[at:at + 2]
    run = Run(words)
    if args:
        server = Server(args[0], int(args[1]), tls=os.environ.get("WIRE_TLS") == "1")
        run.files(server)
        scripted.common(run, server)
    else:
        scripted.everything(run)
    print("1..%d" % run.count)
    sys.exit(1 if run.bad else 0)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.modules["run"] = sys.modules["__main__"]
    main()
