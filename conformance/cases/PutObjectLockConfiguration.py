# SPDX-License-Identifier: Apache-2.0
import document
import postform
import s3raw
import worm

ENABLED = "<ObjectLockEnabled>Enabled</ObjectLockEnabled>"
ROOT = "ObjectLockConfiguration"


def _rule(inner):
    return ENABLED + "<Rule><DefaultRetention>%s</DefaultRetention></Rule>" % inner


def PutObjectLockConfiguration_round_trip(t):
    name = worm.bucket(t)
    t.eq(document.inner(t, document.get(t, name, "object-lock"), ROOT), ENABLED)
    for inner in (_rule("<Mode>GOVERNANCE</Mode><Days>1</Days>"),
                  _rule("<Mode>COMPLIANCE</Mode><Years>100</Years>"),
                  _rule("<Mode>GOVERNANCE</Mode><DefaultEventHold><Days>3</Days>"
                        "</DefaultEventHold>"),
                  _rule("<Mode>GOVERNANCE</Mode><Days>36500</Days><DefaultEventHold><Years>1"
                        "</Years></DefaultEventHold>"), ENABLED):
        t.eq(t.status(document.put(t, name, "object-lock", worm.config(inner)), 200).body, b"",
             "body")
        t.eq(document.inner(t, document.get(t, name, "object-lock"), ROOT), inner)


def PutObjectLockConfiguration_on_a_bucket_that_is(t):
    name = t.bucket()
    refusal = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
    body = worm.config(ENABLED)
    t.error(document.put(t, name, "object-lock", body), 409, "InvalidBucketState", refusal)
    t.versioning(name, "Suspended")
    t.error(document.put(t, name, "object-lock", body), 409, "InvalidBucketState", refusal)
    t.error(document.get(t, name, "object-lock"), 404, "ObjectLockConfigurationNotFoundError")
    t.versioning(name)
    old = t.object(name, "key").header("x-amz-version-id")
    t.status(document.put(t, name, "object-lock", body), 200)
    t.eq(document.inner(t, document.get(t, name, "object-lock"), ROOT), ENABLED)
    t.status(worm.retain(t, name, "key", "GOVERNANCE", worm.at(days=1), old), 200)
    t.error(worm.destroy(t, name, "key", old), 403, "AccessDenied", worm.LOCKED)


def PutObjectLockConfiguration_keeps_versioning(t):
    name = worm.bucket(t)
    body = document.xml("VersioningConfiguration", "<Status>Suspended</Status>")
    t.error(document.put(t, name, "versioning", body), 409, "InvalidBucketState",
            "An Object Lock configuration is present on this bucket, so the versioning state "
            "cannot be changed.")
    t.versioning(name)
    t.eq(t.s3.get(name, query="versioning").xml.get("Status"), "Enabled")


def PutObjectLockConfiguration_default(t):
    name = worm.bucket(t)
    before = worm.put(t, name, "key")
    t.status(worm.default(t, name, "<Mode>GOVERNANCE</Mode><Days>2</Days>"), 200)
    version = worm.put(t, name, "key")
    head = t.s3.head(name, "key")
    t.header(head, "x-amz-object-lock-mode", "GOVERNANCE")
    t.ok(1.99 < worm.days_off(head.header("x-amz-object-lock-retain-until-date")) <= 2, "date")
    t.error(worm.destroy(t, name, "key", version), 403, "AccessDenied", worm.LOCKED)
    t.status(worm.destroy(t, name, "key", before), 204)
    # What a version says itself goes before; a legal hold says nothing about it.
    worm.put(t, name, "own", x_amz_object_lock_mode="GOVERNANCE",
             x_amz_object_lock_retain_until_date=worm.at(days=1))
    t.ok(worm.days_off(worm.retention(t, name, "own").xml.get("RetainUntilDate")) < 1, "own date")
    worm.put(t, name, "held", x_amz_object_lock_legal_hold="ON")
    t.eq(worm.retention(t, name, "held").xml.get("Mode"), "GOVERNANCE")
    t.eq(worm.held(t, name, "held").xml.get("Status"), "ON")
    # Away again: new versions are free, old ones are not.
    t.status(document.put(t, name, "object-lock", worm.config(ENABLED)), 200)
    free = worm.put(t, name, "key")
    t.status(worm.destroy(t, name, "key", free), 204)
    t.error(worm.destroy(t, name, "key", version), 403, "AccessDenied", worm.LOCKED)


