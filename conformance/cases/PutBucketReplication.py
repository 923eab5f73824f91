# SPDX-License-Identifier: Apache-2.0
"""Rules are checked as AWS checks them. That they act is shown by tests/e2e/replication.py."""

import document

ROOT = "ReplicationConfiguration"
ROLE = "<Role>arn:aws:iam::000000000000:role/replication</Role>"
SCHEMA = (" for this version of Cross Region Replication configuration schema. Please refer to "
          "S3 Developer Guide for more information.")
DISABLED = "<Status>Disabled</Status>"
ENABLED = "<Status>Enabled</Status>"
MARKERS = "<DeleteMarkerReplication>%s</DeleteMarkerReplication>"
TAG = "<Tag><Key>k</Key><Value>v</Value></Tag>"
KMS = "<SseKmsEncryptedObjects>%s</SseKmsEncryptedObjects>" % ENABLED
MINUTES = "<Minutes>15</Minutes>"


def _versioned(t):
    name = t.bucket()
    t.status(t.s3.put(name, None, "<VersioningConfiguration><Status>Enabled</Status>"
                      "</VersioningConfiguration>", None, {"versioning": None}), 200)
    return name


def _places(t):
    return _versioned(t), _versioned(t)


def _to(name, more=""):
    return "<Destination><Bucket>arn:aws:s3:::%s</Bucket>%s</Destination>" % (name, more)


def _rule(to, priority="<Priority>1</Priority>", filter="<Filter><Prefix></Prefix></Filter>",
          name="r", status=ENABLED, select="", markers=MARKERS % DISABLED):
    return "<Rule><ID>%s</ID>%s%s%s%s%s%s</Rule>" % (
        name, priority, filter, status, select, markers, to)


def _old(to, prefix="<Prefix></Prefix>", more="", name="o"):
    return "<Rule><ID>%s</ID>%s%s%s%s</Rule>" % (name, more, prefix, ENABLED, to)


def _xml(rules):
    return document.xml(ROOT, ROLE + rules)


def _refused(t, source, rules, code, message, status=400):
    t.error(document.put(t, source, "replication", _xml(rules)), status, code, message)
    t.error(document.get(t, source, "replication"), 404, "ReplicationConfigurationNotFoundError")


def PutBucketReplication_round_trip(t):
    source, to = _places(t)
    content = ROLE + (
        "<Rule><ID>a</ID><Priority>2</Priority><Filter><And><Prefix>a/</Prefix>%s"
        "<Tag><Key>l</Key><Value></Value></Tag></And></Filter>%s<SourceSelectionCriteria>%s"
        "<ReplicaModifications>%s</ReplicaModifications></SourceSelectionCriteria>"
        "<ExistingObjectReplication>%s</ExistingObjectReplication>%s" % (
            TAG, ENABLED, KMS, ENABLED, ENABLED, MARKERS % DISABLED) +
        _to(to, "<Account>000000000000</Account><StorageClass>STANDARD_IA</StorageClass>"
            "<AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation>"
            "<EncryptionConfiguration><ReplicaKmsKeyID>arn:aws:kms:us-east-1:000000000000:alias/x"
            "</ReplicaKmsKeyID></EncryptionConfiguration><ReplicationTime>%s<Time>%s</Time>"
            "</ReplicationTime><Metrics>%s<EventThreshold>%s</EventThreshold></Metrics>" % (
                ENABLED, MINUTES, ENABLED, MINUTES)) + "</Rule>" +
        _rule(_to(to), name="b", filter="<Filter>" + TAG + "</Filter>"))
    t.eq(t.status(document.put(t, source, "replication", document.xml(ROOT, content)), 200).body,
         b"", "body")
    t.eq(document.inner(t, document.get(t, source, "replication"), ROOT), content)
    t.status(document.delete(t, source, "replication"), 204)
    t.error(document.get(t, source, "replication"), 404, "ReplicationConfigurationNotFoundError")


def PutBucketReplication_first_version(t):
    source, to = _places(t)
    content = ROLE + _old(_to(to), "<Prefix>logs/</Prefix>")
    t.status(document.put(t, source, "replication", document.xml(ROOT, content)), 200)
    t.eq(document.inner(t, document.get(t, source, "replication"), ROOT), content)


