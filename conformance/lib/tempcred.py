# SPDX-License-Identifier: Apache-2.0
"""Temporary credentials that a client makes itself, as for Cloudflare R2."""

import base64
import hashlib
import hmac
import json
import time

import s3raw


def _b64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def jwt(secret, claims, header=None):
    head = {"alg": "HS256", "typ": "JWT"} if header is None else header
    text = "%s.%s" % (_b64url(json.dumps(head).encode()), _b64url(json.dumps(claims).encode()))
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return text + "." + _b64url(mac)


def claims(access, bucket, scope="object-read-write", ttl=600, **more):
    now = int(time.time())
    out = {"bucket": bucket, "scope": scope, "sub": "account", "iss": access,
           "aud": "localhost", "iat": now, "exp": now + ttl}
    out.update(more)
    return {k: v for k, v in out.items() if v is not None}


class Holder:
    """Asks with such a credential of t's own key, or of another (access, secret)."""

    def __init__(self, t, bucket, scope="object-read-write", key=None, header=None, token=None,
                 sign=None, **more):
        access, secret = key or (t.s3.access, t.s3.secret)
        made = token or jwt(sign or secret, claims(access, bucket, scope, **more), header)
        self.t = t
        self.secret = hashlib.sha256(made.encode()).hexdigest()
        self.token = base64.b64encode(b"jwt/" + made.encode()).decode()
        self.access = access

    def __call__(self, method, bucket=None, key=None, body=b"", query=None, headers=None):
        headers = dict(headers or {}, **{"x-amz-security-token": self.token})
        return self.t.s3.request(method, bucket, key, query, headers, body,
                                 signer=s3raw.Signer(self.access, self.secret, self.t.region))
