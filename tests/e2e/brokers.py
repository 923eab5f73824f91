# SPDX-License-Identifier: Apache-2.0
"""Real brokers on loopback for targets.py: each is started in a folder of its own, killed and
started again on the same port, and asked what it holds. Nothing is shared with a broker that
runs on this machine already.

Each has params, what a target needs to reach it, and records(), all event records in the order
in which the broker has them.
"""

import glob
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

import certs
from harness import TOP, Skip, free_port, until

USER, PASSWORD = "events", "a secret of the broker's"


def program(name, *folders):
    found = shutil.which(name, path=os.pathsep.join(
        [os.environ.get("PATH", ""), "/usr/sbin", "/sbin"] + list(folders)))
    if not found:
        raise Skip("no %s here" % name)
    return found


class Broker:
    """One process; command() says which."""
    as_user = None

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="trug-broker-")
        os.chmod(self.home, 0o755)
        self.port = free_port()
        self.process = None

    def path(self, name):
        return os.path.join(self.home, name)

    def start(self):
        with open(self.path("log"), "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.home,
                env=self.environ(), user=self.as_user, group=self.as_user,
                extra_groups=[] if self.as_user else None, start_new_session=True)
        until("%s is up" % type(self).__name__, self.is_up)
        return self

    def environ(self):
        return dict(os.environ)

    def is_up(self):
        if self.process.poll() is not None:
            with open(self.path("log"), errors="replace") as f:
                raise RuntimeError("%s ended: %s" % (type(self).__name__, f.read()[-2000:]))
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def kill(self):
        """As a crash does it; what the broker has confirmed outlives it."""
        self.end(signal.SIGKILL)

    def end(self, sig):
        if self.process is not None:
            os.killpg(self.process.pid, sig)
            self.process.wait()
            self.process.stdin.close()
        self.process = None

    def remove(self):
        self.end(signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.remove()
            raise

    def __exit__(self, *_):
        self.remove()

    def address(self):
        return "127.0.0.1:%d" % self.port

    def authority(self):
        """public.crt and private.key in home; the file of who signed them."""
        found = self.path("ca.crt")
        return found if os.path.exists(found) else certs.issue(self.home)


# ---- a webhook ----

class Webhook(Broker):
    """In this process; killed, nobody listens, and what it has it keeps."""
    kind = "webhook"

    def __init__(self):
        super().__init__()
        self.params = {"endpoint": "http://%s/events" % self.address()}
        self.got, self.server = [], None

    def start(self):
        broker = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if broker.server is not self.server:  # a kept connection of one that is dead
                    self.close_connection = True
                    return
                broker.got.append(json.loads(body)["Records"][0])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # whoever was killed in the middle

        self.server = Listener(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def end(self, _):
        server, self.server = self.server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def records(self):
        return list(self.got)


# ---- Redis ----

class Redis(Broker):
    kind = "redis"

    def __init__(self, form="access", password=None):
        super().__init__()
        self.form, self.password = form, password
        self.params = {"address": self.address(), "key": "events", "format": form}
        if password:
            self.params["password"] = password

    def command(self):
        more = ["--requirepass", self.password] if self.password else []
        return [program("redis-server"), "--bind", "127.0.0.1", "--port", str(self.port),
                "--dir", self.home, "--save", "", "--appendonly", "yes", "--appendfsync",
                "always"] + more

    def ask(self, *words):
        with socket.create_connection(("127.0.0.1", self.port), 10) as s, s.makefile("rb") as f:
            def call(*words):
                s.sendall(b"*%d\r\n" % len(words) + b"".join(
                    b"$%d\r\n%s\r\n" % (len(w), w) for w in (str(w).encode() for w in words)))
                return self.answer(f)
            if self.password:
                call("AUTH", self.password)
            return call(*words)

    def answer(self, f):
        line = f.readline()[:-2]
        sign, rest = line[:1], line[1:]
        if sign == b"-":
            raise RuntimeError(rest.decode())
        if sign == b"$":
            return None if rest == b"-1" else f.read(int(rest) + 2)[:-2].decode()
        if sign == b"*":
            return [self.answer(f) for _ in range(int(rest))]
        return rest.decode()

    def is_up(self):
        try:
            return super().is_up() and self.ask("PING") == "PONG"
        except RuntimeError:  # it reads its log
            return False

    def records(self):
        if self.form == "stream":
            entries = [dict(zip(e[1][::2], e[1][1::2])) for e in
                       self.ask("XRANGE", "events", "-", "+")]
            for e in entries:
                assert e["key"] == json.loads(e["message"])["Key"], e
                assert e["event"] == json.loads(e["message"])["EventName"], e
            return [json.loads(e["message"])["Records"][0] for e in entries]
        entries = [json.loads(e)[0] for e in self.ask("LRANGE", "events", 0, -1)]
        for e in entries:
            assert e["EventTime"] == e["Event"][0]["eventTime"], e
        return [e["Event"][0] for e in entries]

    def state(self):
        """key -> record, of the format namespace"""
        flat = self.ask("HGETALL", "events")
        return {k: json.loads(v)["Records"][0] for k, v in zip(flat[::2], flat[1::2])}


# ---- NATS ----

class Nats(Broker):
    kind = "nats"

    def __init__(self, jetstream=True, secure=False):
        super().__init__()
        self.jetstream, self.secure = jetstream, secure
        self.params = {"address": self.address(), "subject": "bucket.events",
                       "jetstream": "on" if jetstream else "off"}
        if secure:
            self.params.update(username=USER, password=PASSWORD, tls="on",
                               cert_authority=self.authority())
        self.heard, self.listener = [], None

    def command(self):
        with open(self.path("conf"), "w") as f:
            f.write('listen: "%s"\n' % self.address())
            if self.jetstream:
                f.write('jetstream { store_dir: "%s" }\n' % self.path("js"))
            if self.secure:
                f.write('authorization { user: %s, password: "%s" }\n' % (USER, PASSWORD))
                f.write('tls { cert_file: "%s", key_file: "%s" }\n' % (
                    self.path("public.crt"), self.path("private.key")))
        return [program("nats-server"), "-c", self.path("conf")]

    def start(self):
        super().start()
        if self.jetstream and not os.path.exists(self.path("stream")):
            made = self.request("$JS.API.STREAM.CREATE.EVENTS", {
                "name": "EVENTS", "subjects": ["bucket.>"], "storage": "file", "retention":
                "limits", "max_consumers": -1, "max_msgs": -1, "max_bytes": -1,
                "num_replicas": 1})
            assert "error" not in made, made
            open(self.path("stream"), "w").close()
        elif not self.jetstream:
            ready = threading.Event()
            self.listener = threading.Thread(target=self.listen, args=(ready,), daemon=True)
            self.listener.start()
            assert ready.wait(10)
        return self

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.port), 10)
        f = s.makefile("rb")
        assert f.readline().startswith(b"INFO")
        hello = {"verbose": False, "name": "reader"}
        if self.secure:
            import ssl
            f.close()
            s = ssl.create_default_context(cafile=self.authority()).wrap_socket(
                s, server_hostname="localhost")
            f = s.makefile("rb")
            hello.update(user=USER, **{"pass": PASSWORD}, tls_required=True)
        s.sendall(b"CONNECT %s\r\n" % json.dumps(hello).encode())
        return s, f

    @staticmethod
    def messages(s, f):
        while True:
            words = f.readline().split()
            if not words:
                return
            if words[0] == b"PING":
                s.sendall(b"PONG\r\n")
            elif words[0] == b"MSG":
                yield f.read(int(words[-1]) + 2)[:-2]
            elif words[0] == b"-ERR":
                raise RuntimeError(words)
            elif words[0] == b"PONG":
                yield None

    def request(self, subject, body):
        s, f = self.connect()
        body = json.dumps(body).encode()
        with s, f:
            s.sendall(b"SUB answer 1\r\nPUB %s answer %d\r\n%s\r\n" % (
                subject.encode(), len(body), body))
            return json.loads(next(self.messages(s, f)))

    def listen(self, ready):
        s, f = self.connect()
        with s, f:
            s.sendall(b"SUB %s 1\r\nPING\r\n" % self.params["subject"].encode())
            for message in self.messages(s, f):
                if message is None:
                    ready.set()
                else:
                    self.heard.append(json.loads(message)["Records"][0])

    def records(self):
        import base64
        if not self.jetstream:
            return list(self.heard)
        last = self.request("$JS.API.STREAM.INFO.EVENTS", {})["state"]["last_seq"]
        found = []
        if last == 0:
            return found
        s, f = self.connect()
        with s, f:
            s.sendall(b"SUB answer 1\r\n")
            for seq in range(1, last + 1):
                body = b'{"seq": %d}' % seq
                s.sendall(b"PUB $JS.API.STREAM.MSG.GET.EVENTS answer %d\r\n%s\r\n" % (
                    len(body), body))
            for message in self.messages(s, f):
                data = base64.b64decode(json.loads(message)["message"]["data"])
                found.append(json.loads(data)["Records"][0])
                if len(found) == last:
                    break
        return found


