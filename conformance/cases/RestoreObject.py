# SPDX-License-Identifier: Apache-2.0
import case
import document
import s3raw

NOT_NOW = "The operation is not valid for the object's storage class"
NEVER = "Restore is not allowed for the object's current storage class"
GONE = "The specified method is not allowed against this resource."


def _xml(days="1", tier=None, more=""):
    return '<RestoreRequest xmlns="%s">%s%s%s</RestoreRequest>' % (
        case.XMLNS, "" if days is None else "<Days>%s</Days>" % days,
        "" if tier is None else "<GlacierJobParameters><Tier>%s</Tier></GlacierJobParameters>"
        % tier, more)


def _ask(t, name, key="key", body=None, version=None, headers=None, **how):
    query = {"restore": None} if version is None else {"restore": None, "versionId": version}
    return t.s3.post(name, key, query, (_xml() if body is None else body), headers, **how)


def _archived(t, storage="GLACIER"):
    name = t.bucket()
    t.object(name, "key", b"cold", x_amz_storage_class=storage)
    return name


def _ongoing(t, name, want='ongoing-request="true"'):
    t.header(t.status(t.s3.head(name, "key"), 200), "x-amz-restore", want)


def _not_readable(t, name, storage):
    t.error(t.s3.get(name, "key"), 403, "InvalidObjectState", NOT_NOW, StorageClass=storage)


def RestoreObject_begins(t):
    for storage in ("GLACIER", "DEEP_ARCHIVE"):
        name = _archived(t, storage)
        _not_readable(t, name, storage)
        _ongoing(t, name, None)
        t.eq(t.status(_ask(t, name), 202).body, b"", "body")
        _ongoing(t, name)
        _not_readable(t, name, storage)


def RestoreObject_again(t):
    """One that runs is not begun again, but may be asked to hurry."""
    name = _archived(t)
    t.status(_ask(t, name, body=_xml(tier="Bulk")), 202)
    t.error(_ask(t, name, body=_xml(tier="Bulk")), 409, "RestoreAlreadyInProgress",
            "Object restore is already in progress")
    t.status(_ask(t, name, body=_xml(tier="Expedited")), 202)
    t.error(_ask(t, name, body=_xml(tier="Standard")), 409, "RestoreAlreadyInProgress",
            "Object restore is already in progress")
    _ongoing(t, name)


def RestoreObject_tiers(t):
    for tier in ("Standard", "Bulk", "Expedited"):
        t.status(_ask(t, _archived(t), body=_xml(tier=tier)), 202)
        t.status(_ask(t, _archived(t), body=_xml(more="<Tier>%s</Tier>" % tier)), 202)
    for tier in ("Standard", "Bulk"):
        t.status(_ask(t, _archived(t, "DEEP_ARCHIVE"), body=_xml(tier=tier)), 202)


def RestoreObject_of_a_version(t):
    name = t.bucket()
    t.versioning(name)
    old = t.object(name, "key", b"cold", x_amz_storage_class="GLACIER").header("x-amz-version-id")
    t.object(name, "key", b"warm")
    t.error(_ask(t, name), 403, "InvalidObjectState", NEVER)
    t.header(t.status(_ask(t, name, version=old), 202), "x-amz-version-id", old)
    t.header(t.s3.head(name, "key", {"versionId": old}), "x-amz-restore",
             'ongoing-request="true"')
    t.no_header(t.s3.head(name, "key"), "x-amz-restore")


def RestoreObject_not_archived(t):
    for storage in ("STANDARD", "STANDARD_IA", "GLACIER_IR", "INTELLIGENT_TIERING"):
        name = _archived(t, storage)
        t.error(_ask(t, name), 403, "InvalidObjectState", NEVER)
        t.body(t.s3.get(name, "key"), b"cold")


def RestoreObject_malformed(t):
    name = _archived(t)
    for body in ("", "nonsense", "<RestoreRequest>", "<Other><Days>1</Days></Other>",
                 _xml(None), _xml(""), _xml("0"), _xml("-1"), _xml("1.5"), _xml("soon"),
                 _xml("99999999999"), _xml(tier="Fast"), _xml(tier=""), _xml(tier="standard")):
        t.error(_ask(t, name, body=body), 400, "MalformedXML", document.MALFORMED)
    t.error(_ask(t, name, headers={"Content-MD5": s3raw.md5_base64(b"other")}), 400, "BadDigest")
    t.error(_ask(t, name, version="nonsense"), 400, "InvalidArgument",
            "Invalid version id specified", ArgumentName="versionId", ArgumentValue="nonsense")
    _ongoing(t, name, None)


def RestoreObject_missing(t):
    name = t.bucket()
    t.error(_ask(t, name), 404, "NoSuchKey", "The specified key does not exist.", Key="key")
    gone = t.name()
    t.error(_ask(t, gone), 404, "NoSuchBucket", BucketName=gone)
    t.versioning(name)
    old = t.object(name, "key", x_amz_storage_class="GLACIER").header("x-amz-version-id")
    mark = t.s3.delete(name, "key").header("x-amz-version-id")
    t.error(_ask(t, name, version=mark), 405, "MethodNotAllowed", GONE, Method="POST",
            ResourceType="DeleteMarker")
    t.status(t.s3.delete(name, "key", {"versionId": old}), 204)
    t.error(_ask(t, name, version=old), 404, "NoSuchVersion", VersionId=old)


def RestoreObject_denied(t):
    name = _archived(t)
    for key in ("key", "gone"):
        t.error(_ask(t, name, key, sign=None), 403, "AccessDenied", "Access Denied")
        t.error(_ask(t, name, key, signer=t.s3.signer(secret="wrong")), 403,
                "SignatureDoesNotMatch")
    _ongoing(t, name, None)