def PutObjectLockConfiguration_default_everywhere(t):
    """Puts, copies, uploads and forms get it."""
    name = worm.bucket(t)
    worm.put(t, name, "source")
    t.status(worm.default(t, name, "<Mode>GOVERNANCE</Mode><Years>1</Years>"), 200)
    t.status(t.s3.put(name, "copy", headers={"x-amz-copy-source": "/%s/source" % name}), 200)
    upload = t.upload(name, "upload")
    part = t.part(name, "upload", upload, 1, b"x", {"Content-MD5": document.md5("x")})
    t.status(t.complete(name, "upload", upload, [(1, part)]), 200)
    t.status(postform.post(t, name, [("key", "form")], b"x"), 204)
    for key in ("copy", "upload", "form"):
        root = t.status(worm.retention(t, name, key), 200).xml
        t.eq(root.get("Mode"), "GOVERNANCE", key)
        t.ok(364.9 < worm.days_off(root.get("RetainUntilDate")) <= 365, key)


def PutObjectLockConfiguration_default_event_hold(t):
    name = worm.bucket(t)
    t.status(worm.default(t, name, "<Mode>GOVERNANCE</Mode><DefaultEventHold><Days>7</Days>"
                          "</DefaultEventHold>"), 200)
    version = worm.put(t, name, "key")
    root = worm.retention(t, name, "key").xml
    t.eq((root.get("EventHold"), root.get("EventHoldDuration/Days")), ("ON", "7"))
    t.error(worm.destroy(t, name, "key", version), 403, "AccessDenied", worm.LOCKED)


def PutObjectLockConfiguration_needs_digests(t):
    """Where there is a default, every put comes with one."""
    name = worm.bucket(t)
    t.object(name, "key")
    t.status(worm.default(t, name, "<Mode>GOVERNANCE</Mode><Days>1</Days>"), 200)
    text = ("Content-MD5 OR x-amz-checksum- HTTP header is required for Put %s requests with "
            "Object Lock parameters")
    t.error(t.s3.put(name, "key", b"x"), 400, "InvalidRequest", text % "Object")
    upload = t.upload(name, "key")
    t.error(t.s3.put(name, "key", b"x", None, {"partNumber": 1, "uploadId": upload}), 400,
            "InvalidRequest", text % "Part")
    t.status(t.s3.put(name, "key", b"x", {"x-amz-checksum-crc32":
                                          s3raw.checksum("CRC32", b"x")}), 200)


def PutObjectLockConfiguration_malformed(t):
    name = worm.bucket(t)
    for inner in ("", "<Rule/>", _rule(""), _rule("<Mode>GOVERNANCE</Mode>"),
                  _rule("<Days>1</Days>"), _rule("<Mode>BAD-VALUE</Mode><Days>1</Days>"),
                  _rule("<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>"),
                  _rule("<Mode>GOVERNANCE</Mode><Days>x</Days>"),
                  _rule("<Mode>GOVERNANCE</Mode><DefaultEventHold/>"),
                  ENABLED.replace("Enabled<", "Disabled<"), ENABLED + "<Rule/>"):
        t.error(document.put(t, name, "object-lock", worm.config(inner)), 400, "MalformedXML",
                document.MALFORMED)
    for unit, value, message in (
            ("Days", "0", "Default retention period must be a positive integer value."),
            ("Days", "-1", "Default retention period must be a positive integer value."),
            ("Years", "-1", "Default retention period must be a positive integer value."),
            ("Days", "36501", "Default retention period too large."),
            ("Years", "101", "Default retention period too large.")):
        t.error(worm.default(t, name, "<Mode>GOVERNANCE</Mode><%s>%s</%s>" % (unit, value, unit)),
                400, "InvalidArgument", message, ArgumentName=unit, ArgumentValue=value)
    t.eq(document.inner(t, document.get(t, name, "object-lock"), ROOT), ENABLED)


def PutObjectLockConfiguration_digest(t):
    body = worm.config(ENABLED)
    t.error(t.s3.put(worm.bucket(t), None, body, None, "object-lock"), 400, "InvalidRequest",
            document.DIGEST)


def PutObjectLockConfiguration_denied(t):
    document.denied(t, "PUT", "object-lock", worm.config(ENABLED))
