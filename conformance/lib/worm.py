# SPDX-License-Identifier: Apache-2.0
"""What the cases of object lock have in common."""

import datetime

import case
import document
import s3raw

MISSING = "Bucket is missing Object Lock Configuration"
LOCKED = "Access Denied because object protected by object lock."
NEVER = "The specified object does not have a ObjectLock configuration"
PAST = "The retain until date must be in the future!"
BYPASS = {"x-amz-bypass-governance-retention": "true"}


def at(**delta):
    """A time from now, as clients write it."""
    return (datetime.datetime.now(datetime.timezone.utc)
            + datetime.timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


def when(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(
        tzinfo=datetime.timezone.utc)


def days_off(text):
    """How far a date shown is from now."""
    return (when(text) - datetime.datetime.now(datetime.timezone.utc)).total_seconds() / 86400


def bucket(t):
    name = t.name()
    t.status(t.s3.put(name, headers={"x-amz-bucket-object-lock-enabled": "true"},
                      **t._location()), 200)
    return name


def put(t, name, key, body=b"kept", **headers):
    """A put as lock wants it, with a digest; the version."""
    fields = {k.replace("_", "-"): v for k, v in headers.items()}
    fields["Content-MD5"] = s3raw.md5_base64(body)
    return t.status(t.s3.put(name, key, body, fields), 200).header("x-amz-version-id")


def locked(t, name, key, mode="GOVERNANCE", body=b"kept", **delta):
    return put(t, name, key, body, x_amz_object_lock_mode=mode,
               x_amz_object_lock_retain_until_date=at(**(delta or {"days": 1})))


def _query(sub, version):
    return {sub: None} if version is None else {sub: None, "versionId": version}


def _send(t, name, key, sub, body, version=None, headers=None):
    return t.s3.put(name, key, body, dict(headers or {}, **{"Content-MD5": document.md5(body)}),
                    _query(sub, version))


def retention_xml(mode=None, date=None, event=None, days=None, years=None):
    inner = ""
    for tag, value in (("Mode", mode), ("RetainUntilDate", date), ("EventHold", event)):
        if value is not None:
            inner += "<%s>%s</%s>" % (tag, value, tag)
    if days is not None or years is not None:
        inner += "<EventHoldDuration>%s%s</EventHoldDuration>" % (
            "" if days is None else "<Days>%s</Days>" % days,
            "" if years is None else "<Years>%s</Years>" % years)
    return '<Retention xmlns="%s">%s</Retention>' % (case.XMLNS, inner)


def retain(t, name, key, mode=None, date=None, version=None, bypass=False, **event):
    return _send(t, name, key, "retention", retention_xml(mode, date, **event), version,
                 BYPASS if bypass else None)


def retention(t, name, key, version=None):
    return t.s3.get(name, key, _query("retention", version))


def hold_xml(status):
    return '<LegalHold xmlns="%s"><Status>%s</Status></LegalHold>' % (case.XMLNS, status)


def hold(t, name, key, status, version=None):
    return _send(t, name, key, "legal-hold", hold_xml(status), version)


def held(t, name, key, version=None):
    return t.s3.get(name, key, _query("legal-hold", version))


def send(t, name, key, sub, body):
    return _send(t, name, key, sub, body)


def destroy(t, name, key, version, headers=None):
    return t.s3.delete(name, key, {"versionId": version}, headers)


def safe(t, name, key, version, body=b"kept"):
    t.body(t.s3.get(name, key, {"versionId": version}), body)


def config(inner):
    return document.xml("ObjectLockConfiguration", inner)


def default(t, name, inner):
    """The bucket's rule: inner of DefaultRetention."""
    body = config("<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>%s"
                  "</DefaultRetention></Rule>" % inner)
    return document.put(t, name, "object-lock", body)


def common(t, method, sub, body=""):
    """What the four operations on versions refuse alike."""
    headers = {"Content-MD5": document.md5(body)} if method == "PUT" else {}
    plain = t.bucket()
    t.object(plain, "key")

    def ask(name, key, version=None, **how):
        return t.s3.request(method, name, key, _query(sub, version), headers, body, **how)

    t.error(ask(plain, "key"), 400, "InvalidRequest", MISSING)
    name = bucket(t)
    old = put(t, name, "key")
    t.error(ask(name, "gone"), 404, "NoSuchKey", Key="gone")
    t.status(destroy(t, name, "key", old), 204)
    t.error(ask(name, "key", old), 404, "NoSuchVersion", VersionId=old)
    t.error(ask(name, "key", "nonsense"), 400, "InvalidArgument", "Invalid version id specified")
    mark = t.s3.delete(name, "key").header("x-amz-version-id")
    for version in (None, mark):
        t.error(ask(name, "key", version), 405, "MethodNotAllowed", Method=method,
                ResourceType="DeleteMarker")
    t.error(ask(name, "key", sign=None), 403, "AccessDenied")
    t.error(ask(name, "key", signer=t.s3.signer(secret="wrong")), 403, "SignatureDoesNotMatch")
    t.error(ask(t.name(), "key"), 404, "NoSuchBucket")
    if method == "PUT":
        t.error(t.s3.put(name, "key", body, None, sub), 400, "InvalidRequest", document.DIGEST)
