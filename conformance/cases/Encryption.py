# SPDX-License-Identifier: Apache-2.0
"""Server-side encryption over all the operations that know it: SSE-S3, SSE-KMS, DSSE-KMS,
SSE-C. Answers recorded against AWS where there are recordings."""

import json
import os

import case
import document
import postform
import sse

SIZES = (0, 1, 1000, 65536, 65537, 300000)


def _data(size):
    return (b"0123456789abcdef" * (size // 16 + 1))[:size]


def _modes(key):
    """(name, headers of a write, headers of a read)"""
    return [(m, h, {}) for m, h in sse.MODES.items()] + \
        [("customer", sse.customer(key), sse.customer(key))]


# ---- good ----

def Encryption_put_get_head(t):
    name, key = t.bucket(), sse.new_key()
    for mode, write, read in _modes(key):
        for size in SIZES:
            body, path = _data(size), "%s-%d" % (mode, size)
            made = sse.says(t, t.status(t.s3.put(name, path, body, write), 200), mode, key)
            got = t.body(t.s3.get(name, path, headers=read), body)
            sse.says(t, got, mode, key)
            t.header(got, "ETag", made.header("ETag"))
            t.eq(sse.is_md5(made, body), mode in ("none", "s3"), "%s is an MD5" % path)
            head = t.status(t.s3.head(name, path, headers=read), 200)
            sse.says(t, head, mode, key)
            t.header(head, "Content-Length", str(size))
    sizes = {row.get("Key"): int(row.get("Size"))
             for row in t.s3.get(name, query="list-type=2").xml.all("Contents")}
    t.eq(sizes["customer-65537"], 65537, "listed size")


def Encryption_ranges(t):
    name, key = t.bucket(), sse.new_key()
    body = os.urandom(200000)
    for mode, write, read in _modes(key):
        t.status(t.s3.put(name, mode, body, write), 200)
        for first, last in ((0, 0), (65535, 65536), (65536, 131071), (131000, 199999),
                            (1, 199998), (199999, 199999)):
            answer = t.body(t.s3.get(name, mode, headers=dict(
                read, Range="bytes=%d-%d" % (first, last))), body[first:last + 1], 206)
            t.header(answer, "Content-Range", "bytes %d-%d/200000" % (first, last))
        t.error(t.s3.get(name, mode, headers=dict(read, Range="bytes=200000-")), 416,
                "InvalidRange", ActualObjectSize=200000)


def Encryption_two_writes_have_two_etags(t):
    name, key = t.bucket(), sse.new_key()
    for write in (sse.KMS, sse.customer(key)):
        etags = {t.s3.put(name, "k", b"same", write).header("ETag") for _ in range(3)}
        t.eq(len(etags), 3, "ETags")


def Encryption_content_md5_is_checked(t):
    name = t.bucket()
    t.error(t.s3.put(name, "k", b"one", dict(sse.KMS, **{
        "Content-MD5": document.md5("two")})), 400, "BadDigest")
    t.status(t.s3.put(name, "k", b"one", dict(sse.KMS, **{
        "Content-MD5": document.md5("one")})), 200)


def Encryption_checksum_is_of_the_plain_bytes(t):
    name = t.bucket()
    for write in (sse.S3, sse.KMS):
        made = t.status(t.s3.put(name, "k", b"hello", write), 200)
        plain = t.status(t.s3.put(name, "p", b"hello"), 200)
        t.header(made, "x-amz-checksum-crc64nvme", plain.header("x-amz-checksum-crc64nvme"))


def Encryption_context(t):
    name = t.bucket()
    text = sse.b64(b'{"dept":"health"}')
    made = t.status(t.s3.put(name, "k", b"x", dict(sse.KMS, **{sse.CONTEXT: text})), 200)
    t.header(made, sse.CONTEXT, text)
    t.no_header(t.body(t.s3.get(name, "k"), b"x"), sse.CONTEXT)
    for bad in ("e30", "!!!", sse.b64(b"[1]"), sse.b64(b'{"a":1}'), sse.b64(b"{")):
        t.error(t.s3.put(name, "k", b"y", dict(sse.KMS, **{sse.CONTEXT: bad})), 400,
                "InvalidArgument",
                "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded "
                "UTF-8 string holding JSON which represents a string-string map")
    t.body(t.s3.get(name, "k"), b"x")


def Encryption_bucket_key_header(t):
    name = t.bucket()
    made = t.s3.put(name, "k", b"x", dict(sse.KMS, **{sse.BUCKET_KEY: "true"}))
    t.header(made, sse.BUCKET_KEY, "true")
    t.header(t.body(t.s3.get(name, "k"), b"x"), sse.BUCKET_KEY, "true")
    t.no_header(t.s3.put(name, "k", b"x", dict(sse.DSSE, **{sse.BUCKET_KEY: "true"})),
                sse.BUCKET_KEY)
    t.no_header(t.s3.put(name, "k", b"x", dict(sse.KMS, **{sse.BUCKET_KEY: "false"})),
                sse.BUCKET_KEY)


def Encryption_copies_between_all(t):
    name, one, two = t.bucket(), sse.new_key(), sse.new_key()
    body = os.urandom(150000)
    for mode, write, _ in _modes(one):
        t.status(t.s3.put(name, mode, body, write), 200)
    for mode, _, _ in _modes(one):
        source = sse.customer(one, sse.COPY) if mode == "customer" else {}
        for to, write, read in _modes(two):
            answer = t.status(t.s3.put(name, "to", b"", dict(write, **source, **{
                "x-amz-copy-source": "%s/%s" % (name, mode)})), 200)
            sse.says(t, answer, to, two)
            got = t.body(t.s3.get(name, "to", headers=read), body)
            t.eq(answer.xml.get("ETag"), got.header("ETag"), "ETag")
            t.eq(sse.is_md5(got, body), to in ("none", "s3"), "%s to %s: MD5" % (mode, to))


def Encryption_copy_onto_itself_with_another_key(t):
    name, one, two = t.bucket(), sse.new_key(), sse.new_key()
    t.status(t.s3.put(name, "k", b"secret", sse.customer(one)), 200)
    t.status(t.s3.put(name, "k", b"", dict(
        sse.customer(two), **sse.customer(one, sse.COPY),
        **{"x-amz-copy-source": name + "/k"})), 200)
    t.body(t.s3.get(name, "k", headers=sse.customer(two)), b"secret")
    t.error(t.s3.get(name, "k", headers=sse.customer(one)), 403, "AccessDenied", sse.WRONG)


def Encryption_multipart(t):
    name, key = t.bucket(), sse.new_key()
    parts = [os.urandom(case.PART), os.urandom(case.PART + 3), os.urandom(70000)]
    t.status(t.s3.put(name, "source", parts[1], sse.KMS), 200)
    for mode, write, read in _modes(key):
        made = t.status(t.s3.post(name, mode, "uploads", headers=write), 200)
        sse.says(t, made, mode, key)
        upload = made.xml.get("UploadId")
        etags = []
        for n in (1, 3):
            answer = t.s3.put(name, mode, parts[n - 1], read,
                              {"partNumber": n, "uploadId": upload})
            sse.says(t, t.status(answer, 200), mode, key)
            etags.append((n, answer.header("ETag")))
        answer = t.s3.put(name, mode, b"", dict(read, **{
            "x-amz-copy-source": name + "/source"}), {"partNumber": 2, "uploadId": upload})
        sse.says(t, t.status(answer, 200), mode, key)
        etags.insert(1, (2, answer.xml.get("ETag")))
        done = t.status(t.complete(name, mode, upload, etags), 200)
        if mode == "customer":
            t.no_header(done, sse.CUSTOMER + "algorithm")
        else:
            sse.says(t, done, mode)
        got = t.body(t.s3.get(name, mode, headers=read), b"".join(parts))
        t.ok(got.header("ETag").endswith('-3"'), got.header("ETag"))
        t.body(t.s3.get(name, mode, {"partNumber": 2}, read), parts[1], 206)
        at = case.PART - 5
        t.body(t.s3.get(name, mode, headers=dict(read, Range="bytes=%d-%d" % (at, at + 9))),
               b"".join(parts)[at:at + 10], 206)


def Encryption_of_a_form(t):
    name, key = t.bucket(), sse.new_key()
    for mode, write, read in _modes(key):
        fields = postform.sign(t, [("key", mode)] + list(write.items()),
                               [{"bucket": name}, {"key": mode}]
                               + [{k: v} for k, v in write.items()])
        answer = postform.send(t, name, postform.body(fields, b"of a form"))
        sse.says(t, t.status(answer, 204), mode, key)
        t.body(t.s3.get(name, mode, headers=read), b"of a form")


def Encryption_of_an_append(t):
    name, key = t.bucket(), sse.new_key()
    for mode, write, read in _modes(key):
        t.status(t.s3.put(name, mode, b"one", write), 200)
        t.status(t.s3.put(name, mode, b"two", dict(read, **{
            "x-amz-write-offset-bytes": "3"})), 200)
        t.body(t.s3.get(name, mode, headers=read), b"onetwo")
    t.error(t.s3.put(name, "customer", b"three", {"x-amz-write-offset-bytes": "6"}), 400,
            "InvalidRequest", sse.NOT_WITHOUT)
    t.error(t.s3.put(name, "kms", b"three", dict(sse.S3, **{
        "x-amz-write-offset-bytes": "6"})), 400, "EncryptionTypeMismatch")


def Encryption_each_version_its_own_key(t):
    name, one, two = t.bucket(), sse.new_key(), sse.new_key()
    t.versioning(name)
    first = t.s3.put(name, "k", b"one", sse.customer(one)).header("x-amz-version-id")
    t.status(t.s3.put(name, "k", b"two", sse.customer(two)), 200)
    t.body(t.s3.get(name, "k", headers=sse.customer(two)), b"two")
    t.body(t.s3.get(name, "k", {"versionId": first}, sse.customer(one)), b"one")
    t.error(t.s3.get(name, "k", {"versionId": first}, sse.customer(two)), 403, "AccessDenied",
            sse.WRONG)
    t.status(t.s3.delete(name, "k", {"versionId": first}), 204)  # which needs no key


# ---- a client's key, missing or wrong ----

def _customer_object(t):
    name, key = t.bucket(), sse.new_key()
    t.status(t.s3.put(name, "k", b"secret", sse.customer(key)), 200)
    t.status(t.s3.put(name, "plain", b"open"), 200)
    return name, key


def Encryption_customer_key_is_needed(t):
    name, _ = _customer_object(t)
    t.error(t.s3.get(name, "k"), 400, "InvalidRequest", sse.NOT_WITHOUT)
    t.bare_error(t.s3.head(name, "k"), 400)
    t.error(t.s3.get(name, "k", query="attributes", headers={
        "x-amz-object-attributes": "ETag"}), 400, "InvalidRequest", sse.NOT_WITHOUT)
    t.error(t.s3.put(name, "to", b"", {"x-amz-copy-source": name + "/k"}), 400,
            "InvalidRequest", sse.NOT_WITHOUT)
    # Not even a condition tells whether it would hold.
    t.error(t.s3.get(name, "k", headers={"If-None-Match": "*"}), 400, "InvalidRequest")
    t.status(t.s3.delete(name, "k"), 204)


def Encryption_customer_key_is_wrong(t):
    name, key = _customer_object(t)
    other = sse.customer(sse.new_key())
    t.error(t.s3.get(name, "k", headers=other), 403, "AccessDenied", sse.WRONG)
    t.bare_error(t.s3.head(name, "k", headers=other), 403)
    t.error(t.s3.get(name, "k", headers=sse.customer(b"short")), 403, "AccessDenied", sse.WRONG)
    t.error(t.s3.put(name, "to", b"", dict(sse.customer(sse.new_key(), sse.COPY), **{
        "x-amz-copy-source": name + "/k"})), 403, "AccessDenied", sse.WRONG)
    t.body(t.s3.get(name, "k", headers=sse.customer(key)), b"secret")
    answer = t.status(t.s3.get(name, "k", query="attributes", headers=dict(
        sse.customer(key), **{"x-amz-object-attributes": "ObjectSize"})), 200)
    t.eq(answer.xml.get("ObjectSize"), "6", "ObjectSize")


def Encryption_customer_key_has_no_place(t):
    name, key = _customer_object(t)
    t.error(t.s3.get(name, "plain", headers=sse.customer(key)), 400, "InvalidRequest",
            sse.NOT_HERE)
    t.bare_error(t.s3.head(name, "plain", headers=sse.customer(key)), 400)
    t.error(t.s3.put(name, "to", b"", dict(sse.customer(key, sse.COPY), **{
        "x-amz-copy-source": name + "/plain"})), 400, "InvalidRequest", sse.NOT_HERE)


def Encryption_customer_headers_malformed(t):
    name, key = t.bucket(), sse.new_key()
    good = sse.customer(key)
    start = "Requests specifying Server Side Encryption with Customer provided keys must provide "
    cases = [
        ({sse.CUSTOMER + "algorithm": None}, "InvalidArgument",
         start + "a valid encryption algorithm.", "null"),
        ({sse.CUSTOMER + "key": None}, "InvalidArgument",
         start + "an appropriate secret key.", "null"),
        ({sse.CUSTOMER + "key-MD5": None}, "InvalidArgument",
         start + "the client calculated MD5 of the secret key.", "null"),
        ({sse.CUSTOMER + "algorithm": "AES512"}, "InvalidEncryptionAlgorithmError",
         "The Encryption request you specified is not valid. Supported value: AES256.",
         "AES512"),
        ({sse.CUSTOMER + "key-MD5": sse.b64(b"0" * 16)}, "InvalidArgument",
         "The calculated MD5 hash of the key did not match the hash that was provided.",
         "null"),
        (sse.customer(b"0123456789"), "InvalidArgument",
         "The secret key was invalid for the specified algorithm.", "null"),
        (sse.S3, "InvalidArgument", "Server Side Encryption with Customer provided key is "
         "incompatible with the encryption method specified", "AES256"),
    ]
    for change, code, message, value in cases:
        headers = {k: v for k, v in dict(good, **change).items() if v is not None}
        t.error(t.s3.put(name, "k", b"x", headers), 400, code, message,
                ArgumentName=sse.SSE, ArgumentValue=value)
        t.error(t.s3.post(name, "k", "uploads", headers=headers), 400, code, message)
    t.eq(t.keys(name), [], "keys")


def Encryption_customer_key_of_parts(t):
    name, key = t.bucket(), sse.new_key()
    upload = t.upload(name, "k", sse.customer(key))
    plain = t.upload(name, "p")
    query = {"partNumber": 1, "uploadId": upload}
    needs = ("The multipart upload initiate requested encryption. Subsequent part requests "
             "must include the appropriate encryption parameters.")
    t.error(t.s3.put(name, "k", b"x", None, query), 400, "InvalidRequest", needs)
    t.error(t.s3.put(name, "k", b"x", sse.customer(sse.new_key()), query), 400,
            "InvalidRequest", "The provided encryption parameters did not match the ones used "
            "originally.")
    t.error(t.s3.put(name, "p", b"x", sse.customer(key), {"partNumber": 1, "uploadId": plain}),
            400, "InvalidRequest", needs)
    etag = t.s3.put(name, "k", b"part", sse.customer(key), query).header("ETag")
    t.status(t.complete(name, "k", upload, [(1, etag)]), 200)
    t.body(t.s3.get(name, "k", headers=sse.customer(key)), b"part")


# ---- the other headers ----

def Encryption_method_unknown(t):
    name = t.bucket()
    for value in ("", "aes256", "aws:fsx", "none", "AES256,aws:kms"):
        t.error(t.s3.put(name, "k", b"x", {sse.SSE: value}), 400, "InvalidArgument",
                "The encryption method specified is not supported", ArgumentName=sse.SSE,
                ArgumentValue=value)


def Encryption_key_without_kms(t):
    name = t.bucket()
    for headers in ({sse.KEY: "alias/aws/s3"}, dict(sse.S3, **{sse.KEY: "alias/aws/s3"}),
                    {sse.CONTEXT: sse.b64(b"{}")}):
        t.error(t.s3.put(name, "k", b"x", headers), 400, "InvalidArgument",
                "Server Side Encryption with AWS KMS managed key requires HTTP header "
                "x-amz-server-side-encryption : aws:kms", ArgumentName=sse.SSE)


def Encryption_key_unknown(t):
    name, uuid = t.bucket(), "134f2428-cec1-4b25-a1ae-9048164dba47"
    account = t.s3.put(name, "k", b"x", sse.KMS).header(sse.KEY).split(":")[4]
    arn = "arn:aws:kms:%s:%s:key/%s" % (t.region, account, uuid)
    gone = "Key '%s' does not exist" % arn
    for key, message in (
            ("fake-key-id", "Invalid keyId 'fake-key-id'"), (uuid, gone), (arn, gone),
            ("aws/s3", "Invalid keyId aws/s3"),
            ("arn:aws:kms:eu-north-1:%s:key/%s" % (account, uuid), "Invalid arn eu-north-1")):
        for answer in (t.s3.put(name, "n", b"x", dict(sse.KMS, **{sse.KEY: key})),
                       t.s3.post(name, "n", "uploads", headers=dict(
                           sse.KMS, **{sse.KEY: key}))):
            t.error(answer, 400, "KMS.NotFoundException", message)
    t.error(t.s3.put(name, "n", b"x", dict(sse.KMS, **{sse.KEY: "alias/nobody"})), 400,
            "KMS.NotFoundException")
    t.eq(t.keys(name), ["k"], "keys")


def Encryption_key_forms(t):
    name = t.bucket()
    arn = t.s3.put(name, "k", b"x", sse.KMS).header(sse.KEY)
    for key in (arn, arn.split("/")[1], "alias/aws/s3",
                arn.rsplit(":", 1)[0] + ":alias/aws/s3"):
        made = t.status(t.s3.put(name, "k", b"x", dict(sse.KMS, **{sse.KEY: key})), 200)
        t.header(made, sse.KEY, arn)


def Encryption_header_of_a_read(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    t.error(t.s3.get(name, "k", headers=sse.S3), 400, "InvalidArgument",
            "x-amz-server-side-encryption header is not supported for this operation.",
            ArgumentName=sse.SSE, ArgumentValue="AES256")
    t.bare_error(t.s3.head(name, "k", headers=sse.KMS), 400)


def Encryption_denied(t):
    name, key = _customer_object(t)
    for headers in (sse.customer(key), sse.KMS, sse.S3):
        t.error(t.s3.put(name, "k", b"x", headers, sign=None), 403, "AccessDenied",
                "Access Denied")
    t.error(t.s3.get(name, "k", headers=sse.customer(key), sign=None), 403, "AccessDenied",
            "Access Denied")
    t.body(t.s3.get(name, "k", headers=sse.customer(key)), b"secret")


# ---- the bucket's default ----

def _default(t, name, rule):
    t.status(document.put(t, name, "encryption", document.xml(
        "ServerSideEncryptionConfiguration", "<Rule>%s</Rule>" % rule)), 200)


def _by(algorithm, key=""):
    return ("<ApplyServerSideEncryptionByDefault><SSEAlgorithm>%s</SSEAlgorithm>%s"
            "</ApplyServerSideEncryptionByDefault>" % (
                algorithm, "<KMSMasterKeyID>%s</KMSMasterKeyID>" % key if key else ""))


def Encryption_default_of_the_bucket(t):
    name = t.bucket()
    for mode, algorithm in (("kms", "aws:kms"), ("s3", "AES256"), ("dsse", "aws:kms:dsse")):
        _default(t, name, _by(algorithm))
        sse.says(t, t.s3.put(name, "k", b"x"), mode)
        sse.says(t, t.body(t.s3.get(name, "k"), b"x"), mode)
        sse.says(t, t.s3.post(name, "up", "uploads"), mode)
        sse.says(t, t.s3.put(name, "c", b"", {"x-amz-copy-source": name + "/k"}), mode)
        sse.says(t, t.s3.put(name, "k", b"x", sse.S3), "s3")  # a request goes before
    t.status(document.delete(t, name, "encryption"), 204)
    sse.says(t, t.s3.put(name, "k", b"x"), "none")


def Encryption_default_bucket_key(t):
    name = t.bucket()
    _default(t, name, _by("aws:kms") + "<BucketKeyEnabled>true</BucketKeyEnabled>")
    t.header(t.s3.put(name, "k", b"x"), sse.BUCKET_KEY, "true")
    t.header(t.s3.put(name, "k", b"x", sse.KMS), sse.BUCKET_KEY, "true")
    t.no_header(t.s3.put(name, "k", b"x", dict(sse.KMS, **{sse.BUCKET_KEY: "false"})),
                sse.BUCKET_KEY)
    t.no_header(t.s3.put(name, "k", b"x", sse.S3), sse.BUCKET_KEY)


def Encryption_default_key_is_looked_for_when_used(t):
    name = t.bucket()
    _default(t, name, _by("aws:kms", "aws/s3"))
    t.error(t.s3.put(name, "k", b"x"), 400, "KMS.NotFoundException", "Invalid keyId aws/s3")


def Encryption_blocked_customer_keys(t):
    name, key = t.bucket(), sse.new_key()
    t.status(t.s3.put(name, "old", b"x", sse.customer(key)), 200)
    _default(t, name, _by("AES256") + "<BlockedEncryptionTypes><EncryptionType>SSE-C"
             "</EncryptionType></BlockedEncryptionTypes>")
    for answer, action in (
            (t.s3.put(name, "k", b"x", sse.customer(key)), "s3:PutObject"),
            (t.s3.post(name, "k", "uploads", headers=sse.customer(key)), "s3:PutObject"),
            (t.s3.put(name, "k", b"", dict(sse.customer(key), **{
                "x-amz-copy-source": name + "/old"}, **sse.customer(key, sse.COPY))),
             "s3:PutObject")):
        root = t.error(answer, 403, "AccessDenied")
        t.ok(root.get("Message").endswith(
            " is not authorized to perform: %s on resource: \"arn:aws:s3:::%s/k\" because this "
            "bucket has blocked upload requests that specify Server Side Encryption with "
            "Customer provided keys (SSE-C). Please specify a different server-side encryption "
            "type" % (action, name)), root.get("Message"))
    t.body(t.s3.get(name, "old", headers=sse.customer(key)), b"x")
    _default(t, name, _by("AES256") + "<BlockedEncryptionTypes><EncryptionType>NONE"
             "</EncryptionType></BlockedEncryptionTypes>")
    t.status(t.s3.put(name, "k", b"x", sse.customer(key)), 200)


def Encryption_policy_asks_for_it(t):
    """The policy of AWS's guide that refuses what is not encrypted by the right method."""
    name = t.bucket()
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::%s/*" % name,
        "Condition": {"StringNotEquals": {"s3:" + sse.SSE: "aws:kms"}}}]})
    answer = t.s3.put(name, None, policy, query="policy")
    if answer.status == 501:
        t.skip("no bucket policies here")
    t.status(answer, 204)
    t.error(t.s3.put(name, "k", b"x", sse.S3), 403, "AccessDenied")
    t.status(t.s3.put(name, "k", b"x", sse.KMS), 200)
    t.status(t.s3.delete(name, query="policy"), 204)
