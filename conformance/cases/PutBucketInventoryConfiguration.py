# SPDX-License-Identifier: Apache-2.0
import document

ROOT = "InventoryConfiguration"
GOOD = (
        "<Destination><S3BucketDestination><Bucket>arn:aws:s3:::to</Bucket>"
        "<Format>CSV</Format></S3BucketDestination></Destination>"
        "<IsEnabled>true</IsEnabled><Id>x</Id>"
        "<IncludedObjectVersions>Current</IncludedObjectVersions><OptionalFields>"
        "<Field>Size</Field><Field>ETag</Field></OptionalFields><Schedule>"
        "<Frequency>Daily</Frequency></Schedule>")


def PutBucketInventoryConfiguration_round_trip(t):
    name = document.round_trip(t, "inventory", ROOT, GOOD, id="x")
    for other in ("y", "A-b_c.9" + "z" * 57):
        body = document.xml(ROOT, GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % other))
        t.status(document.put(t, name, "inventory", body, id=other), 200)
        t.eq(document.inner(t, document.get(t, name, "inventory", id=other), ROOT),
             GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % other))
    t.eq(document.inner(t, document.get(t, name, "inventory", id="x"), ROOT), GOOD)


def PutBucketInventoryConfiguration_malformed(t):
    document.refuses(t, "inventory", ROOT, [document.xml(ROOT, b) for b in (
        "<Id>x</Id>",
        "<Destination><S3BucketDestination><Bucket>arn:aws:s3:::to</Bucket>"
        "<Format>XLS</Format></S3BucketDestination></Destination>"
        "<IsEnabled>true</IsEnabled><Id>x</Id>"
        "<IncludedObjectVersions>Current</IncludedObjectVersions><OptionalFields>"
        "<Field>Size</Field><Field>ETag</Field></OptionalFields><Schedule>"
        "<Frequency>Daily</Frequency></Schedule>",
        "<Destination><S3BucketDestination><Bucket>arn:aws:s3:::to</Bucket>"
        "<Format>CSV</Format></S3BucketDestination></Destination>"
        "<IsEnabled>true</IsEnabled><Id>x</Id>"
        "<IncludedObjectVersions>Current</IncludedObjectVersions><OptionalFields>"
        "<Field>Size</Field><Field>ETag</Field></OptionalFields><Schedule>"
        "<Frequency>Hourly</Frequency></Schedule>",
        "<Destination><S3BucketDestination><Bucket>arn:aws:s3:::to</Bucket>"
        "<Format>CSV</Format></S3BucketDestination></Destination>"
        "<IsEnabled>true</IsEnabled><Id>x</Id>"
        "<IncludedObjectVersions>Some</IncludedObjectVersions><OptionalFields>"
        "<Field>Size</Field><Field>ETag</Field></OptionalFields><Schedule>"
        "<Frequency>Daily</Frequency></Schedule>",
        "<Destination><S3BucketDestination><Bucket>arn:aws:s3:::to</Bucket>"
        "<Format>CSV</Format></S3BucketDestination></Destination>"
        "<IsEnabled>yes</IsEnabled><Id>x</Id>"
        "<IncludedObjectVersions>Current</IncludedObjectVersions><OptionalFields>"
        "<Field>Size</Field><Field>ETag</Field></OptionalFields><Schedule>"
        "<Frequency>Daily</Frequency></Schedule>",
        "<Destination><S3BucketDestination><Bucket>arn:aws:s3:::to</Bucket>"
        "<Format>CSV</Format></S3BucketDestination></Destination>"
        "<IsEnabled>true</IsEnabled><Id>x</Id>"
        "<IncludedObjectVersions>Current</IncludedObjectVersions><OptionalFields>"
        "<Field>Size</Field><Field>Colour</Field></OptionalFields><Schedule>"
        "<Frequency>Daily</Frequency></Schedule>",
    )], id="x")


def PutBucketInventoryConfiguration_not_written(t):
    """What no report is written with is refused: the formats, a key of KMS, a field."""
    name = t.bucket()
    for old, new, what in (
            ("<Format>CSV<", "<Format>ORC<",
             "Inventory reports are written as CSV; ORC is not implemented."),
            ("<Format>CSV<", "<Format>Parquet<",
             "Inventory reports are written as CSV; Parquet is not implemented."),
            ("</Format>", "</Format><Encryption><SSE-KMS><KeyId>k</KeyId></SSE-KMS></Encryption>",
             "Inventory reports encrypted with a KMS key are not implemented."),
            (">ETag<", ">ObjectAccessControlList<",
             "The inventory field ObjectAccessControlList is not implemented.")):
        body = document.xml(ROOT, GOOD.replace(old, new))
        t.error(document.put(t, name, "inventory", body, id="x"), 501, "NotImplemented", what)
    t.error(document.get(t, name, "inventory", id="x"), 404, "NoSuchConfiguration")


def PutBucketInventoryConfiguration_fields(t):
    """Every field that reports have."""
    fields = "".join("<Field>%s</Field>" % f for f in (
        "Size", "LastModifiedDate", "StorageClass", "ETag", "IsMultipartUploaded",
        "ReplicationStatus", "EncryptionStatus", "ObjectLockRetainUntilDate", "ObjectLockMode",
        "ObjectLockLegalHoldStatus", "IntelligentTieringAccessTier", "BucketKeyStatus",
        "ChecksumAlgorithm", "ObjectOwner", "LifecycleExpirationDate"))
    document.round_trip(t, "inventory", ROOT, GOOD.replace(
        "<Field>Size</Field><Field>ETag</Field>", fields), id="x")


def PutBucketInventoryConfiguration_id(t):
    name = t.bucket()
    t.error(document.put(t, name, "inventory", document.xml(ROOT, GOOD), id="z"), 400,
            "IdMismatch")
    for wrong in ("", "a b", "a/b", "x" * 65):
        t.error(document.put(t, name, "inventory", document.xml(ROOT, GOOD), id=wrong), 400,
                "InvalidConfigurationId", "The specified configuration id is invalid.")
    t.error(document.put(t, name, "inventory", document.xml(ROOT, GOOD)), 400,
            "InvalidConfigurationId")


def PutBucketInventoryConfiguration_gone_with_bucket(t):
    document.dies_with_bucket(t, "inventory", ROOT, GOOD, id="x")


def PutBucketInventoryConfiguration_denied(t):
    document.denied(t, "PUT", "inventory", document.xml(ROOT, GOOD), id="x")
