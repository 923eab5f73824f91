#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What docker/kind and docker/helm say of a cluster, without one: every argument, name of the
environment, mount and probe is read from the files and used on a server of this build, as a
kubelet would; what Pod Security calls restricted is checked, and so are the schemas.

`make check-e2e` reads docker/kind/trug.yaml, as it is. Helm, kustomize and the schemas are
fetched by `cluster.py fetch` (make check-clients); without, what needs them is skipped where
they are not on the path.
"""

import base64
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import certs
from harness import TOP, Skip, binary, check, equal, free_port, run_tests, until
import clients
import s3raw

try:
    import yaml
except ImportError:
    yaml = None

KIND, CHART = os.path.join(TOP, "docker", "kind"), os.path.join(TOP, "docker", "helm", "trug")
FETCH = "fetch" in sys.argv
TOOLS = {
    "helm": clients.go_tool("helm.sh/helm/v3//cmd/helm@v3.19.0", "helm"),
    "kustomize": clients.go_tool("sigs.k8s.io/kustomize/kustomize/v5@v5.7.1", "kustomize"),
    "kubernetes-validate": clients.pip_tool("kubernetes-validate"),
}
KUBE = "1.31.0"


def tool(name):
    if FETCH:
        return TOOLS[name](name)
    path = shutil.which(name) or os.path.join(clients.cache(), "bin", name)
    if not os.access(path, os.X_OK):
        path = os.path.join(clients.cache(), name, "bin", name)
    if not os.access(path, os.X_OK):
        raise Skip("there is no %s; cluster.py fetch" % name)
    return path


def run(*argv, **how):
    done = subprocess.run(argv, capture_output=True, timeout=300, **how)
    check(done.returncode == 0, "%s: %s" % (argv, done.stderr.decode() or done.stdout.decode()))
    return done.stdout.decode()


def documents(text):
    if yaml is None:
        raise Skip("there is no PyYAML")
    return [d for d in yaml.safe_load_all(text) if d]


def pick(docs, kind, name=None):
    found = [d for d in docs if d["kind"] == kind and name in (None, d["metadata"]["name"])]
    check(found, "there is no %s %s" % (kind, name or ""))
    return found[0]


def static():
    with open(os.path.join(KIND, "trug.yaml")) as f:
        return f.read()


def built(overlay):
    return run(tool("kustomize"), "build", os.path.join(KIND, "overlays", overlay))


def templated(values):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        json.dump(values, f)
        f.flush()
        return run(tool("helm"), "template", "x", CHART, "--kube-version", KUBE, "-f", f.name)


# ---- what a kubelet does with it ----

def secret_data(doc):
    data = {k: base64.b64decode(v) for k, v in doc.get("data", {}).items()} \
        if doc["kind"] == "Secret" else {k: v.encode() for k, v in doc.get("data", {}).items()}
    data.update({k: v.encode() for k, v in doc.get("stringData", {}).items()})
    return data


class Pod:
    """The deployment's container as a process of this build. extra: secrets that the files
    name and do not hold."""

    def __init__(self, text, extra=()):
        self.docs = documents(text) + list(extra)
        self.deployment = pick(self.docs, "Deployment")
        self.spec = self.deployment["spec"]["template"]["spec"]
        self.container, = self.spec["containers"]
        self.home = tempfile.mkdtemp(prefix="trug-cluster-")
        self.port = free_port()
        self.mounts = {m["mountPath"]: self.volume(m) for m in self.container["volumeMounts"]}

    def volume(self, mount):
        """The folder that stands for a volume, with its files."""
        folder = os.path.join(self.home, mount["name"])
        os.makedirs(folder)
        volume, = [v for v in self.spec["volumes"] if v["name"] == mount["name"]]
        if "secret" not in volume:
            check("emptyDir" in volume or pick(
                self.docs, "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]),
                "a volume of a known kind")
            return folder
        check(mount.get("readOnly"), "%s can be written" % mount["name"])
        data = secret_data(pick(self.docs, "Secret", volume["secret"]["secretName"]))
        items = volume["secret"].get("items") or [{"key": k, "path": k} for k in data]
        for item in items:
            with open(os.path.join(folder, item["path"]), "wb") as f:
                f.write(data[item["key"]])
        return folder

    def place(self, text):
        """A path or address of the container on this machine."""
        for mount, folder in self.mounts.items():
            if text == mount or text.startswith(mount + "/"):
                return folder + text[len(mount):]
        for address in (":9000", "0.0.0.0:9000"):
            if text == address:
                return "127.0.0.1:%d" % self.port
        return text

    def environment(self):
        env = {}
        for source in self.container.get("envFrom", []):
            kind, name = ("Secret", source["secretRef"]["name"]) if "secretRef" in source \
                else ("ConfigMap", source["configMapRef"]["name"])
            env.update({k: v.decode() for k, v in secret_data(pick(self.docs, kind, name)).items()})
        for one in self.container.get("env", []):
            if "value" in one:
                env[one["name"]] = one["value"]
            else:
                ref = one["valueFrom"]["secretKeyRef"]
                env[one["name"]] = secret_data(
                    pick(self.docs, "Secret", ref["name"]))[ref["key"]].decode()
        return {k: self.place(v) for k, v in env.items()}

    def known(self):
        """Every TRUG_ name is one that the server has."""
        settings = run(binary(), "settings")
        for name in self.environment():
            check("`%s`" % name in settings, "%s is no setting" % name)

    def __enter__(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("TRUG_", "MINIO_"))}
        env.update(self.environment())
        self.log = os.path.join(self.home, "log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [binary()] + [self.place(a) for a in self.container["args"]], env=env,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.home)
        return self

    def __exit__(self, kind, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(self.spec["terminationGracePeriodSeconds"])
        with open(self.log, errors="replace") as f:
            text = f.read()
        shutil.rmtree(self.home)
        check(kind or code == 0, "it left with %r: %s" % (code, text))
        check(kind or "has no effect" not in text, text)

    def url(self, scheme):
        return "%s://127.0.0.1:%d" % (scheme.lower(), self.port)

    def ask(self, name):
        probe = self.container[name]["httpGet"]
        numbers = {p.get("name"): p["containerPort"] for p in self.container["ports"]}
        equal(numbers.get(probe["port"], probe["port"]), 9000, "the port of " + name)
        url = self.url(probe.get("scheme", "HTTP")) + probe["path"]
        try:
            with urllib.request.urlopen(url, timeout=probe.get("timeoutSeconds", 1),
                                        context=ssl._create_unverified_context()) as answer:
                return 200 <= answer.status < 400
        except OSError:
            return False

    def ready(self):
        """As a kubelet: the start, then both others; how long it took."""
        began, probe = time.monotonic(), self.container["startupProbe"]
        allowed = probe["periodSeconds"] * probe["failureThreshold"]
        while not self.ask("startupProbe"):
            check(self.process.poll() is None, open(self.log).read())
            check(time.monotonic() - began < allowed, "it does not start")
            time.sleep(0.02)
        took = time.monotonic() - began
        until("it is ready", lambda: self.ask("readinessProbe"))
        until("it is alive", lambda: self.ask("livenessProbe"))
        return took

    def client(self, access=None, secret=None):
        env = self.environment()
        scheme = "https" if "TRUG_TLS_DIR" in env else "http"
        return s3raw.Client(self.url(scheme), access or env["TRUG_ROOT_USER"],
                            secret or env["TRUG_ROOT_PASSWORD"])


def restricted(pod):
    """kubernetes.io/docs/concepts/security/pod-security-standards, "Restricted"."""
    spec, own = pod.spec, pod.container["securityContext"]
    whole = spec["securityContext"]
    equal(whole["runAsNonRoot"], True)
    check(whole.get("runAsUser", 1) != 0, "not root")
    equal(whole["seccompProfile"]["type"], "RuntimeDefault")
    equal(own["allowPrivilegeEscalation"], False)
    equal(own["capabilities"], {"drop": ["ALL"]})
    for name in ("hostNetwork", "hostPID", "hostIPC", "initContainers"):
        check(name not in spec, name)
    allowed = {"emptyDir", "secret", "configMap", "persistentVolumeClaim", "projected"}
    for volume in spec["volumes"]:
        check(set(volume) - {"name"} <= allowed, volume)
    # And what is ours: nothing is written but to volumes, no token, one pod at a time.
    equal(own["readOnlyRootFilesystem"], True)
    equal((spec["automountServiceAccountToken"], spec["enableServiceLinks"]), (False, False))
    equal(pod.deployment["spec"]["strategy"]["type"], "Recreate")


def wired(pod):
    """Services reach the pod's port."""
    labels = pod.deployment["spec"]["template"]["metadata"]["labels"]
    names = {p.get("name"): p["containerPort"] for p in pod.container["ports"]}
    check(pod.deployment["spec"]["selector"]["matchLabels"].items() <= labels.items(), "selector")
    for service in (d for d in pod.docs if d["kind"] == "Service"):
        check(service["spec"]["selector"].items() <= labels.items(), service["metadata"]["name"])
        for port in service["spec"]["ports"]:
            equal(names.get(port["targetPort"], port["targetPort"]), 9000, "targetPort")