# ---- MQTT ----

class Mosquitto(Broker):
    kind = "mqtt"

    def __init__(self, qos=1, secure=False):
        super().__init__()
        self.secure, self.subscriber = secure, None
        self.params = {"broker": "tcp://" + self.address(), "topic": "bucket/events",
                       "qos": str(qos)}
        if secure:
            self.params.update(broker="ssl://localhost:%d" % self.port, username=USER,
                               password=PASSWORD, ca=self.authority())

    def command(self):
        with open(self.path("conf"), "w") as f:
            f.write("listener %d 127.0.0.1\npersistence true\npersistence_location %s/\n"
                    "max_queued_messages 100000\nset_tcp_nodelay true\n" % (self.port, self.home))
            if os.geteuid() == 0:
                f.write("user root\n")
            if self.secure:
                subprocess.run([program("mosquitto_passwd"), "-b", "-c", self.path("users"), USER,
                                PASSWORD], check=True, capture_output=True)
                f.write("password_file %s\ncertfile %s\nkeyfile %s\n" % (
                    self.path("users"), self.path("public.crt"), self.path("private.key")))
            else:
                f.write("allow_anonymous true\n")
        return [program("mosquitto"), "-c", self.path("conf")]

    def start(self):
        super().start()
        if self.subscriber is None:
            self.subscribe()
            until("the subscriber", lambda: "Subscribed" in self.lines())
        return self

    def subscribe(self):
        """A session that lasts: what it missed, the broker keeps for it."""
        how = ["--cafile", self.authority(), "-u", USER, "-P", PASSWORD] if self.secure else []
        with open(self.path("heard"), "ab") as heard:
            self.subscriber = subprocess.Popen(
                ["stdbuf", "-oL", program("mosquitto_sub"), "-h",
                 "localhost" if self.secure else "127.0.0.1", "-p", str(self.port), "-c", "-i",
                 "reader", "-q", "2", "-d", "-t", "bucket/events"] + how,
                stdout=heard, stderr=subprocess.STDOUT)

    def lines(self):
        if self.process is not None and self.subscriber.poll() is not None:
            self.subscribe()  # it gives up where a broker goes in the middle of a handshake
        with open(self.path("heard"), errors="replace") as f:
            return f.read()

    def kill(self):
        """Not as a crash: mosquitto writes what it holds when it ends, and not before."""
        self.end(signal.SIGTERM)

    def remove(self):
        if self.subscriber is not None:
            self.subscriber.kill()
            self.subscriber.wait()
        super().remove()

    def records(self):
        return [json.loads(line)["Records"][0] for line in self.lines().splitlines()
                if line.startswith("{") and line.endswith("}")]


