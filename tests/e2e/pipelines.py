#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of docker/ci: settings that there are, keys that hold, and with `fetch` the schemas
of those services, by check-jsonschema.
"""

import os
import subprocess
import sys

from harness import Server, Skip, TOP, check, equal, run, run_tests

import clients

FOLDER = os.path.join(TOP, "docker", "ci")
SCHEMAS = {"github.yaml": "vendor.github-workflows", "gitlab.yaml": "vendor.gitlab-ci",
           "bitbucket.yaml": "vendor.bitbucket-pipelines"}
FETCH = "fetch" in sys.argv


def documents():
    try:
        import yaml
    except ImportError:
        raise Skip("there is no PyYAML here") from None
    equal(sorted(os.listdir(FOLDER)), sorted(SCHEMAS), "files")
    for name in SCHEMAS:
        with open(os.path.join(FOLDER, name)) as f:
            yield name, yaml.safe_load(f)


def settings(name, root):
    """What the service is started with."""
    if name == "github.yaml":
        return root["jobs"]["test"]["services"]["s3"]["env"]
    if name == "gitlab.yaml":
        return root["test"]["services"][0]["variables"]
    return root["definitions"]["services"]["s3"]["variables"]


def test_settings_start_a_server():
    for name, root in documents():
        env = settings(name, root)
        check(all(isinstance(v, str) for v in env.values()), "%s: texts only: %r" % (name, env))
        with Server(env=env) as server:
            code, _, err = run("wait", server.endpoint, "--buckets", env["TRUG_BUCKETS"])
            equal(code, 0, err)
            equal(run("reset", server.endpoint)[0], 0, name)


def test_settings_are_known():
    """A name that has no effect would be a wish, no setting."""
    known = run("settings")[1]
    for name, root in documents():
        for setting in settings(name, root):
            check("`%s`" % setting in known, "%s: %s" % (name, setting))


def test_schemas():
    if not FETCH:
        raise Skip("schemas are looked at with `fetch`")
    folder = os.path.join(clients.cache(), "check-jsonschema")
    tool = os.path.join(folder, "bin", "check-jsonschema")
    try:
        if not clients.fresh(folder):
            clients.command(sys.executable, "-m", "venv", folder)
            clients.command(os.path.join(folder, "bin", "pip"), "-q", "install",
                            "check-jsonschema")
            clients.mark(folder)
    except clients.Absent as why:
        raise Skip("cannot be had: %s" % why) from None
    for name, schema in SCHEMAS.items():
        done = subprocess.run([tool, "--builtin-schema", schema, os.path.join(FOLDER, name)],
                              capture_output=True, text=True, timeout=120)
        equal(done.returncode, 0, "%s: %s%s" % (name, done.stdout, done.stderr))


if __name__ == "__main__":
    raise SystemExit(run_tests(globals(), [n for n in sys.argv[1:] if n != "fetch"]))
