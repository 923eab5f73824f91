# SPDX-License-Identifier: Apache-2.0
"""What policies of buckets and users allow and deny, asked over the wire."""

import base64
import datetime
import hashlib

import policies
import postform
import tags
from policies import anonymous, arn, statement


def _open(action, *keys, **condition):
    return lambda b: statement("Allow", action, [arn(b, *([k] if k else [])) for k in keys],
                               **condition)


def _shut(action, *keys, **condition):
    return lambda b: statement("Deny", action, [arn(b, *([k] if k else [])) for k in keys],
                               **condition)


def _denied(t, answer):
    t.error(answer, 403, "AccessDenied", "Access Denied")


def Policies_nobody_reads(t):
    name = policies.bucket(t, _open("s3:GetObject", "public/*"))
    for key in ("public/a", "private/a"):
        t.object(name, key, b"body")
    t.body(anonymous(t, "GET", name, "public/a"), b"body")
    t.status(anonymous(t, "HEAD", name, "public/a"), 200)
    _denied(t, anonymous(t, "GET", name, "private/a"))
    t.bare_error(anonymous(t, "HEAD", name, "private/a"), 403)
    _denied(t, anonymous(t, "GET", name))
    _denied(t, anonymous(t, "PUT", name, "public/b", body=b"x"))
    _denied(t, anonymous(t, "DELETE", name, "public/a"))
    _denied(t, anonymous(t, "GET", name, "public/a", "tagging"))
    t.body(t.s3.get(name, "public/a"), b"body")


def Policies_missing_key(t):
    """404 only to who may list; s3:prefix is then the key."""
    name = policies.bucket(t, _open("s3:GetObject", "*"),
                           _open("s3:ListBucket", None, StringLike={"s3:prefix": "public/*"}))
    t.error(anonymous(t, "GET", name, "public/none"), 404, "NoSuchKey",
            "The specified key does not exist.", Key="public/none")
    t.bare_error(anonymous(t, "HEAD", name, "public/none"), 404)
    _denied(t, anonymous(t, "GET", name, "private/none"))
    t.bare_error(anonymous(t, "HEAD", name, "private/none"), 403)
    t.error(t.s3.get(name, "private/none"), 404, "NoSuchKey")


def Policies_missing_version(t):
    name = policies.bucket(t, _open(["s3:GetObject", "s3:GetObjectVersion"], "*"))
    t.versioning(name)
    t.object(name, "key", b"one")
    t.status(t.s3.delete(name, "key"), 204)
    answer = anonymous(t, "GET", name, "key")
    _denied(t, answer)
    t.no_header(answer, "x-amz-delete-marker")
    t.header(t.s3.get(name, "key"), "x-amz-delete-marker", "true")


def Policies_versions(t):
    """A version by its id is another right."""
    name = policies.bucket(t, _open("s3:GetObject", "*"))
    t.versioning(name)
    old = t.object(name, "key", b"old").header("x-amz-version-id")
    t.object(name, "key", b"new")
    t.body(anonymous(t, "GET", name, "key"), b"new")
    _denied(t, anonymous(t, "GET", name, "key", {"versionId": old}))
    t.status(policies.put(t, name, statement(
        "Allow", "s3:GetObjectVersion", arn(name, "*"),
        StringEquals={"s3:versionid": old})), 204)
    t.body(anonymous(t, "GET", name, "key", {"versionId": old}), b"old")
    _denied(t, anonymous(t, "GET", name, "key"))
    t.status(policies.put(t, name, statement("Allow", "s3:DeleteObject", arn(name, "*"))), 204)
    _denied(t, anonymous(t, "DELETE", name, "key", {"versionId": old}))
    t.status(anonymous(t, "DELETE", name, "key"), 204)


def Policies_nobody_writes(t):
    name = policies.bucket(t, _open("s3:PutObject", "drop/*"))
    t.status(anonymous(t, "PUT", name, "drop/a", body=b"x"), 200)
    _denied(t, anonymous(t, "PUT", name, "drop/a", headers={"x-amz-tagging": "a=b"}, body=b"y"))
    _denied(t, anonymous(t, "PUT", name, "drop/a", headers={"x-amz-acl": "private"}, body=b"y"))
    _denied(t, anonymous(t, "PUT", name, "drop/a", headers={"if-match": '"%s"' % ("0" * 32)},
                         body=b"y"))
    _denied(t, anonymous(t, "GET", name, "drop/a"))
    _denied(t, anonymous(t, "POST", name, "else/a", "uploads"))
    t.body(t.s3.get(name, "drop/a"), b"x")


