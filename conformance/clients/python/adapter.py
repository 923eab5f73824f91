# SPDX-License-Identifier: Apache-2.0
"""The loop of a Python adapter: an object with one method for each operation it has.

A method gets the request as keywords and returns None or a dictionary. Exceptions become
{"error": ...}: `codes` maps classes to codes, `code(exception)` may do better.
"""

import inspect
import json
import os
import socket
import sys
import traceback

ENDPOINT = os.environ["ENDPOINT"]
ACCESS_KEY = os.environ["ACCESS_KEY"]
SECRET_KEY = os.environ["SECRET_KEY"]
REGION = os.environ["REGION"]
WORK = os.environ["WORK"]
SECURE = ENDPOINT.startswith("https:")
AUTHORITY = ENDPOINT.split("://", 1)[1].rstrip("/")


class Unsupported(Exception):
    pass


class Adapter:
    codes = {}
    limits = {}

    def code(self, why):
        response = getattr(why, "response", None)
        if isinstance(response, dict):
            return response.get("Error", {}).get("Code")
        for kind, code in self.codes.items():
            if isinstance(why, kind):
                return code
        return getattr(why, "code", None)

    def own_steps(self):
        return [n[4:] for n in dir(self) if n.startswith("own_") and n != "own_steps"]

    def answer(self, request):
        op = request.pop("op")
        if op == "own":
            op = "own_" + request.pop("name")
        method = getattr(self, op, None)
        if method is None:
            return {"unsupported": "has no such call"}
        try:
            takes = inspect.signature(method).parameters
            for name in ("type", "meta", "delimiter"):
                if request.get(name) and name not in takes:
                    raise Unsupported("has no %s there" % name)
            got = method(**{k: v for k, v in request.items() if k in takes})
            return dict({"ok": True}, **(got or {}))
        except Unsupported as why:
            return {"unsupported": str(why)}
        except Exception as why:
            kind = type(why)
            return {"error": str(self.code(why) or ""), "type": kind.__name__,
                    "text": str(why)[:600] or repr(why),
                    "trace": traceback.format_exc()[-1500:]}

    def run(self, version):
        # What a library prints must not come between the answers.
        wire = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

        def say(message):
            wire.write(json.dumps(message) + "\n")
            wire.flush()
        say({"version": version, "own": self.own_steps(), "limits": self.limits,
             "common": hasattr(self, "get")})
        for line in sys.stdin:
            say(self.answer(json.loads(line)))


def resolve_localhost():
    """Names below localhost are this machine (RFC 6761); not every resolver knows."""
    ask = socket.getaddrinfo
    socket.getaddrinfo = lambda host, *rest, **more: ask(
        "127.0.0.1" if isinstance(host, str) and host.endswith(".localhost") else host,
        *rest, **more)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)
