# SPDX-License-Identifier: Apache-2.0
"""The attack list: every way to destroy a version that is kept, over all operations."""

import urllib.parse

import case
import document
import postform
import tags
import worm

BODY = b"kept" * 100
MD5 = {"Content-MD5": document.md5("new")}


class Target:
    """A locked version, and those who want it gone."""

    def __init__(self, t, name, version, key="key", bypass=True):
        self.t, self.s3, self.name, self.version, self.key = t, t.s3, name, version, key
        self.by = worm.BYPASS if bypass else {}

    def delete(self, query=None, headers=None, **how):
        return self.s3.delete(self.name, self.key, query, dict(self.by, **(headers or {})), **how)

    def put(self, query=None, headers=None, body=b"new"):
        return self.s3.put(self.name, self.key, body, dict(self.by, **(headers or {})), query)


def _delete_version(x):
    x.t.error(x.delete({"versionId": x.version}), 403, "AccessDenied", worm.LOCKED)


def _delete_version_in_a_link(x):
    query = {"versionId": x.version}
    if x.by:
        query["x-amz-bypass-governance-retention"] = "true"
    x.t.error(x.s3.delete(x.name, x.key, query, sign="presign"), 403, "AccessDenied")


def _delete_version_if_match(x):
    etag = x.s3.head(x.name, x.key, {"versionId": x.version}).header("ETag")
    x.t.error(x.delete({"versionId": x.version}, {"If-Match": etag}), 403, "AccessDenied")


def _delete_and_delete_marker(x):
    marker = x.t.status(x.delete(), 204).header("x-amz-version-id")
    x.t.status(x.s3.head(x.name, x.key), 404)
    x.t.status(x.delete({"versionId": marker}), 204)


def _delete_many(x):
    for quiet in ("", "<Quiet>true</Quiet>"):
        body = ('<Delete xmlns="%s">%s<Object><Key>%s</Key><VersionId>%s</VersionId></Object>'
                "</Delete>" % (case.XMLNS, quiet, x.key, x.version))
        root = x.t.status(x.s3.post(x.name, None, "delete", body, dict(
            x.by, **{"Content-MD5": document.md5(body)})), 200).xml
        x.t.eq((root.get("Error/Code"), root.get("Error/Message")),
               ("AccessDenied", worm.LOCKED), "error")


def _delete_many_mixed(x):
    """A locked one between others: they go, it stays."""
    other = x.s3.delete(x.name, "other").header("x-amz-version-id")
    rows = "".join("<Object><Key>%s</Key><VersionId>%s</VersionId></Object>" % row for row in (
        ("other", other), (x.key, x.version), (x.key, x.version), ("gone", "null")))
    body = "<Delete>%s</Delete>" % rows
    root = x.t.status(x.s3.post(x.name, None, "delete", body, dict(
        x.by, **{"Content-MD5": document.md5(body)})), 200).xml
    x.t.eq(len(root.all("Error")), 2, "errors")
    x.t.eq(len(root.all("Deleted")), 2, "deleted")


def _overwrite(x):
    x.t.status(x.put(headers=MD5), 200)


def _overwrite_in_place(x):
    """A write cannot name the version it wants to be."""
    x.t.ok(x.put({"versionId": x.version}, MD5).status >= 400, "PUT with a version")
    etag = x.s3.head(x.name, x.key).header("ETag")
    x.t.status(x.put(headers=dict(MD5, **{"If-Match": etag})), 200)


def _copy_over(x):
    worm.put(x.t, x.name, "source", b"new")
    x.t.status(x.put(headers={"x-amz-copy-source": "/%s/source" % x.name}, body=b""), 200)


def _copy_onto_itself(x):
    source = "/%s/%s?versionId=%s" % (x.name, urllib.parse.quote(x.key), x.version)
    x.t.status(x.put(headers={"x-amz-copy-source": source, "x-amz-metadata-directive": "REPLACE"},
                     body=b""), 200)


def _multipart_over(x):
    upload = x.t.upload(x.name, x.key, x.by)
    part = x.t.part(x.name, x.key, upload, 1, b"new", MD5)
    x.t.status(x.t.complete(x.name, x.key, upload, [(1, part)], x.by), 200)


def _abort(x):
    upload = x.t.upload(x.name, x.key)
    x.t.status(x.delete({"uploadId": upload}), 204)
    x.t.ok(x.delete({"uploadId": upload, "versionId": x.version}).status >= 400, "abort")


