# SPDX-License-Identifier: Apache-2.0
"""Section 7: conditional requests."""
import s3raw
from tiers import answers

OTHER = '"%s"' % ("0" * 32)
FAILED = "At least one of the pre-conditions you specified did not hold"


def put(t, name, **headers):
    return t.s3.put(name, "k", b"x", {k.replace("_", "-"): v for k, v in headers.items()})


def fails(t, answer, condition):
    root = t.error(answer, 412, "PreconditionFailed", FAILED)
    t.eq(root.get("Condition"), None if t.tier == "minio" else condition)


@answers("aws", "minio")
def put_none_star(t):
    name = t.bucket()
    t.status(put(t, name, If_None_Match="*"), 200)
    fails(t, put(t, name, If_None_Match="*"), "If-None-Match")


@answers("aws", "minio")
def put_match(t):
    name = t.bucket()
    t.object(name, "k")
    t.status(put(t, name, If_Match=s3raw.etag(b"x")), 200)
    fails(t, put(t, name, If_Match=OTHER), "If-Match")


@answers("aws", "minio")
def put_match_gone(t):
    t.error(put(t, t.bucket(), If_Match=OTHER), 404, "NoSuchKey")


@answers("aws")
def put_none_etag(t):
    t.error(put(t, t.bucket(), If_None_Match=OTHER), 501, "NotImplemented",
            Header="If-None-Match")


@answers("minio")
def put_none_etag__minio(t):
    name = t.bucket()
    t.status(put(t, name, If_None_Match=s3raw.etag(b"x")), 200)
    fails(t, put(t, name, If_None_Match=s3raw.etag(b"x")), "If-None-Match")
    t.status(put(t, name, If_None_Match=OTHER), 200)


@answers("aws")
def put_match_star(t):
    t.error(put(t, t.bucket(), If_Match="*"), 501, "NotImplemented", Header="If-Match")


@answers("minio")
def put_match_star__minio(t):
    name = t.bucket()
    t.error(put(t, name, If_Match="*"), 404, "NoSuchKey")
    t.object(name, "k")
    t.status(put(t, name, If_Match="*"), 200)


@answers("aws")
def put_both(t):
    t.error(put(t, t.bucket(), If_Match=OTHER, If_None_Match="*"), 501, "NotImplemented",
            Header="If-Match,If-None-Match")


@answers("minio")
def put_both__minio(t):
    name = t.bucket()
    t.object(name, "k")
    fails(t, put(t, name, If_Match=s3raw.etag(b"x"), If_None_Match="*"), "If-None-Match")
    t.status(put(t, name, If_Match=s3raw.etag(b"x"), If_None_Match=OTHER), 200)


@answers("aws", "minio")
def put_times(t):
    name = t.bucket()
    t.object(name, "k")
    t.status(put(t, name, If_Unmodified_Since="Mon, 01 Jan 2001 00:00:00 GMT"), 200)
    t.status(put(t, name, If_Modified_Since="Mon, 01 Jan 2001 00:00:00 GMT"), 200)


def copy(t, name, **headers):
    headers = {k.replace("_", "-"): v for k, v in headers.items()}
    return t.s3.put(name, "k", b"", dict(headers, **{"x-amz-copy-source": "/%s/s" % name}))


@answers("aws", "minio")
def copy_cond(t):
    name = t.bucket()
    t.object(name, "s", b"new")
    t.object(name, "k", b"old")
    for headers in ({"If_None_Match": "*"}, {"If_Match": OTHER}):
        answer = copy(t, name, **headers)
        if t.tier == "minio":
            t.status(answer, 200)
        else:
            fails(t, answer, list(headers)[0].replace("_", "-"))
    t.body(t.s3.get(name, "k"), b"new" if t.tier == "minio" else b"old")


@answers("aws", "minio")
def delete_cond(t):
    name = t.bucket()
    t.object(name, "k")
    answer = t.s3.delete(name, "k", headers={"If-Match": OTHER})
    if t.tier == "minio":
        t.status(answer, 204)
        t.bare_error(t.s3.head(name, "k"), 404)
    else:
        fails(t, answer, "If-Match")
        t.status(t.s3.head(name, "k"), 200)


@answers("aws", "minio")
def delete_cond_more(t):
    name = t.bucket()
    t.object(name, "k")
    answer = t.s3.delete(name, "k", headers={"x-amz-if-match-size": "7"})
    if t.tier == "minio":
        t.status(answer, 204)
    else:
        t.error(answer, 501, "NotImplemented")


@answers("aws", "minio")
def delete_cond_keys(t):
    name = t.bucket()
    t.object(name, "k")
    body = ("<Delete><Object><Key>k</Key><ETag>%s</ETag></Object></Delete>" %
            OTHER.replace('"', "&quot;"))
    root = t.status(t.s3.post(name, None, "delete", body,
                              {"Content-MD5": s3raw.md5_base64(body.encode())}), 200).xml
    if t.tier == "minio":
        t.eq(root.get("Deleted/Key"), "k")
    else:
        t.eq(root.get("Error/Code"), "PreconditionFailed")
        t.status(t.s3.head(name, "k"), 200)


@answers("aws")
def cond_race(t):
    """The ETag a writer knew is gone while its upload ran."""
    name = t.bucket()
    t.object(name, "k", b"first")
    upload = t.upload(name, "k")
    parts = [(1, t.part(name, "k", upload, 1, b"x"))]
    second = t.object(name, "k", b"second").header("ETag")
    t.error(t.complete(name, "k", upload, parts, {"If-Match": second}), 409,
            "ConditionalRequestConflict")


@answers("aws", "minio")
def get_none_match(t):
    name = t.bucket()
    t.object(name, "k")
    answer = t.s3.get(name, "k", headers={"If-None-Match": s3raw.etag(b"x")})
    t.body(answer, b"", 304)


@answers("aws", "minio")
def get_match_old(t):
    name = t.bucket()
    t.object(name, "k")
    t.status(t.s3.get(name, "k", headers={
        "If-Match": s3raw.etag(b"x"),
        "If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}), 200)


@answers("minio")
def cond_race__minio(t):
    """What was written meanwhile is compared, and is no conflict."""
    name = t.bucket()
    t.object(name, "k", b"first")
    upload = t.upload(name, "k")
    parts = [(1, t.part(name, "k", upload, 1, b"x"))]
    second = t.object(name, "k", b"second").header("ETag")
    t.status(t.complete(name, "k", upload, parts, {"If-Match": second}), 200)
