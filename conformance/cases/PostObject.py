# SPDX-License-Identifier: Apache-2.0
import base64
import hashlib
import json
import zlib

import postform
import tags
import worm

EXTRA = "Invalid according to Policy: Extra input fields: "
FAILED = "Invalid according to Policy: Policy Condition failed: "


def PostObject_plain(t):
    name = t.bucket()
    answer = t.status(postform.post(t, name, [("key", "a/b")], b"body"), 204)
    t.eq(answer.body, b"", "body")
    t.header(answer, "ETag", '"%s"' % hashlib.md5(b"body").hexdigest())
    t.ok(answer.header("Location").endswith("/%s/a/b" % name), "Location")
    got = t.body(t.s3.get(name, "a/b"), b"body")
    t.header(got, "Content-Type", "binary/octet-stream")


def PostObject_sizes(t):
    name = t.bucket()
    for size in (0, 1, 73, 4096, 65536, 262143, 262144, 262145, 300000, 3000000):
        data = (b"\r\n--" + postform.BOUNDARY[:-1].encode() + b"\r\r\n-\r\n") * (size // 20 + 1)
        data = data[:size]
        t.status(postform.post(t, name, [("key", "k")], data), 204)
        t.body(t.s3.get(name, "k"), data)


def PostObject_fields_become_headers(t):
    name = t.bucket()
    fields = [("key", "k"), ("Content-Type", "image/png"), ("Cache-Control", "no-store"),
              ("Content-Disposition", "attachment"), ("Content-Encoding", "gzip"),
              ("Expires", "Thu, 01 Jan 2030 00:00:00 GMT"), ("x-amz-meta-Who", "me"),
              ("x-amz-storage-class", "STANDARD_IA"), ("acl", "bucket-owner-full-control")]
    t.status(postform.post(t, name, fields, b"x"), 204)
    head = t.status(t.s3.head(name, "k"), 200)
    for field, value in fields[1:-1]:
        t.header(head, field, value)


def PostObject_filename(t):
    name = t.bucket()
    for filename, want in (("photo.jpg", "up/photo.jpg"), ("C:\\a\\b c.txt", "up/b c.txt"),
                           ("/tmp/x", "up/x"), ("\u00e4.png", "up/\u00e4.png")):
        fields = [("key", "up/${filename}"), ("x-amz-meta-name", "${filename}")]
        answer = postform.post(t, name, fields, b"x", [
            {"bucket": name}, ["starts-with", "$key", "up/"],
            ["starts-with", "$x-amz-meta-name", ""]], filename=filename)
        t.status(answer, 204)
        t.status(t.s3.head(name, want), 200)


def PostObject_status(t):
    name = t.bucket()
    for status, want in (("200", 200), ("201", 201), ("204", 204), ("299", 204), ("x", 204)):
        answer = t.status(postform.post(t, name, [("key", "a b/c"), (
            "success_action_status", status)], b"x"), want)
        if want != 201:
            t.eq(answer.body, b"", "body")
            continue
        t.eq(answer.xml.name, "PostResponse")
        t.eq(answer.xml.names(), ["Location", "Bucket", "Key", "ETag"])
        t.eq((answer.xml.get("Bucket"), answer.xml.get("Key")), (name, "a b/c"))
        t.eq(answer.xml.get("ETag"), '"%s"' % hashlib.md5(b"x").hexdigest())
        t.ok(answer.xml.get("Location").endswith("/%s/a%%20b/c" % name), "Location")


def PostObject_redirect(t):
    name = t.bucket()
    etag = hashlib.md5(b"x").hexdigest()
    for field, url, joint in (("success_action_redirect", "http://example.com/done", "?"),
                              ("success_action_redirect", "https://example.com/?a=1", "&"),
                              ("redirect", "http://example.com/old", "?")):
        answer = t.status(postform.post(t, name, [("key", "a b/c"), (field, url), (
            "success_action_status", "201")], b"x"), 303)
        t.header(answer, "Location", "%s%sbucket=%s&key=a%%20b%%2Fc&etag=%%22%s%%22" % (
            url, joint, name, etag))
    answer = postform.post(t, name, [("key", "k"), ("success_action_redirect", "nonsense")], b"x")
    t.status(answer, 204)


def PostObject_fields_behind_the_file(t):
    name = t.bucket()
    answer = postform.post(t, name, [("key", "k")], b"data", behind=[("submit", "Upload"),
                                                                   ("key", "other")])
    t.status(answer, 204)
    t.body(t.s3.get(name, "k"), b"data")
    t.eq(t.keys(name), ["k"])


def PostObject_v2_signature(t):
    name = t.bucket()
    fields = postform.sign_v2(t, [("key", "k")], [{"bucket": name}, {"key": "k"}])
    t.status(postform.send(t, name, postform.body(fields, b"x")), 204)
    wrong = [(k, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" if k == "signature" else v) for k, v in fields]
    t.error(postform.send(t, name, postform.body(wrong, b"x")), 403, "SignatureDoesNotMatch")
    for missing, shown in (("signature", "Signature"), ("AWSAccessKeyId", "AWSAccessKeyId")):
        less = [f for f in fields if f[0] != missing]
        t.error(postform.send(t, name, postform.body(less, b"x")), 400, "InvalidArgument",
                "Bucket POST must contain a field named '%s'.  If it is specified, please check the"
                " order of the fields." % shown, ArgumentName=shown)


def PostObject_without_policy(t):
    name = t.bucket()
    t.error(postform.send(t, name, postform.body([("key", "k")], b"x")), 403, "AccessDenied",
            "Access Denied")
    t.eq(t.keys(name), [])


def PostObject_denied(t):
    name = t.bucket()
    good = [{"bucket": name}, {"key": "k"}]
    root = t.error(postform.send(t, name, postform.body(postform.sign(
        t, [("key", "k")], good, secret="wrong"), b"x")), 403, "SignatureDoesNotMatch", None,
        AWSAccessKeyId=t.s3.access)
    t.ok(root.get("StringToSign") and len(root.get("SignatureProvided")) == 64, "details")
    t.error(postform.send(t, name, postform.body(postform.sign(
        t, [("key", "k")], good, access="NOSUCHKEY"), b"x")), 403, "InvalidAccessKeyId")
    fields = [f for f in postform.sign(t, [("key", "k")], good) if f[0] != "policy"]
    t.error(postform.send(t, name, postform.body(fields, b"x")), 403, "AccessDenied")
    large = b"x" * 3000000
    t.error(postform.send(t, name, postform.body(postform.sign(
        t, [("key", "k")], good, secret="wrong"), large)), 403, "SignatureDoesNotMatch")
    t.eq(t.keys(name), [])


def PostObject_missing_fields(t):
    name = t.bucket()
    fields = postform.sign(t, [("key", "k")], [{"bucket": name}, {"key": "k"}])
    for missing, shown in (("x-amz-signature", "X-Amz-Signature"),
                           ("x-amz-algorithm", "X-Amz-Algorithm"),
                           ("x-amz-credential", "X-Amz-Credential"),
                           ("x-amz-date", "X-Amz-Date"), ("key", "key")):
        less = [f for f in fields if f[0] != missing]
        t.error(postform.send(t, name, postform.body(less, b"x")), 400, "InvalidArgument",
                "Bucket POST must contain a field named '%s'.  If it is specified, please check the"
                " order of the fields." % shown, ArgumentName=shown, ArgumentValue="")


def PostObject_conditions(t):
    name = t.bucket()
    fields = [("key", "user/k"), ("Content-Type", "image/png"), ("x-amz-meta-a", "1")]
    base = [{"bucket": name}, {"x-amz-meta-a": "1"}]
    good = base + [["starts-with", "$key", "user/"], ["eq", "$Content-Type", "image/png"]]
    t.status(postform.post(t, name, fields, b"x", good), 204)
    t.status(postform.post(t, name, fields, b"x", base + [
        ["STARTS-WITH", "$KEY", ""], {"content-TYPE": "image/png"}]), 204)
    for wrong in ({"key": "other"}, ["eq", "$key", "user/"], ["starts-with", "$key", "other/"],
                  {"bucket": "other"}, ["starts-with", "$Content-Type", "text/"],
                  {"x-amz-meta-b": "1"}):
        t.error(postform.post(t, name, fields, b"x", good + [wrong]), 403, "AccessDenied",
                FAILED + json.dumps(wrong, separators=(",", ":")))


def PostObject_extra_fields(t):
    name = t.bucket()
    t.error(postform.post(t, name, [("key", "k"), ("x-amz-meta-more", "1")], b"x",
                          [{"bucket": name}, {"key": "k"}]), 403, "AccessDenied",
            EXTRA + "x-amz-meta-more")
    t.status(postform.post(t, name, [("key", "k"), ("x-ignore-more", "1")], b"x",
                           [{"bucket": name}, {"key": "k"}]), 204)


def PostObject_length_range(t):
    name = t.bucket()
    for low, high, size in ((0, 10, 11), (0, 10, 400000), (5, 10, 4)):
        answer = postform.post(t, name, [("key", "k")], b"x" * size, [
            {"bucket": name}, {"key": "k"}, ["content-length-range", low, high]])
        if size > high:
            t.error(answer, 400, "EntityTooLarge",
                    "Your proposed upload exceeds the maximum allowed size", MaxSizeAllowed=high,
                    ProposedSize=size)
        else:
            t.error(answer, 400, "EntityTooSmall",
                    "Your proposed upload is smaller than the minimum allowed size",
                    MinSizeAllowed=low, ProposedSize=size)
    t.eq(t.keys(name), [])
    for size in (5, 10):
        t.status(postform.post(t, name, [("key", "k")], b"x" * size, [
            {"bucket": name}, {"key": "k"}, ["content-length-range", 5, 10]]), 204)


def PostObject_expired(t):
    name = t.bucket()
    t.error(postform.send(t, name, postform.body(postform.sign(
        t, [("key", "k")], [{"bucket": name}, {"key": "k"}], postform.at(minutes=-1)), b"x")), 403,
        "AccessDenied", "Invalid according to Policy: Policy expired.")


def PostObject_bad_policies(t):
    name = t.bucket()
    for policy, message in (
            ("nonsense", "Invalid Policy: Invalid JSON."), ("[]", "Invalid Policy: Invalid JSON."),
            ('{"conditions": []}', "Invalid Policy: Policy missing expiration."),
            ('{"expiration": "soon", "conditions": []}',
             "Invalid Policy: Invalid 'expiration' value."),
            ('{"expiration": "%s"}' % postform.at(minutes=5),
             "Invalid Policy: Policy missing conditions."),
            ('{"expiration": "%s", "conditions": [{"a": "1", "b": "2"}]}' % postform.at(minutes=5),
             "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one "
             "property specified.")):
        t.error(postform.send(t, name, postform.body(postform.sign(
            t, [("key", "k")], [], policy=policy), b"x")), 400, "InvalidPolicyDocument", message)
    for conditions in ([5], [["eq", "key", "k"]], [["like", "$key", "k"]], [["eq", "$key"]],
                       [["content-length-range", "a", 5]], [{"key": 5}]):
        t.error(postform.post(t, name, [("key", "k")], b"x", conditions), 400,
                "InvalidPolicyDocument")


def PostObject_not_a_form(t):
    name = t.bucket()
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain",
                 "multipart/form-data; boundary=" + "x" * 71):
        t.error(t.s3.post(name, None, None, b"x", {"Content-Type": kind}, sign=None), 412,
                "PreconditionFailed", None,
                Condition="Bucket POST must be of the enclosure-type multipart/form-data")


def PostObject_malformed(t):
    name = t.bucket()
    good = postform.body(postform.sign(t, [("key", "k")], [{"bucket": name}, {"key": "k"}]), b"x")
    for whole in (b"", b"nonsense", b"--other\r\n", good[:100], good[2:], good[:-60],
                  good.replace(b'name="key"', b""), good.replace(b"\r\n", b"\n")):
        t.error(postform.send(t, name, whole), 400, "MalformedPOSTRequest",
                "The body of your POST request is not well-formed multipart/form-data.")
    t.error(postform.send(t, name, postform.body([("key", "k")], None)), 400, "InvalidArgument",
            "POST requires exactly one file upload per request.", ArgumentName="file",
            ArgumentValue="0")
    t.eq(t.keys(name), [])


def PostObject_fields_too_long(t):
    name = t.bucket()
    t.error(postform.post(t, name, [("key", "k"), ("x-ignore-a", "x" * 20480)], b"x"), 400,
            "MaxPostPreDataLengthExceededError",
            "Your POST request fields preceding the upload file were too large.")


def PostObject_header_injection(t):
    name = t.bucket()
    for field in ("Content-Type", "x-amz-meta-a", "success_action_redirect"):
        t.error(postform.post(t, name, [("key", "k"), (field, "http://a\r\nX-Evil: 1")], b"x"),
                400, "InvalidArgument", None, ArgumentName=field.lower())


def PostObject_field_twice(t):
    # The policy must not see one key and the object get the other.
    name = t.bucket()
    signed = postform.sign(t, [("key", "mine/k")], [{"bucket": name}, ["starts-with", "$key",
                                                                      "mine/"]])
    for fields in ([("key", "other")] + signed, signed + [("KEY", "other")]):
        t.error(postform.send(t, name, postform.body(fields, b"x")), 400, "InvalidArgument", None,
                ArgumentName="key")
    t.eq(t.keys(name), [])


def PostObject_checksum(t):
    name = t.bucket()
    bad = "AAAAAA=="
    good = base64.b64encode(zlib.crc32(b"body").to_bytes(4, "big")).decode()
    answer = postform.post(t, name, [("key", "k"), ("x-amz-checksum-crc32", good)], b"body")
    t.header(t.status(answer, 204), "x-amz-checksum-crc32", good)
    t.error(postform.post(t, name, [("key", "k"), ("x-amz-checksum-crc32", bad)], b"body"), 400,
            "BadDigest", "The CRC32 you specified did not match the calculated checksum.")


def PostObject_no_bucket(t):
    gone = t.name()
    t.error(postform.post(t, gone, [("key", "k")], b"x"), 404, "NoSuchBucket", BucketName=gone)


def PostObject_key_limits(t):
    name = t.bucket()
    t.status(postform.post(t, name, [("key", "k" * 1024)], b"x"), 204)
    t.error(postform.post(t, name, [("key", "k" * 1025)], b"x"), 400, "KeyTooLongError", None,
            Size=1025, MaxSizeAllowed=1024)


def PostObject_tags(t):
    name = t.bucket()
    text = tags.xml([("b", "2"), ("a", "1")]).replace("><", ">\n<")
    t.status(postform.post(t, name, [("key", "k"), ("tagging", text)], b"x",
                           [{"bucket": name}, {"key": "k"},
                            ["starts-with", "$tagging", ""]]), 204)
    t.eq(tags.read(t, name, "k"), [("a", "1"), ("b", "2")])


def PostObject_tags_invalid(t):
    name = t.bucket()
    for text, code, message in (
            ("a=b", "MalformedXML", None), ("<Tagging/>", "MalformedXML", None),
            (tags.xml([("a", "1"), ("a", "2")]), "InvalidTag", tags.TWICE),
            (tags.xml([("k%d" % n, "v") for n in range(11)]), "BadRequest", tags.COUNT)):
        t.error(postform.post(t, name, [("key", "k"), ("tagging", text)], b"x",
                              [{"bucket": name}, {"key": "k"}, {"tagging": text}]), 400, code,
                message)
    t.status(t.s3.head(name, "k"), 404)


def PostObject_lock(t):
    name = worm.bucket(t)
    fields = [("key", "k"), ("x-amz-object-lock-mode", "GOVERNANCE"),
              ("x-amz-object-lock-retain-until-date", worm.at(days=1))]
    t.status(postform.post(t, name, fields, b"x"), 204)
    t.header(t.s3.head(name, "k"), "x-amz-object-lock-mode", "GOVERNANCE")
    t.error(postform.post(t, t.bucket(), fields, b"x"), 400, "InvalidRequest", worm.MISSING)
