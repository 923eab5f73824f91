# SPDX-License-Identifier: Apache-2.0
import document

ROOT = "CORSConfiguration"
GOOD = ("<CORSRule><ID>one</ID><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>"
        "<AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedHeader>x-amz-*</AllowedHeader>"
        "<MaxAgeSeconds>3000</MaxAgeSeconds><ExposeHeader>ETag</ExposeHeader></CORSRule>"
        "<CORSRule><AllowedMethod>HEAD</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>")
RULE = "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>"


def _rule(content):
    return document.xml(ROOT, "<CORSRule>%s</CORSRule>" % content)


def PutBucketCors_round_trip(t):
    document.round_trip(t, "cors", ROOT, GOOD)
    document.round_trip(t, "cors", ROOT, "<CORSRule>%s</CORSRule>" % RULE * 100)


def PutBucketCors_malformed(t):
    document.refuses(t, "cors", ROOT, [
        document.xml(ROOT, ""),
        document.xml(ROOT, "<CORSRule>%s</CORSRule>" % RULE * 101),
        _rule("<AllowedMethod>GET</AllowedMethod>"), _rule("<AllowedOrigin>*</AllowedOrigin>"),
        _rule(RULE + "<MaxAgeSeconds>soon</MaxAgeSeconds>"),
        _rule(RULE + "<MaxAgeSeconds>-1</MaxAgeSeconds>"),
        _rule(RULE + "<ID>a</ID><ID>b</ID>"), _rule(RULE + "<ID>%s</ID>" % ("a" * 256)),
        _rule(RULE + "<ExposeHeader>a&#10;b: c</ExposeHeader>")])


def PutBucketCors_methods(t):
    name = t.bucket()
    for method in ("OPTIONS", "PATCH", "get", " GET", "GET PUT", "", "*", "NOTREAL"):
        t.error(document.put(t, name, "cors", _rule(
            RULE + "<AllowedMethod>%s</AllowedMethod>" % method)), 400, "InvalidRequest",
            "Found unsupported HTTP method in CORS config. Unsupported method is " + method)


def PutBucketCors_wildcards(t):
    name = t.bucket()
    for element, value, message in (
            ("AllowedOrigin", "http://*.*", 'AllowedOrigin "http://*.*" can not have more than one '
             "wildcard."),
            ("AllowedHeader", "**", 'AllowedHeader "**" can not have more than one wildcard.'),
            ("ExposeHeader", "*", 'ExposeHeader "*" contains wildcard. We currently do not support '
             "wildcard for ExposeHeader.")):
        t.error(document.put(t, name, "cors", _rule(RULE + "<%s>%s</%s>" % (
            element, value, element))), 400, "InvalidRequest", message)


def PutBucketCors_too_long(t):
    document.too_long(t, "cors", ROOT, 65536)


def PutBucketCors_digest(t):
    document.needs_digest(t, "cors", ROOT, GOOD)


def PutBucketCors_gone_with_bucket(t):
    document.dies_with_bucket(t, "cors", ROOT, GOOD)


def PutBucketCors_denied(t):
    document.denied(t, "PUT", "cors", document.xml(ROOT, GOOD))
