# SPDX-License-Identifier: Apache-2.0
"""What the cases of a bucket's documents (?cors, ?tagging ...) have in common."""

import base64
import hashlib
import re

import case

MALFORMED = ("The XML you provided was not well-formed or did not validate against our "
             "published schema")
DIGEST = "Missing required header for this request: Content-MD5"


def md5(body):
    return base64.b64encode(hashlib.md5(body.encode()).digest()).decode()


def xml(root, inner):
    return '<%s xmlns="%s">%s</%s>' % (root, case.XMLNS, inner, root)


def put(t, name, sub, body, **query):
    return t.s3.put(name, None, body, {"Content-MD5": md5(body)}, dict({sub: None}, **query))


def get(t, name, sub, **query):
    return t.s3.get(name, query=dict({sub: None}, **query))


def delete(t, name, sub, **query):
    return t.s3.delete(name, query=dict({sub: None}, **query))


def inner(t, answer, root):
    """The content of the root, which must be the right one in S3's namespace."""
    t.status(answer, 200)
    t.header(answer, "Content-Type", "application/xml")
    text = answer.body.decode()
    match = re.fullmatch(r'<\?xml version="1.0" encoding="UTF-8"\?>\n<%s xmlns="%s"(?:/>|>(.*)</%s>)'
                         % (root, case.XMLNS, root), text, re.S)
    t.ok(match, "not a %s: %r" % (root, text))
    return match.group(1) or ""


def is_default(t, sub, root, want):
    t.eq(inner(t, get(t, t.bucket(), sub), root), want, "default")


def is_missing(t, sub, code, message, **query):
    name = t.bucket()
    t.error(get(t, name, sub, **query), 404, code, message,
            BucketName=None if query else name)


def round_trip(t, sub, root, content, status=200, want=None, **query):
    name = t.bucket()
    body = xml(root, content)
    t.eq(t.status(put(t, name, sub, body, **query), status).body, b"", "body")
    t.eq(inner(t, get(t, name, sub, **query), root), want or content)
    # Without the namespace, in the other prologue's clothes, with blanks between elements.
    loose = '<?xml version="1.0"?>\n<!-- c -->\n<%s>\n%s\n</%s>\n' % (
        root, re.sub(r">(<[^/])", r">\n  \1", content), root)
    t.status(put(t, name, sub, loose, **query), status)
    t.eq(inner(t, get(t, name, sub, **query), root), want or content)
    return name


def refuses(t, sub, root, bad, **query):
    """Each of bad is MalformedXML and changes nothing."""
    name = t.bucket()
    before = get(t, name, sub, **query)
    for body in bad + ["", "nonsense", "<%s>" % root, xml("Other", ""),
                       xml(root, "<Unknown>x</Unknown>"), xml(root, "text"),
                       '<!DOCTYPE x [<!ENTITY a "b">]><%s>&a;</%s>' % (root, root)]:
        answer = put(t, name, sub, body, **query)
        if body == "":
            t.error(answer, 400, "MissingRequestBodyError", "Request Body is empty")
        else:
            t.error(answer, 400, "MalformedXML", MALFORMED)
    after = get(t, name, sub, **query)
    t.eq((after.status, after.code), (before.status, before.code), "state")


def needs_digest(t, sub, root, content, **query):
    name = t.bucket()
    body = xml(root, content)
    t.error(t.s3.put(name, None, body, None, dict({sub: None}, **query)), 400,
            "InvalidRequest", DIGEST)
    t.error(t.s3.put(name, None, body, {"Content-MD5": md5("other")},
                     dict({sub: None}, **query)), 400, "BadDigest")
    t.status(t.s3.put(name, None, body, {"x-amz-checksum-sha256": base64.b64encode(
        hashlib.sha256(body.encode()).digest()).decode()}, dict({sub: None}, **query)),
        (200, 204))


def too_long(t, sub, root, size, **query):
    body = xml(root, "<!--%s-->" % ("x" * size))
    t.error(put(t, t.bucket(), sub, body, **query), 400, "MaxMessageLengthExceeded",
            "Your request was too big.", MaxMessageLengthBytes=size)


def denied(t, method, sub, body="", **query):
    """Nobody but the owner; and a bucket that is not there is not there."""
    name = t.bucket()
    query = dict({sub: None}, **query)
    headers = {"Content-MD5": md5(body)} if method == "PUT" else {}
    t.error(t.s3.request(method, name, None, query, headers, body, sign=None), 403,
            "AccessDenied")
    t.error(t.s3.request(method, name, None, query, headers, body,
                         signer=t.s3.signer(secret="wrong")), 403, "SignatureDoesNotMatch")
    gone = t.name()
    t.error(t.s3.request(method, gone, None, query, headers, body), 404, "NoSuchBucket",
            BucketName=gone)


def deletes(t, sub, root, content, code, message, put_status=200):
    name = t.bucket()
    t.status(delete(t, name, sub), 204)
    t.status(put(t, name, sub, xml(root, content)), put_status)
    t.status(get(t, name, sub), 200)
    t.eq(t.status(delete(t, name, sub), 204).body, b"", "body")
    t.error(get(t, name, sub), 404, code, message, BucketName=name)
    t.status(delete(t, name, sub), 204)


def dies_with_bucket(t, sub, root, content, **query):
    name = t.bucket()
    before = get(t, name, sub, **query)
    t.status(put(t, name, sub, xml(root, content), **query), (200, 204))
    t.status(t.s3.delete(name), 204)
    t.error(get(t, name, sub, **query), 404, "NoSuchBucket")
    t.status(t.s3.put(name, **t._location()), 200)
    after = get(t, name, sub, **query)
    t.eq((after.status, after.code), (before.status, before.code), "state")