def runs(pod, *buckets):
    """All of the above; afterwards the buckets are there at once."""
    restricted(pod)
    wired(pod)
    pod.known()
    with pod:
        took = pod.ready()
        s3 = pod.client()
        for name in buckets:
            equal(s3.head(name).status, 200, "bucket %s when it is ready" % name)
        equal(s3.put("probe-bucket").status, 200)
        equal(s3.put("probe-bucket", "k", b"v").status, 200)
        equal(s3.get("probe-bucket", "k").body, b"v")
    return took


def validated(*texts):
    """Against the schemas of Kubernetes; what has none there (ServiceMonitor) is named."""
    program = tool("kubernetes-validate")
    for text in texts:
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            f.write(text)
            f.flush()
            run(program, "--strict", "-k", KUBE.rpartition(".")[0], f.name)


# ---- docker/kind ----

def test_static_manifest():
    took = runs(Pod(static()), "data")
    print("# ready after %.0f ms" % (took * 1000))


def test_kind_maps_the_node_port():
    with open(os.path.join(KIND, "cluster.yaml")) as f:
        cluster, = documents(f.read())
    mapping, = cluster["nodes"][0]["extraPortMappings"]
    service = pick(documents(static()), "Service", "trug-host")
    equal(mapping["containerPort"], service["spec"]["ports"][0]["nodePort"])
    settings = pick(documents(static()), "ConfigMap")["data"]["TRUG_PUBLIC_URLS"]
    check("%s:%d" % (mapping["listenAddress"], mapping["hostPort"]) in settings, settings)