# ---- PostgreSQL ----

class Postgres(Broker):
    kind = "postgresql"
    password = PASSWORD.replace(" ", "-").replace("'", "")

    def __init__(self, form="access", table="Bucket_Events", secure=False):
        super().__init__()
        self.form, self.table, self.secure = form, table, secure
        folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
        self.bin = os.path.dirname(os.path.realpath(program("initdb", *folders)))
        if os.geteuid() == 0:
            self.as_user = "postgres"
            shutil.chown(self.home, "postgres")
        how = "host=localhost port=%d dbname=postgres user=postgres" % self.port
        if secure:
            how += " password=%s sslmode=verify-full sslrootcert=%s" % (
                self.password, self.authority())
        self.params = {"connection_string": how, "table": table, "format": form}

    def run(self, name, *args, **how):
        return subprocess.run(
            [os.path.join(self.bin, name)] + list(args), check=True, cwd=self.home,
            stdout=subprocess.PIPE, user=self.as_user, group=self.as_user,
            extra_groups=[] if self.as_user else None, **how).stdout.decode()

    def command(self):
        if not os.path.exists(self.path("db")):
            self.run("initdb", "-D", self.path("db"), "-U", "postgres", "-A", "trust",
                     "--no-sync")
            if self.secure:
                self.lock()
        return [os.path.join(self.bin, "postgres"), "-D", self.path("db"), "-p", str(self.port),
                "-k", self.home, "-c", "listen_addresses=127.0.0.1"]

    def kill(self):
        """Its processes lead groups of their own, and none may be left when it starts again."""
        super().kill()
        until("its processes are gone", lambda: not self.left())

    def left(self):
        found = []
        for path in glob.glob("/proc/[0-9]*/cwd"):
            try:
                if os.readlink(path) == os.path.realpath(self.path("db")):
                    found.append(path)
            except OSError:
                pass
        return found

    def lock(self):
        for name in ("private.key", "public.crt"):
            shutil.copy(self.path(name), self.path("db"))
            os.chmod(os.path.join(self.path("db"), name), 0o600)
            if self.as_user:
                shutil.chown(os.path.join(self.path("db"), name), self.as_user)
        with open(os.path.join(self.path("db"), "postgresql.conf"), "a") as f:
            f.write("ssl = on\nssl_cert_file = 'public.crt'\nssl_key_file = 'private.key'\n")
        with open(os.path.join(self.path("db"), "pg_hba.conf"), "w") as f:
            f.write("local all all trust\nhostssl all all all scram-sha-256\n")

    def is_up(self):
        if not super().is_up():
            return False
        try:  # it may recover still
            self.ask("SELECT 1")
            if self.form == "access" and not self.is_there():
                self.make_table()
            if self.secure:
                self.ask("ALTER ROLE postgres PASSWORD '%s'" % self.password)
        except subprocess.CalledProcessError:
            return False
        return True

    def ask(self, sql):
        return self.run("psql", "-h", self.home, "-p", str(self.port), "-U", "postgres", "-AtX",
                        "-c", sql, stderr=subprocess.DEVNULL)

    def name(self):
        return '"%s"' % self.table.lower()

    def is_there(self):
        return self.ask("SELECT to_regclass('%s')" % self.name()).strip()

    def make_table(self):
        """With a column of its own, which says in what order the rows came."""
        self.ask("CREATE TABLE %s (event_time TIMESTAMP WITH TIME ZONE NOT NULL, "
                 "event_data JSONB, n BIGSERIAL)" % self.name())

    def records(self):
        rows = self.ask("SELECT to_char(event_time AT TIME ZONE 'UTC', "
                        "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') || event_data::text FROM %s "
                        "ORDER BY n" % self.name()).splitlines()
        found = [(row[:24], json.loads(row[24:])["Records"][0]) for row in rows]
        for stamp, record in found:
            assert stamp == record["eventTime"], (stamp, record)
        return [record for _, record in found]

    def state(self):
        if not self.is_there():
            return {}
        rows = self.ask("SELECT json_build_array(key, value) FROM %s" % self.name()).splitlines()
        return {k: v["Records"][0] for k, v in map(json.loads, rows)}


