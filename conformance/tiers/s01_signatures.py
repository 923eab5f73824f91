# SPDX-License-Identifier: Apache-2.0
"""Section 1: endpoint, region, signatures."""
import datetime
import hashlib
import re

import postform
import s3raw
from tiers import answers

NOW = datetime.datetime.utcnow
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def found(answer, name):
    return [x for x in answer.xml.element.iter() if x.tag.endswith(name)][0].text


@answers("aws", "minio")
def hosts(t):
    """The first label below localhost is a bucket, and no account."""
    name = t.bucket()
    t.status(t.s3.request("GET", name, path="/", host="%s.localhost" % name), 200)
    t.error(t.s3.request("GET", name, path="/", host="%s.account.localhost" % name),
            404, "NoSuchBucket")


@answers("aws")
def region_signed(t):
    name = t.bucket()
    for region in ("eu-west-1", "auto"):
        t.error(t.s3.get(name, signer=t.s3.signer(region=region)), 400,
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; the region '%s' is wrong; expecting "
                "'us-east-1'" % region, Region="us-east-1")


@answers("minio")
def region_signed__any(t):
    name = t.bucket()
    for region in ("eu-west-1", "us-east-1", "nowhere-9"):
        t.status(t.s3.get(name, signer=t.s3.signer(region=region)), 200)


@answers("aws")
def region_wrong(t):
    answer = t.s3.get(t.bucket(), signer=t.s3.signer(region="ap-south-1"))
    t.error(answer, 400, "AuthorizationHeaderMalformed", Region="us-east-1")
    t.no_header(answer, "x-amz-bucket-region")


@answers("aws")
def region_location(t):
    t.error(t.s3.get(t.bucket(), query="location", signer=t.s3.signer(region="eu-west-1")),
            400, "AuthorizationHeaderMalformed")


@answers("minio")
def region_location__any(t):
    t.status(t.s3.get(t.bucket(), query="location", signer=t.s3.signer(region="eu-west-1")), 200)


@answers("aws")
def sigv2(t):
    name = t.bucket()
    old = s3raw.SignerV2(t.s3.access, t.s3.secret)
    t.error(t.s3.get(name, sign="v2", signer=old), 400, "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use "
            "AWS4-HMAC-SHA256.")


@answers("minio")
def sigv2__minio(t):
    t.status(t.s3.get(t.bucket(), sign="v2", signer=s3raw.SignerV2(t.s3.access, t.s3.secret)),
             200)


@answers("aws", "minio")
def key_unknown(t):
    t.error(t.s3.get(t.bucket(), signer=t.s3.signer(access="NOBODY")), 403, "InvalidAccessKeyId")


