# SPDX-License-Identifier: Apache-2.0
import document
import control


def ListTagsForResource_of_a_bucket(t):
    c, name = control.Control(t), t.bucket()
    path = control.arn(name)
    t.eq(control.listed(c.good(c.ask("GET", path), 200, "ListTagsForResourceResult")), [])
    t.status(document.put(t, name, "tagging", document.xml(
        "Tagging", "<TagSet><Tag><Key>b</Key><Value>1</Value></Tag><Tag><Key>a</Key><Value/></Tag>"
        "</TagSet>")), 204)
    t.eq(control.listed(c.good(c.ask("GET", path), 200, "ListTagsForResourceResult")),
         [("b", "1"), ("a", "")])


def ListTagsForResource_of_an_access_point(t):
    c, bucket = control.Control(t), t.bucket()
    name, _ = c.point(bucket, more="<Tags><Tag><Key>k</Key><Value>v</Value></Tag></Tags>")
    path = "tags/" + control.point_arn(t, name)
    t.eq(control.listed(c.good(c.ask("GET", path), 200, "ListTagsForResourceResult")),
         [("k", "v")])
    c.delete(name)
    c.error(c.ask("GET", path), 404, "NoSuchAccessPoint", AccessPointName=name)


def ListTagsForResource_bad(t):
    c = control.Control(t)
    c.error(c.ask("GET", control.arn(t.name())), 404, "NoSuchBucket")
    for path in ("tags/x", "tags/arn:aws:s3:::", "tags/arn:aws:s3:::b/k", "tags/arn:aws:iam::1:x"):
        c.error(c.ask("GET", path), 400, "InvalidRequest")
    c.error(c.ask("GET", control.arn(t.bucket()), account="12"), 400, "InvalidRequest")


def ListTagsForResource_denied(t):
    c = control.Control(t)
    c.error(c.ask("GET", control.arn(t.bucket()), sign=None), 403, "AccessDenied")
    c.denied("GET", control.arn(t.bucket()))


def ListTagsForResource_needs_the_header(t):
    """Without x-amz-account-id it is a key in a bucket called v20180820."""
    c = control.Control(t)
    t.error(c.ask("GET", control.arn("x"), account=None), 404, "NoSuchBucket")
