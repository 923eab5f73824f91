# SPDX-License-Identifier: Apache-2.0
"""Which clients there are, how each is fetched, and what starts its adapter.

Everything fetched goes below conformance/.cache (TRUG_CLIENT_CACHE names another place),
newest by name, each client apart from the others. What cannot be had raises Absent.
"""

import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENTS = os.path.join(os.path.dirname(HERE), "clients")


class Absent(Exception):
    pass


def cache():
    path = os.environ.get("TRUG_CLIENT_CACHE") or os.path.join(os.path.dirname(HERE), ".cache")
    os.makedirs(path, exist_ok=True)
    return path


def command(*argv, cwd=None, seconds=1800, **environment):
    """Runs an installer; its last words are the reason when it fails. With TRUG_CLIENT_FETCH=no
    nothing is installed: a client that is not there is absent."""
    if os.environ.get("TRUG_CLIENT_FETCH") == "no" and os.path.dirname(argv[0]) != "/usr/bin":
        raise Absent("not fetched on this machine")
    try:
        done = subprocess.run(argv, cwd=cwd, env=dict(os.environ, **environment),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds)
    except (OSError, subprocess.TimeoutExpired) as why:
        raise Absent(str(why))
    if done.returncode:
        lines = done.stdout.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        said = " | ".join([n for n in lines if "error" in n.lower()][:2] or lines[-2:])
        # Where this machine fetches from is nobody's business.
        said = re.sub(r"\w+://[^\s\"')]+", "its registry", said)
        said = re.sub(r"\x1b\[[0-9;]*m", "", said)
        raise Absent("%s: %s" % (os.path.basename(argv[0]), said[:400]))
    return done.stdout.decode("utf-8", "replace")


def fresh(folder, *sources):
    """Whether what is in the folder was made, after the last change of the sources."""
    mark = os.path.join(folder, ".done")
    return os.path.exists(mark) and all(
        os.path.getmtime(s) <= os.path.getmtime(mark) for s in sources)


def mark(folder):
    open(os.path.join(folder, ".done"), "w").close()


class Python:
    """A virtual environment of its own; or, as "debian", what the system has."""
    language = "Python"

    def __init__(self, *packages, script=None, system=None):
        self.packages, self.script, self.system = packages, script, system

    def prepare(self, name):
        script = os.path.join(CLIENTS, "python", (self.script or name.replace("-", "_")) + "_.py")
        if self.system:
            if not os.path.exists("/usr/bin/python3"):
                raise Absent("there is no /usr/bin/python3")
            command("/usr/bin/python3", "-c", "import " + self.system)
            return ["/usr/bin/python3", script]
        folder = os.path.join(cache(), name)
        python = os.path.join(folder, "bin", "python")
        if not fresh(folder):
            command(sys.executable, "-m", "venv", folder)
            command(python, "-m", "pip", "-q", "install", "--upgrade", *self.packages)
            mark(folder)
        return [python, script]


class Tool:
    """A command line tool, driven by a Python adapter that gets its path as argument."""

    def __init__(self, get, script, language):
        self.get, self.script, self.language = get, script, language

    def prepare(self, name):
        return [sys.executable, os.path.join(CLIENTS, "tools", self.script + ".py"),
                self.get(name)]


def installed(path):
    def get(name):
        if not os.access(path, os.X_OK):
            raise Absent("%s is not installed" % path)
        return path
    return get


def pip_tool(package, *more):
    def get(name):
        Python(package, *more).prepare(name)
        return os.path.join(cache(), name, "bin", "aws" if package == "awscli" else package)
    return get


def go_tool(package, program):
    """Built from the module of a package "module//folder@version"; a version is named where
    the newest needs what is not there. In its own folder, so that its replacements count."""
    def get(name):
        path = os.path.join(cache(), "bin", program)
        if os.path.exists(path):
            return path
        place, _, version = package.partition("@")
        module, _, folder = place.partition("//")
        # Out of the way of a go.mod above the working folder.
        empty = os.path.join(cache(), "go-none")
        os.makedirs(empty, exist_ok=True)
        text = command("go", "mod", "download", "-json", module + "@" + version, cwd=empty)
        got = json.loads(text)
        command("go", "build", "-o", path, "./" + folder, cwd=got["Dir"],
                GOFLAGS="-mod=readonly")
        with open(path + ".version", "w") as f:
            f.write(got["Version"])
        return path
    return get


