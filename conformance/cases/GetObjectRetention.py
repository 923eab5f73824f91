# SPDX-License-Identifier: Apache-2.0
import worm


def GetObjectRetention_shows(t):
    name = worm.bucket(t)
    date = worm.at(days=3)
    version = worm.put(t, name, "key", x_amz_object_lock_mode="COMPLIANCE",
                       x_amz_object_lock_retain_until_date=worm.at(seconds=10))
    t.status(worm.retain(t, name, "other", "GOVERNANCE", date), 404)
    worm.put(t, name, "other")
    t.status(worm.retain(t, name, "other", "GOVERNANCE", date), 200)
    root = t.status(worm.retention(t, name, "other"), 200).xml
    t.eq((root.name, root.names()), ("Retention", ["Mode", "RetainUntilDate"]))
    t.eq((root.get("Mode"), root.get("RetainUntilDate")), ("GOVERNANCE", date[:-1] + ".000Z"))
    t.eq(worm.retention(t, name, "key", version).xml.get("Mode"), "COMPLIANCE")


def GetObjectRetention_never(t):
    name = worm.bucket(t)
    worm.put(t, name, "key", x_amz_object_lock_legal_hold="ON")
    t.error(worm.retention(t, name, "key"), 404, "NoSuchObjectLockConfiguration", worm.NEVER)


def GetObjectRetention_denied(t):
    worm.common(t, "GET", "retention")
