# SPDX-License-Identifier: Apache-2.0
"""Starts what is measured: trug, nginx as the floor, moto as a peer, or a peer by address."""

import http.client
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("top_builddir") or os.path.join(TOP, "build")
sys.path[:0] = [os.path.join(TOP, "conformance", "lib"), os.path.join(TOP, "tests")]
sys.dont_write_bytecode = True

import s3raw  # noqa: E402
from ports import free_port  # noqa: E402

TRUG = os.environ.get("TRUG") or os.path.join(BUILD, "trug")
LOAD = os.environ.get("LOAD") or os.path.join(BUILD, "tests", "bench", "load")
START_SECONDS = 120

NGINX_CONF = """
%(user)s
worker_processes 1;
worker_rlimit_nofile %(files)d;
daemon off;
pid %(home)s/nginx.pid;
error_log %(home)s/error.log warn;
events { worker_connections %(connections)d; multi_accept on; }
http {
	access_log off;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 1000000000;
	keepalive_timeout 1h;
	client_max_body_size 0;
	client_body_temp_path %(home)s/body;
	proxy_temp_path %(home)s/t1; fastcgi_temp_path %(home)s/t2;
	uwsgi_temp_path %(home)s/t3; scgi_temp_path %(home)s/t4;
	open_file_cache max=%(cached)d inactive=1h;
	open_file_cache_valid 1h;
	server {
		listen 127.0.0.1:%(port)d backlog=4096;
		%(tls)s
		root %(home)s/root;
		location = /hook { return 204; }
		location /dav/ { dav_methods PUT DELETE; create_full_put_path on; open_file_cache off; }
	}
}
"""


def status_of(pid, field):
    """A field of /proc/PID/status in bytes."""
    with open("/proc/%d/status" % pid) as f:
        for line in f:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    return 0


def make_certificate(folder):
    """The same self-signed P-256 certificate for everybody, named as trug wants it."""
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-keyout", folder + "/private.key", "-out", folder + "/public.crt"],
                   check=True, stderr=subprocess.DEVNULL)
    return folder


class Server:
    """One server process: its address, keys (or none) and whose CPU time counts."""

    access = secret = None
    tls = False
    host = "127.0.0.1"
    bucket = write_bucket = "bench"

    def __init__(self, name, home):
        self.name, self.home = name, home
        self.port = free_port()
        self.process = None
        os.makedirs(home, exist_ok=True)

    def command(self):
        raise NotImplementedError

    def start(self):
        with open(os.path.join(self.home, "log"), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        return self.await_port()

    def await_port(self):
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.01)
        self.stop()
        with open(os.path.join(self.home, "log"), errors="replace") as log:
            raise RuntimeError("%s did not start:\n%s" % (self.name, log.read()[-2000:]))

    def alive(self):
        """Says so when the server ended by itself."""
        if self.process and self.process.poll() is not None:
            with open(os.path.join(self.home, "log"), errors="replace") as log:
                print("bench: %s ended by itself (%d):\n%s" % (
                    self.name, self.process.returncode, log.read()[-4000:]), file=sys.stderr)

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def pids(self):
        return [self.process.pid]

    def memory(self, field="VmRSS"):
        return sum(status_of(p, field) for p in self.pids())

    @property
    def endpoint(self):
        return "%s://%s:%d" % ("https" if self.tls else "http", self.host, self.port)

    def load(self, op, **options):
        """One run of the load generator as a dictionary."""
        done = json.loads(subprocess.run(self.load_command(op, **options), check=True,
                                         stdout=subprocess.PIPE).stdout)
        if not done["ops"] or not self.pids():
            done["cpu_us"] = None  # nothing ended within the window, or nobody to look at
        return done

    def load_command(self, op, **options):
        args = [LOAD, op, "--address", "%s:%d" % (self.host, self.port),
                "--pids", ",".join(map(str, self.pids()))]
        if self.access:
            args += ["--access", self.access, "--secret", self.secret]
        if self.tls:
            args += ["--tls", "1"]
        writes = op in ("put", "delete", "copy", "part-copy")
        options.setdefault("bucket", self.write_bucket if writes else self.bucket)
        for name, value in options.items():
            if value is not None:
                args += ["--" + name.replace("_", "-"), str(value)]
        return args

    def fill(self, prefix, keys, size, conns=64):
        done = self.load("put", prefix=prefix, count=keys, size=size, conns=min(conns, keys))
        if done["errors"]:
            sys.exit("bench: %s cannot be filled" % self.name)
        return done

    def prepare(self):
        """Makes the bucket."""