def on_path(program):
    def get(name):
        path = shutil.which(program)
        if not path:
            raise Absent("there is no %s on the path" % program)
        return path
    return get


def copied(name, *parts):
    """The client's sources, copied beside the cache so that builds leave nothing here."""
    source, folder = os.path.join(CLIENTS, name), os.path.join(cache(), name)
    os.makedirs(folder, exist_ok=True)
    sources = []
    for root, _, files in os.walk(source):
        for f in files:
            path = os.path.join(root, f)
            to = os.path.join(folder, os.path.relpath(path, source))
            os.makedirs(os.path.dirname(to), exist_ok=True)
            if not os.path.exists(to) or os.path.getmtime(to) < os.path.getmtime(path):
                shutil.copyfile(path, to)
            sources.append(path)
    return folder, sources


class Node:
    language = "JavaScript"

    def __init__(self, *packages):
        self.packages = packages

    def prepare(self, name):
        folder = os.path.join(cache(), "node-" + name)
        if not fresh(folder):
            os.makedirs(folder, exist_ok=True)
            command("npm", "init", "-y", cwd=folder)
            command("npm", "install", "--no-audit", "--no-fund", "--loglevel=error",
                    *[p + "@latest" for p in self.packages], cwd=folder)
            mark(folder)
        source = os.path.join(CLIENTS, "node")
        for script in ("adapter.js", name + ".js"):
            shutil.copyfile(os.path.join(source, script), os.path.join(folder, script))
        return ["node", os.path.join(folder, name + ".js")]


class Go:
    """A program of clients/go; each client is a folder below with its own module."""
    language = "Go"

    def __init__(self, *modules):
        self.modules = modules

    def prepare(self, name):
        folder, sources = copied("go", name)
        binary = os.path.join(folder, "bin", name)
        if not os.path.exists(binary) or any(
                os.path.getmtime(s) > os.path.getmtime(binary) for s in sources):
            if not os.path.exists(os.path.join(folder, "go.mod")):
                command("go", "mod", "init", "adapter", cwd=folder)
            command("go", "get", *[m + "@latest" for m in self.modules], cwd=folder)
            command("go", "build", "-o", binary, "./" + name, cwd=folder)
        return [binary]


class Rust:
    """One program with all of them; its first argument says which."""
    language = "Rust"

    def prepare(self, name):
        folder, sources = copied("rust")
        target = os.path.join(folder, "target")
        binary = os.path.join(target, "debug", "adapter")
        if not os.path.exists(binary) or any(
                os.path.getmtime(s) > os.path.getmtime(binary) for s in sources):
            command("cargo", "build", "-q", cwd=folder, CARGO_TARGET_DIR=target, seconds=3600)
        return [binary, name]


class Java:
    """A project; the first argument says which of its clients."""
    language = "Java"

    def __init__(self, project="java", program="Adapter"):
        self.project, self.program = project, program

    def prepare(self, name):
        folder, sources = copied(self.project)
        if not fresh(folder, *sources):
            command("mvn", "-q", "-B", "package", "dependency:copy-dependencies",
                    "-DincludeScope=runtime", cwd=folder)
            mark(folder)
        return ["java", "-cp", os.path.join(folder, "target", "classes") + ":" +
                os.path.join(folder, "target", "dependency", "*"), "-XX:TieredStopAtLevel=1",
                self.program, name]


