# SPDX-License-Identifier: Apache-2.0
"""Credentials made by their parent's holder: developers.cloudflare.com/r2/api/s3/
temporary-credentials"""

import time

import s3raw
from IamPolicies import in_world
from query import Query, allow
from tempcred import Holder, claims, jwt


def _refused(t, answer):
    t.error(answer, 403, "AccessDenied")


def TemporaryCredentials_read_write(t):
    name = t.bucket()
    ask = Holder(t, name)
    t.status(ask("PUT", name, "a/k", b"body"), 200)
    t.body(ask("GET", name, "a/k"), b"body")
    t.status(ask("HEAD", name, "a/k"), 200)
    t.status(ask("HEAD", name), 200)
    t.status(ask("PUT", name, "copy", headers={"x-amz-copy-source": "/%s/a/k" % name}), 200)
    listed = t.status(ask("GET", name, query="list-type=2"), 200).xml
    t.eq([c.get("Key") for c in listed.all("Contents")], ["a/k", "copy"])
    upload = t.status(ask("POST", name, "m", query="uploads"), 200).xml.get("UploadId")
    t.status(ask("PUT", name, "m", b"x", {"uploadId": upload, "partNumber": 1}), 200)
    t.status(ask("GET", name, "m", query={"uploadId": upload}), 200)
    t.status(ask("DELETE", name, "m", query={"uploadId": upload}), 204)
    t.status(ask("GET", name, query="location"), 200)
    t.status(ask("DELETE", name, "copy"), 204)


def TemporaryCredentials_no_other_bucket(t):
    name, other = t.bucket(), t.bucket()
    t.object(other, "k", b"x")
    t.object(name, "k", b"y")
    for scope in ("object-read-write", "admin-read-write"):
        ask = Holder(t, name, scope)
        _refused(t, ask("GET", other, "k"))
        _refused(t, ask("PUT", other, "k", b"z"))
        _refused(t, ask("GET", other))
        _refused(t, ask("PUT", t.name()))
        _refused(t, ask("DELETE", name))
        _refused(t, ask("GET"))
        _refused(t, ask("PUT", name, "c", headers={"x-amz-copy-source": "/%s/k" % other}))
        _refused(t, ask("PUT", other, "c", headers={"x-amz-copy-source": "/%s/k" % name}))
    t.body(t.s3.get(other, "k"), b"x")
    t.error(t.s3.get(name, "c"), 404, "NoSuchKey")


