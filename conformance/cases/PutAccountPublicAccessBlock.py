# SPDX-License-Identifier: Apache-2.0
import control
import document
import policies

PATH = "configuration/publicAccessBlock"
ROOT = "PublicAccessBlockConfiguration"

ALONE = True


def PutAccountPublicAccessBlock_round_trip(t):
    c = control.Control(t)
    body = document.xml(ROOT, "<IgnorePublicAcls>true</IgnorePublicAcls>").encode()
    c.good(c.ask("PUT", PATH, body), 201)
    root = t.status(c.ask("GET", PATH), 200).xml
    t.eq([(n.name, n.value) for n in root.children()], [
        ("BlockPublicAcls", "false"), ("IgnorePublicAcls", "true"),
        ("BlockPublicPolicy", "false"), ("RestrictPublicBuckets", "false")])
    c.good(c.ask("DELETE", PATH), 204)
    c.good(c.ask("DELETE", PATH), 204)


def PutAccountPublicAccessBlock_bad(t):
    c = control.Control(t)
    c.error(c.ask("PUT", PATH), 400, "MissingRequestBodyError")
    for body in (b"<", b"<X/>", document.xml(ROOT, "<X/>").encode(),
                 document.xml(ROOT, "<BlockPublicAcls>x</BlockPublicAcls>").encode()):
        c.error(c.ask("PUT", PATH, body), 400, "MalformedXML", control.MALFORMED)
    c.error(c.ask("PUT", PATH, document.xml(ROOT, "").encode()), 400, "InvalidRequest",
            "Must specify at least one configuration.")
    c.error(c.ask("PATCH", PATH), 405, "MethodNotAllowed")


def PutAccountPublicAccessBlock_denied(t):
    c = control.Control(t)
    body = document.xml(ROOT, "<IgnorePublicAcls>true</IgnorePublicAcls>").encode()
    c.error(c.ask("PUT", PATH, body, sign=None), 403, "AccessDenied")
    c.denied("PUT", PATH, body)


def PutAccountPublicAccessBlock_holds_for_all_buckets(t):
    """The account's public access block holds for all its buckets."""
    c = control.Control(t)
    public = policies.statement("Allow", "s3:GetObject", "arn:aws:s3:::*/*")
    name = policies.bucket(t, public)
    t.object(name, "key", b"x")
    t.body(policies.anonymous(t, "GET", name, "key"), b"x")
    before = c.ask("GET", PATH)

    def back():
        if before.status == 200:
            c.ask("PUT", PATH, before.body)
        else:
            c.ask("DELETE", PATH)

    body = ("<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets>"
            "<BlockPublicPolicy>true</BlockPublicPolicy></PublicAccessBlockConfiguration>")
    try:
        t.status(c.ask("PUT", PATH, body.encode()), 201)
        t.error(policies.anonymous(t, "GET", name, "key"), 403, "AccessDenied")
        t.body(t.s3.get(name, "key"), b"x")
        t.error(policies.put(t, name, public), 403, "AccessDenied")
    finally:
        back()
    t.body(policies.anonymous(t, "GET", name, "key"), b"x")
