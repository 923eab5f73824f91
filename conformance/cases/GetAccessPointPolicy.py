# SPDX-License-Identifier: Apache-2.0
import control

POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":' \
    '"arn:aws:iam::000000000000:root"},"Action":"s3:GetObject","Resource":"%s/object/*"}]}'


def _path(name):
    return "accesspoint/%s/policy" % name


def GetAccessPointPolicy_as_put(t):
    c = control.Control(t)
    name, _ = c.point(t.bucket())
    policy = POLICY % control.point_arn(t, name)
    c.good(c.put_policy(name, policy), 200)
    root = c.good(c.ask("GET", _path(name)), 200, "GetAccessPointPolicyResult")
    t.eq(root.get("Policy"), policy)
    c.delete(name)

def GetAccessPointPolicy_missing(t):
    c = control.Control(t)
    c.error(c.ask("GET", _path("not-there")), 404, "NoSuchAccessPoint")
    name, _ = c.point(t.bucket())
    c.error(c.ask("GET", _path(name)), 404, "NoSuchAccessPointPolicy",
            "The specified accesspoint policy does not exist", AccessPointName=name)
    c.delete(name)

def GetAccessPointPolicy_denied(t):
    c = control.Control(t)
    c.error(c.ask("GET", _path("abc"), sign=None), 403, "AccessDenied")
    c.denied("GET", _path("abc"))