def Policies_post_form(t):
    name = policies.bucket(t, _open("s3:PutObject", "drop/*"))
    for key, status in (("drop/a", 204), ("else/a", 403)):
        answer = anonymous(t, "POST", name, headers={
            "Content-Type": "multipart/form-data; boundary=" + postform.BOUNDARY},
            body=postform.body([("key", key)], b"photo"))
        t.status(answer, status)
    t.body(t.s3.get(name, "drop/a"), b"photo")
    t.error(t.s3.get(name, "else/a"), 404, "NoSuchKey")


def Policies_listing(t):
    name = policies.bucket(t, _open("s3:ListBucket", None, StringEquals={"s3:prefix": "a/"},
                                    NumericLessThanEquals={"s3:max-keys": "10"}))
    t.object(name, "a/1")
    t.status(anonymous(t, "GET", name, None, {"prefix": "a/", "max-keys": "10"}), 200)
    for query in ({}, {"prefix": "a/"}, {"prefix": "a/", "max-keys": "11"},
                  {"prefix": "b/", "max-keys": "1"}, {"max-keys": "1"}):
        _denied(t, anonymous(t, "GET", name, None, query))
    _denied(t, anonymous(t, "GET", name, None, "versions&prefix=a/&max-keys=1"))


def Policies_existing_tags(t):
    name = policies.bucket(t, _open(
        ["s3:GetObject", "s3:GetObjectTagging"], "*",
        StringEquals={"s3:ExistingObjectTag/security": "public"}))
    t.object(name, "open", b"1", x_amz_tagging="security=public")
    t.object(name, "shut", b"2", x_amz_tagging="security=private")
    t.object(name, "bare", b"3")
    answer = anonymous(t, "GET", name, "open")
    t.body(answer, b"1")
    t.header(answer, "x-amz-tagging-count", "1")
    t.status(anonymous(t, "GET", name, "open", "tagging"), 200)
    _denied(t, anonymous(t, "GET", name, "shut"))
    _denied(t, anonymous(t, "GET", name, "bare"))
    _denied(t, anonymous(t, "GET", name, "shut", "tagging"))


def Policies_tag_count_is_a_right(t):
    name = policies.bucket(t, _open("s3:GetObject", "*"))
    t.object(name, "key", b"1", x_amz_tagging="a=b")
    t.no_header(t.status(anonymous(t, "GET", name, "key"), 200), "x-amz-tagging-count")


def Policies_request_tags(t):
    name = policies.bucket(t, _open(
        ["s3:PutObject", "s3:PutObjectTagging"], "*",
        StringEquals={"s3:RequestObjectTag/team": "red"},
        ForAllValues__StringLike={"s3:RequestObjectTagKeys": ["team", "x*"]}))
    for header, status in (("team=red", 200), ("team=red&x1=y", 200), ("team=blue", 403),
                           ("team=red&other=1", 403), ("x1=y", 403)):
        t.status(anonymous(t, "PUT", name, "key", headers={"x-amz-tagging": header}, body=b"x"),
                 status)
    _denied(t, anonymous(t, "PUT", name, "key", body=b"x"))
    # And in a document, which is read before it is decided.
    for pairs, status in (([("team", "red")], 200), ([("team", "blue")], 403),
                          ([("team", "red"), ("other", "1")], 403)):
        body = tags.xml(pairs)
        t.status(anonymous(t, "PUT", name, "key", "tagging",
                           {"Content-MD5": base64.b64encode(
                               hashlib.md5(body.encode()).digest()).decode()}, body), status)