# ---- AMQP ----

class Rabbit(Broker):
    kind = "amqp"

    def __init__(self, secure=False):
        super().__init__()
        self.secure = secure
        self.others = [free_port(), free_port(), free_port()]
        self.params = {"url": "amqp://guest:guest@%s" % self.address(), "routing_key": "events",
                       "mandatory": "on"}
        if secure:
            self.params.update(url="amqps://guest:guest@localhost:%d" % self.port,
                               ca=self.authority())

    def command(self):
        folder = "/usr/lib/rabbitmq/bin"
        return [program("rabbitmq-server", folder) if os.geteuid() else
                os.path.join(folder, "rabbitmq-server")]

    def start(self):
        if not os.path.exists("/usr/lib/rabbitmq/bin/rabbitmq-server"):
            raise Skip("no rabbitmq-server here")
        program("amqp-get")
        super().start()
        self.amqp("amqp-declare-queue", "-d", "-q", "events")
        return self

    def environ(self):
        with open(self.path("rabbitmq.conf"), "w") as f:
            if self.secure:
                f.write("listeners.tcp.1 = 127.0.0.1:%d\nlisteners.ssl.1 = 127.0.0.1:%d\n"
                        "ssl_options.certfile = %s\nssl_options.keyfile = %s\n" % (
                            self.others[2], self.port, self.path("public.crt"),
                            self.path("private.key")))
            else:
                f.write("listeners.tcp.1 = 127.0.0.1:%d\n" % self.port)
        return dict(
            os.environ, HOME=self.home, RABBITMQ_NODENAME="trug%d@localhost" % self.port,
            RABBITMQ_DIST_PORT=str(self.others[0]), RABBITMQ_MNESIA_BASE=self.path("db"),
            RABBITMQ_LOG_BASE=self.path("logs"), RABBITMQ_PID_FILE=self.path("pid"),
            RABBITMQ_CONFIG_FILE=self.path("rabbitmq"), ERL_EPMD_PORT=str(self.others[1]),
            RABBITMQ_ENABLED_PLUGINS_FILE=self.path("plugins"), ERL_EPMD_ADDRESS="127.0.0.1",
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}")

    def amqp(self, name, *args):
        return subprocess.run(
            [program(name), "-u", "amqp://guest:guest@127.0.0.1:%d" % (
                self.others[2] if self.secure else self.port)] + list(args),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def is_up(self):
        # It listens before it is ready to talk.
        return super().is_up() and self.amqp("amqp-get", "-q", "none").returncode in (0, 1, 2) \
            and self.amqp("amqp-declare-queue", "-d", "-q", "events").returncode == 0

    def records(self):
        """What waits; taken out, and so kept here."""
        self.taken = getattr(self, "taken", [])
        while True:
            got = self.amqp("amqp-get", "-q", "events")
            if got.returncode == 0:
                self.taken.append(json.loads(got.stdout)["Records"][0])
            elif got.returncode == 2:  # it is empty
                return self.taken

    def remove(self):
        subprocess.run(["epmd", "-port", str(self.others[1]), "-kill"], capture_output=True)
        super().remove()


# ---- Kafka ----

def kafka_peer():
    build = os.environ.get("top_builddir") or os.path.join(TOP, "build")
    found = os.path.join(build, "tests", "e2e", "kafka_peer")
    if not os.path.exists(found):
        raise Skip("no %s; make check-e2e builds it" % found)
    return found


def kafka_records(brokers, topic, *settings):
    done = subprocess.run([kafka_peer(), "read", brokers, topic] + list(settings),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    found, home = [], {}
    for line in done.stdout.decode().splitlines():
        partition, key, value = line.split("\t")
        value = json.loads(value)
        assert value["Key"] == key, line
        assert home.setdefault(key, partition) == partition, "%s is in two partitions" % key
        found.append(value["Records"][0])
    return found


class KafkaMock(Broker):
    """librdkafka's: the protocol over TCP, in memory. It refuses, rather than dies."""
    kind = "kafka"

    def start(self):
        if self.process is None:
            self.process = subprocess.Popen([kafka_peer(), "mock"], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                            start_new_session=True)
            self.brokers = self.process.stdout.readline().decode().strip()
            self.params = {"brokers": self.brokers, "topic": "bucket-events"}
        else:
            self.tell("up")
        return self

    def tell(self, word):
        self.process.stdin.write(word.encode() + b"\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().decode().strip() == word

    def kill(self):
        self.tell("down")

    def end(self, sig):
        if self.process is not None:
            self.process.stdout.close()
        super().end(sig)

    def records(self):
        return kafka_records(self.brokers, "bucket-events")


class Kafka(Broker):
    """Apache's, by Maven and Java; with secure, SCRAM over TLS."""
    kind = "kafka"
    version = "3.9.1"

    def __init__(self, secure=False):
        super().__init__()
        self.secure, self.controller = secure, free_port()
        self.params = {"brokers": "localhost:%d" % self.port, "topic": "bucket-events"}
        if secure:
            self.params.update(tls="on", ca=self.authority(), sasl="on", sasl_username=USER,
                               sasl_password=PASSWORD, sasl_mechanism="sha512")

    def jars(self):
        cache = os.environ.get("TRUG_CLIENT_CACHE") or os.path.join(TOP, "conformance", ".cache")
        folder = os.path.join(cache, "kafka-" + self.version)
        if not os.path.exists(os.path.join(folder, ".done")):
            with open(self.path("pom.xml"), "w") as f:
                f.write('<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0'
                        "</modelVersion><groupId>trug</groupId><artifactId>kafka</artifactId>"
                        "<version>1</version><dependencies><dependency><groupId>org.apache.kafka"
                        "</groupId><artifactId>kafka_2.13</artifactId><version>%s</version>"
                        "</dependency></dependencies></project>" % self.version)
            subprocess.run([program("mvn"), "-q", "-B", "-f", self.path("pom.xml"),
                            "dependency:copy-dependencies", "-DoutputDirectory=" + folder],
                           check=True, stdout=subprocess.DEVNULL)
            open(os.path.join(folder, ".done"), "w").close()
        return os.path.join(folder, "*")

    def java(self, *args):
        return [program("java"), "-Xmx256m", "-cp", self.jars()] + list(args)

    def command(self):
        conf, data = self.path("server.properties"), self.path("data")
        if not os.path.exists(data):
            with open(conf, "w") as f:
                f.write(self.properties(data))
            user = ["-S", "SCRAM-SHA-512=[name=%s,password=%s]" % (USER, PASSWORD)]
            subprocess.run(self.java("kafka.tools.StorageTool", "format", "-t",
                                     "MkU3OEVBNTcwNTJENDM2Qk", "-c", conf,
                                     *(user if self.secure else [])),
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self.java("kafka.Kafka", conf)

    def properties(self, data):
        lines = [
            "process.roles=broker,controller", "node.id=1", "num.partitions=3",
            "controller.quorum.voters=1@localhost:%d" % self.controller,
            "listeners=%s://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d" % (
                "SASL_SSL" if self.secure else "PLAINTEXT", self.port, self.controller),
            "advertised.listeners=%s://localhost:%d" % (
                "SASL_SSL" if self.secure else "PLAINTEXT", self.port),
            "controller.listener.names=CONTROLLER", "log.dirs=" + data,
            "offsets.topic.replication.factor=1", "auto.create.topics.enable=true",
            "transaction.state.log.replication.factor=1", "transaction.state.log.min.isr=1"]
        if self.secure:
            with open(self.path("pair.pem"), "w") as pair:
                for name in ("private.key", "public.crt"):
                    with open(self.path(name)) as f:
                        pair.write(f.read())
            lines += [
                "listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
                "security.inter.broker.protocol=SASL_SSL", "ssl.keystore.type=PEM",
                "sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512",
                "sasl.enabled.mechanisms=SCRAM-SHA-512",
                "ssl.keystore.location=" + self.path("pair.pem"), "ssl.truststore.type=PEM",
                "ssl.truststore.location=" + self.authority(),
                "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config="
                "org.apache.kafka.common.security.scram.ScramLoginModule required "
                'username="%s" password="%s";' % (USER, PASSWORD)]
        return "\n".join(lines) + "\n"

    def settings(self):
        if not self.secure:
            return []
        return ["security.protocol=sasl_ssl", "ssl.ca.location=" + self.authority(),
                "sasl.mechanisms=SCRAM-SHA-512", "sasl.username=" + USER,
                "sasl.password=" + PASSWORD]

    def records(self):
        return kafka_records(self.params["brokers"], "bucket-events", *self.settings())
