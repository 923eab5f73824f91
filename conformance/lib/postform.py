# SPDX-License-Identifier: Apache-2.0
"""Forms as browsers post them, with a signed policy."""

import base64
import datetime
import hashlib
import hmac
import json

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


def at(**delta):
    return (datetime.datetime.now(datetime.timezone.utc)
            + datetime.timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _chain(key, *steps):
    for step in steps:
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return key


def sign(t, fields, conditions, expiration=None, policy=None, secret=None, access=None):
    """fields with policy and signature; conditions beside those for the signature's own."""
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    own = {"x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-date": stamp,
           "x-amz-credential": "%s/%s/%s/s3/aws4_request" % (access or t.s3.access, stamp[:8],
                                                             t.region)}
    if policy is None:
        policy = json.dumps({"expiration": expiration or at(minutes=10), "conditions":
                             list(conditions) + [{k: v} for k, v in own.items()]})
    text = base64.b64encode(policy.encode()).decode()
    key = _chain(b"AWS4" + (secret or t.s3.secret).encode(), stamp[:8], t.region, "s3",
                 "aws4_request")
    return list(fields) + list(own.items()) + [
        ("policy", text),
        ("x-amz-signature", hmac.new(key, text.encode(), hashlib.sha256).hexdigest())]


def sign_v2(t, fields, conditions, expiration=None):
    text = base64.b64encode(json.dumps({"expiration": expiration or at(minutes=10),
                                        "conditions": list(conditions)}).encode()).decode()
    mac = hmac.new(t.s3.secret.encode(), text.encode(), hashlib.sha1).digest()
    return list(fields) + [("AWSAccessKeyId", t.s3.access), ("policy", text),
                           ("signature", base64.b64encode(mac).decode())]


def body(fields, data, filename="photo.jpg", behind=(), boundary=BOUNDARY, end=True):
    parts = []
    for name, value in fields:
        parts.append(b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (
            boundary.encode(), name.encode(), value.encode()))
    if data is not None:
        parts.append(b'--%s\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n'
                     b"Content-Type: image/jpeg\r\n\r\n%s\r\n" % (
                         boundary.encode(), filename.encode(), data))
    for name, value in behind:
        parts.append(b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (
            boundary.encode(), name.encode(), value.encode()))
    return b"".join(parts) + (b"--%s--\r\n" % boundary.encode() if end else b"")


def send(t, name, whole, boundary=BOUNDARY, headers=None):
    headers = {"Content-Type": "multipart/form-data; boundary=" + boundary, **(headers or {})}
    return t.s3.post(name, None, None, whole, headers, sign=None)


def post(t, name, fields, data, conditions=None, **how):
    """A form whose policy allows exactly its fields, unless conditions are given."""
    if conditions is None:
        conditions = [{"bucket": name}] + [{k: v} for k, v in fields]
    return send(t, name, body(sign(t, fields, conditions), data, **how))
