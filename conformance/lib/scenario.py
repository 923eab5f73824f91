# SPDX-License-Identifier: Apache-2.0
"""One story for every client: buckets, objects of all sizes and names, lists, copies,
conditions, ranges, presigned links, errors. The client acts, through its adapter
(clients/README.md); what came of it is looked at with the raw client.
"""

import fnmatch
import json
import os
import queue
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request

import case as case_module
import links
import s3raw

MIB = 1 << 20
KEYS = {
    "keys_plain": ["a b", "a+b", "a&b=c", "a?b#c", "100%", "%2F", "ünï/日本", "😀", "~-_.!*'()",
                   "k" * 1024, "dir/deep/er/file.txt", "a:b@c,d;e$f", "\"quoted\" <xml>"],
    "keys_slashes": ["a//b", "slash/", "/lead", "//"],
    "keys_dots": ["..", ".", "a/../b", "./a", "a/."],
    "keys_control": ["new\nline", "tab\there", "back\\slash", "\x7f"],
}
# Links are followed wherever they lead; whom to trust is the clients' matter.
ANY = ssl.create_default_context()
ANY.check_hostname, ANY.verify_mode = False, ssl.CERT_NONE
NOT_FOUND = ("NoSuchKey", "NotFound", "404")


class Unsupported(Exception):
    pass


class Dead(Exception):
    pass


