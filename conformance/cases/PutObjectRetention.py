# SPDX-License-Identifier: Apache-2.0
import time

import document
import worm

GOOD = worm.retention_xml("GOVERNANCE", "2099-01-01T00:00:00Z")


def PutObjectRetention_protects(t):
    name = worm.bucket(t)
    version = worm.put(t, name, "key")
    newer = worm.put(t, name, "key", b"newer")
    answer = t.status(worm.retain(t, name, "key", "GOVERNANCE", worm.at(days=1), version), 200)
    t.eq(answer.body, b"", "body")
    t.error(worm.destroy(t, name, "key", version), 403, "AccessDenied", worm.LOCKED)
    t.status(worm.destroy(t, name, "key", newer), 204)
    head = t.status(t.s3.head(name, "key"), 200)
    t.header(head, "x-amz-object-lock-mode", "GOVERNANCE")
    t.ok(0.99 < worm.days_off(head.header("x-amz-object-lock-retain-until-date")) <= 1, "date")
    t.no_header(head, "x-amz-object-lock-legal-hold")


def PutObjectRetention_governance(t):
    """Longer for everybody, shorter and away only past it."""
    name = worm.bucket(t)
    worm.locked(t, name, "key", days=2)
    t.status(worm.retain(t, name, "key", "GOVERNANCE", worm.at(days=3)), 200)
    for mode, date in (("GOVERNANCE", worm.at(days=1)), ("COMPLIANCE", worm.at(days=4)),
                       (None, None)):
        t.error(worm.retain(t, name, "key", mode, date), 403, "AccessDenied", worm.LOCKED)
    t.eq(worm.retention(t, name, "key").xml.get("Mode"), "GOVERNANCE")
    t.status(worm.retain(t, name, "key", "GOVERNANCE", worm.at(days=1), bypass=True), 200)
    t.ok(worm.days_off(worm.retention(t, name, "key").xml.get("RetainUntilDate")) < 1.01, "date")
    t.status(worm.retain(t, name, "key", bypass=True), 200)
    t.error(worm.retention(t, name, "key"), 404, "NoSuchObjectLockConfiguration", worm.NEVER)
    t.no_header(t.s3.head(name, "key"), "x-amz-object-lock-mode")


def PutObjectRetention_compliance(t):
    """Longer for everybody, shorter for nobody."""
    name = worm.bucket(t)
    version = worm.locked(t, name, "key", "COMPLIANCE", seconds=8)
    t.status(worm.retain(t, name, "key", "COMPLIANCE", worm.at(seconds=10)), 200)
    for mode, date in (("COMPLIANCE", worm.at(seconds=8)), ("GOVERNANCE", worm.at(days=9)),
                       (None, None)):
        for bypass in (False, True):
            t.error(worm.retain(t, name, "key", mode, date, bypass=bypass), 403, "AccessDenied",
                    worm.LOCKED)
    worm.safe(t, name, "key", version)
    time.sleep(10.1)
    t.status(worm.destroy(t, name, "key", version), 204)


def PutObjectRetention_over(t):
    """A period that is over protects nothing, and may be changed."""
    name = worm.bucket(t)
    version = worm.locked(t, name, "key", "COMPLIANCE", seconds=8)
    t.error(worm.destroy(t, name, "key", version), 403, "AccessDenied", worm.LOCKED)
    time.sleep(8.1)
    t.eq(worm.retention(t, name, "key").xml.get("Mode"), "COMPLIANCE")
    t.status(worm.retain(t, name, "key", "GOVERNANCE", worm.at(days=1)), 200)
    t.error(worm.destroy(t, name, "key", version), 403, "AccessDenied", worm.LOCKED)
    t.status(worm.destroy(t, name, "key", version, worm.BYPASS), 204)


