# SPDX-License-Identifier: Apache-2.0
"""Signature version 2, as old clients make it, in headers and in links."""
import datetime

import s3raw


def _signer(t, **bent):
    args = dict(access=t.s3.access, secret=t.s3.secret)
    args.update(bent)
    return s3raw.SignerV2(**args)


def _v2(t, method, *args, **how):
    bent = how.pop("bent", {})
    how.setdefault("sign", "v2")
    return t.s3.request(method, *args, signer=_signer(t, **bent), **how)


def _at(**delta):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**delta)


def SignatureV2_headers(t):
    name = t.bucket()
    key = "a b/\u00fc+&=.png"
    t.status(_v2(t, "PUT", name, key, body=b"body", headers={
        "Content-Type": "image/png", "Content-MD5": s3raw.md5_base64(b"body"),
        "x-amz-meta-n": "1", "X-Amz-Meta-A": " two  words "}), 200)
    answer = t.body(_v2(t, "GET", name, key), b"body")
    t.header(answer, "Content-Type", "image/png")
    t.header(answer, "x-amz-meta-n", "1")
    t.body(_v2(t, "GET", name, key, {"response-content-type": "text/x y+z"}), b"body")
    t.status(_v2(t, "GET", name, query={"prefix": "a b/", "marker": "a"}), 200)
    t.status(_v2(t, "GET", name, query="location"), 200)
    t.status(_v2(t, "GET"), 200)
    t.status(_v2(t, "DELETE", name, key), 204)


def SignatureV2_amz_date(t):
    name = t.bucket()
    signer = _signer(t)
    old = [("Date", _at(days=-1).strftime("%a, %d %b %Y %H:%M:%S GMT")),
           ("x-amz-date", signer.stamp)]
    method, target, headers, body = t.s3.build("GET", name, headers=old, sign=None)
    headers.append(("Authorization", signer.header("GET", "/" + name, [], headers)))
    t.status(t.s3.send(method, target, headers, body), 200)


def SignatureV2_bucket_path_with_slash(t):
    """What botocore signs of "/bucket"."""
    name = t.bucket()
    signer = _signer(t)
    method, target, headers, body = t.s3.build("GET", name, sign=None)
    headers.append(("Date", signer.stamp))
    headers.append(("Authorization", signer.header("GET", "/%s/" % name, [], headers)))
    t.status(t.s3.send(method, target, headers, body), 200)


def SignatureV2_virtual_host(t):
    name = t.bucket()
    host = "%s.localhost:%d" % (name, t.s3.port)
    t.status(_v2(t, "PUT", name, "key", body=b"body", path="/key", host=host,
                 bent={"bucket": name}), 200)
    t.body(_v2(t, "GET", name, "key", path="/key", host=host, bent={"bucket": name}), b"body")
    t.body(_v2(t, "GET", name, "key", path="/key", host=host, sign="presign",
               bent={"bucket": name}), b"body")
    t.error(_v2(t, "GET", name, "key", path="/key", host=host), 403, "SignatureDoesNotMatch")


def SignatureV2_links(t):
    name = t.bucket()
    t.status(_v2(t, "PUT", name, "a/b+c", body=b"body", sign="presign"), 200)
    answer = t.body(_v2(t, "GET", name, "a/b+c", {
        "response-content-type": "text/x", "response-content-disposition": "attachment"},
        sign="presign"), b"body")
    t.header(answer, "Content-Type", "text/x")
    t.header(answer, "Content-Disposition", "attachment")
    t.status(_v2(t, "HEAD", name, "a/b+c", sign="presign"), 200)
    t.status(_v2(t, "DELETE", name, "a/b+c", sign="presign"), 204)


def SignatureV2_link_with_headers_in_query(t):
    """botocore puts Content-Type and x-amz-* of a link into its query."""
    name = t.bucket()
    signer = _signer(t)
    said = [("content-type", "image/png"), ("x-amz-meta-n", "1")]
    until = str(signer.now + 600)
    signature = signer.sign(signer.string("PUT", "/%s/key" % name, [], said, until))
    query = [("AWSAccessKeyId", signer.access), ("Signature", signature),
             ("Expires", until)] + said
    t.status(t.s3.put(name, "key", b"body", query=query, sign=None), 200)
    answer = t.status(t.s3.head(name, "key"), 200)
    t.header(answer, "Content-Type", "image/png")
    t.header(answer, "x-amz-meta-n", "1")
    query[-1] = ("x-amz-meta-n", "2")
    t.error(t.s3.put(name, "key", b"body", query=query, sign=None), 403,
            "SignatureDoesNotMatch")