class Trug(Server):
    access = secret = "trugadmin"

    def __init__(self, name, home, certificate=None, args=()):
        super().__init__(name, home)
        self.certificate, self.args, self.tls = certificate, list(args), bool(certificate)

    def command(self):
        tls = ["--tls-dir", self.certificate] if self.certificate else []
        return [TRUG, "serve", os.path.join(self.home, "data"), "--address",
                "127.0.0.1:%d" % self.port, "--log-level", "warn"] + tls + self.args

    def client(self):
        return s3raw.Client(self.endpoint, self.access, self.secret)

    def prepare(self):
        make_bucket(self)
        return self


class Nginx(Server):
    write_bucket = "dav"

    def __init__(self, name, home, certificate=None):
        super().__init__(name, os.path.abspath(home))
        self.tls, self.certificate = bool(certificate), certificate

    def command(self):
        tls = ""
        if self.tls:
            tls = ("ssl_certificate %s/public.crt; ssl_certificate_key %s/private.key;"
                   " ssl_protocols TLSv1.2 TLSv1.3;") % (self.certificate, self.certificate)
        text = NGINX_CONF % {"home": self.home, "port": self.port, "tls": tls,
                             "files": resource.getrlimit(resource.RLIMIT_NOFILE)[1], "connections": 4096,
                             "cached": resource.getrlimit(resource.RLIMIT_NOFILE)[1] // 2,
                             "user": "user root;" if os.geteuid() == 0 else ""}
        if self.tls:
            text = text.replace("backlog=4096", "ssl backlog=4096")
        with open(os.path.join(self.home, "nginx.conf"), "w") as f:
            f.write(text)
        return [nginx_binary(), "-p", self.home, "-c", os.path.join(self.home, "nginx.conf")]

    def pids(self):
        with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)) as f:
            return [int(p) for p in f.read().split()] or [self.process.pid]

    def prepare(self):
        for folder in ("root/bench", "root/dav", "body"):
            os.makedirs(os.path.join(self.home, folder), exist_ok=True)
        return self

    def fill(self, prefix, keys, size, conns=64):
        body = os.urandom(min(size, 1 << 20)) * max(1, size >> 20)
        folder = os.path.join(self.home, "root", "bench", prefix)
        os.makedirs(folder, exist_ok=True)
        for i in range(keys):
            with open(os.path.join(folder, "%08d" % i), "wb") as f:
                f.write(body[:size])


class Moto(Server):
    """moto's server: an S3 of Python that keeps everything in memory and checks no signature."""
    access = secret = "trugadmin"

    def command(self):
        return [moto_binary(), "-H", "127.0.0.1", "-p", str(self.port)]

    def prepare(self):
        make_bucket(self)
        return self


class Peer(Server):
    """Somebody else's server: NAME=URL,ACCESS,SECRET[,PID]. With its PID it has CPU figures."""

    def __init__(self, text, home):
        name, rest = text.split("=", 1)
        super().__init__(name, home)
        url, self.access, self.secret, *pid = rest.split(",")
        where = urllib.parse.urlsplit(url if "://" in url else "http://" + url)
        self.tls, self.host = where.scheme == "https", where.hostname
        self.port = where.port or (443 if self.tls else 80)
        self.pid = [int(p) for p in pid]

    def start(self):
        return self

    def stop(self):
        pass

    def pids(self):
        return self.pid

    def prepare(self):
        make_bucket(self)
        return self


def make_bucket(server):
    client = s3raw.Client(server.endpoint, server.access, server.secret)
    answer = client.put("bench")
    client.close()
    if answer.status not in (200, 409):
        sys.exit("bench: %s makes no bucket: %r" % (server.name, answer))


def nginx_binary():
    return os.environ.get("NGINX") or shutil.which("nginx", path=os.environ.get("PATH", "") +
                                                   ":/usr/sbin:/usr/local/sbin")


def moto_binary():
    return os.environ.get("MOTO") or shutil.which("moto_server")


def version_of(args):
    try:
        done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
        return done.stdout.decode(errors="replace").strip().splitlines()[0]
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return "?"