def Policies_headers(t):
    """Keys that are headers."""
    name = policies.bucket(t)
    for key, header, good, bad in (
            ("s3:x-amz-storage-class", "x-amz-storage-class", "STANDARD", "STANDARD_IA"),
            ("aws:Referer", "Referer", "https://a.example/x", "https://b.example/"),
            ("aws:UserAgent", "User-Agent", "browser/1", "robot/1"),
            ("s3:if-none-match", "If-None-Match", "*", None),
            ("s3:x-amz-website-redirect-location", "x-amz-website-redirect-location", "/a", "/b")):
        t.status(policies.put(t, name, statement(
            "Allow", "s3:PutObject", arn(name, "*"), StringEquals={key: good})), 204)
        _denied(t, anonymous(t, "PUT", name, key, body=b"x"))
        if bad:
            _denied(t, anonymous(t, "PUT", name, key, headers={header: bad}, body=b"x"))
        t.status(anonymous(t, "PUT", name, key, headers={header: good}, body=b"x"), 200)


def Policies_acl_header(t):
    name = policies.bucket(t, _shut(["s3:PutObject", "s3:PutObjectAcl"], "*",
                                    StringLike={"s3:x-amz-acl": "public*"}))
    t.error(t.s3.put(name, "key", b"x", {"x-amz-acl": "public-read"}), 403, "AccessDenied")
    t.object(name, "key")
    t.status(t.s3.put(name, "key", b"x", {"x-amz-acl": "bucket-owner-full-control"}), 200)


def Policies_encrypted_only(t):
    """The widespread policy against what does not name its encryption."""
    name = policies.bucket(t, _shut("s3:PutObject", "*", Null={
        "s3:x-amz-server-side-encryption": "true"}))
    t.error(t.s3.put(name, "key", b"x"), 403, "AccessDenied")


def Policies_https_only(t):
    name = policies.bucket(t, lambda b: statement(
        "Deny", "s3:*", [arn(b), arn(b, "*")], Bool={"aws:SecureTransport": "false"}))
    answer = t.s3.put(name, "key", b"x")
    if t.s3.tls:
        t.status(answer, 200)
    else:
        t.error(answer, 403, "AccessDenied")


def Policies_source_ip(t):
    name = policies.bucket(t)
    t.object(name, "key", b"x")
    for networks, status in ((["127.0.0.0/8", "::1/128"], 200), (["192.0.2.0/24"], 403),
                             (["0.0.0.0/0", "::/0"], 200)):
        t.status(policies.put(t, name, statement(
            "Allow", "s3:GetObject", arn(name, "*"),
            IpAddress={"aws:SourceIp": networks})), 204)
        if t.s3.host in ("127.0.0.1", "::1", "localhost"):
            t.status(anonymous(t, "GET", name, "key"), status)


def Policies_signature(t):
    name = policies.bucket(t)
    t.object(name, "key", b"x")
    for key, value, header, link in (
            ("s3:authType", "REST-HEADER", 403, 200),
            ("s3:authType", "REST-QUERY-STRING", 200, 403),
            ("s3:signatureversion", "AWS4-HMAC-SHA256", 403, 403),
            ("s3:signatureversion", "AWS", 200, 200)):
        t.status(policies.put(t, name, statement(
            "Deny", "s3:GetObject", arn(name, "*"), StringEquals={key: value})), 204)
        t.status(t.s3.get(name, "key"), header)
        t.status(t.s3.request("GET", name, "key", sign="presign"), link)
    t.status(policies.put(t, name, statement(
        "Deny", "s3:GetObject", arn(name, "*"),
        NumericGreaterThan={"s3:signatureAge": 300000})), 204)
    old = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=8)
    t.status(t.s3.get(name, "key"), 200)
    t.status(t.s3.request("GET", name, "key", sign="presign", signer=t.s3.signer(now=old),
                          expires=3600), 403)


def Policies_time(t):
    name = policies.bucket(t)
    t.object(name, "key", b"x")
    for op, when, status in (("DateGreaterThan", "2020-01-01T00:00:00Z", 200),
                             ("DateLessThan", "2020-01-01T00:00:00Z", 403),
                             ("DateLessThan", "2120-01-01", 200)):
        t.status(policies.put(t, name, statement(
            "Allow", "s3:GetObject", arn(name, "*"), **{op: {"aws:CurrentTime": when}})), 204)
        t.status(anonymous(t, "GET", name, "key"), status)


