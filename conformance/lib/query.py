# SPDX-License-Identifier: Apache-2.0
"""Calls of the query APIs (IAM, STS): a form over POST /, signed over its digest."""

import hashlib
import json
import urllib.parse

import s3raw

VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}
NAMESPACES = {"iam": "https://iam.amazonaws.com/doc/2010-05-08/",
              "sts": "https://sts.amazonaws.com/doc/2011-06-15/"}


def allow(action, resource="*", **more):
    """A policy with one statement."""
    statement = {"Effect": "Allow", "Action": action}
    if resource is not None:
        statement["Resource"] = resource
    statement.update(more)
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(*principals, **more):
    return allow("sts:AssumeRole", None, Principal={"AWS": list(principals)}, **more)


def flat(params):
    """{"Tags": [{"Key": ...}]} as Tags.member.1.Key, the way of these services."""
    out = []

    def put(name, value):
        if isinstance(value, dict):
            for key, inner in value.items():
                put("%s.%s" % (name, key), inner)
        elif isinstance(value, list):
            for number, inner in enumerate(value, 1):
                put("%s.member.%d" % (name, number), inner)
        else:
            out.append((name, str(value)))

    for name, value in params.items():
        put(name, value)
    return out


class Query:
    """Calls by one caller: keys and, for a session, its token."""

    def __init__(self, t, access=None, secret=None, token=None):
        self.t, self.token = t, token
        self.access = access or t.s3.access
        self.secret = secret or t.s3.secret
        self.made = []

    def send(self, service, action, params=None, signed=True, version=None, body=None,
             scope=None, **bent):
        fields = [("Action", action), ("Version", version or VERSIONS[service])]
        text = body if body is not None else urllib.parse.urlencode(
            fields + flat(params or {}))
        headers = [("Host", self.t.s3.authority),
                   ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
        if signed:
            signer = s3raw.Signer(**dict(dict(access=self.access, secret=self.secret,
                                              region=self.t.region, service=scope or service), **bent))
            headers.append(("X-Amz-Date", signer.stamp))
            if self.token:
                headers.append(("X-Amz-Security-Token", self.token))
            digest = hashlib.sha256(text.encode()).hexdigest()
            headers.append(("Authorization",
                            signer.header("POST", "/", [], headers, digest)))
        headers.append(("Content-Length", str(len(text.encode()))))
        return self.t.s3.send("POST", "/", headers, text.encode())

    def iam(self, action, **params):
        """The result of a call that has to succeed."""
        return self.result("iam", action, self.send("iam", action, params))

    def sts(self, action, **params):
        return self.result("sts", action, self.send("sts", action, params))

    def result(self, service, action, answer):
        t = self.t
        t.status(answer, 200)
        root = answer.xml
        t.eq(root.name, action + "Response", "root element")
        t.eq(root.namespace, NAMESPACES[service], "namespace")
        t.eq(root.get("ResponseMetadata/RequestId"), answer.header("x-amzn-RequestId"),
             "RequestId")
        t.eq(answer.header("Content-Type"), "text/xml", "Content-Type")
        found = root.all(action + "Result")
        return found[0] if found else None

    def refused(self, service, action, status, code, message=None, **params):
        return self.error(service, self.send(service, action, params), status, code, message)

    def error(self, service, answer, status, code, message=None):
        t = self.t
        t.status(answer, status)
        root = answer.xml
        t.eq(root.name, "ErrorResponse", "root element in %r" % answer)
        t.eq(root.namespace, NAMESPACES[service], "namespace")
        t.eq(root.get("Error/Type"), "Sender", "Type")
        t.eq(root.get("Error/Code"), code, "Code in %r" % answer)
        if message is not None:
            t.eq(root.get("Error/Message"), message, "Message")
        t.eq(root.get("RequestId"), answer.header("x-amzn-RequestId"), "RequestId")
        t.refused(answer, code)

    # ---- things that a case makes, and that go with it ----

    def user(self, policy=None):
        name = self.t.name()
        self.t.buckets.remove(name)
        self.iam("CreateUser", UserName=name)
        self.made.append(name)
        if policy:
            self.iam("PutUserPolicy", UserName=name, PolicyName="p", PolicyDocument=policy)
        return name

    def key(self, user):
        key = self.iam("CreateAccessKey", UserName=user).all("AccessKey")[0]
        return Query(self.t, key.get("AccessKeyId"), key.get("SecretAccessKey"))

    def drop_users(self):
        for name in self.made:
            for key in self.iam("ListAccessKeys", UserName=name).all(
                    "AccessKeyMetadata/member"):
                self.iam("DeleteAccessKey", UserName=name,
                         AccessKeyId=key.get("AccessKeyId"))
            for policy in self.iam("ListUserPolicies", UserName=name).all(
                    "PolicyNames/member"):
                self.iam("DeleteUserPolicy", UserName=name, PolicyName=policy.value)
            for policy in self.iam("ListAttachedUserPolicies", UserName=name).all(
                    "AttachedPolicies/member"):
                self.iam("DetachUserPolicy", UserName=name,
                         PolicyArn=policy.get("PolicyArn"))
            for group in self.iam("ListGroupsForUser", UserName=name).all("Groups/member"):
                self.iam("RemoveUserFromGroup", UserName=name,
                         GroupName=group.get("GroupName"))
            self.iam("DeleteUser", UserName=name)
        self.made = []

    def session(self, credentials):
        return Query(self.t, credentials.get("Credentials/AccessKeyId"),
                     credentials.get("Credentials/SecretAccessKey"),
                     credentials.get("Credentials/SessionToken"))

    def s3(self):
        """A client of S3 with these keys; a token goes into each request's headers."""
        client = s3raw.Client(self.t.s3.endpoint, self.access, self.secret, self.t.region)
        return client

    def headers(self):
        return {"x-amz-security-token": self.token} if self.token else {}