def PutBucketReplication_makes_ids(t):
    source, to = _places(t)
    t.status(document.put(t, source, "replication", _xml(
        _rule(_to(to)).replace("<ID>r</ID>", ""))), 200)
    found = document.get(t, source, "replication").xml.get("Rule/ID")
    t.ok(found and len(found) >= 16, "the id made is %r" % found)


def PutBucketReplication_roles(t):
    source, to = _places(t)
    for role, message in (
            ("x", "Invalid Role specified in replication configuration"),
            ("", "Invalid Role specified in replication configuration"),
            ("arn:aws:s3:::r", "Invalid Role specified in replication configuration"),
            ("arn:aws:iam::0:role/r", "Invalid Role specified in replication configuration"),
            ("arn:aws:iam::000000000000:user/r", "The relative id should start with role"),
            ("arn:aws:iam::000000000000:role/", "The relative id should start with role")):
        content = "<Role>%s</Role>%s" % (role, _rule(_to(to)))
        t.error(document.put(t, source, "replication", document.xml(ROOT, content)), 400,
                "InvalidArgument", message, ArgumentName="Role")
    content = "<Role>arn:aws:iam::999999999999:role/r</Role>" + _rule(_to(to))
    t.error(document.put(t, source, "replication", document.xml(ROOT, content)), 403,
            "AccessDenied")


def PutBucketReplication_without_versioning(t):
    plain, to = t.bucket(), _versioned(t)
    _refused(t, plain, _rule(_to(to)), "InvalidRequest",
             "Versioning must be 'Enabled' on the bucket to apply a replication configuration")
    for where in (plain, t.name()):
        _refused(t, to, _rule(_to(where)), "InvalidRequest",
                 "Destination bucket must have versioning enabled.")


def PutBucketReplication_holds_versioning(t):
    source, to = _places(t)
    t.status(document.put(t, source, "replication", _xml(_rule(_to(to)))), 200)
    suspend = ("<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>")
    t.error(t.s3.put(source, None, suspend, None, {"versioning": None}), 409,
            "InvalidBucketState",
            "A replication configuration is present on this bucket, so you cannot change the "
            "versioning state. To change the versioning state, first delete the replication "
            "configuration.")
    t.status(document.delete(t, source, "replication"), 204)
    t.status(t.s3.put(source, None, suspend, None, {"versioning": None}), 200)


def PutBucketReplication_schema(t):
    source, to = _places(t)
    there = _to(to)
    for rules, message in (
            (_rule(there, priority=""), "Priority must be specified" + SCHEMA),
            (_rule(there, markers=""), "DeleteMarkerReplication must be specified" + SCHEMA),
            (_old(there, more="<Priority>1</Priority>"), "Priority cannot be used" + SCHEMA),
            (_old(there, more=MARKERS % ENABLED),
             "DeleteMarkerReplication cannot be used" + SCHEMA),
            (_old(there) + _rule(there), "Priority cannot be used" + SCHEMA),
            (_rule(there, filter="<Filter>%s</Filter>" % TAG, markers=MARKERS % ENABLED),
             "Delete marker replication is not supported if any Tag filter is specified. Please "
             "refer to S3 Developer Guide for more information."),
            (_rule(there) + _rule(there, name="s"), "Found duplicate priority 1."),
            (_rule(there, priority="<Priority>-1</Priority>"),
             "Priority must be between 0 and 2147483647."),
            (_rule(there, filter="<Filter><And>%s%s</And></Filter>" % (TAG, TAG)),
             "Duplicate Tag Keys are not allowed."),
            (_rule(there, select="<SourceSelectionCriteria/>"),
             "SourceSelectionCriteria cannot be empty."),
            (_rule(_to(source)),
             "Destination bucket cannot be the same as the source bucket.")):
        _refused(t, source, rules, "InvalidRequest", message)


