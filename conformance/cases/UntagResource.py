# SPDX-License-Identifier: Apache-2.0
import document
import control


def UntagResource_some_and_all(t):
    c, name = control.Control(t), t.bucket()
    path = control.arn(name)
    c.good(c.ask("POST", path, control.tags(("a", "1"), ("b", "2"), ("c d", "3"))), 204)
    c.good(c.ask("DELETE", path, query=[("tagKeys", "a"), ("tagKeys", "c d"), ("tagKeys", "z")]),
           204)
    t.eq(control.listed(c.ask("GET", path).xml), [("b", "2")])
    c.good(c.ask("DELETE", path, query=[("tagKeys", "b")]), 204)
    t.error(document.get(t, name, "tagging"), 404, "NoSuchTagSet")
    c.good(c.ask("DELETE", path, query=[("tagKeys", "b")]), 204)


def UntagResource_bad(t):
    c = control.Control(t)
    c.error(c.ask("DELETE", control.arn(t.bucket())), 400, "InvalidRequest")
    c.error(c.ask("DELETE", control.arn(t.name()), query=[("tagKeys", "a")]), 404, "NoSuchBucket")


def UntagResource_denied(t):
    c, name = control.Control(t), t.bucket()
    c.good(c.ask("POST", control.arn(name), control.tags(("a", "1"))), 204)
    c.error(c.ask("DELETE", control.arn(name), query=[("tagKeys", "a")], sign=None), 403,
            "AccessDenied")
    c.denied("DELETE", control.arn(name), query=[("tagKeys", "a")])
    t.eq(len(control.listed(c.ask("GET", control.arn(name)).xml)), 1)