def _form_over(x):
    x.t.status(postform.post(x.t, x.name, [("key", x.key)], b"new"), 204)


def _append(x):
    size = x.s3.head(x.name, x.key).header("Content-Length")
    x.put(headers=dict(MD5, **{"x-amz-write-offset-bytes": size}))


def _rename(x):
    worm.put(x.t, x.name, "new")
    for key, source in ((x.key, "new"), ("new", x.key)):
        x.t.error(x.s3.put(x.name, key, b"", {"x-amz-rename-source": source}, "renameObject"),
                  400, "InvalidRequest")


def _suspend(x):
    body = document.xml("VersioningConfiguration", "<Status>Suspended</Status>")
    x.t.error(document.put(x.t, x.name, "versioning", body), 409, "InvalidBucketState")
    _overwrite(x)


def _bucket(x):
    for headers in (None, worm.BYPASS):
        x.t.error(x.s3.delete(x.name, headers=headers), 409, "BucketNotEmpty")
    x.t.error(x.s3.delete(x.name, headers={"x-minio-force-delete": "true"}), 405,
              "MethodNotAllowed")
    for query in ("object-lock", "retention", "legal-hold", "versioning", "versions", "delete"):
        x.t.ok(x.s3.delete(x.name, query=query).status >= 400, "DELETE ?" + query)


def _sub_resources(x):
    for query in ("retention", "legal-hold", "object-lock", "acl", "restore", "versions"):
        x.t.ok(x.delete({query: None, "versionId": x.version}).status >= 400, "DELETE ?" + query)


def _bucket_configuration(x):
    """No rule, and a shorter one, are for versions to come."""
    for inner in ("", "<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days>"
                  "</DefaultRetention></Rule>", ""):
        body = worm.config("<ObjectLockEnabled>Enabled</ObjectLockEnabled>" + inner)
        x.t.status(document.put(x.t, x.name, "object-lock", body), 200)
    body = worm.config("<ObjectLockEnabled>Disabled</ObjectLockEnabled>")
    x.t.error(document.put(x.t, x.name, "object-lock", body), 400, "MalformedXML")
    _delete_version(x)


def _tags(x):
    x.t.status(tags.put(x.t, x.name, x.key, [("a", "b")], x.version), 200)
    x.t.status(tags.delete(x.t, x.name, x.key, x.version), 204)
    _delete_version(x)


def _acl(x):
    x.put({"acl": None, "versionId": x.version}, {"x-amz-acl": "private"}, b"")
    _delete_version(x)


def _other_versions(x):
    """All others go, one after the other; what is promoted is what was kept."""
    for _ in range(3):
        worm.put(x.t, x.name, x.key, b"new")
    for key, version, _, _ in x.t.versions(x.name)[0]:
        if (key, version) != (x.key, x.version):
            x.t.status(x.s3.delete(x.name, key, {"versionId": version}, worm.BYPASS), 204)
    x.t.eq([row[:3] for row in x.t.versions(x.name)[0]], [(x.key, x.version, True)], "versions")
    _delete_version(x)


def _rules(x):
    """A rule that ends what is old is taken; what it would end stays."""
    body = ("<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/><Expiration><Days>1"
            "</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
            "</NoncurrentVersionExpiration></Rule></LifecycleConfiguration>")
    x.t.status(document.put(x.t, x.name, "lifecycle", body), 200)
    _delete_version(x)
    x.t.status(document.delete(x.t, x.name, "lifecycle"), 204)


def _other_operations(x):
    """Whatever else names a version, and what old stores had for it."""
    for method, query in (("PUT", "encryption"), ("POST", "restore"), ("POST", "select"),
                          ("PUT", "torrent"), ("POST", "uploads"), ("PUT", "renameObject"),
                          ("DELETE", "uploads"), ("DELETE", "encryption")):
        x.s3.request(method, x.name, x.key, {query: None, "versionId": x.version},
                     dict(x.by, **MD5), b"new")
    for headers in ({"x-minio-force-delete": "true"}, {"x-amz-mfa": "serial 123456"},
                    {"x-amz-expected-bucket-owner": "000000000000"},
                    {"Date": "Fri, 01 Jan 2100 00:00:00 GMT"}):
        answer = x.delete({"versionId": x.version}, headers)
        x.t.ok(answer.status >= 400, "%r with %r" % (answer, headers))