def test_namespace_is_restricted():
    labels = pick(documents(static()), "Namespace")["metadata"]["labels"]
    equal(labels["pod-security.kubernetes.io/enforce"], "restricted")


def test_static_manifest_is_what_kustomize_builds():
    equal(documents(static()), documents(built("ephemeral")))


def test_overlay_with_a_claim():
    text = built("pvc")
    pod = Pod(text)
    check("TRUG_DURABILITY" not in pod.environment(), "durable by default")
    runs(pod, "data")


def authority():
    """The secret that the TLS overlay and the chart name."""
    with tempfile.TemporaryDirectory() as folder:
        certs.issue(folder)
        files = {}
        for key, name in (("tls.crt", "public.crt"), ("tls.key", "private.key")):
            with open(os.path.join(folder, name)) as f:
                files[key] = f.read()
    return {"kind": "Secret", "metadata": {"name": "trug-tls"}, "stringData": files}


def test_overlay_with_tls():
    pod = Pod(built("tls"), [authority()])
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        equal(pod.container[name]["httpGet"]["scheme"], "HTTPS", name)
    runs(pod, "data")


def test_schemas_of_docker_kind():
    validated(static(), built("ephemeral"), built("pvc"), built("tls"))


# ---- docker/Dockerfile, docker/compose.yaml ----

def dockerfile():
    """What the image runs: {"ENTRYPOINT": [...], "CMD": [...], "HEALTHCHECK": [...]}."""
    out = {}
    with open(os.path.join(TOP, "docker", "Dockerfile")) as f:
        for line in f:
            word, _, rest = line.strip().partition(" ")
            if word in ("ENTRYPOINT", "CMD", "HEALTHCHECK", "USER", "EXPOSE", "VOLUME"):
                out[word] = json.loads(rest[rest.index("["):]) if "[" in rest else rest
    return out