def Policies_copy(t):
    source = policies.bucket(t)
    name = policies.bucket(t, _open("s3:PutObject", "*"))
    t.object(source, "public/a", b"x")
    t.object(source, "tagged", b"x", x_amz_tagging="a=b")

    def copy(key):
        return anonymous(t, "PUT", name, "copy", headers={
            "x-amz-copy-source": "%s/%s" % (source, key)})

    _denied(t, copy("public/a"))
    t.status(policies.put(t, source, statement("Allow", "s3:GetObject", arn(source, "*"))), 204)
    t.status(copy("public/a"), 200)
    # Tags go along, which is two rights more.
    _denied(t, copy("tagged"))
    _denied(t, copy("none"))
    t.status(policies.put(t, source, statement(
        "Allow", ["s3:GetObject", "s3:GetObjectTagging"], arn(source, "*")), statement(
        "Allow", "s3:ListBucket", arn(source))), 204)
    _denied(t, copy("tagged"))
    t.error(copy("none"), 404, "NoSuchKey")
    t.status(policies.put(t, name, statement(
        "Allow", ["s3:PutObject", "s3:PutObjectTagging"], arn(name, "*"),
        StringLike={"s3:x-amz-copy-source": source + "/tag*"})), 204)
    t.status(copy("tagged"), 200)
    _denied(t, copy("public/a"))
    _denied(t, anonymous(t, "PUT", name, "plain", body=b"x"))


def Policies_delete_objects(t):
    """Each key is decided on its own."""
    name = policies.bucket(t, _open("s3:DeleteObject", "tmp/*"))
    for key in ("tmp/a", "kept/a"):
        t.object(name, key)
    body = "<Delete>%s</Delete>" % "".join(
        "<Object><Key>%s</Key></Object>" % k for k in ("tmp/a", "kept/a"))
    root = t.status(anonymous(t, "POST", name, None, "delete", {
        "Content-MD5": base64.b64encode(hashlib.md5(body.encode()).digest()).decode()}, body),
        200).xml
    t.eq([x.get("Key") for x in root.all("Deleted")], ["tmp/a"])
    t.eq([(x.get("Key"), x.get("Code"), x.get("Message")) for x in root.all("Error")],
         [("kept/a", "AccessDenied", "Access Denied")])
    t.eq(t.keys(name), ["kept/a"])


def Policies_restrict_public_buckets(t):
    name = policies.bucket(t, _open("s3:GetObject", "*"))
    t.object(name, "key", b"x")
    t.body(anonymous(t, "GET", name, "key"), b"x")
    policies.block(t, name, restrict=True)
    _denied(t, anonymous(t, "GET", name, "key"))
    t.body(t.s3.get(name, "key"), b"x")
    user = policies.User(t)
    t.body(user.s3.get(name, "key"), b"x")
    policies.block(t, name)
    t.body(anonymous(t, "GET", name, "key"), b"x")


def Policies_requester_pays(t):
    name = policies.bucket(t, _open("s3:GetObject", "*"))
    t.object(name, "key", b"x")
    body = "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>"
    t.status(t.s3.put(name, None, body, {"Content-MD5": base64.b64encode(
        hashlib.md5(body.encode()).digest()).decode()}, "requestPayment"), 200)
    _denied(t, anonymous(t, "GET", name, "key"))
    _denied(t, anonymous(t, "GET", name, "key", headers={"x-amz-request-payer": "requester"}))
    t.body(t.s3.get(name, "key"), b"x")
    user = policies.User(t)
    t.body(user.s3.get(name, "key"), b"x")


def Policies_multipart(t):
    name = policies.bucket(t, _open("s3:PutObject", "drop/*"))
    answer = t.status(anonymous(t, "POST", name, "drop/a", "uploads"), 200)
    upload = answer.xml.get("UploadId")
    etag = t.status(anonymous(t, "PUT", name, "drop/a", {"partNumber": 1, "uploadId": upload},
                              body=b"part"), 200).header("ETag")
    _denied(t, anonymous(t, "GET", name, "drop/a", {"uploadId": upload}))
    _denied(t, anonymous(t, "DELETE", name, "drop/a", {"uploadId": upload}))
    body = ("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part>"
            "</CompleteMultipartUpload>" % etag)
    t.status(anonymous(t, "POST", name, "drop/a", {"uploadId": upload}, body=body), 200)
    t.body(t.s3.get(name, "drop/a"), b"part")


