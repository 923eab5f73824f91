# SPDX-License-Identifier: Apache-2.0
import control

POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":' \
    '"arn:aws:iam::000000000000:root"},"Action":"s3:GetObject","Resource":"%s/object/*"}]}'


def _path(name):
    return "accesspoint/%s/policy" % name


def DeleteAccessPointPolicy_and_again(t):
    c = control.Control(t)
    name, _ = c.point(t.bucket())
    c.good(c.put_policy(name, POLICY % control.point_arn(t, name)), 200)
    c.good(c.ask("DELETE", _path(name)), 204)
    c.error(c.ask("GET", _path(name)), 404, "NoSuchAccessPointPolicy")
    c.good(c.ask("DELETE", _path(name)), 204)
    t.ok(c.ask("GET", "accesspoint/" + name).status == 200, "the point itself stays")
    c.delete(name)

def DeleteAccessPointPolicy_missing(t):
    c = control.Control(t)
    c.error(c.ask("DELETE", _path("not-there")), 404, "NoSuchAccessPoint")

def DeleteAccessPointPolicy_denied(t):
    c = control.Control(t)
    c.error(c.ask("DELETE", _path("abc"), sign=None), 403, "AccessDenied")
    c.denied("DELETE", _path("abc"))
