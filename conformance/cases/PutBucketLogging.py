# SPDX-License-Identifier: Apache-2.0
import document

ROOT = "BucketLoggingStatus"


def _on(target, more=""):
    return ("<LoggingEnabled><TargetBucket>%s</TargetBucket><TargetPrefix>logs/</TargetPrefix>%s"
            "</LoggingEnabled>" % (target, more))


def PutBucketLogging_round_trip(t):
    target = t.bucket()
    document.round_trip(t, "logging", ROOT, _on(target))
    name = document.round_trip(t, "logging", ROOT, _on(
        target, "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>EventTime"
        "</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>"))
    t.status(document.put(t, name, "logging", document.xml(ROOT, "")), 200)
    t.eq(document.inner(t, document.get(t, name, "logging"), ROOT), "")


def PutBucketLogging_no_target(t):
    gone = t.name()
    t.error(document.put(t, t.bucket(), "logging", document.xml(ROOT, _on(gone))), 400,
            "InvalidTargetBucketForLogging", "The target bucket for logging does not exist",
            TargetBucket=gone)


def PutBucketLogging_grants(t):
    name = t.bucket()
    t.error(document.put(t, name, "logging", document.xml(
        ROOT, _on(name, "<TargetGrants></TargetGrants>"))), 400, "AccessControlListNotSupported")


def PutBucketLogging_malformed(t):
    document.refuses(t, "logging", ROOT, [document.xml(ROOT, b) for b in (
        "<LoggingEnabled/>",
        "<LoggingEnabled><TargetBucket>x</TargetBucket></LoggingEnabled>",
        _on("x", "<TargetObjectKeyFormat/>"))])


def PutBucketLogging_digest(t):
    document.needs_digest(t, "logging", ROOT, "")


def PutBucketLogging_denied(t):
    document.denied(t, "PUT", "logging", document.xml(ROOT, ""))
