# SPDX-License-Identifier: Apache-2.0
"""Section 11: versions and deletes."""
import document
from tiers import answers


@answers("aws", "minio")
def versioning(t):
    name = t.bucket()
    for status in ("Enabled", "Suspended"):
        t.versioning(name, status)
        t.eq(t.s3.get(name, query="versioning").xml.get("Status"), status)


def bad(t, status):
    body = "<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>" % status
    import s3raw
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


@answers("aws")
def versions(t):
    name = t.bucket()
    t.versioning(name)
    ids = {t.object(name, "k").header("x-amz-version-id") for _ in range(60)}
    t.eq(len(ids), 60)
    t.eq(len(t.versions(name)[0]), 60)
