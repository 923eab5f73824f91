# SPDX-License-Identifier: Apache-2.0
from xml.sax.saxutils import escape

import case
import s3raw
import worm


def _body(keys, quiet=None, etags=None):
    rows = "".join("<Object><Key>%s</Key>%s</Object>" % (
        escape(k), "<ETag>%s</ETag>" % escape(etags[k]) if etags and k in etags else "")
        for k in keys)
    return ('<Delete xmlns="%s">%s%s</Delete>' % (
        case.XMLNS, rows, "" if quiet is None else "<Quiet>%s</Quiet>" % quiet)).encode()


def _delete(t, name, body, headers=None):
    headers = {"Content-MD5": s3raw.md5_base64(body)} if headers is None else headers
    return t.s3.post(name, None, "delete", body, headers)


def DeleteObjects_there_and_missing(t):
    name = t.bucket()
    keys = ["a", "b/c", "sp ace", "<&>", "ü"]
    for key in keys:
        t.object(name, key)
    t.object(name, "stays")
    root = t.status(_delete(t, name, _body(keys + ["missing"])), 200).xml
    t.eq(root.name, "DeleteResult")
    t.eq(root.namespace, case.XMLNS)
    t.eq(sorted(d.get("Key") for d in root.all("Deleted")), sorted(keys + ["missing"]))
    t.eq(len(root.all("Error")), 0)
    t.eq(t.keys(name), ["stays"])


def DeleteObjects_quiet(t):
    name = t.bucket()
    t.object(name, "a")
    root = t.status(_delete(t, name, _body(["a", "b"], quiet="true")), 200).xml
    t.eq(root.name, "DeleteResult")
    t.eq(root.names(), [])
    t.eq(t.keys(name), [])


def DeleteObjects_thousand(t):
    name = t.bucket()
    for n in range(20):
        t.object(name, "k%04d" % n)
    keys = ["k%04d" % n for n in range(1000)]
    root = t.status(_delete(t, name, _body(keys)), 200).xml
    t.eq(len(root.all("Deleted")), 1000)
    t.eq(t.keys(name), [])


def DeleteObjects_too_many_or_none(t):
    name = t.bucket()
    t.object(name, "k0000")
    for body in (_body(["k%04d" % n for n in range(1001)]), _body([])):
        t.error(_delete(t, name, body), 400, "MalformedXML",
                "The XML you provided was not well-formed or did not validate against our "
                "published schema")
    t.eq(t.keys(name), ["k0000"])


def DeleteObjects_malformed(t):
    name = t.bucket()
    for body in (b"<Delete>", b"nonsense", b"<Other/>",
                 b"<Delete><Object><Nokey/></Object></Delete>"):
        t.error(_delete(t, name, body), 400, "MalformedXML")


def DeleteObjects_no_hash(t):
    name = t.bucket()
    t.object(name, "a")
    t.error(_delete(t, name, _body(["a"]), headers={}), 400, "InvalidRequest",
            "Missing required header for this request: Content-MD5")
    t.eq(t.keys(name), ["a"])


def DeleteObjects_with_checksum(t):
    name = t.bucket()
    for row in ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"):
        t.object(name, "a")
        body = _body(["a"])
        t.status(_delete(t, name, body, {"x-amz-checksum-" + row.lower():
                                         s3raw.checksum(row, body),
                                         "x-amz-sdk-checksum-algorithm": row}), 200)
        t.eq(t.keys(name), [])


def DeleteObjects_wrong_hash(t):
    name = t.bucket()
    t.object(name, "a")
    body = _body(["a"])
    t.error(_delete(t, name, body, {"Content-MD5": s3raw.md5_base64(b"other")}), 400, "BadDigest")
    t.error(_delete(t, name, body, {"x-amz-checksum-crc32": s3raw.checksum("CRC32", b"other")}),
            400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.")
    t.eq(t.keys(name), ["a"])


def DeleteObjects_etag(t):
    name = t.bucket()
    t.object(name, "a", b"1")
    t.object(name, "b", b"2")
    body = _body(["a", "b"], etags={"a": s3raw.etag(b"other"), "b": s3raw.etag(b"2")})
    root = t.status(_delete(t, name, body), 200).xml
    t.eq([d.get("Key") for d in root.all("Deleted")], ["b"])
    t.eq([(e.get("Key"), e.get("Code")) for e in root.all("Error")],
         [("a", "PreconditionFailed")])
    t.eq(t.keys(name), ["a"])


def DeleteObjects_bypass_governance(t):
    name = t.bucket()
    t.object(name, "a")
    body = _body(["a"])
    t.error(_delete(t, name, body, {"Content-MD5": s3raw.md5_base64(body),
                                    "x-amz-bypass-governance-retention": "true"}), 400,
            "InvalidArgument",
            "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
            ArgumentName="x-amz-bypass-governance-retention")
    t.eq(t.keys(name), ["a"])


def DeleteObjects_missing_bucket(t):
    name = t.name()
    t.error(_delete(t, name, _body(["a"])), 404, "NoSuchBucket", BucketName=name)


def DeleteObjects_empty_body(t):
    name = t.bucket()
    answer = _delete(t, name, b"")
    t.status(answer, 400)
    t.one_of(answer.code, ("MissingRequestBodyError", "MalformedXML"), "Code")


def DeleteObjects_keys_too_long_to_exist(t):
    name = t.bucket()
    t.object(name, "a")
    keys = ["k" * 1025, "k" * 3000, "k" * 9000, "a"]
    root = t.status(_delete(t, name, _body(keys)), 200).xml
    t.ok("a" in [d.get("Key") for d in root.all("Deleted")], "a is deleted")
    t.eq(t.keys(name), [])


def DeleteObjects_bypass(t):
    name = worm.bucket(t)
    rows = "".join("<Object><Key>%s</Key><VersionId>%s</VersionId></Object>" % (
        key, worm.locked(t, name, key)) for key in ("a", "b"))
    body = "<Delete>%s</Delete>" % rows
    digest = {"Content-MD5": s3raw.md5_base64(body.encode())}
    root = t.status(t.s3.post(name, None, "delete", body, digest), 200).xml
    t.eq([e.get("Message") for e in root.all("Error")], [worm.LOCKED] * 2)
    root = t.status(t.s3.post(name, None, "delete", body, dict(digest, **worm.BYPASS)), 200).xml
    t.eq(len(root.all("Deleted")), 2)
    t.eq(t.versions(name)[0], [])
