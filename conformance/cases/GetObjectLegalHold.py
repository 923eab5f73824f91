# SPDX-License-Identifier: Apache-2.0
import worm


def GetObjectLegalHold_shows(t):
    name = worm.bucket(t)
    version = worm.put(t, name, "key", x_amz_object_lock_legal_hold="ON")
    worm.put(t, name, "key", x_amz_object_lock_legal_hold="OFF")
    root = t.status(worm.held(t, name, "key", version), 200).xml
    t.eq((root.name, root.names(), root.get("Status")), ("LegalHold", ["Status"], "ON"))
    t.eq(worm.held(t, name, "key").xml.get("Status"), "OFF")


def GetObjectLegalHold_never(t):
    name = worm.bucket(t)
    worm.locked(t, name, "key")
    t.error(worm.held(t, name, "key"), 404, "NoSuchObjectLockConfiguration", worm.NEVER)


def GetObjectLegalHold_denied(t):
    worm.common(t, "GET", "legal-hold")
