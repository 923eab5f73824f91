# SPDX-License-Identifier: Apache-2.0
import datetime

import s3raw


def _session(t, name, mode=None):
    """(headers, signer) of requests within a new session."""
    answer = t.s3.get(name, query="session",
                      headers={"x-amz-create-session-mode": mode} if mode else None)
    root = t.status(answer, 200).xml
    t.eq((root.name, root.namespace, root.names()),
         ("CreateSessionResult", "http://s3.amazonaws.com/doc/2006-03-01/", ["Credentials"]))
    got = root.all("Credentials")[0]
    t.eq(sorted(got.names()), ["AccessKeyId", "Expiration", "SecretAccessKey", "SessionToken"])
    until = datetime.datetime.strptime(got.get("Expiration"), "%Y-%m-%dT%H:%M:%S.%fZ")
    left = (until - datetime.datetime.utcnow()).total_seconds()
    t.ok(200 < left <= 301, "%d seconds left" % left)
    signer = s3raw.Signer(got.get("AccessKeyId"), got.get("SecretAccessKey"), t.region,
                          service="s3express")
    return {"x-amz-s3session-token": got.get("SessionToken")}, signer


def _ask(t, session, method, name, key=None, body=b"", query=None, headers=None):
    return t.s3.request(method, name, key, query, dict(headers or {}, **session[0]), body,
                        signer=session[1])


def CreateSession_reads_and_writes_its_bucket(t):
    name = t.bucket()
    for mode in (None, "ReadWrite"):
        session = _session(t, name, mode)
        t.status(_ask(t, session, "PUT", name, "k", b"body"), 200)
        t.body(_ask(t, session, "GET", name, "k"), b"body")
        t.status(_ask(t, session, "GET", name, query="list-type=2"), 200)
        t.status(_ask(t, session, "DELETE", name, "k"), 204)


def CreateSession_no_other_bucket(t):
    name, other = t.bucket(), t.bucket()
    t.object(other, "k", b"x")
    session = _session(t, name)
    t.error(_ask(t, session, "GET", other, "k"), 403, "AccessDenied")
    t.error(_ask(t, session, "GET", None), 403, "AccessDenied")
    t.error(_ask(t, session, "PUT", other, "k", b"y"), 403, "AccessDenied")
    t.body(t.s3.get(other, "k"), b"x")


def CreateSession_read_only(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    session = _session(t, name, "ReadOnly")
    t.body(_ask(t, session, "GET", name, "k"), b"x")
    t.error(_ask(t, session, "PUT", name, "k", b"y"), 403, "AccessDenied")
    t.error(_ask(t, session, "DELETE", name, "k"), 403, "AccessDenied")
    t.error(_ask(t, session, "GET", name, query="session"), 403, "AccessDenied")
    t.body(t.s3.get(name, "k"), b"x")


def CreateSession_does_not_widen(t):
    """Out of a session there is no other one."""
    name = t.bucket()
    t.error(_ask(t, _session(t, name), "GET", name, query="session"), 403, "AccessDenied")


def CreateSession_bad(t):
    name = t.bucket()
    t.error(t.s3.get(name, query="session", headers={"x-amz-create-session-mode": "All"}), 400,
            "InvalidArgument", ArgumentName="x-amz-create-session-mode", ArgumentValue="All")
    t.error(t.s3.get(t.name(), query="session"), 404, "NoSuchBucket")
    headers, signer = _session(t, name)
    wrong = dict(headers)
    token = headers["x-amz-s3session-token"]
    wrong["x-amz-s3session-token"] = token[:40] + ("A" if token[40] != "A" else "B") + token[41:]
    t.status(t.s3.request("GET", name, None, None, wrong, signer=signer), (400, 403))
    # Without its token, or for the plain service, the key opens nothing.
    t.status(t.s3.request("GET", name, signer=signer), (400, 403))
    signer.service = "s3"
    t.status(t.s3.request("GET", name, None, None, headers, signer=signer), (400, 403))


def CreateSession_denied(t):
    name = t.bucket()
    t.error(t.s3.request("GET", name, None, "session", sign=None), 403, "AccessDenied")
    t.error(t.s3.request("GET", name, None, "session", signer=t.s3.signer(secret="wrong")), 403,
            "SignatureDoesNotMatch")