def PutBucketReplication_destination(t):
    source, to = _places(t)
    select = "<SourceSelectionCriteria>%s</SourceSelectionCriteria>" % KMS
    owner = "<AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation>"
    crypt = "<EncryptionConfiguration><ReplicaKmsKeyID>%s</ReplicaKmsKeyID></EncryptionConfiguration>"
    arn = "arn:aws:kms:us-east-1:000000000000:alias/x"
    time = "<ReplicationTime>%s<Time><Minutes>%d</Minutes></Time></ReplicationTime>"
    metrics = "<Metrics>%s%s</Metrics>"
    threshold = "<EventThreshold>%s</EventThreshold>" % MINUTES
    for more, chosen, code, message in (
            (owner, "", "InvalidRequest", "Account must be specified if the Owner in "
             "AccessControlTranslation has a value"),
            (crypt % arn, "", "InvalidRequest",
             "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present."),
            ("", select, "InvalidRequest",
             "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present."),
            (crypt % "key", select, "InvalidArgument", "Invalid ReplicaKmsKeyID ARN."),
            (time % (ENABLED, 15), "", "InvalidRequest", "Replication destination must contain "
             "both ReplicationTime and Metrics or neither."),
            (time % (ENABLED, 16) + metrics % (ENABLED, threshold), "", "InvalidArgument",
             "Invalid time minute value"),
            (time % (ENABLED, 15) + metrics % (ENABLED, ""), "", "InvalidArgument",
             "ReplicationMetrics must contain an event threshold"),
            (metrics % (ENABLED, threshold), "", "InvalidArgument",
             "Metrics cannot contain an event threshold when ReplicationTime is not specified or "
             "Disabled")):
        _refused(t, source, _rule(_to(to, more), select=chosen), code, message)
    _refused(t, source, _rule("<Destination><Bucket>%s</Bucket></Destination>" % to),
             "InvalidArgument", "Invalid bucket ARN")
    _refused(t, source, _rule("<Destination><Bucket>arn:minio:replication::none:%s</Bucket>"
                              "</Destination>" % to),
             "XMinioAdminRemoteTargetNotFoundError", "The remote target does not exist", 404)


def PutBucketReplication_names(t):
    source, to = _places(t)
    _refused(t, source, _rule(_to(to), name="x" * 256), "InvalidArgument",
             "Rule Id cannot be greater than 255")
    _refused(t, source, _rule(_to(to)) + _rule(_to(to), priority="<Priority>2</Priority>"),
             "InvalidArgument", "Rule Id must be unique")
    _refused(t, source, "".join(_rule(_to(to), "<Priority>%d</Priority>" % n, name="%d" % n)
                                for n in range(1001)), "InvalidRequest",
             "The number of replication rules must not exceed the allowed limit of 1000 rules.")


def PutBucketReplication_malformed(t):
    source, to = _places(t)
    there = _to(to)
    for body in (
            document.xml(ROOT, ROLE), document.xml(ROOT, _rule(there)),
            _xml(_rule("")), _xml(_rule(there, status="")),
            _xml(_rule(there, status="<Status>enabled</Status>")),
            _xml(_rule(there, filter="<Filter/><Prefix>a</Prefix>")),
            _xml(_rule(there, filter="<Filter><Prefix>a</Prefix>%s</Filter>" % TAG)),
            _xml(_rule(there, filter="<Filter><And><Prefix>a</Prefix></And></Filter>")),
            _xml(_rule(there, priority="<Priority>high</Priority>")),
            _xml(_rule(_to(to, "<StorageClass>COLD</StorageClass>"))),
            _xml(_rule(_to(to, "<Other/>"))),
            _xml("<Rule><ID>x</ID>%s%s</Rule>" % (ENABLED, there))):
        t.error(document.put(t, source, "replication", body), 400, "MalformedXML",
                document.MALFORMED)
    document.refuses(t, "replication", ROOT, [])


def PutBucketReplication_needs_digest(t):
    source, to = _places(t)
    body = _xml(_rule(_to(to)))
    t.error(t.s3.put(source, None, body, None, {"replication": None}), 400, "InvalidRequest",
            document.DIGEST)


def PutBucketReplication_denied(t):
    document.denied(t, "PUT", "replication", _xml(""))
