# SPDX-License-Identifier: Apache-2.0
import os

import case
import document
import sse

START = "Requests that modify an object"


def _xml(arn, bucket_key=None):
    inner = "<KMSKeyArn>%s</KMSKeyArn>" % arn if arn is not None else ""
    if bucket_key:
        inner += "<BucketKeyEnabled>%s</BucketKeyEnabled>" % bucket_key
    return document.xml("ObjectEncryption", "<SSE-KMS>%s</SSE-KMS>" % inner)


def _put(t, name, key, body, **query):
    return t.s3.put(name, key, body, {"Content-MD5": document.md5(body)},
                    dict({"encryption": None}, **query))


def _arn(t, name):
    return t.s3.put(name, "arn", b"", sse.KMS).header(sse.KEY)


def UpdateObjectEncryption_to_a_key(t):
    name = t.bucket()
    arn = _arn(t, name)
    for mode in ("none", "s3", "kms"):
        for size in (0, 10, 200000):
            body = os.urandom(size)
            made = t.s3.put(name, "k", body, dict(sse.MODES[mode], **{"x-amz-meta-a": "b"}))
            t.eq(t.status(_put(t, name, "k", _xml(arn, "true")), 200).body, b"", "body")
            got = sse.says(t, t.body(t.s3.get(name, "k"), body), "kms")
            t.header(got, sse.KEY, arn)
            t.header(got, sse.BUCKET_KEY, "true")
            t.header(got, "ETag", made.header("ETag"))
            t.header(got, "x-amz-meta-a", "b")


def UpdateObjectEncryption_keeps_parts(t):
    name = t.bucket()
    parts = [os.urandom(case.PART), os.urandom(case.PART), b"end"]
    etag = t.multipart(name, "k", parts).xml.get("ETag")
    t.status(_put(t, name, "k", _xml(_arn(t, name))), 200)
    t.header(t.body(t.s3.get(name, "k"), b"".join(parts)), "ETag", etag)
    for n, part in enumerate(parts, 1):
        t.body(t.s3.get(name, "k", {"partNumber": n}), part, 206)


def UpdateObjectEncryption_of_a_version(t):
    name = t.bucket()
    t.versioning(name)
    old = t.s3.put(name, "k", b"old").header("x-amz-version-id")
    t.s3.put(name, "k", b"new")
    t.status(_put(t, name, "k", _xml(_arn(t, name)), versionId=old), 200)
    sse.says(t, t.body(t.s3.get(name, "k", {"versionId": old}), b"old"), "kms")
    sse.says(t, t.body(t.s3.get(name, "k"), b"new"), "none")
    t.eq(len([v for v in t.versions(name)[0] if v[0] == "k"]), 2, "versions")


def UpdateObjectEncryption_of_what_it_does_not_know(t):
    name, key = t.bucket(), sse.new_key()
    for headers in (sse.DSSE, sse.customer(key)):
        t.status(t.s3.put(name, "k", b"x", headers), 200)
        t.error(_put(t, name, "k", _xml(_arn(t, name))), 400, "InvalidRequest",
                "The UpdateObjectEncryption operation doesn't support source objects with the "
                "encryption type DSSE-KMS or SSE-C. Only source objects encrypted with SSE-S3 "
                "or SSE-KMS are supported.")


def UpdateObjectEncryption_bad_keys(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    arn = _arn(t, name)
    for bad, message in (
            (None, START + "'s encryption type to SSE-KMS require an AWS KMS key Amazon Resource "
             "Name (ARN). Modify the request to specify a KMS key ARN, and then try again."),
            ("alias/aws/s3", START + "'s encryption type to SSE-KMS require a valid AWS KMS key "
             "Amazon Resource Name (ARN). Confirm that you have a correctly formatted KMS key "
             "ARN in your request, and then try again."),
            (arn.replace(":key/", ":alias/"), None), (arn.split("/")[0] + "/", None)):
        t.error(_put(t, name, "k", _xml(bad)), 400, "InvalidRequest", message)
    t.error(_put(t, name, "k", _xml(arn, "maybe")), 400, "InvalidRequest",
            "The BucketKeyEnabled value isn't valid. Valid values are true or false. Modify the "
            "request to specify a valid value, and then try again.")
    t.error(_put(t, name, "k", _xml(arn[:-1] + "x")), 400, "KMS.NotFoundException")
    for inner in ("", "<SSE-S3/>"):
        t.error(_put(t, name, "k", document.xml("ObjectEncryption", inner)), 400,
                "InvalidRequest", START + " encryption configuration require a valid new "
                "encryption type. Valid values are SSEKMS. Modify the request to specify "
                "SSE-KMS for the updated encryption type, and then try again.")
    t.error(_put(t, name, "k", "<Other/>"), 400, "MalformedXML")
    sse.says(t, t.body(t.s3.get(name, "k"), b"x"), "none")


def UpdateObjectEncryption_missing_key(t):
    name = t.bucket()
    t.error(_put(t, name, "nobody", _xml(_arn(t, name))), 404, "NoSuchKey",
            "The specified key does not exist.", Key="nobody")


def UpdateObjectEncryption_denied(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    arn = _arn(t, name)
    t.error(t.s3.put(name, "k", _xml(arn), query="encryption", sign=None), 403, "AccessDenied",
            "Access Denied")
    other = arn.split(":")
    other[4] = "9" * 12
    t.error(_put(t, name, "k", _xml(":".join(other))), 403, "AccessDenied",
            "The AWS KMS key in the request must be owned by the same account as the bucket. "
            "Modify the request to specify a KMS key from the same account, and then try again.")
    sse.says(t, t.s3.get(name, "k"), "none")