def TemporaryCredentials_read_only(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    for scope in ("object-read-only", "admin-read-only"):
        ask = Holder(t, name, scope)
        t.body(ask("GET", name, "k"), b"x")
        t.status(ask("GET", name), 200)
        _refused(t, ask("PUT", name, "k", b"y"))
        _refused(t, ask("DELETE", name, "k"))
        _refused(t, ask("POST", name, "k", query="uploads"))
        _refused(t, ask("PUT", name, "c", headers={"x-amz-copy-source": "/%s/k" % name}))
        _refused(t, ask("PUT", name, query="versioning", body=b"<VersioningConfiguration/>"))
        body = b"<Delete><Object><Key>k</Key></Object></Delete>"
        _refused(t, ask("POST", name, None, body, "delete"))
    t.body(t.s3.get(name, "k"), b"x")


def TemporaryCredentials_bucket_configuration(t):
    """Only the scopes admin-... reach it."""
    name = t.bucket()
    body = ("<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>").encode()
    sent = {"Content-MD5": s3raw.md5_base64(body)}
    _refused(t, Holder(t, name)("PUT", name, None, body, "tagging", sent))
    _refused(t, Holder(t, name)("GET", name, None, query="tagging"))
    t.status(Holder(t, name, "admin-read-write")("PUT", name, None, body, "tagging", sent), 204)
    t.status(Holder(t, name, "admin-read-only")("GET", name, query="tagging"), 200)
    _refused(t, Holder(t, name, "admin-read-only")("DELETE", name, query="tagging"))


def TemporaryCredentials_objects_only(t):
    """Headers do not bring in what object-... does not name."""
    name = t.bucket()
    ask = Holder(t, name)
    for headers in ({"x-amz-acl": "private"}, {"x-amz-tagging": "a=b"},
                    {"x-amz-object-lock-legal-hold": "ON"}):
        _refused(t, ask("PUT", name, "k", b"x", headers=headers))
    for query in ("acl", "tagging", "retention"):
        _refused(t, ask("GET", name, "k", query=query))
    _refused(t, ask("GET", name, query="versions"))
    _refused(t, ask("POST", name, "k", b"", "restore"))


def TemporaryCredentials_paths(t):
    name = t.bucket()
    for key in ("in/a", "in/b", "out/a", "one", "one/more"):
        t.object(name, key, key.encode())
    ask = Holder(t, name, paths={"prefixPaths": ["in/"], "objectPaths": ["one"]})
    t.body(ask("GET", name, "in/a"), b"in/a")
    t.body(ask("GET", name, "one"), b"one")
    t.status(ask("PUT", name, "in/c", b"x"), 200)
    for key in ("out/a", "one/more", "in", "i", "inn"):
        _refused(t, ask("GET", name, key))
        _refused(t, ask("PUT", name, key, b"x"))
        _refused(t, ask("DELETE", name, key))
        _refused(t, ask("POST", name, key, query="uploads"))
    listed = t.status(ask("GET", name, query="list-type=2&prefix=in/"), 200).xml
    t.eq([c.get("Key") for c in listed.all("Contents")], ["in/a", "in/b", "in/c"])
    t.status(ask("GET", name, query="uploads&prefix=in/sub"), 200)
    for query in (None, "list-type=2", "prefix=", "prefix=i", "prefix=one", "prefix=out/",
                  "uploads", "uploads&prefix=out"):
        _refused(t, ask("GET", name, query=query))
    _refused(t, ask("PUT", name, "in/d", headers={"x-amz-copy-source": "/%s/out/a" % name}))
    _refused(t, ask("PUT", name, "out/d", headers={"x-amz-copy-source": "/%s/in/a" % name}))
    t.status(ask("PUT", name, "in/d", headers={"x-amz-copy-source": "/%s/one" % name}), 200)
    body = ("<Delete><Object><Key>in/a</Key></Object><Object><Key>out/a</Key></Object>"
            "</Delete>").encode()
    root = t.status(ask("POST", name, None, body, "delete",
                        {"Content-MD5": s3raw.md5_base64(body)}), 200).xml
    t.eq([(r.name, r.get("Key"), r.get("Code")) for r in root.children()],
         [("Deleted", "in/a", None), ("Error", "out/a", "AccessDenied")])
    t.body(t.s3.get(name, "out/a"), b"out/a")


def TemporaryCredentials_no_paths_left(t):
    """Lists that are there and empty grant no key."""
    name = t.bucket()
    t.object(name, "k")
    for paths in ({}, {"prefixPaths": [], "objectPaths": []}):
        ask = Holder(t, name, paths=paths)
        _refused(t, ask("GET", name, "k"))
        _refused(t, ask("GET", name))


def TemporaryCredentials_actions(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    ask = Holder(t, name, "object-read-only", actions=["GetObject", "HeadObject"])
    t.body(ask("GET", name, "k"), b"x")
    t.status(ask("HEAD", name, "k"), 200)
    _refused(t, ask("GET", name, query="list-type=2"))
    _refused(t, ask("GET", name, query="location"))
    ask = Holder(t, name, None, actions=["ListObjectsV2", "PutObject"])
    t.status(ask("GET", name, query="list-type=2"), 200)
    _refused(t, ask("GET", name))
    t.status(ask("PUT", name, "p", b"y"), 200)
    _refused(t, ask("GET", name, "p"))
    _refused(t, ask("POST", name, "p", query="uploads"))
    _refused(t, ask("PUT", name, "c", headers={"x-amz-copy-source": "/%s/k" % name}))
    # Of a scope and a list what both allow.
    ask = Holder(t, name, "object-read-only", actions=["GetObject", "PutObject"])
    t.body(ask("GET", name, "k"), b"x")
    _refused(t, ask("PUT", name, "k", b"y"))


def TemporaryCredentials_presigned(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    ask = Holder(t, name, "object-read-only")
    signer = s3raw.Signer(ask.access, ask.secret, t.region)
    token = [("X-Amz-Security-Token", ask.token)]
    t.body(t.s3.request("GET", name, "k", token, sign="presign", signer=signer), b"x")
    t.error(t.s3.request("PUT", name, "k", token, body=b"y", sign="presign", signer=signer), 403,
            "AccessDenied")


def TemporaryCredentials_bad_token(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    access, secret = t.s3.access, t.s3.secret
    good = jwt(secret, claims(access, name))
    head, body, mac = good.split(".")
    bad = [dict(sign="wrong"), dict(header={"alg": "none"}), dict(header={"alg": "HS512"}),
           dict(header={"alg": "HS256", "crit": ["x"]}), dict(iss="other"), dict(iss=None),
           dict(exp=None), dict(exp="soon"), dict(scope="all"), dict(scope=None),
           dict(scope=None, actions=[]), dict(actions=["Everything"]), dict(actions="GetObject"),
           dict(paths=["a"]), dict(paths={"prefixPaths": "a"}), dict(paths={"objectPaths": [1]}),
           dict(nbf=int(time.time()) + 3600), dict(iat=int(time.time()) + 3600)]
    for how in bad:
        t.error(Holder(t, name, **how)("GET", name, "k"), 400, "InvalidToken")
    for token in (head + "." + body + ".", head + "." + body, "x", good + ".x",
                  ".".join([head, body, ("A" if mac[0] != "A" else "B") + mac[1:]])):
        t.error(Holder(t, name, token=token)("GET", name, "k"), 400, "InvalidToken")
    t.error(Holder(t, None)("GET", name, "k"), 400, "InvalidToken")
    t.error(Holder(t, name, ttl=-1)("GET", name, "k"), 400, "ExpiredToken")
    # The token with its parent's secret, or with none of its own.
    ask = Holder(t, name)
    ask.secret = secret
    t.error(ask("GET", name, "k"), 403, "SignatureDoesNotMatch")


@in_world
def TemporaryCredentials_parent_is_the_limit(t, w, q):
    name = t.bucket()
    t.object(name, "k", b"x")
    user = q.user(allow("s3:GetObject", "arn:aws:s3:::%s/*" % name))
    key = q.key(user)
    pair = (key.access, key.secret)
    ask = Holder(t, name, key=pair)
    t.body(ask("GET", name, "k"), b"x")
    _refused(t, ask("PUT", name, "k", b"y"))
    _refused(t, ask("GET", name))
    # Gone with its parent.
    q.iam("DeleteAccessKey", UserName=user, AccessKeyId=key.access)
    t.error(ask("GET", name, "k"), 403, "InvalidAccessKeyId")


def TemporaryCredentials_denied_elsewhere(t):
    """Neither the query APIs nor the server itself are in any scope."""
    name = t.bucket()
    ask = Holder(t, name, "admin-read-write")
    q = Query(t, ask.access, ask.secret, ask.token)
    for service, action in (("sts", "GetCallerIdentity"), ("sts", "GetSessionToken"),
                            ("iam", "ListUsers"), ("iam", "GetUser")):
        q.refused(service, action, 403, "InvalidClientTokenId")
    # The server's own calls answer root, and nobody that root lent something to.
    t.eq(ask("GET", "_trug", "v1/stats").status, 403, "status of the control API")
    made = t.status(t.s3.get(name, query="session"), 200).xml
    session = s3raw.Signer(made.get("Credentials/AccessKeyId"),
                           made.get("Credentials/SecretAccessKey"), t.region, service="s3express")
    headers = {"x-amz-s3session-token": made.get("Credentials/SessionToken")}
    t.status(t.s3.request("GET", name, None, None, headers, signer=session), 200)
    t.eq(t.s3.request("GET", "_trug", "v1/stats", None, headers, signer=session).status, 403)
