# SPDX-License-Identifier: Apache-2.0
"""CORS: preflights, and the headers on what follows them (aws-recorded answers)."""
import document

FOREIGN = "https://app.example.com"
NOT_ALLOWED = ("CORSResponse: This CORS request is not allowed. This is usually because the "
               "evalution of Origin, request method / Access-Control-Request-Method or "
               "Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.")
VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
RULES = ("<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>"
         "<AllowedOrigin>https://app.example.com</AllowedOrigin>"
         "<AllowedOrigin>http://*.example.org:8080</AllowedOrigin>"
         "<AllowedHeader>x-amz-*</AllowedHeader><AllowedHeader>Content-Type</AllowedHeader>"
         "<MaxAgeSeconds>3000</MaxAgeSeconds><ExposeHeader>ETag</ExposeHeader>"
         "<ExposeHeader>x-amz-request-id</ExposeHeader></CORSRule>"
         "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>"
         "<AllowedOrigin>*</AllowedOrigin></CORSRule>")


def _bucket(t, rules=RULES):
    name = t.bucket()
    t.object(name, "key", b"body")
    t.status(document.put(t, name, "cors", document.xml("CORSConfiguration", rules)), 200)
    return name


def _options(t, name, key="key", origin=FOREIGN, method="PUT", headers=None):
    asked = {k: v for k, v in (("Origin", origin), ("Access-Control-Request-Method", method),
                               ("Access-Control-Request-Headers", headers)) if v is not None}
    return t.s3.request("OPTIONS", name, key, None, asked, sign=None)


def _no_cors(t, answer):
    for name in ("Origin", "Methods", "Headers", "Credentials"):
        t.no_header(answer, "Access-Control-Allow-" + name)
    t.no_header(answer, "Access-Control-Expose-Headers")


def Preflight_no_origin(t):
    for name in (t.bucket(), t.name()):
        t.error(_options(t, name, origin=None), 400, "BadRequest",
                "Insufficient information. Origin request header needed.")


def Preflight_no_rules(t):
    name = t.bucket()
    for method in ("PUT", None):
        _no_cors(t, answer := _options(t, name, method=method))
        t.error(answer, 403, "AccessForbidden",
                "CORSResponse: CORS is not enabled for this bucket.",
                Method=method or "OPTIONS", ResourceType="BUCKET")


def Preflight_no_bucket(t):
    t.error(_options(t, t.name(), method=None), 403, "AccessForbidden",
            "CORSResponse: Bucket not found", Method="OPTIONS", ResourceType="BUCKET")


def Preflight_allowed(t):
    name = _bucket(t)
    answer = t.status(_options(t, name), 200)
    t.eq(answer.body, b"", "body")
    for header, want in (("Origin", FOREIGN), ("Credentials", "true"), ("Methods", "GET, PUT"),
                         ("Headers", None)):
        t.header(answer, "Access-Control-Allow-" + header, want)
    t.header(answer, "Access-Control-Max-Age", "3000")
    t.header(answer, "Access-Control-Expose-Headers", "ETag, x-amz-request-id")
    t.header(answer, "Vary", VARY)
    t.ok(answer.header("x-amz-request-id"), "x-amz-request-id")


def Preflight_wildcard_origins(t):
    name = _bucket(t)
    answer = t.status(_options(t, name, origin="http://a.b.example.org:8080"), 200)
    t.header(answer, "Access-Control-Allow-Origin", "http://a.b.example.org:8080")
    for origin in ("http://a.example.org", "https://a.example.org:8080", "http://example.com",
                   "https://app.example.com.evil", "https://APP.example.com", "null"):
        t.error(_options(t, name, origin=origin), 403, "AccessForbidden", NOT_ALLOWED,
                Method="PUT", ResourceType="OBJECT")
    answer = t.status(_options(t, name, origin="null", method="GET"), 200)
    t.header(answer, "Access-Control-Allow-Origin", "*")
    t.header(answer, "Access-Control-Allow-Methods", "GET, HEAD")
    t.no_header(answer, "Access-Control-Allow-Credentials")
    t.no_header(answer, "Access-Control-Max-Age")


def Preflight_methods(t):
    name = _bucket(t)
    for method in ("DELETE", "POST", "put", "PATCH"):
        t.error(_options(t, name, method=method), 403, "AccessForbidden", NOT_ALLOWED,
                Method=method, ResourceType="OBJECT")


def Preflight_headers(t):
    name = _bucket(t)
    answer = t.status(_options(t, name, headers="X-AMZ-Request-Payer,content-type , x-amz-acl"),
                      200)
    t.header(answer, "Access-Control-Allow-Headers",
             "x-amz-request-payer, content-type, x-amz-acl")
    for headers in ("x-custom", "x-amz-acl, authorization", "content-typ"):
        t.error(_options(t, name, headers=headers), 403, "AccessForbidden", NOT_ALLOWED)


def Preflight_on_the_bucket(t):
    name = _bucket(t)
    t.status(_options(t, name, None), 200)
    t.status(_options(t, name, "no/such/key"), 200)


def Preflight_actual_requests(t):
    name = _bucket(t)
    for answer in (t.s3.get(name, "key", headers={"Origin": FOREIGN}),
                   t.s3.put(name, "new", b"x", {"Origin": FOREIGN}),
                   t.s3.get(name, "gone", headers={"Origin": FOREIGN}),
                   t.s3.get(name, "key", headers={"Origin": FOREIGN}, sign=None),
                   t.s3.get(name, "key", headers={"Origin": FOREIGN}, sign="presign")):
        t.header(answer, "Access-Control-Allow-Origin", FOREIGN)
        t.header(answer, "Access-Control-Allow-Methods", "GET, PUT")
        t.header(answer, "Access-Control-Expose-Headers", "ETag, x-amz-request-id")
        t.header(answer, "Vary", VARY)
    for answer in (t.s3.get(name, "key"), t.s3.delete(name, "new", headers={"Origin": FOREIGN}),
                   t.s3.put(name, "new", b"x", {"Origin": "https://other.example"})):
        _no_cors(t, answer)
        t.no_header(answer, "Vary")
        t.one_of(answer.status, (200, 204), "status")


def Preflight_actual_without_rules(t):
    name = t.bucket()
    t.object(name, "key", b"body")
    _no_cors(t, t.body(t.s3.get(name, "key", headers={"Origin": FOREIGN}), b"body"))


def Preflight_rules_change(t):
    name = _bucket(t)
    t.status(_options(t, name), 200)
    t.status(document.delete(t, name, "cors"), 204)
    t.error(_options(t, name), 403, "AccessForbidden")


def Preflight_presigned_query(t):
    # The browser asks about the very URL it is going to use.
    name = _bucket(t)
    method, target, headers, body = t.s3.build("PUT", name, "key", sign="presign")
    t.status(t.s3.send("OPTIONS", target, [h for h in headers if h[0] == "Host"] + [
        ("Origin", FOREIGN), ("Access-Control-Request-Method", "PUT")], b""), 200)