def PutObjectRetention_invalid(t):
    name = worm.bucket(t)
    worm.put(t, name, "key")
    past = worm.at(days=-1)
    t.error(worm.retain(t, name, "key", "GOVERNANCE", past), 400, "InvalidArgument", worm.PAST,
            ArgumentName="RetainUntilDate")
    for body in (worm.retention_xml("GOVERNANCE"), worm.retention_xml(None, worm.at(days=1)),
                 worm.retention_xml("governance", worm.at(days=1)),
                 worm.retention_xml("GOVERNANCE", "tomorrow"), "nonsense", "",
                 GOOD.replace("Retention", "Other"),
                 GOOD.replace("</Mode>", "</Mode><Mode>COMPLIANCE</Mode>"),
                 GOOD.replace("<Mode>", "<Unknown/><Mode>")):
        t.error(worm.send(t, name, "key", "retention", body), 400, "MalformedXML",
                document.MALFORMED)
    t.error(worm.retention(t, name, "key"), 404, "NoSuchObjectLockConfiguration")


def PutObjectRetention_event_hold(t):
    name = worm.bucket(t)
    version = worm.put(t, name, "key")
    t.status(worm.retain(t, name, "key", "GOVERNANCE", event="ON", days=30), 200)
    root = worm.retention(t, name, "key").xml
    t.eq(root.names(), ["Mode", "RetainUntilDate", "EventHold", "EventHoldDuration"])
    t.eq((root.get("EventHold"), root.get("EventHoldDuration/Days")), ("ON", "30"))
    before = worm.when(root.get("RetainUntilDate"))
    t.ok(29.99 < worm.days_off(root.get("RetainUntilDate")) <= 30, "date")
    time.sleep(0.1)
    again = worm.when(worm.retention(t, name, "key").xml.get("RetainUntilDate"))
    t.ok(again > before, "the date moves while the hold is on")
    head = t.s3.head(name, "key")
    t.header(head, "x-amz-object-lock-event-hold", "ON")
    t.header(head, "x-amz-object-lock-event-hold-duration-days", "30")
    t.error(worm.destroy(t, name, "key", version), 403, "AccessDenied", worm.LOCKED)
    # A shorter duration, or a date alone, takes nothing away.
    t.error(worm.retain(t, name, "key", "GOVERNANCE", event="ON", days=29), 403, "AccessDenied")
    t.status(worm.retain(t, name, "key", "GOVERNANCE", worm.at(days=31)), 200)
    t.eq(worm.retention(t, name, "key").xml.get("EventHold"), "ON")
    # Released, the date stands still: the later of both.
    t.status(worm.retain(t, name, "key", "GOVERNANCE", event="OFF"), 200)
    root = worm.retention(t, name, "key").xml
    t.eq(root.names(), ["Mode", "RetainUntilDate", "EventHold"])
    t.ok(30.9 < worm.days_off(root.get("RetainUntilDate")) <= 31, "date")
    t.no_header(t.s3.head(name, "key"), "x-amz-object-lock-event-hold-duration-days")
    t.error(worm.destroy(t, name, "key", version), 403, "AccessDenied", worm.LOCKED)


def PutObjectRetention_event_hold_invalid(t):
    name = worm.bucket(t)
    worm.put(t, name, "key")
    for how in ({"event": "ON"}, {"event": "ON", "days": 1, "years": 1},
                {"event": "ON", "days": 0}, {"event": "ON", "days": 36501},
                {"event": "ON", "years": 101}, {"event": "OFF", "days": 1}, {"event": "OFF"}):
        t.error(worm.retain(t, name, "key", "GOVERNANCE", **how), 400, "InvalidRequest")
    t.error(worm.retain(t, name, "key", event="ON", days=1), 400, "InvalidRequest")
    t.error(worm.retain(t, name, "key", "GOVERNANCE", event="on", days=1), 400, "MalformedXML")
    t.error(worm.retention(t, name, "key"), 404, "NoSuchObjectLockConfiguration")


def PutObjectRetention_denied(t):
    worm.common(t, "PUT", "retention", GOOD)
