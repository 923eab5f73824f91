# SPDX-License-Identifier: Apache-2.0
import control


def _list(c, query):
    root = c.good(c.ask("GET", "accesspoint", query=query), 200, "ListAccessPointsResult")
    return [p.get("Name") for p in root.all("AccessPointList")[0].all("AccessPoint")],         root.get("NextToken")


def ListAccessPoints_of_a_bucket(t):
    c, bucket = control.Control(t), t.bucket()
    names = sorted(c.point(bucket)[0] for _ in range(3))
    other, _ = c.point(t.bucket())
    t.eq(_list(c, {"bucket": bucket}), (names, None))
    t.ok(set(names + [other]) <= set(_list(c, None)[0]), "all of the account")
    got, token = [], None
    while True:
        page, token = _list(c, dict({"bucket": bucket, "maxResults": "1"},
                                    **({"nextToken": token} if token else {})))
        got += page
        if token is None:
            break
    t.eq(got, names, "page by page")
    for name in names + [other]:
        c.delete(name)


def ListAccessPoints_bad(t):
    c = control.Control(t)
    for value in ("-1", "1001", "x"):
        c.error(c.ask("GET", "accesspoint", query={"maxResults": value}), 400, "InvalidArgument")
    c.error(c.ask("GET", "accesspoint", query={"nextToken": "!"}), 400, "InvalidArgument")
    c.error(c.ask("POST", "accesspoint"), 405, "MethodNotAllowed")
    c.error(c.ask("GET", "accesspoints"), 501, "NotImplemented")


def ListAccessPoints_denied(t):
    c = control.Control(t)
    c.error(c.ask("GET", "accesspoint", sign=None), 403, "AccessDenied")
    c.denied("GET", "accesspoint")
