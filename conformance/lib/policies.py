# SPDX-License-Identifier: Apache-2.0
"""Policies, buckets that take public ones, and users that have nothing but what they got."""

import json
import re
import urllib.parse

import s3raw

OFF = ("<PublicAccessBlockConfiguration>%s</PublicAccessBlockConfiguration>" % "".join(
    "<%s>%%s</%s>" % (k, k) for k in ("BlockPublicAcls", "IgnorePublicAcls",
                                      "BlockPublicPolicy", "RestrictPublicBuckets")))


def arn(bucket, key=None):
    return "arn:aws:s3:::%s%s" % (bucket, "" if key is None else "/" + key)


def statement(effect, action, resource, principal="*", **condition):
    """principal=None for an identity's policy; a condition is operator={key: value}."""
    out = {"Effect": effect, "Action": action, "Resource": resource}
    if principal is not None:
        out["Principal"] = principal
    if condition:
        out["Condition"] = {k.replace("__", ":"): v for k, v in condition.items()}
    return out


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def block(t, bucket, acls=False, ignore=False, policy=False, restrict=False):
    body = OFF % tuple(str(x).lower() for x in (acls, ignore, policy, restrict))
    t.status(t.s3.put(bucket, None, body, {"Content-MD5": s3raw.md5_base64(body.encode())},
                      "publicAccessBlock"), 200)


def put(t, bucket, *statements):
    return t.s3.put(bucket, None, document(*statements), query="policy")


def bucket(t, *statements):
    """A bucket with that policy, public or not."""
    name = t.bucket()
    block(t, name)
    if statements:
        t.status(put(t, name, *[s(name) if callable(s) else s for s in statements]), 204)
    return name


def anonymous(t, method, bucket, key=None, query=None, headers=None, body=b""):
    return t.s3.request(method, bucket, key, query, headers, body, sign=None)


class User:
    """A user of the bucket owner's account, its key, and a client that signs with it."""

    def __init__(self, t, *statements):
        self.t = t
        self.name = "u" + t.name()[5:]
        t.buckets.pop()
        answer = self.call(Action="CreateUser", UserName=self.name)
        if answer.status in (404, 405, 501):
            t.skip("no users here")
        t.status(answer, 200)
        t.later.append(self.remove)
        self.arn = re.search(b"<Arn>(.*?)</Arn>", answer.body).group(1).decode()
        answer = t.status(self.call(Action="CreateAccessKey", UserName=self.name), 200)
        self.access = re.search(b"<AccessKeyId>(.*?)</AccessKeyId>", answer.body).group(1).decode()
        secret = re.search(b"<SecretAccessKey>(.*?)</SecretAccessKey>", answer.body).group(1)
        self.s3 = s3raw.Client(t.s3.endpoint, self.access, secret.decode(), t.region)
        if statements:
            self.may(*statements)

    def call(self, **parameters):
        body = urllib.parse.urlencode(dict(parameters, Version="2010-05-08"))
        return self.t.s3.request(
            "POST", None, None, None, {"Content-Type": "application/x-www-form-urlencoded"}, body,
            signer=self.t.s3.signer(service="iam"))

    def may(self, *statements):
        self.t.status(self.call(Action="PutUserPolicy", UserName=self.name, PolicyName="p",
                                PolicyDocument=document(*statements)), 200)

    def remove(self):
        self.call(Action="DeleteUserPolicy", UserName=self.name, PolicyName="p")
        self.call(Action="DeleteAccessKey", UserName=self.name, AccessKeyId=self.access)
        self.call(Action="DeleteUser", UserName=self.name)
        self.s3.close()

    def denied(self, answer, action, resource, why=None):
        """The sentence that AWS tells to people of the bucket's own account."""
        self.t.error(answer, 403, "AccessDenied",
                     'User: %s is not authorized to perform: %s%s %s' % (
                         self.arn, action, ' on resource: "%s"' % resource if resource else "",
                         why or "because no identity-based policy allows the %s action" % action))