def Policies_user_has_nothing(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    user = policies.User(t)
    for answer, action, resource in (
            (user.s3.get(), "s3:ListAllMyBuckets", None),
            (user.s3.get(name), "s3:ListBucket", arn(name)),
            (user.s3.get(name, "key"), "s3:GetObject", arn(name, "key")),
            (user.s3.get(name, "none"), "s3:GetObject", arn(name, "none")),
            (user.s3.put(name, "key", b"y"), "s3:PutObject", arn(name, "key")),
            (user.s3.delete(name, "key"), "s3:DeleteObject", arn(name, "key")),
            (user.s3.delete(name), "s3:DeleteBucket", arn(name)),
            (user.s3.get(name, query="cors"), "s3:GetBucketCORS", arn(name)),
            (user.s3.get(name, query="encryption"), "s3:GetEncryptionConfiguration", arn(name)),
            (user.s3.delete(name, query="lifecycle"), "s3:PutLifecycleConfiguration", arn(name)),
            (user.s3.get(name, "key", "attributes"), "s3:GetObjectAttributes", arn(name, "key"))):
        user.denied(answer, action, resource)
    fresh = t.name()
    user.denied(user.s3.put(fresh), "s3:CreateBucket", arn(fresh))
    t.bare_error(user.s3.head(name, "key"), 403)
    long = "k" * 1024
    user.denied(user.s3.get(name, long), "s3:GetObject", arn(name, long))
    t.body(t.s3.get(name, "key"), b"x")


def Policies_user_by_identity(t):
    name = t.bucket()
    t.object(name, "home/a", b"x")
    user = policies.User(t)
    user.may(statement("Allow", "s3:GetObject", arn(name, "${aws:username}/*"), None),
             statement("Allow", "s3:PutObject", arn(name, "${aws:username}/*"), None),
             statement("Deny", "s3:PutObject", arn(name, "*/locked"), None))
    key = user.name + "/a"
    t.status(user.s3.put(name, key, b"mine"), 200)
    t.body(user.s3.get(name, key), b"mine")
    user.denied(user.s3.get(name, "home/a"), "s3:GetObject", arn(name, "home/a"))
    user.denied(user.s3.put(name, user.name + "/locked", b"x"), "s3:PutObject",
                arn(name, user.name + "/locked"), "with an explicit deny in an identity-based policy")
    user.denied(user.s3.get(name, user.name + "/none"), "s3:ListBucket", arn(name))


def Policies_user_by_bucket(t):
    name = policies.bucket(t)
    user, other = policies.User(t), policies.User(t)
    t.object(name, "key", b"x")
    t.status(policies.put(
        t, name, statement("Allow", "s3:GetObject", arn(name, "*"), {"AWS": user.arn}),
        statement("Deny", "s3:*", arn(name, "key/x"), {"AWS": user.arn})), 204)
    t.body(user.s3.get(name, "key"), b"x")
    user.denied(user.s3.get(name, "key/x"), "s3:GetObject", arn(name, "key/x"),
                "with an explicit deny in a resource-based policy")
    other.denied(other.s3.get(name, "key"), "s3:GetObject", arn(name, "key"))
    # The account alone is no grant to its users.
    account = user.arn.split(":")[4]
    t.status(policies.put(t, name, statement(
        "Allow", "s3:GetObject", arn(name, "*"), {"AWS": account})), 204)
    user.denied(user.s3.get(name, "key"), "s3:GetObject", arn(name, "key"))


def Policies_rename_is_three_rights(t):
    name = t.bucket()
    t.object(name, "from", b"x")
    user = policies.User(t)

    def rename():
        return user.s3.put(name, "to", b"", {"x-amz-rename-source": "from"}, "renameObject")

    for action, more in (("s3:PutObject", "s3:GetObject"), ("s3:GetObject", "s3:DeleteObject")):
        user.may(statement("Allow", ["s3:PutObject"] + [action], arn(name, "*"), None))
        user.denied(rename(), more, arn(name, "from"))
    user.may(statement("Allow", "s3:*Object", arn(name, "*"), None))
    t.status(rename(), 200)
    t.body(t.s3.get(name, "to"), b"x")
