# SPDX-License-Identifier: Apache-2.0
import document
import worm


def PutObjectLegalHold_on_and_off(t):
    name = worm.bucket(t)
    version = worm.put(t, name, "key")
    t.no_header(t.s3.head(name, "key"), "x-amz-object-lock-legal-hold")
    t.eq(t.status(worm.hold(t, name, "key", "ON"), 200).body, b"", "body")
    t.header(t.s3.head(name, "key"), "x-amz-object-lock-legal-hold", "ON")
    for headers in (None, worm.BYPASS):
        t.error(worm.destroy(t, name, "key", version, headers), 403, "AccessDenied", worm.LOCKED)
    t.status(worm.hold(t, name, "key", "OFF"), 200)
    t.header(t.s3.head(name, "key"), "x-amz-object-lock-legal-hold", "OFF")
    t.eq(worm.held(t, name, "key").xml.get("Status"), "OFF")
    t.status(worm.destroy(t, name, "key", version), 204)


def PutObjectLegalHold_beside_retention(t):
    """Neither knows of the other."""
    name = worm.bucket(t)
    version = worm.locked(t, name, "key")
    t.status(worm.hold(t, name, "key", "ON"), 200)
    t.status(worm.retain(t, name, "key", bypass=True), 200)
    t.error(worm.destroy(t, name, "key", version, worm.BYPASS), 403, "AccessDenied", worm.LOCKED)
    t.status(worm.retain(t, name, "key", "GOVERNANCE", worm.at(days=1)), 200)
    t.status(worm.hold(t, name, "key", "OFF"), 200)
    t.error(worm.destroy(t, name, "key", version), 403, "AccessDenied", worm.LOCKED)
    t.eq(worm.retention(t, name, "key").xml.get("Mode"), "GOVERNANCE")


def PutObjectLegalHold_malformed(t):
    name = worm.bucket(t)
    worm.put(t, name, "key")
    for body in ("", "nonsense", "<LegalHold/>", worm.hold_xml("on"), worm.hold_xml(""),
                 worm.hold_xml("ON").replace("Status", "State"),
                 worm.hold_xml("ON</Status><Status>OFF")):
        t.error(worm.send(t, name, "key", "legal-hold", body), 400, "MalformedXML",
                document.MALFORMED)
    t.error(worm.held(t, name, "key"), 404, "NoSuchObjectLockConfiguration")


def PutObjectLegalHold_denied(t):
    worm.common(t, "PUT", "legal-hold", worm.hold_xml("ON"))