ATTACKS = [_delete_version, _delete_version_in_a_link, _delete_version_if_match,
           _delete_and_delete_marker, _delete_many, _delete_many_mixed, _overwrite,
           _overwrite_in_place, _copy_over, _copy_onto_itself, _multipart_over, _abort,
           _form_over, _append, _rename, _suspend, _bucket, _sub_resources,
           _bucket_configuration, _tags, _acl, _rules, _other_operations, _other_versions]


def _attack(t, target, more=()):
    for attack in ATTACKS + list(more):
        try:
            attack(target)
        except case.Failed as failed:
            t.fail("%s: %s" % (attack.__name__, failed))
        worm.safe(t, target.name, target.key, target.version, BODY)


def _shorten(mode):
    def attack(x):
        for how in (("GOVERNANCE", worm.at(seconds=60)), ("COMPLIANCE", worm.at(seconds=60)),
                    (None, None)):
            x.t.error(worm.retain(x.t, x.name, x.key, how[0], how[1], x.version,
                                  bypass=bool(x.by)), 403, "AccessDenied", worm.LOCKED)
        x.t.error(worm.retain(x.t, x.name, x.key, mode, worm.at(seconds=-5), x.version,
                              bypass=bool(x.by)), 400, "InvalidArgument")
        _delete_version(x)
    return attack


def ObjectLock_attack_compliance(t):
    """Nobody gets past it, whatever they may do."""
    name = worm.bucket(t)
    version = worm.locked(t, name, "key", "COMPLIANCE", BODY, minutes=3)
    _attack(t, Target(t, name, version), [_shorten("COMPLIANCE")])


def ObjectLock_attack_governance(t):
    """Without asking for the way past it."""
    name = worm.bucket(t)
    version = worm.locked(t, name, "key", "GOVERNANCE", BODY)
    _attack(t, Target(t, name, version, bypass=False), [_shorten("GOVERNANCE")])
    t.status(worm.destroy(t, name, "key", version, worm.BYPASS), 204)


def ObjectLock_attack_legal_hold(t):
    """The way past GOVERNANCE is none past a hold."""
    name = worm.bucket(t)
    version = worm.put(t, name, "key", BODY, x_amz_object_lock_legal_hold="ON")

    def retention(x):
        t.status(worm.retain(t, name, "key", "GOVERNANCE", worm.at(days=1), version), 200)
        t.status(worm.retain(t, name, "key", None, None, version, bypass=True), 200)
        _delete_version(x)
    _attack(t, Target(t, name, version), [retention])


def ObjectLock_attack_event_hold(t):
    name = worm.bucket(t)
    version = worm.put(t, name, "key", BODY, x_amz_object_lock_mode="GOVERNANCE",
                       x_amz_object_lock_event_hold="ON",
                       x_amz_object_lock_event_hold_duration_days="1")
    _attack(t, Target(t, name, version, bypass=False), [_shorten("GOVERNANCE")])


def ObjectLock_attack_default_retention(t):
    name = worm.bucket(t)
    t.status(worm.default(t, name, "<Mode>GOVERNANCE</Mode><Days>1</Days>"), 200)
    version = worm.put(t, name, "key", BODY)
    _attack(t, Target(t, name, version, bypass=False))


def ObjectLock_attack_null_version(t):
    """From before there was versioning."""
    name = t.bucket()
    t.object(name, "key", BODY)
    t.versioning(name)
    body = worm.config("<ObjectLockEnabled>Enabled</ObjectLockEnabled>")
    t.status(document.put(t, name, "object-lock", body), 200)
    t.status(worm.retain(t, name, "key", "GOVERNANCE", worm.at(days=1), "null"), 200)
    _attack(t, Target(t, name, "null", bypass=False))


def ObjectLock_attack_without_rights(t):
    """Nobody in particular, and somebody with a wrong secret."""
    name = worm.bucket(t)
    version = worm.locked(t, name, "key", "GOVERNANCE", BODY)
    for how in ({"sign": None}, {"signer": t.s3.signer(secret="wrong")}):
        for method, sub, body in (("DELETE", None, ""), (
                "PUT", "retention", worm.retention_xml()), (
                    "PUT", "legal-hold", worm.hold_xml("OFF"))):
            query = {"versionId": version}
            if sub:
                query[sub] = None
            headers = dict(worm.BYPASS, **{"Content-MD5": document.md5(body)})
            t.status(t.s3.request(method, name, "key", query, headers, body, **how), 403)
    worm.safe(t, name, "key", version, BODY)
    t.error(worm.destroy(t, name, "key", version), 403, "AccessDenied", worm.LOCKED)