ALL = {
    "boto3": Python("boto3[crt]", script="boto3"),
    "boto3-debian": Python(system="boto3", script="boto3"),
    "awscli": Tool(pip_tool("awscli", "botocore[crt]"), "awscli", "command"),
    "awscli-debian": Tool(installed("/usr/bin/aws"), "awscli", "command"),
    "s3cmd": Tool(pip_tool("s3cmd"), "s3cmd", "command"),
    "s3cmd-debian": Tool(installed("/usr/bin/s3cmd"), "s3cmd", "command"),
    "minio-py": Python("minio"),
    "aiobotocore": Python("aiobotocore"),
    "s3fs": Python("s3fs"),
    "pyarrow": Python("pyarrow"),
    "polars": Python("polars"),
    "duckdb": Python("duckdb==1.5.5", "duckdb-extension-httpfs==1.5.5"),
    "deltalake": Python("deltalake", "pyarrow"),
    "pyiceberg": Python("pyiceberg[pyarrow,sql-sqlite]"),
    "obstore": Python("obstore"),
    "smart-open": Python("smart-open[s3]"),
    "webdataset": Python("webdataset", "s3fs"),
    "s3torchconnector": Python("s3torchconnectorclient"),
    "django-storages": Python("django-storages[s3]", "django"),
    "dvc-s3": Python("dvc", "dvc-s3"),
    "boto": Python("boto"),
    "aws-sdk-js-v3": Node("@aws-sdk/client-s3", "@aws-sdk/lib-storage",
                          "@aws-sdk/s3-request-presigner",
                          "@aws-sdk/s3-presigned-post"),
    "aws-sdk-js-v2": Node("aws-sdk"),
    "minio-js": Node("minio"),
    "aws-sdk-go-v2": Go("github.com/aws/aws-sdk-go-v2/config",
                        "github.com/aws/aws-sdk-go-v2/credentials",
                        "github.com/aws/aws-sdk-go-v2/service/s3",
                        "github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"),
    "minio-go": Go("github.com/minio/minio-go/v7"),
    "mc": Tool(go_tool("github.com/minio/mc@latest", "mc"), "mc", "Go"),
    "rclone": Tool(go_tool("github.com/rclone/rclone@latest", "rclone"), "rclone", "Go"),
    "rclone-debian": Tool(installed("/usr/bin/rclone"), "rclone", "Go"),
    "s5cmd": Tool(go_tool("github.com/peak/s5cmd/v2@v2.3.0", "s5cmd"), "s5cmd", "Go"),
    "restic": Tool(go_tool("github.com/restic/restic//cmd/restic@v0.18.1", "restic"),
                   "restic", "Go"),
    "kopia": Tool(go_tool("github.com/kopia/kopia@v0.22.3", "kopia"), "kopia", "Go"),
    "litestream": Tool(go_tool("github.com/benbjohnson/litestream//cmd/litestream@latest",
                               "litestream"), "litestream", "Go"),
    "opentofu": Tool(go_tool("github.com/opentofu/opentofu//cmd/tofu@latest", "tofu"),
                     "terraform", "Go"),
    "s3fs-fuse": Tool(installed("/usr/bin/s3fs"), "s3fs_fuse", "command"),
    "restic-debian": Tool(installed("/usr/bin/restic"), "restic", "Go"),
    "terraform": Tool(on_path("terraform"), "terraform", "Go"),
    "aws-sdk-java-v2": Java(),
    "aws-sdk-java-v2-async": Java(),
    "aws-sdk-java-v2-crt": Java(),
    "aws-sdk-java-v1": Java(),
    "minio-java": Java(),
    "hadoop-aws": Java("hadoop", "Hadoop"),
    "aws-sdk-rust": Rust(),
    "object_store": Rust(),
    "opendal": Rust(),
    "rust-s3": Rust(),
}
# What needs no fetching on a machine that `./bootstrap check` has prepared.
INSTALLED = ["boto3-debian", "awscli-debian", "s3cmd-debian", "rclone-debian"]


def trust(ca, folder):
    """What tells each family of clients to trust an authority of one's own; CA_FILE is for the
    adapters of those that must be told by a call."""
    ca = os.path.abspath(ca)
    names = ("CA_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE",
             "NODE_EXTRA_CA_CERTS")
    found = dict.fromkeys(names, ca)
    if shutil.which("keytool"):
        store = os.path.join(folder, "trust.p12")
        subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", ca,
                        "-keystore", store, "-storepass", "changeit"], check=True,
                       capture_output=True)
        found["JAVA_TOOL_OPTIONS"] = ("-Djavax.net.ssl.trustStore=%s "
                                      "-Djavax.net.ssl.trustStorePassword=changeit" % store)
    return found


def choose(words):
    """Names for words: names, "all", "installed", or a language."""
    names = []
    for word in words:
        if word == "all":
            found = list(ALL)
        elif word == "installed":
            found = INSTALLED
        elif word in ALL:
            found = [word]
        else:
            found = [n for n, c in ALL.items() if c.language.lower() == word.lower()]
        if not found:
            raise SystemExit("no such client: %s; there are %s" % (word, " ".join(ALL)))
        names += [n for n in found if n not in names]
    return names
