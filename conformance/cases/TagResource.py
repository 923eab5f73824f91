# SPDX-License-Identifier: Apache-2.0
import document
import control


def TagResource_merges(t):
    c, name = control.Control(t), t.bucket()
    path = control.arn(name)
    c.good(c.ask("POST", path, control.tags(("a", "1"), ("b", "2"))), 204)
    c.good(c.ask("POST", path, control.tags(("c", "3"), ("a", "new"))), 204)
    t.eq(control.listed(c.ask("GET", path).xml), [("a", "new"), ("b", "2"), ("c", "3")])
    t.eq([tag.get("Key") for tag in document.get(t, name, "tagging").xml.all("TagSet")[0]
          .all("Tag")], ["a", "b", "c"])


def TagResource_of_an_access_point(t):
    c = control.Control(t)
    name, _ = c.point(t.bucket())
    path = "tags/" + control.point_arn(t, name)
    c.good(c.ask("POST", path, control.tags(("a", "1"))), 204)
    t.eq(control.listed(c.ask("GET", path).xml), [("a", "1")])
    c.delete(name)


def TagResource_bad(t):
    c, name = control.Control(t), t.bucket()
    path = control.arn(name)
    for body in (b"", b"<", b"<X/>", control.tags(), b"<TagResourceRequest/>",
                 b"<TagResourceRequest><Tags><Tag/></Tags></TagResourceRequest>"):
        c.error(c.ask("POST", path, body), 400, "MalformedXML", control.MALFORMED)
    c.error(c.ask("POST", path, control.tags(("aws:x", "1"))), 400, "InvalidTag")
    c.error(c.ask("POST", path, control.tags(("a", "1"), ("a", "2"))), 400, "InvalidTag")
    c.error(c.ask("POST", path, control.tags(*[("k%d" % i, "v") for i in range(51)])), 400,
            "BadRequest")
    c.good(c.ask("POST", path, control.tags(*[("k%d" % i, "v") for i in range(50)])), 204)
    c.error(c.ask("POST", path, control.tags(("one", "more"))), 400, "BadRequest")
    t.eq(len(control.listed(c.ask("GET", path).xml)), 50)
    c.error(c.ask("POST", control.arn(t.name()), control.tags(("a", "b"))), 404, "NoSuchBucket")


def TagResource_denied(t):
    c, name = control.Control(t), t.bucket()
    body = control.tags(("a", "b"))
    c.error(c.ask("POST", control.arn(name), body, sign=None), 403, "AccessDenied")
    c.denied("POST", control.arn(name), body)
    t.eq(control.listed(c.ask("GET", control.arn(name)).xml), [])
