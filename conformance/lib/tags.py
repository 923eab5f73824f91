# SPDX-License-Identifier: Apache-2.0
"""What the cases of objects' tags have in common."""

from xml.sax.saxutils import escape

import case

HEADER = ("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query "
          "parameters without tag name duplicates.")
TWICE = "Cannot provide multiple Tags with the same key"
SYSTEM = "Your TagKey cannot be prefixed with aws:"
KEY = "The TagKey you have provided is invalid"
VALUE = "The TagValue you have provided is invalid"
COUNT = "Object tags cannot be greater than 10"


def xml(pairs, ns=True):
    return "<Tagging%s><TagSet>%s</TagSet></Tagging>" % (
        ' xmlns="%s"' % case.XMLNS if ns else "", "".join(
            "<Tag><Key>%s</Key><Value>%s</Value></Tag>" % (escape(k), escape(v))
            for k, v in pairs))


def query(version=None):
    return {"tagging": None} if version is None else {"tagging": None, "versionId": version}


def put(t, name, key, pairs, version=None):
    return t.s3.put(name, key, xml(pairs), None, query(version))


def get(t, name, key, version=None):
    return t.s3.get(name, key, query(version))


def delete(t, name, key, version=None):
    return t.s3.delete(name, key, query(version))


def read(t, name, key, version=None):
    root = t.status(get(t, name, key, version), 200).xml
    t.eq((root.name, root.namespace), ("Tagging", case.XMLNS), "root")
    return [(tag.get("Key"), tag.get("Value")) for tag in root.all("TagSet/Tag")]


def denied(t, method, body=b""):
    name = t.bucket()
    t.object(name, "key", x_amz_tagging="a=b")
    for key in ("key", "gone"):
        t.error(t.s3.request(method, name, key, "tagging", None, body, sign=None), 403,
                "AccessDenied")
        t.error(t.s3.request(method, name, key, "tagging", None, body,
                             signer=t.s3.signer(secret="wrong")), 403, "SignatureDoesNotMatch")
    t.eq(read(t, name, "key"), [("a", "b")])


def marker(t, method, body=b""):
    """A delete marker has no tags, by its id or as the present version."""
    name = t.bucket()
    t.versioning(name)
    t.object(name, "key", x_amz_tagging="a=b")
    mark = t.s3.delete(name, "key").header("x-amz-version-id")
    for version in (None, mark):
        t.error(t.s3.request(method, name, "key", query(version), None, body), 405,
                "MethodNotAllowed", "The specified method is not allowed against this resource.",
                Method=method, ResourceType="DeleteMarker")


def missing(t, method, body=b""):
    """No such key, no such version, no version at all."""
    name = t.bucket()
    t.versioning(name)
    key = "gone" if method != "GET" else "%s/gone" % name
    t.error(t.s3.request(method, name, "gone", "tagging", None, body), 404, "NoSuchKey", Key=key)
    old = t.object(name, "key").header("x-amz-version-id")
    t.status(t.s3.delete(name, "key", {"versionId": old}), 204)
    t.error(t.s3.request(method, name, "key", query(old), None, body), 404, "NoSuchVersion",
            VersionId=old)
    t.error(t.s3.request(method, name, "key", query("nonsense"), None, body), 400,
            "InvalidArgument", "Invalid version id specified", ArgumentName="versionId",
            ArgumentValue="nonsense")
    t.error(t.s3.request(method, t.name(), "key", "tagging", None, body), 404, "NoSuchBucket")
