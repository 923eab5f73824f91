# SPDX-License-Identifier: Apache-2.0
"""Section 11: versions and deletes."""
import uuid

import document
import s3raw
from tiers import answers


@answers("aws", "minio")
def versioning(t):
    name = t.bucket()
    for status in ("Enabled", "Suspended"):
        t.versioning(name, status)
        t.eq(t.s3.get(name, query="versioning").xml.get("Status"), status)


def bad(t, status):
    body = "<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>" % status
    return t.s3.put(t.bucket(), None, body, {"Content-MD5": s3raw.md5_base64(body.encode())},
                    "versioning")


@answers("aws", "minio")
def versioning_bad(t):
    for status in ("enabled", "Disabled"):
        t.error(bad(t, status), 400, "IllegalVersioningConfigurationException"
                if t.tier == "minio" else "MalformedXML")


def mfa_delete(t, name):
    body = document.xml("VersioningConfiguration",
                        "<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>")
    return t.s3.put(name, None, body, query="versioning")


@answers("aws")
def versioning_mfa(t):
    name = t.bucket()
    t.error(mfa_delete(t, name), 403, "AccessDenied",
            "Mfa Authentication must be used for this request")
    t.eq(t.s3.get(name, query="versioning").xml.get("Status"), None)


@answers("minio")
def versioning_mfa__minio(t):
    name = t.bucket()
    t.status(mfa_delete(t, name), 200)
    root = t.status(t.s3.get(name, query="versioning"), 200).xml
    t.eq((root.get("Status"), root.get("MfaDelete")), ("Enabled", None))
    marker = t.status(t.s3.delete(name, "k"), 204).header("x-amz-version-id")
    t.status(t.s3.delete(name, "k", query={"versionId": marker}), 204)  # without any code


@answers("aws")
def version_id(t):
    name = t.bucket()
    t.versioning(name)
    t.eq(len(t.object(name, "k").header("x-amz-version-id")), 32)


def is_uuid(text):
    return text is not None and str(uuid.UUID(text)) == text


def remove(t, name, *rows):
    """DeleteObjects of (key, id or None)."""
    body = "<Delete>%s</Delete>" % "".join(
        "<Object><Key>%s</Key>%s</Object>" % (
            key, "<VersionId>%s</VersionId>" % version if version else "")
        for key, version in rows)
    return t.status(t.s3.post(name, None, "delete", body, {
        "Content-MD5": s3raw.md5_base64(body.encode())}), 200).xml


