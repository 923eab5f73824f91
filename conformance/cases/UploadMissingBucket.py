# SPDX-License-Identifier: Apache-2.0
"""cf-create-bucket-if-missing, and conditions by cf-copy-destination-if-*: Cloudflare's
headers that the open profile takes, too: developers.cloudflare.com/r2/api/s3/extensions"""

import s3raw
from IamPolicies import in_world
from query import allow
from tempcred import Holder

MAKE = {"cf-create-bucket-if-missing": "true"}


def UploadMissingBucket_put(t):
    name = t.name()
    t.error(t.s3.put(name, "k", b"x"), 404, "NoSuchBucket")
    t.error(t.s3.put(name, "k", b"x", {"cf-create-bucket-if-missing": "false"}), 404,
            "NoSuchBucket")
    t.status(t.s3.put(name, "k", b"x", MAKE), 200)
    t.body(t.s3.get(name, "k"), b"x")
    t.status(t.s3.head(name), 200)
    t.status(t.s3.put(name, "k", b"y", MAKE), 200)
    t.body(t.s3.get(name, "k"), b"y")


def UploadMissingBucket_multipart(t):
    name = t.name()
    upload = t.status(t.s3.post(name, "m", "uploads", headers=MAKE), 200).xml.get("UploadId")
    etag = t.part(name, "m", upload, 1, b"part")
    t.status(t.complete(name, "m", upload, [(1, etag)]), 200)
    t.body(t.s3.get(name, "m"), b"part")


def UploadMissingBucket_other_operations(t):
    """Nothing but an upload makes a bucket."""
    name = t.name()
    for answer in (t.s3.get(name, "k", headers=MAKE), t.s3.get(name, headers=MAKE),
                   t.s3.delete(name, "k", headers=MAKE),
                   t.s3.put(name, "k", b"", dict(MAKE, **{"x-amz-copy-source": "/b/k"}))):
        t.error(answer, 404, "NoSuchBucket")
    t.bare_error(t.s3.head(name), 404)


def UploadMissingBucket_bad_name(t):
    for name in ("Upper-Case", "under_score", "xn--name"):
        t.error(t.s3.put(name, "k", b"x", MAKE), 400, "InvalidBucketName")


@in_world
def UploadMissingBucket_denied(t, w, q):
    name = t.name()
    t.error(t.s3.put(name, "k", b"x", MAKE, sign=None), 403, "AccessDenied")
    for actions in (["s3:PutObject"], ["s3:CreateBucket"]):
        key = q.key(q.user(allow(actions)))
        t.error(t.s3.put(name, "k", b"x", MAKE,
                         signer=s3raw.Signer(key.access, key.secret, t.region)), 403,
                "AccessDenied")
        t.bare_error(t.s3.head(name), 404)
    t.error(Holder(t, name, "admin-read-write")("PUT", name, "k", b"x", headers=MAKE), 403,
            "AccessDenied")
    t.bare_error(t.s3.head(name), 404)
    key = q.key(q.user(allow(["s3:PutObject", "s3:CreateBucket"])))
    t.status(t.s3.put(name, "k", b"x", MAKE,
                      signer=s3raw.Signer(key.access, key.secret, t.region)), 200)
    t.body(t.s3.get(name, "k"), b"x")


def _copy(t, name, **headers):
    headers = {"cf-copy-destination-" + k.replace("_", "-"): v for k, v in headers.items()}
    return t.s3.put(name, "to", b"", dict(headers, **{"x-amz-copy-source": name + "/from"}))


def UploadMissingBucket_copy_conditions(t):
    name = t.bucket()
    t.object(name, "from", b"new")
    failed = "At least one of the pre-conditions you specified did not hold"
    t.error(_copy(t, name, if_match="*"), 412, "PreconditionFailed", failed)
    t.error(_copy(t, name, if_match=s3raw.etag(b"old")), 412, "PreconditionFailed", failed)
    t.status(_copy(t, name, if_none_match="*"), 200)
    t.object(name, "to", b"old")
    t.error(_copy(t, name, if_none_match="*"), 412, "PreconditionFailed", failed)
    t.error(_copy(t, name, if_none_match='"x", ' + s3raw.etag(b"old")), 412,
            "PreconditionFailed", failed)
    t.error(_copy(t, name, if_match='"x"'), 412, "PreconditionFailed", failed)
    past, future = "Mon, 01 Jan 2024 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
    t.error(_copy(t, name, if_unmodified_since=past), 412, "PreconditionFailed", failed)
    t.error(_copy(t, name, if_modified_since=future), 412, "PreconditionFailed", failed)
    t.body(t.s3.get(name, "to"), b"old")
    t.status(_copy(t, name, if_modified_since=past, if_unmodified_since=future,
                   if_match='W/"x", ' + s3raw.etag(b"old")), 200)
    t.body(t.s3.get(name, "to"), b"new")
    both = t.s3.put(name, "to", b"", {"x-amz-copy-source": name + "/from",
                                      "If-None-Match": "*", "cf-copy-destination-if-match": "*"})
    t.error(both, 501, "NotImplemented")