def compose_pod():
    """The service of compose.yaml with the image's command, as a pod has it."""
    image = dockerfile()
    with open(os.path.join(TOP, "docker", "compose.yaml")) as f:
        compose, = documents(f.read())
    service, = compose["services"].values()
    equal(image["ENTRYPOINT"], ["/trug"])
    mounts = [v.split(":")[:2] for v in service["volumes"]]
    check({name for name, _ in mounts} <= set(compose["volumes"]), "volumes")
    equal({image["VOLUME"]}, {path for _, path in mounts})
    ports = [p.split(":") for p in service["ports"]]
    equal([p[-1] for p in ports], [image["EXPOSE"]])
    equal(ports[0][0], "127.0.0.1", "well-known keys are for this machine only")
    equal((service["read_only"], service["cap_drop"], service["security_opt"]),
          (True, ["ALL"], ["no-new-privileges:true"]))
    probe = {"httpGet": {"path": "/minio/health/ready", "port": 9000}, "periodSeconds": 1,
             "failureThreshold": 10}
    return image, Pod(json.dumps({
        "kind": "Deployment", "metadata": {"name": "compose"}, "spec": {"template": {"spec": {
            "terminationGracePeriodSeconds": 10,
            "volumes": [{"name": name, "emptyDir": {}} for name, _ in mounts],
            "containers": [{
                "args": service.get("command", image["CMD"]), "startupProbe": probe,
                "readinessProbe": probe, "livenessProbe": probe,
                "ports": [{"containerPort": int(image["EXPOSE"])}],
                "env": [{"name": k, "value": v} for k, v in service["environment"].items()],
                "volumeMounts": [{"name": name, "mountPath": path} for name, path in mounts],
            }]}}}}))


def test_compose_runs_the_image():
    image, pod = compose_pod()
    pod.known()
    equal(image["USER"].partition(":")[2], "0", "what is written to belongs to group 0")
    check(image["USER"][0] != "0", "not root")
    with pod:
        pod.ready()
        equal(pod.client().put("bkt").status, 200)
        done = subprocess.run([binary()] + image["HEALTHCHECK"][1:] + [pod.url("http")])
        equal((image["HEALTHCHECK"][0], done.returncode), ("/trug", 0), "health check")
    done = subprocess.run([binary()] + image["HEALTHCHECK"][1:] + [pod.url("http")],
                          stderr=subprocess.DEVNULL)
    equal(done.returncode, 1, "health check of what is gone")


# ---- docker/helm ----

VALUES = {
    "rootUser": "rootuser", "rootPassword": "rootpassword",
    "buckets": [{"name": "data", "policy": "download", "versioning": True,
                 "tags": {"team": "blue"}},
                {"name": "locked", "objectlocking": True},
                {"name": "inbox", "policy": "upload"}, {"name": "plain", "policy": "none"}],
    "policies": [{"name": "writes", "statements": [
        {"actions": ["s3:PutObject", "s3:GetObject"], "resources": ["arn:aws:s3:::data/*"],
         "conditions": [{"StringNotLike": '"aws:UserAgent": "bad*"'}]}]}],
    "users": [{"accessKey": "writer", "secretKey": "writersecret", "policy": "writes"},
              {"accessKey": "boss", "secretKey": "bosssecret", "policy": "readwrite,diagnostics"}],
    "svcaccts": [{"accessKey": "second", "secretKey": "secondsecret", "user": "boss"},
                 {"accessKey": "narrow", "secretKey": "narrowsecret", "user": "writer", "policy": {
                     "statements": [{"actions": ["s3:GetObject"],
                                     "resources": ["arn:aws:s3:::*"]}]}}],
}


def test_chart_without_values():
    runs(Pod(templated({})))