@answers("minio")
def version_id__minio(t):
    """UUIDs wherever an id is told, and taken back wherever one is read."""
    name = t.bucket()
    t.object(name, "k", b"null")
    t.versioning(name)
    ids = [t.object(name, "k", b"%d" % n).header("x-amz-version-id") for n in range(5)]
    t.ok(all(is_uuid(one) for one in ids), ids)
    t.eq(len(set(ids)), 5)
    copied = t.s3.put(name, "k", headers={
        "x-amz-copy-source": "/%s/k?versionId=%s" % (name, ids[0])})
    t.header(t.status(copied, 200), "x-amz-copy-source-version-id", ids[0])
    ids.append(copied.header("x-amz-version-id"))
    t.eq(t.s3.get(name, "k").body, b"0")
    upload = t.upload(name, "k")
    done = t.complete(name, "k", upload, [(1, t.part(name, "k", upload, 1, b"parts"))])
    ids.append(t.status(done, 200).header("x-amz-version-id"))
    marker = t.status(t.s3.delete(name, "k"), 204).header("x-amz-version-id")
    ids.append(remove(t, name, ("k", None)).get("Deleted/DeleteMarkerVersionId"))
    ids.insert(-1, marker)
    t.ok(all(is_uuid(one) for one in ids), ids)
    for number in range(5):
        answer = t.s3.get(name, "k", {"versionId": ids[number]})
        t.eq(answer.body, b"%d" % number)
        t.header(answer, "x-amz-version-id", ids[number])
    t.eq(t.s3.get(name, "k", {"versionId": ids[2].upper()}).body, b"2")
    t.eq(t.s3.get(name, "k", {"versionId": "null"}).body, b"null")
    t.eq(t.s3.get(name, "k", {"versionId": ids[6]}).body, b"parts")
    tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"
    answer = t.s3.put(name, "k", tags, {"Content-MD5": s3raw.md5_base64(tags.encode())},
                      {"tagging": "", "versionId": ids[1]})
    t.header(t.status(answer, 200), "x-amz-version-id", ids[1])

    # The order is that of writing, a page at a time as well.
    seen, query = [], {"versions": "", "max-keys": "2"}
    while True:
        page = t.s3.get(name, query=query).xml
        seen += [row.get("VersionId") for row in page.children()
                 if row.name in ("Version", "DeleteMarker")]
        if page.get("IsTruncated") != "true":
            break
        query.update({"key-marker": page.get("NextKeyMarker"),
                      "version-id-marker": page.get("NextVersionIdMarker")})
    t.eq(seen, ids[::-1] + ["null"])

    deleted = remove(t, name, ("k", ids[3]), ("k", ids[8]))
    t.eq([row.get("VersionId") for row in deleted.all("Deleted")], [ids[3], ids[8]])
    t.error(t.s3.get(name, "k", {"versionId": ids[3]}), 404, "NoSuchVersion")
    answer = t.status(t.s3.delete(name, "k", {"versionId": ids[4]}), 204)
    t.header(answer, "x-amz-version-id", ids[4])
    t.error(t.s3.get(name, "k", {"versionId": ids[4]}), 404, "NoSuchVersion")


@answers("minio")
def version_id__unknown(t):
    """A UUID of no version, and what is no UUID."""
    name = t.bucket()
    t.versioning(name)
    t.object(name, "k", b"x")
    for other in (str(uuid.uuid4()), "00000000-0000-8000-8000-000000000000"):
        t.error(t.s3.get(name, "k", {"versionId": other}), 404, "NoSuchVersion")
        answer = t.status(t.s3.delete(name, "k", {"versionId": other}), 204)
        t.header(answer, "x-amz-version-id", other)
    for bad in ("nonsense", "0" * 36, "g" * 8 + "-0000-4000-8000-" + "0" * 12):
        t.error(t.s3.get(name, "k", {"versionId": bad}), 400, "InvalidArgument",
                "Invalid version id specified")
        t.error(t.s3.put(name, "c", headers={
            "x-amz-copy-source": "/%s/k?versionId=%s" % (name, bad)}), 404, "NoSuchVersion")
        failed = remove(t, name, ("k", bad), ("none", None)).all("Error")
        t.eq([(row.get("Key"), row.get("VersionId"), row.get("Code")) for row in failed],
             [("k", bad, "NoSuchVersion")])
    t.eq(t.s3.get(name, "k", {"versionId": ""}).body, b"x")


def bind(t, name, tier):
    t.status(t.s3.request("POST", path="/_trug/v1/tier", query={"bucket": name, "tier": tier}),
             200)


@answers("minio")
def version_id__before(t):
    """Ids of a time when the store answered as another service hold, and UUIDs after it."""
    name = t.bucket()
    t.versioning(name)
    bind(t, name, "aws")
    old = t.object(name, "k", b"old").header("x-amz-version-id")
    bind(t, name, "minio")
    t.eq(len(old), 32)
    new = t.object(name, "k", b"new").header("x-amz-version-id")
    t.ok(is_uuid(new), new)
    t.eq([row.get("VersionId") for row in t.s3.get(name, query="versions").xml.all("Version")],
         [new, old])
    t.eq(t.s3.get(name, "k", {"versionId": old}).body, b"old")
    bind(t, name, "aws")
    t.eq(t.s3.get(name, "k", {"versionId": new}).body, b"new")
    t.header(t.s3.head(name, "k", {"versionId": new}), "x-amz-version-id", new)
    bind(t, name, "none")