class Adapter:
    """A running adapter; ask() is one request and its answer."""

    def __init__(self, command, environment, timeout):
        self.timeout = timeout
        self.log = open(os.path.join(environment["WORK"], "stderr"), "ab")
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log,
                                        cwd=environment["WORK"])
        self.lines = queue.Queue()
        threading.Thread(target=self._pump, daemon=True).start()
        hello = self._line()
        self.version, self.own = hello.get("version", "?"), hello.get("own", [])
        self.limits, self.common = hello.get("limits") or {}, hello.get("common", True)

    def _pump(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def _line(self):
        while True:
            try:
                line = self.lines.get(timeout=self.timeout)
            except queue.Empty:
                self.process.kill()
                raise Dead("no answer within %d s" % self.timeout)
            if line is None:
                raise Dead("the adapter ended; %s" % self.tail())
            if line.startswith(b"{"):
                return json.loads(line)

    def tail(self):
        self.log.flush()
        with open(self.log.name, "rb") as f:
            return f.read()[-800:].decode("utf-8", "replace").strip()

    def ask(self, op, **request):
        request["op"] = op
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            raise Dead("the adapter ended; %s" % self.tail())
        answer = self._line()
        if "unsupported" in answer:
            raise Unsupported(answer["unsupported"])
        return answer

    def close(self):
        try:
            self.process.stdin.close()
            self.process.wait(5)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.log.close()


def data(size, seed=b"x"):
    """Bytes that differ everywhere, the same each time."""
    line = b"".join(b"%s %07d\n" % (seed, n) for n in range(size // (len(seed) + 9) + 1))
    return line[:size]


class Scenario(case_module.Case):
    """The steps in the order they are told; each method is one."""

    STEPS = ["make_bucket", "list_buckets", "put_get_empty", "put_get_one_byte", "put_get_70000",
             "put_get_3_mib", "multipart", "head", "content_type", "metadata", "keys_plain",
             "keys_slashes", "keys_dots", "keys_control", "list_pages", "list_delimiter", "copy",
             "copy_awkward", "put_if_none_match", "put_if_match", "range", "presigned_get",
             "presigned_put", "presigned_forms", "no_such_key", "no_such_key_head", "no_such_bucket",
             "bucket_not_empty", "wrong_secret", "delete", "delete_many", "delete_bucket"]

    def __init__(self, options, client, command, environment, work):
        super().__init__(options)
        self.client, self.command, self.environment = client, command, environment
        self.work, self.serial = work, 0
        self.adapter = None
        self.name_ = None

    # ---- helpers ----

    def start(self):
        self.adapter = Adapter(self.command, self.environment, self.options.timeout)

    def ask(self, op, **request):
        """The answer of an operation that must succeed."""
        request.setdefault("bucket", self.name_)
        answer = self.adapter.ask(op, **request)
        if "error" in answer:
            self.fail("%s %s: %s %s: %s" % (op, short(request), answer.get("type"),
                                            answer["error"], answer.get("text")))
        return answer

    def refused(self, want, op, **request):
        request.setdefault("bucket", self.name_)
        answer = self.adapter.ask(op, **request)
        if "error" not in answer:
            self.fail("%s %s: succeeded, want %s" % (op, short(request), want[0]))
        if answer["error"] not in want:
            self.fail("%s %s: %s %r, want %s (%s)" % (
                op, short(request), answer.get("type"), answer["error"], " or ".join(want),
                answer.get("text")))
        return answer

    def file(self, content=None):
        self.serial += 1
        path = os.path.join(self.work, "f%d" % self.serial)
        if content is not None:
            with open(path, "wb") as f:
                f.write(content)
        return path

    def take(self, path):
        with open(path, "rb") as f:
            content = f.read()
        os.unlink(path)
        return content

    def same(self, got, want, what):
        self.ok(got == want, "%s: %d bytes %r, want %d bytes %r" % (
            what, len(got), got[:40], len(want), want[:40]))

    def stored(self, key, want):
        self.same(self.status(self.s3.get(self.name_, key), 200).body, want,
                  "what is stored as %r" % key)

    def put_get(self, key, content):
        path = self.file(content)
        self.ask("put", key=key, file=path)
        self.stored(key, content)
        out = self.file()
        self.ask("get", key=key, file=out)
        self.same(self.take(out), content, "what get gives of %r" % key)

    def give(self, key, content=b"given", **headers):
        self.status(self.s3.put(self.name_, key, content,
                                {k.replace("_", "-"): v for k, v in headers.items()}), 200)

    # ---- steps ----

    def make_bucket(self):
        name = self.name()
        self.name_ = name
        try:
            self.ask("make_bucket")
        except Unsupported:
            self.name_ = self.bucket()
            raise
        except Exception:
            self.name_ = self.bucket()
            raise
        self.status(self.s3.head(name), 200)

    def list_buckets(self):
        self.ok(self.name_ in self.ask("buckets")["names"], "the bucket is not in the list")

    def put_get_empty(self):
        self.put_get("size/0", b"")

    def put_get_one_byte(self):
        self.put_get("size/1", b"1")

    def put_get_70000(self):
        self.put_get("size/70000", data(70000))

    def put_get_3_mib(self):
        self.put_get("size/3m", data(3 * MIB + 3))

    def multipart(self):
        content = data(21 * MIB + 7)
        self.ask("upload", key="multi", file=self.file(content), part=5 * MIB)
        tag = self.status(self.s3.head(self.name_, "multi"), 200).header("ETag")
        parts = tag.strip('"').partition("-")[2]
        self.ok(parts and int(parts) >= 3, "not in three parts or more: ETag %s" % tag)
        self.stored("multi", content)
        out = self.file()
        self.ask("get", key="multi", file=out)
        self.same(self.take(out), content, "what get gives of it")

    def head(self):
        self.give("head", b"12345", content_type="text/x-trug")
        got = self.ask("head", key="head")
        if "etag" in got:
            self.eq(got["etag"].strip('"'), s3raw.etag(b"12345").strip('"'), "etag")
        self.eq(got["size"], 5, "size")
        if "type" in got:
            self.eq(got["type"], "text/x-trug", "content type")

    def content_type(self):
        self.ask("put", key="typed", file=self.file(b"{}"), type="application/x-trug")
        self.header(self.s3.head(self.name_, "typed"), "Content-Type", "application/x-trug")

    def metadata(self):
        self.ask("put", key="meta", file=self.file(b"m"), meta={"colour": "blue sky", "n": "7"})
        answer = self.s3.head(self.name_, "meta")
        self.header(answer, "x-amz-meta-colour", "blue sky")
        self.header(answer, "x-amz-meta-n", "7")
        got = self.ask("head", key="meta")
        if "meta" in got:
            meta = {k.lower(): v for k, v in got["meta"].items()}
            self.eq((meta.get("colour"), meta.get("n")), ("blue sky", "7"), "metadata by head")

    def keys(self, names):
        wrong, refused = [], []
        missing = self.missing()
        for name in names:
            try:
                content = b"<" + name.encode()[:80] + b">"
                self.put_get(name, content)
                if "list" not in missing:
                    rows = self.ask("list", prefix=name, delimiter="", page=1000)["keys"]
                    self.ok(name in rows, "not in its list: %r" % rows[:4])
                if "delete" not in missing:
                    self.ask("delete", key=name)
                    self.eq(self.s3.head(self.name_, name).status, 404, "status after delete")
            except Unsupported as why:
                refused.append("%r: %s" % (name[:20], why))
            except case_module.Failed as why:
                wrong.append("%r: %s" % (name[:20], why))
        if len(refused) == len(names):
            raise Unsupported(refused[0])
        if wrong:
            self.fail("%d of %d: %s" % (len(wrong), len(names), "; ".join(wrong)))

    def missing(self):
        """What of list and delete the client does not have at all."""
        names = []
        for op in ("list", "delete"):
            try:
                self.adapter.ask(op, bucket=self.name_, key="probe", prefix="probe",
                                 delimiter="", page=10)
            except Unsupported:
                names.append(op)
        return names

    def keys_plain(self):
        self.keys(KEYS["keys_plain"])

    def keys_slashes(self):
        self.keys(KEYS["keys_slashes"])

    def keys_dots(self):
        self.keys(KEYS["keys_dots"])

    def keys_control(self):
        self.keys(KEYS["keys_control"])

    def list_pages(self):
        names = ["page/%02d %s" % (n, "é+&"[n % 3]) for n in range(25)]
        for name in names:
            self.give(name, b"x")
        got = self.ask("list", prefix="page/", delimiter="", page=10)
        self.eq(sorted(got["keys"]), sorted(names), "keys of three pages")

    def list_delimiter(self):
        for name in ("tree/a", "tree/b", "tree/c d/1", "tree/c d/2", "tree/e+/f/1"):
            self.give(name, b"x")
        got = self.ask("list", prefix="tree/", delimiter="/", page=2)
        self.eq(sorted(got["keys"]), ["tree/a", "tree/b"], "keys")
        self.eq(sorted(p.rstrip("/") for p in got["prefixes"]), ["tree/c d", "tree/e+"],
                "common prefixes")

    def copy(self):
        self.give("from", data(70000), content_type="text/x-trug", x_amz_meta_a="b")
        self.ask("copy", source="from", key="to")
        self.stored("to", data(70000))
        answer = self.s3.head(self.name_, "to")
        self.header(answer, "Content-Type", "text/x-trug")
        self.header(answer, "x-amz-meta-a", "b")

    def copy_awkward(self):
        self.give("from ü+%20&?", b"awkward")
        self.ask("copy", source="from ü+%20&?", key="to ü+%20&?")
        self.stored("to ü+%20&?", b"awkward")

    def put_if_none_match(self):
        self.ask("put_new", key="new", file=self.file(b"first"))
        self.stored("new", b"first")
        self.refused(("PreconditionFailed", "412"), "put_new", key="new",
                     file=self.file(b"second"))
        self.stored("new", b"first")

    def put_if_match(self):
        self.give("cond", b"one")
        self.ask("put_if", key="cond", file=self.file(b"two"), etag=s3raw.etag(b"one"))
        self.stored("cond", b"two")
        self.refused(("PreconditionFailed", "412"), "put_if", key="cond",
                     file=self.file(b"three"), etag=s3raw.etag(b"one"))
        self.stored("cond", b"two")

    def range(self):
        content = data(3 * MIB)
        self.give("range", content)
        for first, last in ((0, 0), (1000, 69999), (3 * MIB - 10, 3 * MIB - 1)):
            out = self.file()
            self.ask("range", key="range", file=out, first=first, last=last)
            self.same(self.take(out), content[first:last + 1], "bytes %d-%d" % (first, last))

    def presigned_get(self):
        self.give("sign ed/+ü", b"presigned")
        url = self.ask("presign_get", key="sign ed/+ü")["url"]
        self.eq(fetch(url), (200, b"presigned"), "answer to %s" % url)

    def presigned_put(self):
        url = self.ask("presign_put", key="sign in/+ü")["url"]
        self.eq(fetch(url, b"sent")[0], 200, "status of PUT %s" % url)
        self.stored("sign in/+ü", b"sent")

    def presigned_forms(self):
        """GET, HEAD, PUT, DELETE, parts, forms for browsers, and those of version 2."""
        def ask(form, key, **more):
            return self.ask("presign", form=form, key=key, **more)
        story = links.Story(self, self.name_, ask)
        wrong, refused = [], []
        for form in links.FORMS:
            try:
                story.tell(form)
            except Unsupported as why:
                refused.append(str(why))
            except case_module.Failed as why:
                wrong.append("%s: %s" % (form, why))
        if wrong:
            self.fail("; ".join(wrong))
        if len(refused) == len(links.FORMS):
            raise Unsupported(refused[0])

    def no_such_key(self):
        self.refused(NOT_FOUND, "get", key="none/such", file=self.file())

    def no_such_key_head(self):
        self.refused(NOT_FOUND, "head", key="none/such")

    def no_such_bucket(self):
        # A client that asks by HEAD first has a status and no code.
        self.refused(("NoSuchBucket",) + NOT_FOUND[1:], "get", bucket=self.name_ + "-none", key="x",
                     file=self.file())

    def bucket_not_empty(self):
        self.refused(("BucketNotEmpty",), "delete_bucket")
        self.status(self.s3.head(self.name_), 200)

    def wrong_secret(self):
        self.give("secret", b"x")
        work = os.path.join(self.work, "wrong")
        os.mkdir(work)
        first, self.adapter = self.adapter, Adapter(
            self.command, dict(self.environment, SECRET_KEY="wrong-secret", WORK=work),
            self.options.timeout)
        try:
            self.refused(("SignatureDoesNotMatch", "403"), "get", key="secret", file=self.file())
        finally:
            self.adapter.close()
            self.adapter = first

    def delete(self):
        self.give("gone", b"x")
        self.ask("delete", key="gone")
        self.eq(self.s3.head(self.name_, "gone").status, 404, "status after delete")

    def delete_many(self):
        names = ["many/%03d é+<&>" % n for n in range(40)]
        for name in names:
            self.give(name, b"x")
        self.ask("delete_many", keys=names)
        left = [r.get("Key") for r in self._rows(self.name_, "list-type=2&prefix=many/",
                                                 "Contents")]
        self.eq(left, [], "left of them")

    def delete_bucket(self):
        self._empty(self.name_)
        self.ask("delete_bucket")
        self.status(self.s3.head(self.name_), 404)

    # ---- the whole ----

    def _one(self, name, function):
        start = time.monotonic()
        try:
            function()
            result = ("pass", "")
        except Unsupported as why:
            result = ("skip", str(why))
        except (case_module.Failed, Dead) as why:
            result = ("fail", str(why))
        except Exception as why:
            result = ("fail", repr(why))
        if self.adapter is None or self.adapter.process.poll() is not None:
            self.start()
        return name, result[0], result[1], time.monotonic() - start

    def _step(self, name):
        """A step, unless the adapter knows that its client is not made for it."""
        if name in self.adapter.limits:
            if name == "make_bucket":
                self.name_ = self.bucket()
            return name, "skip", self.adapter.limits[name], 0.0
        return self._one(name, getattr(self, name))

    def wanted(self, name):
        globs = self.options.case
        return not globs or any(fnmatch.fnmatch(name, g) for g in globs)

    def tell(self):
        """Yields (step, pass | fail | skip, reason, seconds)."""
        try:
            self.start()
        except Exception as why:
            yield "start", "fail", str(why), 0.0
            return
        if not self.adapter.common or not self.wanted("make_bucket"):
            self.name_ = self.bucket()
        for name in self.STEPS[:-1] if self.adapter.common else []:
            if self.wanted(name):
                yield self._step(name)
        for name in filter(self.wanted, self.adapter.own):
            yield self._one(name, lambda: self.ask("own", name=name))
        if self.adapter.common and self.wanted("delete_bucket"):
            yield self._step("delete_bucket")
        self.adapter.close()


def short(request):
    return " ".join("%s=%r" % (k, v if len(repr(v)) < 60 else repr(v)[:57] + "...")
                    for k, v in request.items() if k in ("key", "source", "name", "prefix", "form"))


def fetch(url, body=None):
    request = urllib.request.Request(url, body, method="GET" if body is None else "PUT")
    if body is not None:
        request.add_header("Content-Type", "")
    try:
        with urllib.request.urlopen(request, timeout=60, context=ANY) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as why:
        return why.code, why.read()
