# SPDX-License-Identifier: Apache-2.0
import datetime
import hashlib

import s3raw


def _at(**delta):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**delta)


def _auth(headers, change):
    return [(k, change(v) if k == "Authorization" else v) for k, v in headers]


def Authentication_unknown_key(t):
    name = t.bucket()
    t.error(t.s3.get(name, signer=t.s3.signer(access="NOSUCHKEY")), 403, "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
            AWSAccessKeyId="NOSUCHKEY")


def Authentication_wrong_secret(t):
    name = t.bucket()
    root = t.error(t.s3.get(name, signer=t.s3.signer(secret="wrong")), 403,
                   "SignatureDoesNotMatch",
                   "The request signature we calculated does not match the signature you provided."
                   " Check your key and signing method.", AWSAccessKeyId=t.s3.access)
    t.ok(root.get("StringToSign", "").startswith("AWS4-HMAC-SHA256\n"), "StringToSign")
    t.ok(root.get("CanonicalRequest", "").startswith("GET\n/%s\n" % name), "CanonicalRequest")
    t.ok(len(root.get("SignatureProvided", "")) == 64, "SignatureProvided")
    t.ok(root.get("StringToSignBytes") and root.get("CanonicalRequestBytes"), "bytes")
    t.eq(hashlib.sha256(root.get("CanonicalRequest").encode()).hexdigest(),
         root.get("StringToSign").split("\n")[3], "hash of the canonical request")


