# SPDX-License-Identifier: Apache-2.0
import control


def DeleteAccessPoint_and_again(t):
    c, bucket = control.Control(t), t.bucket()
    name, alias = c.point(bucket)
    c.good(c.ask("DELETE", "accesspoint/" + name), 204)
    c.error(c.ask("DELETE", "accesspoint/" + name), 404, "NoSuchAccessPoint", AccessPointName=name)
    t.ok(c.point(bucket, name)[1] != alias, "a new one has a new alias")
    c.delete(name)


def DeleteAccessPoint_denied(t):
    c = control.Control(t)
    name, _ = c.point(t.bucket())
    c.error(c.ask("DELETE", "accesspoint/" + name, sign=None), 403, "AccessDenied")
    c.denied("DELETE", "accesspoint/" + name)
    c.delete(name)