def marked(t):
    """(bucket, id of a delete marker on k)"""
    name = t.bucket()
    t.versioning(name)
    t.object(name, "k")
    return name, t.s3.delete(name, "k").header("x-amz-version-id")


@answers("aws", "minio")
def deleted_get(t):
    name, marker = marked(t)
    answer = t.s3.get(name, "k")
    t.error(answer, 404, "NoSuchKey")
    t.header(answer, "x-amz-delete-marker", "true")
    t.header(answer, "x-amz-version-id", marker)


@answers("aws", "minio")
def marker_get(t):
    name, marker = marked(t)
    answer = t.s3.get(name, "k", {"versionId": marker})
    t.error(answer, 405, "MethodNotAllowed")
    t.header(answer, "Allow", None if t.tier == "minio" else "DELETE")


@answers("aws", "minio")
def suspended_put(t):
    name = t.bucket()
    t.versioning(name)
    t.versioning(name, "Suspended")
    t.no_header(t.object(name, "k"), "x-amz-version-id")


@answers("aws", "minio")
def suspended_delete(t):
    name = t.bucket()
    t.versioning(name)
    t.object(name, "k")
    t.versioning(name, "Suspended")
    answer = t.status(t.s3.delete(name, "k"), 204)
    t.header(answer, "x-amz-delete-marker", None if t.tier == "minio" else "true")
    t.header(answer, "x-amz-version-id", None if t.tier == "minio" else "null")
    t.bare_error(t.s3.head(name, "k"), 404)


@answers("aws", "minio")
def version_unknown(t):
    name, marker = marked(t)
    t.status(t.s3.delete(name, "k", {"versionId": marker}), 204)
    t.status(t.s3.delete(name, "k", {"versionId": marker}), 204)
    t.error(t.s3.get(name, "k", {"versionId": marker}), 404, "NoSuchVersion")
    t.error(t.s3.delete(name, "k", {"versionId": "nonsense"}), 400, "InvalidArgument",
            "Invalid version id specified")


@answers("aws", "minio")
def list_versions(t):
    name, marker = marked(t)
    row = t.s3.get(name, query="versions").xml.all("DeleteMarker")[0]
    t.eq(row.get("VersionId"), marker)
    t.eq((row.get("ETag"), row.get("Size"), row.get("StorageClass")),
         ("", "0", "STANDARD") if t.tier == "minio" else (None, None, None))


@answers("minio")
def versions__minio(t):
    """Ten thousand, markers among them; then neither an object nor a marker more."""
    name = t.bucket()
    t.versioning(name)
    first = t.object(name, "k").header("x-amz-version-id")
    for count in [1000] * 9 + [999]:
        t.eq(remove(t, name, *[("k", None)] * count).all("Error"), [])
    text = "You've exceeded the limit on the number of versions you can create on this object"
    t.error(t.s3.put(name, "k", b"x"), 400, "MaxVersionsExceeded", text)
    t.error(t.s3.delete(name, "k"), 400, "MaxVersionsExceeded", text)
    t.error(t.s3.put(name, "k", headers={"x-amz-copy-source": "/%s/k?versionId=%s" %
                                         (name, first)}), 400, "MaxVersionsExceeded", text)
    failed = remove(t, name, ("k", None), ("other", None)).all("Error")
    t.eq([(row.get("Key"), row.get("Code"), row.get("Message")) for row in failed],
         [("k", "MaxVersionsExceeded", text)])
    t.object(name, "other")
    t.status(t.s3.delete(name, "k", {"versionId": first}), 204)
    t.object(name, "k")
    t.error(t.s3.put(name, "k", b"x"), 400, "MaxVersionsExceeded")
    t.status(t.s3.delete(name, headers={"x-minio-force-delete": "true"}), 204)


@answers("aws")
def versions(t):
    name = t.bucket()
    t.versioning(name)
    ids = {t.object(name, "k").header("x-amz-version-id") for _ in range(60)}
    t.eq(len(ids), 60)
    t.eq(len(t.versions(name)[0]), 60)