def Authentication_tampered(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    method, target, headers, body = t.s3.build("GET", name, "key", {"x-a": "1"})
    t.error(t.s3.send(method, target.replace("x-a=1", "x-a=2"), headers, body), 403,
            "SignatureDoesNotMatch")
    t.error(t.s3.send("DELETE", target, headers, body), 403, "SignatureDoesNotMatch")
    t.status(t.s3.head(name, "key"), 200)


def Authentication_wrong_region(t):
    name = t.bucket()
    other = "aws-global" if t.region == "us-east-1" else "us-east-1"
    t.error(t.s3.get(name, signer=t.s3.signer(region=other)), 400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the region '%s' is wrong; expecting '%s'"
            % (other, t.region), Region=t.region, BucketName=None)


def Authentication_wrong_service(t):
    name = t.bucket()
    t.error(t.s3.get(name, signer=t.s3.signer(service="ec2")), 400,
            "AuthorizationHeaderMalformed")


def Authentication_malformed(t):
    name = t.bucket()
    method, target, headers, body = t.s3.build("GET", name)
    for change in (lambda v: "AWS4-HMAC-SHA256 nonsense",
                   lambda v: v.replace("Signature=", "Sig="),
                   lambda v: v.replace("SignedHeaders=", "Signed="),
                   lambda v: v.replace("/aws4_request", ""),
                   lambda v: v.replace("Credential=", "Credential=/")):
        answer = t.s3.send(method, target, _auth(headers, change), body)
        t.error(answer, 400, "AuthorizationHeaderMalformed")


def Authentication_other_scheme(t):
    name = t.bucket()
    method, target, headers, body = t.s3.build("GET", name)
    answer = t.s3.send(method, target, _auth(headers, lambda v: "Bearer abc"), body)
    t.status(answer, 400)
    t.one_of(answer.code, ("InvalidArgument", "InvalidRequest"), "Code")


def Authentication_skew(t):
    name = t.bucket()
    for delta, good in ((13, True), (-13, True), (16, False), (-16, False), (60 * 25, False)):
        answer = t.s3.get(name, signer=t.s3.signer(now=_at(minutes=delta)))
        if good:
            t.status(answer, 200)
        else:
            root = t.error(answer, 403, "RequestTimeTooSkewed", "The difference between the "
                           "request time and the current time is too large.",
                           MaxAllowedSkewMilliseconds=900000)
            t.ok(root.get("RequestTime") and root.get("ServerTime"), "times")


def Authentication_no_date(t):
    name = t.bucket()
    method, target, headers, body = t.s3.build("GET", name)
    answer = t.s3.send(method, target, [h for h in headers if h[0] != "X-Amz-Date"], body)
    t.status(answer, (400, 403))
    t.one_of(answer.code, ("AccessDenied", "AuthorizationHeaderMalformed", "InvalidRequest"),
             "Code")


def Authentication_host_must_be_signed(t):
    name = t.bucket()
    signer = t.s3.signer()
    headers = [("Host", t.s3.authority), ("X-Amz-Date", signer.stamp),
               ("X-Amz-Content-Sha256", s3raw.UNSIGNED)]
    seed = signer.sign(s3raw.canonical_request("GET", "/" + name, [], headers, ["x-amz-date"],
                                               s3raw.UNSIGNED))
    headers.append(("Authorization", "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=x-amz-date"
                    ", Signature=%s" % (t.s3.access, signer.scope(), seed)))
    answer = t.s3.send("GET", "/" + name, headers, b"")
    t.status(answer, (400, 403))


def Authentication_unsigned_amz_header(t):
    # AWS: "There were headers present in the request which were not signed".
    name = t.bucket()
    method, target, headers, body = t.s3.build("GET", name)
    headers.append(("x-amz-meta-late", "1"))
    t.error(t.s3.send(method, target, headers, body), 403, "AccessDenied",
            "There were headers present in the request which were not signed",
            HeadersNotSigned="x-amz-meta-late")


def Authentication_no_content_sha256(t):
    name = t.bucket()
    signer = t.s3.signer()
    headers = [("Host", t.s3.authority), ("X-Amz-Date", signer.stamp)]
    auth = signer.header("GET", "/" + name, [], headers, s3raw.EMPTY_SHA256)
    answer = t.s3.send("GET", "/" + name, headers + [("Authorization", auth)], b"")
    t.error(answer, 400, "InvalidRequest",
            "Missing required header for this request: x-amz-content-sha256")


def Authentication_header_spaces_and_case(t):
    name = t.bucket()
    t.status(t.s3.put(name, "key", b"x", {"X-AMZ-Meta-Spaces": "  a   b  "}), 200)
    t.status(t.s3.put(name, "key", b"x", [("x-amz-meta-a", "1"), ("Content-Type", "a/b ")]), 200)


def Authentication_odd_queries(t):
    name = t.bucket()
    for query in ({"a": "b", "b": "ü&="}, [("z", "1"), ("a", "2")], [("a", "2"), ("a", "1")],
                  [("a b", "c+d")], {"a": "~-_.*"}):
        t.status(t.s3.get(name, query=query), 200)


def Authentication_presigned_expired(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    root = t.error(t.s3.get(name, "key", sign="presign", expires=60,
                            signer=t.s3.signer(now=_at(minutes=-5))), 403, "AccessDenied",
                   "Request has expired", **{"X__Amz__Expires": 60})
    t.ok(root.get("Expires") and root.get("ServerTime"), "times")


def Authentication_presigned_lifetime(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    t.status(t.s3.get(name, "key", sign="presign", expires=604800), 200)
    # The second it is signed in counts, so it may be over when it arrives.
    t.ok(any(t.s3.get(name, "key", sign="presign", expires=1).status == 200
             for _ in range(30)), "for a second")
    t.error(t.s3.get(name, "key", sign="presign", expires=604801), 400,
            "AuthorizationQueryParametersError",
            "X-Amz-Expires must be less than a week (in seconds); that is, the given "
            "X-Amz-Expires must be less than 604800 seconds")
    for value in ("-1", "x"):
        t.error(t.s3.get(name, "key", sign="presign", expires=value), 400,
                "AuthorizationQueryParametersError")


def Authentication_presigned_wrong_signature(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    t.error(t.s3.get(name, "key", sign="presign", signer=t.s3.signer(secret="wrong")), 403,
            "SignatureDoesNotMatch")
    t.error(t.s3.get(name, "key", sign="presign", signer=t.s3.signer(access="NOSUCHKEY")), 403,
            "InvalidAccessKeyId")
    method, target, headers, body = t.s3.build("GET", name, "key", sign="presign")
    t.error(t.s3.send("PUT", target, headers + [("Content-Length", "1")], b"y"), 403,
            "SignatureDoesNotMatch")
    t.body(t.s3.get(name, "key"), b"x")


def Authentication_presigned_lacks_a_parameter(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    method, target, headers, body = t.s3.build("GET", name, "key", sign="presign")
    path, _, query = target.partition("?")
    for gone in ("X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Credential"):
        left = "&".join(p for p in query.split("&") if not p.startswith(gone + "="))
        t.error(t.s3.send(method, path + "?" + left, headers, body), 400,
                "AuthorizationQueryParametersError",
                "Query-string authentication version 4 requires the X-Amz-Algorithm, "
                "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
                "X-Amz-Expires parameters.")


def Authentication_presigned_and_header(t):
    name = t.bucket()
    method, target, headers, body = t.s3.build("GET", name, sign="presign")
    more = t.s3.build("GET", name)[2]
    auth = [h for h in more if h[0] == "Authorization"]
    t.error(t.s3.send(method, target, headers + auth, body), 400, "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature "
            "query string parameter or the Authorization header should be specified")


def Authentication_presigned_from_the_future(t):
    name = t.bucket()
    t.error(t.s3.get(name, sign="presign", signer=t.s3.signer(now=_at(hours=1))), 403,
            "AccessDenied", "Request is not yet valid")


def Authentication_awkward_path(t):
    name = t.bucket()
    for key in ("a b", "a+b", "ü", "a%2Fb", "a//b", "/a", "a'()*!$&,;=:@~", "\U0001f600"):
        t.status(t.s3.put(name, key, b"x", sign="presign"), 200)
        t.body(t.s3.get(name, key), b"x")


def Authentication_unsigned_missing_bucket(t):
    name = t.name()
    t.error(t.s3.get(name, "key", sign=None), 404, "NoSuchBucket", BucketName=name)


def Authentication_error_comes_before_the_body(t):
    # Refused on its head: no "100 Continue", and the body is never asked for.
    name = t.bucket()
    method, target, headers, _ = t.s3.build("PUT", name, "key", length=False,
                                            payload=s3raw.UNSIGNED,
                                            signer=t.s3.signer(secret="wrong"))
    head = "%s %s HTTP/1.1\r\n" % (method, target) + "".join("%s: %s\r\n" % h for h in headers)
    head += "Content-Length: 10000000\r\nExpect: 100-continue\r\n\r\n"
    sock = t.s3.socket()
    sock.sendall(head.encode())
    got = sock.recv(65536)
    sock.close()
    t.ok(got.startswith(b"HTTP/1.1 403 "), "first line %r" % got[:40])


def Authentication_good_request_is_continued(t):
    name = t.bucket()
    for body in (b"continued", b""):
        method, target, headers, _ = t.s3.build("PUT", name, "key", length=False,
                                                payload=s3raw.UNSIGNED)
        head = "%s %s HTTP/1.1\r\n" % (method, target) + "".join("%s: %s\r\n" % h
                                                                 for h in headers)
        head += "Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(body)
        sock = t.s3.socket()
        sock.sendall(head.encode())
        got = sock.recv(65536)
        t.ok(got.startswith(b"HTTP/1.1 100 "), "first line %r" % got[:40])
        sock.sendall(body)
        rest = got.partition(b"\r\n\r\n")[2]
        while b"\r\n\r\n" not in rest:
            piece = sock.recv(65536)
            if not piece:
                break
            rest += piece
        sock.close()
        t.ok(rest.startswith(b"HTTP/1.1 200 "), "final line %r" % rest[:40])
        t.eq(rest.count(b"HTTP/1.1"), 1, "answers")
        t.body(t.s3.get(name, "key"), body)