def test_chart_declares_buckets_and_users():
    pod = Pod(templated(VALUES))
    restricted(pod)
    pod.known()
    with pod:
        pod.ready()
        root = pod.client()
        for name in ("data", "locked", "inbox", "plain"):
            equal(root.head(name).status, 200, name)
        check(b"Enabled" in root.get("data", query="versioning").body, "versioning")
        check(b"blue" in root.get("data", query="tagging").body, "tags")
        check(b"Enabled" in root.get("locked", query="object-lock").body, "lock")
        writer = pod.client("writer", "writersecret")
        equal(writer.put("data", "k", b"v").status, 200)
        equal(writer.put("data", "k", b"v", {"User-Agent": "bad one"}).status, 403)
        equal(writer.put("plain", "k", b"v").status, 403)
        for access, secret in (("boss", "bosssecret"), ("second", "secondsecret")):
            equal(pod.client(access, secret).put("plain", "k", b"v").status, 200, access)
        narrow = pod.client("narrow", "narrowsecret")
        equal(narrow.get("data", "k").status, 200)
        equal(narrow.put("data", "k", b"v").status, 403, "not of its own policy")
        equal(narrow.get("plain", "k").status, 403, "not of its user's")
        for name, key, method, want in (("data", "k", "GET", 200), ("plain", "k", "GET", 403),
                                        ("inbox", "k", "PUT", 200), ("inbox", "k", "GET", 403)):
            equal(root.request(method, name, key, sign=None).status, want, (name, method))


def test_chart_with_everything_else():
    values = dict(VALUES, persistence={"enabled": True, "storageClass": "fast"},
                  service={"type": "NodePort"}, ingress={"enabled": True, "ingressClassName": "n"},
                  tls={"enabled": True, "certSecret": "trug-tls"},
                  metrics={"serviceMonitor": {"enabled": True}},
                  environment={"TRUG_REGION": "eu-central-1", "TRUG_LOG_FORMAT": "json"},
                  extraArgs=["--max-connections=100"], resources={"limits": {"memory": "64Mi"}})
    text = templated(values)
    pod = Pod(text, [authority()])
    restricted(pod)
    wired(pod)
    pod.known()
    monitor = pick(pod.docs, "ServiceMonitor")["spec"]["endpoints"][0]
    with pod:
        pod.ready()
        scheme = monitor["scheme"]
        with urllib.request.urlopen(pod.url(scheme) + monitor["path"],
                                    context=ssl._create_unverified_context()) as answer:
            check(b"minio_cluster_bucket_total" in answer.read(), "metrics for everybody")
    equal(pick(pod.docs, "PersistentVolumeClaim")["spec"]["storageClassName"], "fast")
    ports = {p["name"] for p in pick(pod.docs, "Service")["spec"]["ports"]}
    equal((monitor["port"] in ports, scheme), (True, "https"))


def test_chart_takes_a_secret_that_is_there():
    pod = Pod(templated({"existingSecret": "mine"}), [
        {"kind": "Secret", "metadata": {"name": "mine"},
         "stringData": {"rootUser": "mineuser", "rootPassword": "minepassword"}}])
    equal([d["metadata"]["name"] for d in pod.docs if d["kind"] == "Secret"],
          ["x-trug-declared", "mine"])
    runs(pod)


def test_chart_refuses_what_is_not_here():
    for values, word in (({"mode": "distributed"}, "mode"), ({"replicas": 4}, "replicas"),
                         ({"customCommands": []}, "customCommands"),
                         ({"tls": {"enabled": True}}, "tls.certSecret"),
                         ({"buckets": [{"name": "b", "policy": "open"}]}, "none, download"),
                         ({"buckets": [{"name": "b", "purge": True}]}, "purge"),
                         ({"users": [{"accessKey": "u", "existingSecret": "s"}]}, "secretKey"),
                         ({"svcaccts": [{"accessKey": "a", "secretKey": "b", "user": "c"}]},
                          "not in users")):
        try:
            templated(values)
        except AssertionError as why:
            check(word in str(why), "%r is not in %s" % (word, why))
        else:
            raise AssertionError("%r is taken" % values)


def test_schemas_of_docker_helm():
    run(tool("helm"), "lint", "--strict", CHART)
    full = dict(VALUES, persistence={"enabled": True}, service={"type": "NodePort"},
                ingress={"enabled": True}, tls={"enabled": True, "certSecret": "trug-tls"})
    validated(templated({}), templated(full))


if __name__ == "__main__":
    sys.exit(run_tests(globals(), [a for a in sys.argv[1:] if a != "fetch"]))
