# SPDX-License-Identifier: Apache-2.0
"""Answers to mistakes: recorded on AWS (ARNs, destinations, names of filter rules), or the
user guide's (filters that overlap)."""
import re

import document

ROOT = "NotificationConfiguration"
SKIP = {"x-amz-skip-destination-validation": "true"}
ARN = {"Queue": "arn:aws:sqs:us-east-1:000000000000:no-such-queue",
       "Topic": "arn:aws:sns:us-east-1:000000000000:no-such-topic",
       "CloudFunction": "arn:aws:lambda:us-east-1:000000000000:function:no-such"}
CREATED = "s3:ObjectCreated:*"


def _filter(prefix=None, suffix=None, names=("Prefix", "Suffix")):
    rules = "".join("<FilterRule><Name>%s</Name><Value>%s</Value></FilterRule>" % rule
                    for rule in zip(names, (prefix, suffix)) if rule[1] is not None)
    return "<Filter><S3Key>%s</S3Key></Filter>" % rules


def _to(kind="Queue", id="i", arn=None, events=(CREATED,), more=""):
    name = kind + "Configuration"
    return "<%s>%s<%s>%s</%s>%s%s</%s>" % (
        name, "<Id>%s</Id>" % id if id else "", kind, ARN[kind] if arn is None else arn, kind,
        "".join("<Event>%s</Event>" % e for e in events), more, name)


def _put(t, name, content, headers=None):
    return t.s3.put(name, None, document.xml(ROOT, content), headers, {"notification": None})


def _skip(t, content, want=None):
    name = t.bucket()
    t.eq(t.status(_put(t, name, content, SKIP), 200).body, b"", "body")
    t.eq(document.inner(t, document.get(t, name, "notification"), ROOT),
         content if want is None else want)
    return name


def _argument(t, content, message, headers=SKIP, **fields):
    name = t.bucket()
    t.error(_put(t, name, content, headers), 400, "InvalidArgument", message, **fields)
    document.inner(t, document.get(t, name, "notification"), ROOT)


def PutBucketNotificationConfiguration_round_trip(t):
    _skip(t, _to("Topic", "t", events=("s3:ObjectRemoved:Delete", "s3:ObjectAcl:Put")) +
          _to("Queue", "q", more=_filter("a/", ".jpg")) +
          _to("CloudFunction", "f", events=("s3:ObjectRestore:*",)))


def PutBucketNotificationConfiguration_replaces(t):
    name = _skip(t, _to())
    t.status(_put(t, name, _to(id="j"), SKIP), 200)
    t.eq(document.inner(t, document.get(t, name, "notification"), ROOT), _to(id="j"))
    t.status(_put(t, name, ""), 200)
    t.eq(document.inner(t, document.get(t, name, "notification"), ROOT), "")


def PutBucketNotificationConfiguration_names_of_filters(t):
    _skip(t, _to(more=_filter("a", "b", ("prefix", "SUFFIX"))), _to(more=_filter("a", "b")))


def PutBucketNotificationConfiguration_makes_ids(t):
    name = t.bucket()
    t.status(_put(t, name, _to(id=None), SKIP), 200)
    text = document.inner(t, document.get(t, name, "notification"), ROOT)
    t.ok(re.search("<Id>[A-Za-z0-9+/]{48}</Id>", text), text)


def PutBucketNotificationConfiguration_all_events(t):
    _skip(t, "".join(_to(id="i%d" % i, events=(e,)) for i, e in enumerate((
        "s3:ReducedRedundancyLostObject", "s3:ObjectCreated:Put", "s3:ObjectCreated:Post",
        "s3:ObjectCreated:Copy", "s3:ObjectCreated:CompleteMultipartUpload",
        "s3:ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated",
        "s3:ObjectRestore:Post", "s3:ObjectRestore:Completed", "s3:ObjectRestore:Delete",
        "s3:Replication:OperationFailedReplication", "s3:Replication:OperationNotTracked",
        "s3:Replication:OperationMissedThreshold",
        "s3:Replication:OperationReplicatedAfterThreshold", "s3:LifecycleTransition",
        "s3:IntelligentTiering", "s3:ObjectAcl:Put", "s3:LifecycleExpiration:Delete",
        "s3:LifecycleExpiration:DeleteMarkerCreated", "s3:ObjectTagging:Put",
        "s3:ObjectTagging:Delete"))))


