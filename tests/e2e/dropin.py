#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Started as MinIO is: its arguments, environment names, health paths, and what waits for them."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from harness import PATIENCE, Server, binary, check, equal, free_port, run_tests
import s3raw


class MinIO:
    """`trug server` with arguments and environment as a container would get them."""

    def __init__(self, argv, env):
        self.home = tempfile.TemporaryDirectory(prefix="trug-dropin-")
        clean = {k: v for k, v in os.environ.items()
                 if not k.startswith(("TRUG_", "MINIO_"))}
        clean.update(env)
        self.log = os.path.join(self.home.name, "log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([binary(), "server"] + argv, env=clean, stdout=log,
                                            stderr=subprocess.STDOUT, cwd=self.home.name)

    def text(self):
        with open(self.log) as f:
            return f.read()

    def wait(self, url, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(url, timeout=10) as answer:
                    return answer.status, dict(answer.headers), answer.read()
            except (urllib.error.URLError, ConnectionError):
                check(self.process.poll() is None, "it ended: %r" % self.text())
                check(time.monotonic() < end, "%s does not answer: %r" % (url, self.text()))
                time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.home.cleanup()


def contract(argv, env, path, access, secret, address=None):
    """What a container module does: start, wait for the path, use the keys it gave."""
    port = free_port()
    if address is None:
        env = dict(env, MINIO_ADDRESS="127.0.0.1:%d" % port)
    else:
        argv = argv + ["--address", address % port]
    with MinIO(argv, env) as minio:
        url = "http://127.0.0.1:%d" % port
        equal(minio.wait(url + path)[0], 200, path)
        s3 = s3raw.Client(url, access, secret)
        equal(s3.put("bkt").status, 200, "CreateBucket")
        equal(s3.put("bkt", "k", b"v").status, 200, "PutObject")
        equal(s3.get("bkt", "k").body, b"v")
        check(re.search(".*Status:         1 Online, 0 Offline..*", minio.text()), minio.text())
        return minio.text()


def test_java_module():
    contract(["--console-address", ":9001", "data"],
             {"MINIO_ROOT_USER": "miniouser", "MINIO_ROOT_PASSWORD": "miniopassword"},
             "/minio/health/live", "miniouser", "miniopassword")


def test_go_module():
    contract(["data"], {"MINIO_ROOT_USER": "minioadmin", "MINIO_ROOT_PASSWORD": "minioadmin"},
             "/minio/health/live", "minioadmin", "minioadmin")


def test_python_module():
    contract(["data"], {"MINIO_ACCESS_KEY": "pyaccess", "MINIO_SECRET_KEY": "pysecretkey"},
             "/minio/health/live", "pyaccess", "pysecretkey", address="127.0.0.1:%d")


def test_node_module():
    contract(["--console-address", ":9001", "data"], {"MINIO_ROOT_USER": "minioadmin", "MINIO_ROOT_PASSWORD": "minioadmin"},
             "/minio/health/live", "minioadmin", "minioadmin")


def test_dotnet_module():
    contract(["data"], {"MINIO_ROOT_USER": "netuser", "MINIO_ROOT_PASSWORD": "netpassword"},
             "/minio/health/ready", "netuser", "netpassword")


def test_defaults_are_minios():
    contract(["data"], {}, "/minio/health/cluster", "minioadmin", "minioadmin")


def test_buckets_can_be_opened():
    """MinIO knows no Block Public Access: what opens a bucket there opens it here."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
         "Resource": "arn:aws:s3:::%s/*"}]})
    port = free_port()
    address = ["--address", "127.0.0.1:%d" % port]
    for argv, env, wanted in ((["data", "--buckets", "early"], {}, 204),
                              (["other"], {"TRUG_DEFAULT_PUBLIC_ACCESS": "block"}, 403)):
        with MinIO(argv + address, env) as minio:
            url = "http://127.0.0.1:%d" % port
            minio.wait(url + "/minio/health/live")
            s3 = s3raw.Client(url, "minioadmin", "minioadmin")
            equal(s3.put("bkt").status, 200)
            for name in ["bkt"] + (["early"] if wanted == 204 else []):
                equal(s3.put(name, "k", b"v").status, 200)
                equal(s3.put(name, None, policy % name, query="policy").status, wanted, name)
                equal(s3.request("GET", name, "k", sign=None).status,
                      200 if wanted == 204 else 403, name)


def test_new_names_go_before_old_ones():
    contract(["data"], {"MINIO_ACCESS_KEY": "oldaccess", "MINIO_ROOT_USER": "newaccess",
                        "MINIO_ROOT_PASSWORD": "password"},
             "/minio/health/cluster/read", "newaccess", "password")


def test_secrets_from_files():
    with tempfile.TemporaryDirectory() as home:
        for name, value in (("user", "fileuser"), ("password", "filepassword\n")):
            with open(os.path.join(home, name), "w") as f:
                f.write(value)
        contract(["data"], {"MINIO_ROOT_USER_FILE": os.path.join(home, "user"),
                            "MINIO_ROOT_PASSWORD_FILE": os.path.join(home, "password")},
                 "/minio/health/live", "fileuser", "filepassword")


def test_volumes_and_opts():
    text = contract([], {"MINIO_VOLUMES": "vol", "MINIO_OPTS": "--console-address :9001 --json"},
                    "/minio/health/live", "minioadmin", "minioadmin")
    check("--console-address has no effect" in text, text)


def test_a_file_of_the_environment():
    with tempfile.TemporaryDirectory() as home:
        path = os.path.join(home, "minio")
        with open(path, "w") as f:
            f.write("# as /etc/default/minio\n\nMINIO_ROOT_USER=fileuser\n"
                    "export MINIO_ROOT_PASSWORD=\"file=password\"\nMINIO_VOLUMES='vol'\n"
                    "GOGC=50\n")
        text = contract([], {"MINIO_CONFIG_ENV_FILE": path, "MINIO_ROOT_USER": "other"},
                        "/minio/health/live", "fileuser", "file=password")
        check("GOGC has no effect: MINIO_CONFIG_ENV_FILE is about MinIO's names" in text, text)
        check("MINIO_CONFIG_ENV_FILE has no effect" not in text, text)
        with open(path, "a") as f:
            f.write("MINIO_REGION\n")
        refused(["data"], {"MINIO_CONFIG_ENV_FILE": path}, "MINIO_CONFIG_ENV_FILE: line 7 of")
    refused(["data"], {"MINIO_CONFIG_ENV_FILE": "/nowhere"}, "MINIO_CONFIG_ENV_FILE: '/nowhere'")


def test_origins_of_web_pages():
    port = free_port()
    with MinIO(["data", "--address", "127.0.0.1:%d" % port],
               {"MINIO_API_CORS_ALLOW_ORIGIN": "https://a.example,https://*.b.example"}) as minio:
        url = "http://127.0.0.1:%d" % port
        minio.wait(url + "/minio/health/live")
        for origin, wanted in (("https://a.example", True), ("https://x.b.example", True),
                               ("https://c.example", False), ("http://localhost", False)):
            asked = urllib.request.Request(url + "/bkt", headers={
                "Origin": origin, "Access-Control-Request-Method": "GET"}, method="OPTIONS")
            try:
                with urllib.request.urlopen(asked, timeout=10) as answer:
                    got = answer.headers.get("Access-Control-Allow-Origin") == origin
            except urllib.error.HTTPError as e:
                got = e.headers.get("Access-Control-Allow-Origin") is not None
            equal(got, wanted, origin)
        check("has no effect" not in minio.text(), minio.text())


def test_targets_of_events_by_their_names():
    text = contract(["data"], {"MINIO_NOTIFY_WEBHOOK_ENABLE_one": "on",
                               "MINIO_NOTIFY_WEBHOOK_ENDPOINT_one": "http://127.0.0.1:9/"},
                    "/minio/health/live", "minioadmin", "minioadmin")
    check("has no effect" not in text, text)


def test_ignored_names_are_named():
    text = contract(["data"], {"MINIO_BROWSER": "off", "MINIO_HOMEGROWN": "1"},
                    "/minio/health/live", "minioadmin", "minioadmin")
    check("MINIO_BROWSER has no effect: there is no console" in text, text)
    check("MINIO_HOMEGROWN has no effect: it is not known here" in text, text)


def test_stale_uploads_go():
    port = free_port()
    env = {"MINIO_ADDRESS": "127.0.0.1:%d" % port, "MINIO_API_STALE_UPLOADS_EXPIRY": "1h30m",
           "MINIO_API_STALE_UPLOADS_CLEANUP_INTERVAL": "6h"}
    with MinIO(["data"], env) as minio:
        url = "http://127.0.0.1:%d" % port
        minio.wait(url + "/minio/health/live")
        check("MINIO_API_STALE_UPLOADS_CLEANUP_INTERVAL has no effect" in minio.text(),
              minio.text())
        s3 = s3raw.Client(url, "minioadmin", "minioadmin")
        names = ["bkt%d" % n for n in range(3)]
        uploads = {}
        for name in names:
            equal(s3.put(name).status, 200)
            for key in ("a", "b"):
                uploads[name, key] = s3.post(name, key, "uploads").xml.get("UploadId")

        def there(which):
            return s3.get(*which, {"uploadId": uploads[which]}).status

        def later(by):
            equal(s3.request("POST", path="/_trug/v1/clock", query={"by": by}).status, 200)

        later("80m")
        equal({there(one) for one in uploads}, {200})
        fresh = "bkt1", "c"
        uploads[fresh] = s3.post("bkt1", "c", "uploads").xml.get("UploadId")
        later("11m")
        equal({one for one in uploads if there(one) == 200}, {fresh})
        later("78m")
        equal(there(fresh), 200)
        later("3m")
        equal(there(fresh), 404)
    for value in ("soon", "1x", "-1h", "0x1h", "1h ", ""):
        refused(["data"], {"MINIO_API_STALE_UPLOADS_EXPIRY": value}, "stale-uploads-expiry")


def test_our_names_go_before():
    contract(["data"], {"TRUG_ROOT_USER": "ours1", "TRUG_ROOT_PASSWORD": "ourpassword",
                        "MINIO_ROOT_USER": "theirs"},
             "/minio/health/live", "ours1", "ourpassword")


def test_an_option_goes_before_our_name():
    contract(["data"], {"TRUG_ADDRESS": "127.0.0.1:1"}, "/minio/health/live", "minioadmin",
             "minioadmin", address="127.0.0.1:%d")


def refused(argv, env, *words):
    with MinIO(argv, env) as minio:
        equal(minio.process.wait(10), 2, "exit code: %r" % minio.text())
        lines = [line for line in minio.text().splitlines() if line.startswith("trug: ")]
        equal(len(lines), 1, minio.text())
        for word in words:
            check(word in lines[0], "%r is not in %r" % (word, lines[0]))


def test_several_drives_are_refused():
    refused(["data1", "data2"], {}, "data2", "one directory")
    refused(["data{1...4}"], {}, "data{1...4}", "one directory")


def test_secret_file_that_is_not_there():
    refused(["data"], {"MINIO_ROOT_PASSWORD_FILE": "/nowhere/secret"},
            "MINIO_ROOT_PASSWORD_FILE", "/nowhere/secret")


def test_short_secret_is_refused():
    refused(["data"], {"MINIO_ROOT_PASSWORD": "short"}, "--root-password", "8 to 128")


def test_health_paths():
    with Server() as server:
        for path in ("live", "ready", "cluster", "cluster/read"):
            with urllib.request.urlopen("%s/minio/health/%s" % (server.endpoint, path)) as answer:
                equal((answer.status, answer.read()), (200, b""), path)
                equal(answer.headers.get("X-Minio-Write-Quorum"),
                      "1" if path.startswith("cluster") else None, path)
        with urllib.request.urlopen(server.endpoint + "/_trug/health") as answer:
            check(b'"status": "ok"' in answer.read(), "status")
        with urllib.request.urlopen(server.endpoint + "/_localstack/health") as answer:
            check(b'"s3": "running"' in answer.read(), "services")
        equal(server.client().get("minio", "health/live", {"x": "1"}).status, 200)
        equal(server.client().put("minio", "health/live", b"").status, 404)


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def front_door(endpoint, path="/", **headers):
    request = urllib.request.Request(endpoint + path, headers={
        k.replace("_", "-"): v for k, v in headers.items()})
    try:
        return urllib.request.build_opener(Stay).open(request)
    except urllib.error.HTTPError as answer:
        return answer


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_browsers_are_sent_to_the_console():
    console = "http://127.0.0.1:9001/browser"
    port = free_port()
    with MinIO(["data", "--address", "127.0.0.1:%d" % port],
               {"MINIO_BROWSER_REDIRECT_URL": console}) as minio:
        url = "http://127.0.0.1:%d" % port
        minio.wait(url + "/minio/health/live")
        for path in ("/", "/minio", "/minio/", "/index.html"):
            answer = front_door(url, path, User_Agent=FIREFOX)
            equal((answer.status, answer.headers["Location"]), (307, console), path)
        # What is signed, what is asked of S3, and who is no browser.
        for path, headers in (("/", {"User_Agent": "curl/8"}), ("/bucket", {}),
                              ("/?x-id=ListBuckets", {}), ("/", {"Host": "b.localhost"}),
                              ("/", {"Authorization": "AWS4-HMAC-SHA256 Credential=x"})):
            answer = front_door(url, path, **dict({"User_Agent": FIREFOX}, **headers))
            check(answer.status >= 400, "%s %r: %d" % (path, headers, answer.status))
    with Server() as server:
        equal(front_door(server.endpoint, User_Agent=FIREFOX).status, 403)
    refused(["data"], {"MINIO_BROWSER_REDIRECT_URL": "nowhere"}, "console-url", "nowhere",
            "http://HOST")


def test_encryption_of_everything():
    text = contract(["data"], {"MINIO_KMS_AUTO_ENCRYPTION": "on"}, "/minio/health/live",
                    "minioadmin", "minioadmin")
    check("MINIO_KMS_AUTO_ENCRYPTION" not in text, text)


def admin(client, call, method="GET", region="", **how):
    """As madmin signs: for no region."""
    path, _, query = call.partition("?")
    return client.request(method, "minio", "admin/v3/" + path, query or None,
                          signer=client.signer(region=region), **how)


def test_admin_calls_that_tell():
    server = Server()
    server.args += ["--identities", people(server.home)]
    with server:
        s3 = server.client()
        equal(s3.put("one").status, 200)
        equal(s3.put("one", "k", b"12345").status, 200)
        info = json.loads(admin(s3, "info?metrics=false").body)
        equal((info["mode"], info["buckets"]["count"], info["objects"]["count"],
               info["usage"]["size"], info["servers"][0]["state"]), ("online", 1, 1, 5, "online"))
        drive = info["servers"][0]["drives"][0]
        check(drive["totalspace"] >= drive["usedspace"] + drive["availspace"] > 0, drive)
        disk, = json.loads(admin(s3, "storageinfo").body)["Disks"]
        equal((disk["path"], disk["totalspace"]), (drive["path"], drive["totalspace"]))
        usage = json.loads(admin(s3, "datausageinfo?capacity=true", region="us-east-1").body)
        equal(usage["bucketsSizes"], {"one": 5})
        equal(usage["bucketsUsageInfo"]["one"]["objectsCount"], 1)
        watcher = server.client(access="WATCHER", secret="watcher-secret")
        equal(admin(watcher, "info").status, 200)
        equal(admin(watcher, "storageinfo").status, 403)
        for call, method in (("service?action=restart", "POST"), ("info", "POST"),
                             ("list-jobs", "GET")):
            answer = admin(s3, call, method)
            equal((answer.status, json.loads(answer.body)["Code"]), (501, "NotImplemented"), call)
            equal(admin(server.client(access="READER", secret="reader-secret"), call,
                        method).status, 403, call)
        for call in ("info", "list-users", "list-jobs"):
            equal(s3.request("GET", "minio", "admin/v3/" + call, sign=None).status, 403, call)
        check(admin(server.client(secret="wrongwrong"), "info").status == 403, "signature")
        equal(s3.request("GET", signer=s3.signer(region="")).status, 400, "only admin calls")
    with Server(args=["--control", "off"]) as server:
        equal(admin(server.client(), "info", region="us-east-1").status, 404)


def people(home):
    """A file with two users: one who may see the server's state, one who may all of S3."""
    path = os.path.join(home, "people.json")
    with open(path, "w") as f:
        json.dump({"accounts": [{"id": "000000000000", "users": [
            {"name": name, "keys": [{"access_key": name.upper(), "secret_key": name + "-secret"}],
             "inline_policies": {"p": {"Version": "2012-10-17", "Statement": [
                 {"Effect": "Allow", "Action": action, "Resource": "*"}]}}}
            for name, action in (("watcher", "admin:ServerInfo"), ("reader", "s3:*"))]}]}, f)
    return path


def test_reserved_names():
    """As AWS, open takes a bucket called minio; MinIO says that nobody gets at it."""
    with Server() as server:
        equal(server.client().put("minio").status, 200)
        equal(server.client().put("minio", "health/live", b"x").status, 200)
        with urllib.request.urlopen(server.endpoint + "/minio/health/live") as answer:
            equal(answer.read(), b"", "a probe goes before a key")
    with Server(args=["--tier", "minio"]) as server:
        for name in ("minio", ".minio.sys"):
            answer = server.client().get(name)
            equal((answer.status, answer.code), (403, "AllAccessDisabled"), name)
        equal(server.client().put("minio").code, "AllAccessDisabled")


def verb(*argv, env=None):
    done = subprocess.run([binary()] + list(argv), env=dict(os.environ, **(env or {})),
                          capture_output=True, text=True, timeout=300)
    return done.returncode, done.stderr


def test_health_and_wait_verbs():
    with Server() as server:
        equal(verb("health", server.endpoint), (0, ""))
        equal(verb("wait", server.endpoint), (0, ""))
        equal(verb("health", env={"TRUG_READY_FILE": server.ready_file}), (0, ""))
        where = server.endpoint
    code, said = verb("health", where)
    equal(code, 1)
    check("nothing answers there" in said, said)
    began = time.monotonic()
    equal(verb("wait", where, "--timeout", "1")[0], 1)
    check(time.monotonic() - began >= 1, "it did not wait")
    equal(verb("health", "no-url")[0], 2)
    equal(verb("wait", "--timeout", "x")[0], 2)


def test_wait_outlasts_a_start():
    port = free_port()
    waiter = subprocess.Popen([binary(), "wait", "http://127.0.0.1:%d" % port])
    time.sleep(0.3)
    equal(waiter.poll(), None, "it should still wait")
    with MinIO(["--address", "127.0.0.1:%d" % port, "data"], {}):
        equal(waiter.wait(PATIENCE), 0)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