def SignatureV2_line_break_in_query(t):
    name = t.bucket()
    signer = _signer(t)
    for said in (("x-amz-meta-n", "1\r\nx: y"), ("x-amz-meta-a\r\nb", "1"),
                 ("x-amz-meta-a:b", "1")):
        until = str(signer.now + 600)
        text = signer.string("PUT", "/%s/key" % name, [], [said], until)
        query = [("AWSAccessKeyId", signer.access), ("Signature", signer.sign(text)),
                 ("Expires", until), said]
        t.error(t.s3.put(name, "key", b"x", query=query, sign=None), 400, "InvalidArgument")
    t.eq(t.keys(name), [])


def SignatureV2_wrong(t):
    name = t.bucket()
    root = t.error(_v2(t, "GET", name, bent={"secret": "wrong"}), 403, "SignatureDoesNotMatch",
                   "The request signature we calculated does not match the signature you "
                   "provided. Check your key and signing method.", AWSAccessKeyId=t.s3.access,
                   CanonicalRequest=None)
    t.ok(root.get("StringToSign").startswith("GET\n\n\n"), "StringToSign")
    t.ok(root.get("StringToSign").endswith("\n/" + name), "StringToSign")
    t.eq(bytes.fromhex(root.get("StringToSignBytes").replace(" ", "")).decode(),
         root.get("StringToSign"), "StringToSignBytes")
    t.error(_v2(t, "GET", name, bent={"access": "NOSUCHKEY"}), 403, "InvalidAccessKeyId",
            AWSAccessKeyId="NOSUCHKEY")
    t.object(name, "key", b"x")
    method, target, headers, body = t.s3.build("GET", name, "key", sign="v2", signer=_signer(t))
    t.error(t.s3.send("DELETE", target, headers, body), 403, "SignatureDoesNotMatch")
    t.error(t.s3.send(method, target + "?acl", headers, body), 403, "SignatureDoesNotMatch")
    t.error(t.s3.send(method, target, headers + [("x-amz-request-payer", "requester")], body),
            403, "SignatureDoesNotMatch")
    t.status(t.s3.head(name, "key"), 200)


def SignatureV2_time(t):
    name = t.bucket()
    for delta in ({"minutes": 16}, {"minutes": -16}, {"days": 400}):
        t.error(_v2(t, "GET", name, bent={"now": _at(**delta)}), 403, "RequestTimeTooSkewed",
                MaxAllowedSkewMilliseconds=900000)
    method, target, headers, body = t.s3.build("GET", name, sign="v2", signer=_signer(t))
    for date in (None, "", "yesterday"):
        bent = [h for h in headers if h[0] != "Date"] + ([("Date", date)] if date is not None
                                                         else [])
        t.error(t.s3.send(method, target, bent, body), 403, "AccessDenied",
                "AWS authentication requires a valid Date or x-amz-date header")


def SignatureV2_malformed(t):
    name = t.bucket()
    method, target, headers, body = t.s3.build("GET", name, sign="v2", signer=_signer(t))
    for value in ("AWS HAHAHA", "AWS :x", "AWS x:"):
        bent = [h for h in headers if h[0] != "Authorization"] + [("Authorization", value)]
        t.error(t.s3.send(method, target, bent, body), 400, "InvalidArgument",
                "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature",
                ArgumentName="Authorization", ArgumentValue=value)


def SignatureV2_link_wrong(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    root = t.error(_v2(t, "GET", name, "key", sign="presign", expires=-5), 403, "AccessDenied",
                   "Request has expired")
    t.ok(root.get("Expires").endswith("Z") and root.get("ServerTime").endswith("Z"), "times")
    method, target, headers, body = t.s3.build("GET", name, "key", sign="presign",
                                               signer=_signer(t))
    for added in ("&acl", "&attributes", "&response-content-type=text%2Fhtml",
                  "&x-amz-meta-a=b"):
        t.error(t.s3.send(method, target + added, headers, body), 403, "SignatureDoesNotMatch")
    t.body(t.s3.send(method, target + "&x=y", headers, body), b"x")
    t.error(t.s3.send("DELETE", target, headers, body), 403, "SignatureDoesNotMatch")
    base = target.partition("?")[0]
    for query in ("AWSAccessKeyId=a&Signature=b", "AWSAccessKeyId=a&Expires=1",
                  "Signature=b&Expires=1"):
        t.error(t.s3.send(method, base + "?" + query, headers, body), 403, "AccessDenied",
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
                "parameters")
    t.error(t.s3.send(method, base + "?AWSAccessKeyId=%s&Signature=b&Expires=soon" % t.s3.access,
                      headers, body), 403, "AccessDenied",
            "Invalid date (should be seconds since epoch): soon")


def SignatureV2_beside_v4(t):
    name = t.bucket()
    method, target, headers, body = t.s3.build("GET", name, sign="presign", signer=_signer(t))
    v4 = t.s3.build("GET", name)[2]
    t.error(t.s3.send(method, target, headers + [h for h in v4 if h[0] != "Host"], body), 400,
            "InvalidArgument", ArgumentName="Authorization")
