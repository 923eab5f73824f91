# SPDX-License-Identifier: Apache-2.0
import json

import control
from xml.sax.saxutils import escape


def _policy(t, name):
    return json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::%s:root" % control.ACCOUNT},
        "Action": "s3:GetObject",
        "Resource": control.point_arn(t, name) + "/object/*"}]})


def PutAccessPointPolicy_round_trip(t):
    c = control.Control(t)
    name, _ = c.point(t.bucket())
    policy = _policy(t, name)
    c.good(c.put_policy(name, escape(policy)), 200)
    root = c.good(c.ask("GET", "accesspoint/%s/policy" % name), 200, "GetAccessPointPolicyResult")
    t.eq(json.loads(root.get("Policy")), json.loads(policy))
    c.good(c.ask("DELETE", "accesspoint/%s/policy" % name), 204)
    c.delete(name)


def PutAccessPointPolicy_bad(t):
    c = control.Control(t)
    name, _ = c.point(t.bucket())
    for policy in ("", "x", "[]", "{}", "{&quot;Statement&quot;:"):
        c.error(c.put_policy(name, policy), 400, "MalformedPolicy")
    c.error(c.put_policy(name, '{"Statement":[],"Id":"%s"}' % ("x" * 20500)), 400,
            "MalformedPolicy")
    c.error(c.ask("PUT", "accesspoint/%s/policy" % name, b"<X/>"), 400, "MalformedXML")
    c.error(c.put_policy("not-there", escape(_policy(t, "not-there"))), 404, "NoSuchAccessPoint")
    c.error(c.ask("GET", "accesspoint/%s/policy" % name), 404, "NoSuchAccessPointPolicy")
    c.delete(name)


def PutAccessPointPolicy_denied(t):
    c = control.Control(t)
    name, _ = c.point(t.bucket())
    path = "accesspoint/%s/policy" % name
    c.error(c.ask("PUT", path, b"<X/>", sign=None), 403, "AccessDenied")
    c.denied("PUT", path, b"<X/>")
    c.delete(name)