@answers("aws", "minio")
def signature_bad(t):
    t.error(t.s3.get(t.bucket(), signer=t.s3.signer(secret="wrong")), 403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method.")


@answers("aws", "minio")
def clock_skew(t):
    name = t.bucket()
    t.status(t.s3.get(name, signer=t.s3.signer(now=NOW() - datetime.timedelta(minutes=13))), 200)
    t.error(t.s3.get(name, signer=t.s3.signer(now=NOW() - datetime.timedelta(minutes=20))),
            403, "RequestTimeTooSkewed")


@answers("aws", "minio")
def link_long(t):
    name = t.bucket()
    t.status(t.s3.get(name, sign="presign", expires=604800), 200)
    t.error(t.s3.get(name, sign="presign", expires=604801), 400,
            "AuthorizationQueryParametersError")


def old_link(t, name):
    signer = t.s3.signer(now=NOW() - datetime.timedelta(hours=1))
    return t.s3.get(name, sign="presign", expires=60, signer=signer)


@answers("aws")
def link_expired(t):
    root = t.error(old_link(t, t.bucket()), 403, "AccessDenied", "Request has expired")
    for name in ("X-Amz-Expires", "Expires", "ServerTime"):
        t.ok(root.get(name), name)


@answers("minio")
def link_expired__minio(t):
    root = t.error(old_link(t, t.bucket()), 403, "AccessDenied", "Request has expired")
    for name in ("X-Amz-Expires", "Expires", "ServerTime"):
        t.eq(root.get(name), None, name)


def early_link(t, name):
    signer = t.s3.signer(now=NOW() + datetime.timedelta(hours=1))
    return t.s3.get(name, sign="presign", expires=60, signer=signer)


@answers("aws")
def link_early(t):
    t.error(early_link(t, t.bucket()), 403, "AccessDenied", "Request is not yet valid")


@answers("minio")
def link_early__minio(t):
    t.error(early_link(t, t.bucket()), 403, "AccessDenied", "Request is not valid yet")


@answers("aws", "minio")
def post_form(t):
    name = t.bucket()
    t.status(postform.post(t, name, [("key", "k")], b"data"), 204)
    t.body(t.s3.get(name, "k"), b"data")


@answers("aws", "minio")
def chunk_signed(t):
    name = t.bucket()
    t.status(t.s3.put(name, "k", b"x" * 70000, payload="STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), 200)
    t.body(t.s3.get(name, "k"), b"x" * 70000)


@answers("aws", "minio")
def expect_100(t):
    name = t.bucket()
    method, target, headers, body = t.s3.build("PUT", name, "k", body=b"data",
                                               headers={"Expect": "100-continue"})
    with t.s3.socket() as sock:
        sock.sendall(("%s %s HTTP/1.1\r\n" % (method, target)).encode() +
                     "".join("%s: %s\r\n" % h for h in headers).encode() + b"\r\n")
        t.ok(sock.recv(4096).startswith(b"HTTP/1.1 100 "), "no 100 Continue")
        sock.sendall(body)
        t.ok(sock.recv(4096).startswith(b"HTTP/1.1 200 "), "no 200")


@answers("aws", "minio")
def session(t):
    """Credentials of STS work, and without their token do not."""
    answer = t.s3.request("POST", path="/", body=b"Action=GetSessionToken&Version=2011-06-15",
                          headers=FORM, signer=t.s3.signer(service="sts"))
    signer = t.s3.signer(access=found(t.status(answer, 200), "AccessKeyId"),
                         secret=found(answer, "SecretAccessKey"))
    name = t.bucket()
    t.status(t.s3.get(name, signer=signer,
                      headers={"x-amz-security-token": found(answer, "SessionToken")}), 200)
    t.ok(t.s3.get(name, signer=signer).status in (400, 403), "taken without its token")


@answers("minio")
def region_wrong__minio(t):
    """With a region set, which the others are without."""
    if t.region == "us-east-1":
        t.skip("needs a server with a region")
    answer = t.s3.get(t.bucket(), signer=t.s3.signer(region="ap-south-1"))
    t.error(answer, 400, "AuthorizationHeaderMalformed")
    t.header(answer, "x-amz-bucket-region", t.region)
    t.eq(answer.xml.get("Region"), t.region)
    t.status(t.s3.get(t.bucket(), query="location", signer=t.s3.signer(region="x")), 200)
    t.error(t.s3.put(t.name(), body="<CreateBucketConfiguration><LocationConstraint>ap-south-1"
                     "</LocationConstraint></CreateBucketConfiguration>"), 400, "InvalidRegion",
            "Region does not match; expecting '%s'." % t.region)


@answers("r2")
def secret_form__r2(t):
    """The keys are a token's: its id, and the SHA-256 of its value."""
    if "tokens" not in t.limits:
        t.skip("needs a server that knows the token")
    key, value = "0123456789abcdef" * 2, "v1-token_of_the_conformance_cases-0000001"
    secret = hashlib.sha256(value.encode()).hexdigest()
    t.status(t.s3.get(signer=t.s3.signer(access=key, secret=secret)), 200)
    for other in (value, secret.upper(), hashlib.sha1(value.encode()).hexdigest()):
        t.error(t.s3.get(signer=t.s3.signer(access=key, secret=other)), 403,
                "SignatureDoesNotMatch")


@answers("aws", "minio")
def secret_form(t):
    """Whatever the text, it signs; made ones are long."""
    answer = t.s3.request("POST", path="/", body=b"Action=CreateUser&UserName=tier%s"
                          b"&Version=2010-05-08" % t.name().encode(), headers=FORM,
                          signer=t.s3.signer(service="iam"))
    user = found(t.status(answer, 200), "UserName")
    body = "Action=CreateAccessKey&UserName=%s&Version=2010-05-08" % user
    answer = t.s3.request("POST", path="/", body=body, headers=FORM,
                          signer=t.s3.signer(service="iam"))
    key, secret = (found(answer, n) for n in ("AccessKeyId", "SecretAccessKey"))
    t.ok(len(secret) >= 8, secret)
    if t.tier == "aws":
        t.ok(re.fullmatch("AKIA[A-Z2-7]{16}", key) and len(secret) == 40, key)
    # Known, whatever it may do: only with another secret is the signature wrong.
    mine = t.s3.get(t.bucket(), signer=t.s3.signer(access=key, secret=secret))
    t.error(mine, 403, "AccessDenied")
    other = t.s3.get(t.bucket(), signer=t.s3.signer(access=key, secret="x" * 40))
    t.error(other, 403, "SignatureDoesNotMatch")
    for action in ("DeleteAccessKey&AccessKeyId=" + key, "DeleteUser"):
        t.status(t.s3.request("POST", path="/", headers=FORM, signer=t.s3.signer(service="iam"),
                              body="Action=%s&UserName=%s&Version=2010-05-08" % (action, user)),
                 200)