def PutBucketNotificationConfiguration_bad_arn(t):
    for kind in ARN:
        for headers in (None, SKIP):
            _argument(t, _to(kind, arn="invalid"), "The ARN could not be parsed", headers,
                      ArgumentName=kind, ArgumentValue="invalid")
    _argument(t, _to("Queue", arn=ARN["Topic"]), "The ARN could not be parsed",
              ArgumentName="Queue", ArgumentValue=ARN["Topic"])


def PutBucketNotificationConfiguration_no_destination(t):
    message = "Unable to validate the following destination configurations"
    _argument(t, _to("Queue"), message, None, ArgumentName1=ARN["Queue"],
              ArgumentValue1="The destination queue does not exist")
    _argument(t, _to("Topic"), message, None, ArgumentName1=ARN["Topic"],
              ArgumentValue1="The destination topic does not exist")
    _argument(t, _to("CloudFunction"), message, None,
              ArgumentName1=ARN["CloudFunction"] + ", null",
              ArgumentValue1="Not authorized to invoke function [%s]" % ARN["CloudFunction"])
    other = ARN["Queue"] + "-2"
    _argument(t, _to("Queue") + _to("Queue", "j", other, ("s3:ObjectRemoved:*",)), message,
              None, ArgumentName1=ARN["Queue"], ArgumentName2=other,
              ArgumentValue1="The destination queue does not exist",
              ArgumentValue2="The destination queue does not exist")


def PutBucketNotificationConfiguration_other_region(t):
    _argument(t, _to(arn="arn:aws:sqs:eu-west-3:000000000000:q"),
              "The notification destination service region is not valid for the bucket "
              "location constraint", None)


def PutBucketNotificationConfiguration_bad_event(t):
    for event in ("s3:Nothing", "ObjectCreated:Put", "s3:*", ""):
        _argument(t, _to(events=(event,)), "The event is not supported for notifications")


def PutBucketNotificationConfiguration_bad_filter(t):
    _argument(t, _to(more=_filter("a", None, ("INVALID", ""))),
              "filter rule name must be either prefix or suffix",
              ArgumentName="FilterRule.Name", ArgumentValue="INVALID")
    _argument(t, _to(more=_filter("a", "b", ("prefix", "prefix"))),
              "Cannot specify more than one prefix rule in a filter.")
    _argument(t, _to(more=_filter("x" * 1025)),
              "Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation")


def PutBucketNotificationConfiguration_same_id(t):
    _argument(t, _to() + _to("Topic", events=("s3:ObjectRemoved:*",)),
              "Same ID used for multiple configurations. IDs must be unique")


def PutBucketNotificationConfiguration_overlap(t):
    _argument(t, _to() + _to("Topic", "j", events=("s3:ObjectCreated:Put",)),
              "Configurations overlap. Configurations on the same bucket cannot share a "
              "common event type.")
    ambiguous = ("Configuration is ambiguously defined. Cannot have overlapping suffixes in "
                 "two rules if the prefixes are overlapping for the same event type.")
    _argument(t, _to(more=_filter("images")) + _to("Topic", "j", more=_filter("images/a")),
              ambiguous)
    _argument(t, _to(more=_filter("a", ".jpg")) + _to("Topic", "j", more=_filter("", "jpg")),
              ambiguous)
    _skip(t, _to("Topic", "j", more=_filter("images/")) + _to(more=_filter("logs/")))
    _skip(t, _to("Topic", "j", more=_filter("a", ".png")) + _to(more=_filter("a", ".jpg")))


def PutBucketNotificationConfiguration_malformed(t):
    document.refuses(t, "notification", ROOT, [document.xml(ROOT, b) for b in (
        _to(events=()), "<QueueConfiguration/>", _to().replace("Event>", "Evnt>"),
        _to(more="<Filter><S3Key><FilterRule><Name>prefix</Name></FilterRule></S3Key></Filter>"),
        "<EventBridgeConfiguration>x</EventBridgeConfiguration>")])


def PutBucketNotificationConfiguration_dies_with_bucket(t):
    name = _skip(t, _to())
    t.status(t.s3.delete(name), 204)
    t.status(t.s3.put(name, **t._location()), 200)
    t.eq(document.inner(t, document.get(t, name, "notification"), ROOT), "")


def PutBucketNotificationConfiguration_denied(t):
    document.denied(t, "PUT", "notification", document.xml(ROOT, ""))
